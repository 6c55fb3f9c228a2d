import Foundation
import Pipeline
import Testing

@Suite("Tape: reading and writing")
struct TapeReaderTests {
  struct Line: Equatable {
    var time: String
    var topic: String
    var payload: [UInt8]
    var qos: UInt8 = 0
    var retained = false
  }

  private enum Event: Equatable {
    case line(Line)
    case problem(Int, TapeProblem)
  }

  private func read(_ bytes: [UInt8], longestLine: Int = TapeReader.longestLine) throws -> [Event] {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("tape-\(UUID().uuidString)")
    try Data(bytes).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let reader = try TapeReader(path: file.path, longestLine: longestLine)
    var events: [Event] = []
    while true {
      let step = try reader.next { raw in
        events.append(
          .line(
            Line(
              time: raw.arrival.rfc3339, topic: String(decoding: raw.topic, as: UTF8.self), payload: Array(raw.payload),
              qos: raw.qos, retained: raw.retained)))
      }
      switch step {
      case .message: continue
      case .malformed(let line, let problem): events.append(.problem(line, problem))
      case .end: return events
      }
    }
  }

  private func read(_ text: String) throws -> [Event] { try read(Array(text.utf8)) }

  @Test(arguments: [
    (#"{"tst":"2026-01-05T03:20:00Z","topic":"t","payload":"21.5"}"#, "21.5"),
    (#"{"time":1767583200,"topic":"t","payload":21.50}"#, "21.50"),
    (#"{"time":1767583200000,"topic":"t","payload":{"a": [1,  "x\n"]} }"#, #"{"a": [1,  "x\n"]}"#),
    (
      #"{"tst":"2026-01-05T11:20:00.000000Z+0800","topic":"t","payload":"{\"a\":1}","mid":3,"payloadlen":7}"#,
      #"{"a":1}"#
    ),
    (#"{"tst":"2026-01-05T11:20:00.000000+0800","topic":"t","payload_hex":"00fF"}"#, "00ff"),
    (#"{"tst":"2026-01-05T03:20:00Z","topic":"t","payload":null}"#, "null"),
    (#"{"tst":"2026-01-05T03:20:00Z","topic":"t","payloadlen":0,"payload":null}"#, ""),
    (#"{"tst":"2026-01-05T03:20:00Z","topic":"t","payloadlen":4,"payload":null}"#, "null"),
    (#"{"tst":"?","time":"2026-01-05T03:20:00Z","topic":"t","payload":true}"#, "true"),
    (#"{"tst":"2026-01-05T03:20:00Z","topic":"t","payload":""}"#, ""),
    (#"{"tst":"2026-01-05T03:20:00Z","topic":"t","payload":"a\u0000é"}"#, "a\u{0}é"),
  ])
  func forms(line: String, payload: String) throws {
    let expected = line.contains("hex") ? [0x00, 0xff] : Array(payload.utf8)
    #expect(try read(line) == [.line(Line(time: "2026-01-05T03:20:00.000Z", topic: "t", payload: expected))])
  }

  @Test func qosAndRetain() throws {
    let tape =
      #"{"time":0,"topic":"t","payload":"","qos":2,"retain":1}"# + "\n"
      + #"{"time":0,"topic":"t","payload":"","qos":1,"retain":true}"#
    #expect(
      try read(tape)
        == [2, 1].map {
          .line(Line(time: "1970-01-01T00:00:00.000Z", topic: "t", payload: [], qos: $0, retained: true))
        })
  }

  @Test(arguments: [
    ("hello", TapeProblem.json(.syntax), "not a JSON object: not JSON"),
    ("{", .json(.truncated), "not a JSON object: JSON ends too early"),
    ("[1]", .notAnObject, "a line must be a JSON object"),
    (#"{"topic":"t","payload":""}"#, .missing(["tst", "time"]), "'tst' or 'time' is missing"),
    (
      #"{"time":"soon","topic":"t","payload":""}"#, .wrong("time", expected: .time),
      "'time' must be an RFC 3339 time with offset or a Unix time"
    ),
    (#"{"time":0,"payload":""}"#, .missing(["topic"]), "'topic' is missing"),
    (
      #"{"time":0,"topic":"","payload":""}"#, .wrong("topic", expected: .text(bytesMax: 65_535)),
      "'topic' must be a text of 1 to 65535 bytes"
    ),
    (#"{"time":0,"topic":"t"}"#, .missing(["payload", "payload_hex"]), "'payload' or 'payload_hex' is missing"),
    (
      #"{"time":0,"topic":"t","payload_hex":"0"}"#, .wrong("payload_hex", expected: .hexadecimal),
      "'payload_hex' must be a text of hexadecimal digit pairs"
    ),
    (#"{"time":0,"topic":"t","payload":"","qos":3}"#, .wrong("qos", expected: .qos), "'qos' must be 0, 1 or 2"),
    (
      #"{"time":0,"topic":"t","payload":"","retain":2}"#, .wrong("retain", expected: .flag),
      "'retain' must be 0, 1, true or false"
    ),
    (#"{"time":0,"topic":"t","payload":""} x"#, .json(.trailing), "not a JSON object: more after the JSON value"),
  ])
  func malformedLinesAreReportedAndSkipped(line: String, problem: TapeProblem, words: String) throws {
    let good = #"{"time":0,"topic":"t","payload":""}"#
    let fine = Event.line(Line(time: "1970-01-01T00:00:00.000Z", topic: "t", payload: []))
    #expect(try read("\u{feff}\(good)\r\n\n\(line)\n\(good)") == [fine, .problem(3, problem), fine])
    #expect(problem.description == words)
  }

  @Test func longLinesAreSkippedAtTheirLimit() throws {
    let good = #"{"time":0,"topic":"t","payload":""}"#
    for size in [65, 100, 70_000, 400_000] {
      let long = String(repeating: "x", count: size)
      let events = try read(Array("\(good)\n\(long)\n\(good)\n\(long)".utf8), longestLine: 64)
      #expect(events.count == 4 && events[1] == .problem(2, .lineTooLong(limit: 64)))
      #expect(events[0] == events[2] && events[3] == .problem(4, .lineTooLong(limit: 64)))
    }
  }

  @Test func tenMegabytesInOneLine() throws {
    let payload = String(repeating: "a", count: 10_000_000)
    let events = try read(#"{"time":0,"topic":"t","payload":"\#(payload)"}"# + "\n")
    #expect(events == [.line(Line(time: "1970-01-01T00:00:00.000Z", topic: "t", payload: Array(payload.utf8)))])
  }

  @Test func unreadableFileSaysWhy() throws {
    #expect(throws: TapeProblem.unreadable("No such file or directory")) { try TapeReader(path: "/nowhere/tape") }
    let folder = try TapeReader(path: "/")
    #expect(throws: TapeProblem.unreadable("Is a directory")) { _ = try folder.next { _ in } }
  }

  @Test func errorsOfTheCallerAreNotTheLinesFault() throws {
    struct Stop: Error {}
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("tape-\(UUID().uuidString)")
    try Data(#"{"time":0,"topic":"t","payload":""}"#.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let reader = try TapeReader(path: file.path)
    #expect(throws: Stop.self) { _ = try reader.next { _ in throw Stop() } }
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    var random = SystemRandomNumberGenerator()
    var lines: [Line] = []
    var tape: [UInt8] = []
    for _ in 0..<500 {
      let text = String(
        (0..<Int.random(in: 0..<20, using: &random)).map { _ in "a\"\\\n\r\t\u{7f}\u{1}/é中😀".randomElement() ?? "a" })
      let noise = (0..<Int.random(in: 0..<20, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      let time = Timestamp(milliseconds: Int64.random(in: 0...4_000_000_000_000, using: &random))
      let line = Line(
        time: time.rfc3339, topic: "t/" + text, payload: Bool.random(using: &random) ? Array(text.utf8) : noise,
        qos: UInt8.random(in: 0...2, using: &random), retained: Bool.random(using: &random))
      lines.append(line)
      Array(line.topic.utf8).withUnsafeBytes { topic in
        line.payload.withUnsafeBytes { payload in
          TapeWriter.append(
            RawMessage(topic: topic, payload: payload, arrival: time, qos: line.qos, retained: line.retained), to: &tape
          )
        }
      }
    }
    #expect(try read(tape) == lines.map { .line($0) })
  }
}
