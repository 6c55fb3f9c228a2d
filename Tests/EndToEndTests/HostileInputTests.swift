import Foundation
import TestSupport
import Testing

/// Everything that a network of strangers can send, through a real broker into the real service: it stays alive, counts
/// what it could not use with the reason, stays within its memory, and the next press is an alert.
@Suite(.serialized) struct HostileInputTests {
  private struct Scene {
    let folder: TemporaryDirectory
    let broker: MosquittoBroker
    let service: LinliProcess

    init() throws {
      folder = try TemporaryDirectory()
      broker = try MosquittoBroker()
      let community = try TestCommunity(in: folder.url, brokerPort: broker.port, hookPort: 9)
      service = LinliProcess(config: community.config, data: community.data, environment: ["LINLI_PROFILES": ""])
      try service.start()
    }

    func status() throws -> [String: Any] { try #require(try service.json(["status"]) as? [String: Any]) }

    func messages(_ key: String) throws -> Int {
      try #require((try status()["messages"] as? [String: Any])?[key] as? Int)
    }

    func waitUntilReceived(_ count: Int) throws {
      try service.wait(upTo: 300, for: "\(count) messages") { try messages("received_total") >= count }
    }

    func unassigned() throws -> [String: Any] {
      try #require(try service.json(["devices", "--unassigned"]) as? [String: Any])
    }

    func point(_ id: String) throws -> [String: Any]? {
      (try service.json(["points", id]) as? [[String: Any]])?.first
    }

    /// A press that comes after all the rest still is an alert, and only one.
    func expectAPressToRaise(_ publisher: RawInputPublisher) throws {
      try publisher.publish("test/b0/button", Array(#"{"press":"single","number":1}"#.utf8))
      try publisher.settle()
      try service.wait(upTo: 120, for: "the press") {
        try service.alerts().contains { $0["rule"] as? String == "pressed" }
      }
      #expect(try service.alerts().filter { $0["rule"] as? String == "pressed" }.count == 1)
    }

    /// KiB.
    func residentMemory() throws -> Int {
      let text = try String(contentsOfFile: "/proc/\(service.pid)/status", encoding: .utf8)
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
      return try #require(Int(line.filter(\.isNumber)))
    }
  }

  /// Payloads that are no documents, with the reason that a dead letter gives.
  static let unreadable: [(payload: [UInt8], reason: String)] = [
    ([], "empty payload"),
    ([0xFF, 0xFE, 0x80], "not valid UTF-8"),
    (Array(#"{"temperature":5,"x":""#.utf8) + [0xC3, 0x28] + Array("\"}".utf8), "not valid UTF-8"),
    (Array(repeating: UInt8(ascii: "["), count: 10_000), "nested too deeply"),
    (
      Array(String(repeating: "[", count: 10_000).utf8) + Array(String(repeating: "]", count: 10_000).utf8),
      "nested too deeply"
    ),
    (Array(String(repeating: #"{"a":"#, count: 10_000).utf8), "nested too deeply"),
    ([0], "not JSON"),
    (Array("hello".utf8), "not JSON"),
    (Array(#"{"temperature": 20"#.utf8), "JSON ends too early"),
    (Array(#"{"temperature": 20} and more"#.utf8), "more after the JSON value"),
  ]

  /// Documents with a value that is none, with what the point says then.
  static let unusable: [(text: String, reason: String)] = [
    (#"{"temperature": NaN}"#, "not-a-number"), (#"{"temperature": 1e400}"#, "not-a-number"),
    (#"{"temperature": -1e400}"#, "not-a-number"), (#"{"temperature": "nan"}"#, "not-a-number"),
    (#"{"temperature": "warm"}"#, "undecodable"), (#"{"temperature": ""}"#, "undecodable"),
    (#"{"temperature": [20]}"#, "undecodable"), (#"{"temperature": {"value": 20}}"#, "undecodable"),
    (#"{"temperature": true}"#, "undecodable"), (#"{"temperature": null}"#, "sensor-fault"),
    (#"{"temperature": 1e308}"#, "out-of-range"), (#"{"temperature": 123456789012345678901234567890}"#, "out-of-range"),
  ]

  @Test func whatCannotBeReadIsKeptWithItsReason() throws {
    let scene = try Scene()
    let publisher = try RawInputPublisher(port: scene.broker.port)
    let before = try scene.messages("received_total")
    for (payload, _) in Self.unreadable { try publisher.publish("test/c1/climate", payload) }
    try publisher.settle()
    try scene.waitUntilReceived(before + Self.unreadable.count)
    try scene.service.wait(upTo: 120, for: "the count") {
      try scene.messages("rejected_total") == Self.unreadable.count
    }
    let letters = try #require(try scene.unassigned()["dead_letters"] as? [[String: Any]])
    let reasons = letters.filter { $0["topic"] as? String == "test/c1/climate" }.map { $0["reason"] as? String ?? "" }
    #expect(reasons.count == Self.unreadable.count)
    for (index, (_, reason)) in Self.unreadable.enumerated() where index < reasons.count {
      #expect(reasons[index] == reason, "payload \(index)")
    }
    #expect(try scene.point("climate/temperature")?["reason"] as? String == "undecodable")
    #expect(try scene.point("climate/temperature")?["quality"] as? String == "bad")
    let table = try scene.service.run(["devices", "--unassigned", "--lang", "en"])
    #expect(table.code == 0 && table.output.contains("nested too deeply"))
    try scene.expectAPressToRaise(publisher)
  }

  @Test func whatIsNoValueMakesThePointBad() throws {
    let scene = try Scene()
    let publisher = try RawInputPublisher(port: scene.broker.port)
    for (text, reason) in Self.unusable {
      // A good one in between, so that each answer is its own.
      try publisher.publish("test/c1/climate", Array(#"{"temperature": "20.5"}"#.utf8))
      try publisher.settle()
      try scene.service.wait(upTo: 120, for: "a number written as text") {
        let point = try scene.point("climate/temperature")
        return point?["quality"] as? String != "bad" && point?["value"] as? Double == 20.5
      }
      try publisher.publish("test/c1/climate", Array(text.utf8))
      try publisher.settle()
      try scene.service.wait(upTo: 120, for: "\(text) to be \(reason)") {
        let point = try scene.point("climate/temperature")
        return point?["quality"] as? String == "bad" && point?["reason"] as? String == reason
      }
    }
    #expect(try scene.messages("rejected_total") == 0)
    #expect(try scene.service.alerts().allSatisfy { $0["rule"] as? String != "cold" })
    let history = try #require(try scene.service.json(["history", "climate/temperature"]) as? [[String: Any]])
    #expect(history.count == 2 * Self.unusable.count)
    try scene.expectAPressToRaise(publisher)
  }

  @Test func hugePayloadsAreCountedAndForgotten() throws {
    let scene = try Scene()
    let publisher = try RawInputPublisher(port: scene.broker.port)
    try publisher.publish("test/c1/climate", Array(#"{"temperature": 20.5}"#.utf8))
    try publisher.settle()
    try scene.service.wait(upTo: 120, for: "the reading") {
      try scene.point("climate/temperature")?["value"] as? Double == 20.5
    }
    let memory = try scene.residentMemory()
    // Above what is decoded (1 MiB), above what is taken in (16 MiB), and the longest that MQTT can say, which the broker keeps to itself.
    try publisher.publish(
      "test/c1/climate",
      Array(#"{"temperature": 1, "x": ""#.utf8) + [UInt8](repeating: 65, count: 2 << 20) + Array("\"}".utf8))
    try publisher.publishZeros("test/c1/climate", count: 20_000_000)
    try publisher.publishZeros("test/c1/climate", count: 268_435_455 - 100)
    try scene.service.wait(upTo: 120, for: "two rejected messages") { try scene.messages("rejected_total") == 2 }
    try scene.expectAPressToRaise(publisher)
    #expect(try scene.messages("rejected_total") == 2 && scene.messages("received_total") == 4)
    // What could not be read is the point's newest word, and has no value.
    #expect(try scene.point("climate/temperature")?["quality"] as? String == "bad")
    #expect(try scene.point("climate/temperature")?["value"] as? Double == nil)
    let after = try scene.residentMemory()
    #expect(after - memory < 80_000, "\(memory) KiB before, \(after) KiB after")
    let letters = try #require(try scene.unassigned()["dead_letters"] as? [[String: Any]])
    #expect(letters.contains { ($0["reason"] as? String)?.contains("over the limit") == true })
  }

  @Test func aHundredThousandStrangeTopicsFindNoRoom() throws {
    let scene = try Scene()
    let publisher = try RawInputPublisher(port: scene.broker.port)
    let count = 100_000
    // Half of them look like a button that nobody has configured.
    for number in 0..<2_000 { try publisher.publish("test/x\(number)/button", Array(#"{"press":"single"}"#.utf8)) }
    for number in 0..<2_000 { try publisher.publish("test/strange/\(number)", Array("5".utf8)) }
    try publisher.settle()
    try scene.waitUntilReceived(4_000)
    let memory = try scene.residentMemory()
    for number in 2_000..<count / 2 {
      try publisher.publish("test/x\(number)/button", Array(#"{"press":"single"}"#.utf8))
      try publisher.publish("test/strange/\(number)", Array("5".utf8))
    }
    try publisher.settle()
    try scene.waitUntilReceived(count)
    try scene.expectAPressToRaise(publisher)
    let after = try scene.residentMemory()
    #expect(after - memory < 60_000, "\(memory) KiB before, \(after) KiB after")
    let found = try scene.unassigned()
    #expect((found["discovered"] as? [[String: Any]])?.count == 1_000)
    #expect((found["unknown_topics"] as? [[String: Any]])?.count == 1_000)
    let devices = try #require(try scene.status()["devices"] as? [String: Any])
    #expect(devices["unassigned"] as? Int == 1_000)
    #expect(try scene.messages("dropped_total") == 0)
    #expect(scene.service.stop() == 0)
  }
}
