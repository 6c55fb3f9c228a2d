import Foundation
import Pipeline
import Testing

@Suite("Tape: several as one")
struct TapeMergeTests {
  /// Messages as `TIME TOPIC`, problems as `TAPE:LINE`.
  private func read(_ tapes: [[String]], also: [String] = []) throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tapes-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var paths: [String] = []
    for (number, lines) in tapes.enumerated() {
      let file = folder.appendingPathComponent("\(number)")
      try Data(lines.joined(separator: "\n").utf8).write(to: file)
      paths.append(file.path)
    }
    let merge = TapeMerge(paths + also)
    var found: [String] = []
    while true {
      let step = try merge.next { message in
        found.append("\(message.arrival.milliseconds / 1000) \(String(decoding: message.topic, as: UTF8.self))")
      }
      switch step {
      case .message: continue
      case .malformed(let tape, let line, _): found.append("\(tape.split(separator: "/").last ?? ""):\(line)")
      case .end: return found
      }
    }
  }

  private func line(_ time: Int, _ topic: String) -> String { #"{"time":\#(time),"topic":"\#(topic)","payload":""}"# }

  @Test func byTimeThenByTape() throws {
    let first = [line(1, "a1"), line(3, "a2"), line(3, "a3"), line(9, "a4")]
    let second = [line(1, "b1"), line(2, "b2"), line(3, "b3")]
    #expect(
      try read([first, second]) == ["1 a1", "1 b1", "2 b2", "3 a2", "3 a3", "3 b3", "9 a4"])
    #expect(
      try read([second, first]) == ["1 b1", "1 a1", "2 b2", "3 b3", "3 a2", "3 a3", "9 a4"])
  }

  @Test func aTapeStaysInItsOwnOrder() throws {
    #expect(
      try read([[line(5, "a1"), line(2, "a2"), line(6, "a3")], [line(4, "b1"), line(5, "b2")]])
        == ["4 b1", "5 a1", "2 a2", "5 b2", "6 a3"])
  }

  @Test func problemsKeepTheirNumbersAndAreSaidOnce() throws {
    let first = ["x", "", line(5, "a1"), "y", line(6, "a2")]
    #expect(
      try read([first, [line(1, "b1"), "z", line(7, "b2")], []], also: ["/nowhere/tape"])
        == ["0:1", "tape:0", "1 b1", "1:2", "5 a1", "0:4", "6 a2", "7 b2"])
  }

  @Test func aWritersErrorEndsIt() throws {
    struct Stop: Error {}
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("tape-\(UUID().uuidString)")
    try Data(line(1, "a").utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let merge = TapeMerge([file.path])
    #expect(throws: Stop.self) { try merge.next { _ in throw Stop() } }
    #expect(try merge.next { _ in } == .end)
  }
}
