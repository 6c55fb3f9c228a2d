import Foundation
import Glibc
import TestSupport
import Testing

/// Nothing is lost at a kill: every reading published with QoS 1 is in the history exactly once, whatever dies when.
@Suite(.serialized)
struct HistoryKillTests {
  /// Deaths of the service. `LINLI_KILLS` sets another number.
  static let kills = ProcessInfo.processInfo.environment["LINLI_KILLS"].flatMap(Int.init) ?? 30

  @Test func everyReadingIsInTheHistoryOnce() throws {
    let folder = try TemporaryDirectory()
    var options = MosquittoBroker.Options()
    options.maxInflightMessages = 200
    let broker = try MosquittoBroker(options)
    let community = try TestCommunity(in: folder.url, brokerPort: broker.port, hookPort: 9, buttons: 1)
    // A journal so small that a batch is due after some hundred messages: kills hit in the middle of them, too.
    let file = community.config.appendingPathComponent("linli.yaml")
    let text = try String(contentsOf: file, encoding: .utf8)
    try community.write("linli.yaml", text.replacingOccurrences(of: "{size: 64MiB}", with: "{size: 1MiB}"))
    let service = LinliProcess(config: community.config, data: community.data, environment: ["LINLI_PROFILES": ""])
    try service.start()
    let publisher = try MosquittoPublisher(port: broker.port, topic: "test/c1/climate")

    var random = SeededGenerator(seed: 20_261_125)
    var published = 0
    /// Unique and growing: thousandths of a degree, within the profile's range, which has room for 125,000. The padding fills
    /// the journal.
    let padding = String(repeating: "x", count: 200)
    let mostAtOnce = max(50, min(400, 180_000 / Self.kills))
    var flushes = 0
    for round in 0..<Self.kills {
      for _ in 0..<Int.random(in: 50...mostAtOnce, using: &random) {
        publisher.publish(#"{"temperature":\#(Double(published) / 1_000 - 40),"note":"\#(padding)"}"#)
        published += 1
      }
      usleep(UInt32.random(in: 0...80_000, using: &random))
      // Some deaths are gentle.
      if round % 7 == 3 { service.stop() } else { service.kill() }
      try service.start(connected: Bool.random(using: &random))
      if round % 5 == 4, let status = try service.json(["status"]) as? [String: Any],
        let history = status["history"] as? [String: Any], history["bytes"] as? Int ?? 0 > 0
      {
        flushes += 1
      }
    }
    #expect(publisher.finish())

    var values: [Int] = []
    try service.wait(upTo: 120, for: "\(published) readings", because: { "there are \(values.count)" }) {
      values = try Self.values(service)
      return values.count >= published
    }
    func check(_ life: String) {
      let missing = Set(0..<published).subtracting(values)
      #expect(
        missing.isEmpty && values.count == published, "\(life): \(values.count) of \(published), missing \(missing)")
      #expect(values == values.sorted(), "\(life): out of order")
    }
    check("after the kills")
    let status = try #require(try service.json(["status"]) as? [String: Any])
    let history = try #require(status["history"] as? [String: Any])
    #expect(history["lost_messages"] as? Int == 0)
    // What a clean stop wrote is there for a new life that reads no journal.
    #expect(service.stop() == 0)
    try FileManager.default.removeItem(at: community.data.appendingPathComponent("lanes"))
    try service.start()
    values = try Self.values(service)
    check("from the blocks alone")
    print(
      "kills: \(Self.kills), readings: \(published), in the history: \(values.count), looks with blocks: \(flushes)")
    #expect(service.stop() == 0)
  }

  /// The numbers that the readings carry, by time.
  private static func values(_ service: LinliProcess) throws -> [Int] {
    let asked = ["history", "climate/temperature", "--since", "1d", "--limit", "1000000"]
    let rows = try service.json(asked) as? [[String: Any]] ?? []
    return rows.compactMap { ($0["value"] as? Double).map { Int((($0 + 40) * 1_000).rounded()) } }
  }
}
