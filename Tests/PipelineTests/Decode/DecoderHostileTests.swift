import Pipeline
import Testing

@Suite("Decoder: hostile payloads")
struct DecoderHostileTests {
  private func lane() -> DecodeFixture {
    DecodeFixture(
      DecodeFixture.lane(
        fields: [FieldPlan(slot: 0, pointer: ["t"]), FieldPlan(slot: 1, pointer: ["h"])], points: ["t", "h"]))
  }

  static let broken: [(String, [UInt8])] = [
    ("zero bytes", []), ("white space", Array(" \n".utf8)), ("a word", Array("hello".utf8)),
    ("invalid UTF-8", Array("{\"t\":\"".utf8) + [0xc3, 0x28] + Array("\"}".utf8)),
    ("broken behind the wanted fields", Array(#"{"t":1,"h":2,"x":[1,}"#.utf8)),
    ("a wrong word behind", Array(#"{"t":1,"h":2,"x":tru}"#.utf8)),
    ("a wrong escape behind", Array(#"{"t":1,"h":2,"x":"\q"}"#.utf8)),
    ("a wrong number behind", Array(#"{"t":1,"h":2,"x":01}"#.utf8)),
    ("no comma", Array(#"{"t":1 "h":2}"#.utf8)), ("two values", Array(#"{"t":1}{"t":2}"#.utf8)),
    ("rubbish behind", Array(#"{"t":1} x"#.utf8)), ("ends early", Array(#"{"t":1,"h""#.utf8)),
    ("an open string", Array(#"{"t":"1"#.utf8)), ("a NUL", Array("{\"t\":1\u{0}}".utf8)),
    ("nested 10,000 deep", Array(repeating: UInt8(ascii: "["), count: 10_000)),
    (
      "nested 10,000 deep, closed",
      Array((String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)).utf8)
    ),
    ("10 MB", Array(repeating: UInt8(ascii: " "), count: 10_000_000)),
  ]

  @Test(arguments: broken)
  func unreadableDocumentsAreDeadLetters(name: String, payload: [UInt8]) throws {
    let lane = lane()
    let readings = lane.send("app/a1/up", payload)
    #expect(readings.map(\.reason) == [.undecodable, .undecodable])
    #expect(readings.allSatisfy { $0.at == DecodeFixture.arrival })
    #expect(lane.concerned == ["a"])
    let letter = try #require(lane.decoder.deadLetters.first)
    #expect(letter.payload == Array(payload.prefix(256)) && letter.topic == "app/a1/up")
    #expect(!letter.reason.text.isEmpty)
    let counters = lane.decoder.counters
    #expect(counters.undecodable + counters.tooLarge == 1)
    // The next one is read as if nothing had been.
    #expect(lane.send("app/a1/up", #"{"t":1.5}"#).map(\.value) == [1.5])
  }

  @Test func aByteOrderMarkIsPassedOver() {
    let lane = lane()
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    #expect(lane.send("app/a1/up", mark + Array(#"{"t":1.5}"#.utf8)).map(\.value) == [1.5])
    #expect(lane.decoder.deadLetters.isEmpty)
    for rest in ["", "\u{feff}{}"] {
      #expect(lane.send("app/a1/up", mark + Array(rest.utf8)).map(\.reason) == [.undecodable, .undecodable])
    }
  }

  @Test(arguments: [
    ("1e400", QualityReason.notANumber), ("-1e400", .notANumber), (#""1e400""#, .notANumber), ("NaN", .notANumber),
    ("-Infinity", .notANumber), (#""nan""#, .notANumber), ("nan", .notANumber), ("1e-400", .none), (#""21.5""#, .none),
    (#""21,5""#, .undecodable), (#""""#, .undecodable), ("true", .undecodable), ("[]", .undecodable),
    ("{}", .undecodable),
    ("null", .sensorFault), ("123456789012345678901234567890", .none), (#""0x10""#, .undecodable),
    (#""\ud83d\ude00""#, .undecodable),
  ])
  func oneBadFieldDoesNotSpoilTheOther(value: String, reason: QualityReason) {
    let lane = lane()
    let readings = lane.send("app/a1/up", #"{"t":\#(value),"h":45}"#)
    #expect(readings.map(\.reason) == [reason, .none])
    #expect(readings.last?.value == 45)
  }

  @Test func theLastOfDuplicateKeysWins() {
    let lane = DecodeFixture(
      DecodeFixture.lane(
        fields: [FieldPlan(slot: 0, pointer: ["o", "t"]), FieldPlan(slot: 1, pointer: ["h"])], points: ["t", "h"]))
    #expect(lane.send("app/a1/up", #"{"o":{"t":1,"t":2},"h":3,"\u0068":4}"#).map(\.value) == [2, 4])
    #expect(lane.send("app/a1/up", #"{"o":{"t":1},"o":{}}"#).isEmpty)
  }

  @Test func deadLettersAreBounded() {
    var plan = lane().plan
    plan.limits.deadLetters = 5
    plan.limits.payloadBytes = 10
    let lane = DecodeFixture(plan)
    for number in 0..<12 { lane.send("app/a1/up", "bad\(number)") }
    lane.send("app/a1/up", "01234567890")
    #expect(
      lane.decoder.deadLetters.map { String(decoding: $0.payload, as: UTF8.self) }
        == ["bad8", "bad9", "bad10", "bad11", "01234567890"])
    #expect(lane.decoder.counters.deadLettersDropped == 8)
    #expect(lane.decoder.counters.tooLarge == 1)
    #expect(lane.decoder.deadLetters.last?.reason == .tooLarge(11))
  }

  @Test func randomBytesNeverCrash() {
    var random = SystemRandomNumberGenerator()
    let lane = lane()
    let alphabet = Array(#"{}[],:"\tnulefas0123456789.-+eE hx"#.utf8) + [0xff, 0xc3, 0xa9, 0x00]
    for _ in 0..<20_000 {
      let payload = (0..<Int.random(in: 0..<40, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0
      }
      lane.send("app/a1/up", payload)
    }
    #expect(lane.decoder.counters.messages == 20_000)
  }
}
