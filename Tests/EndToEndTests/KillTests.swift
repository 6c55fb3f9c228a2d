import Foundation
import Glibc
import TestSupport
import Testing

/// The promise of the project with the real program, a real broker and SIGKILL: every press of an emergency button becomes
/// exactly one alert and at least one webhook.
@Suite(.serialized)
struct KillTests {
  /// Deaths of the service while presses arrive. `LINLI_KILLS` sets another number.
  static let kills = ProcessInfo.processInfo.environment["LINLI_KILLS"].flatMap(Int.init) ?? 50
  static let buttons = 4

  @Test func everyPressIsOneAlertWhateverDiesWhen() async throws {
    let folder = try TemporaryDirectory()
    var options = MosquittoBroker.Options()
    options.maxInflightMessages = 200
    let broker = try MosquittoBroker(options)
    let hook = try WebhookReceiver()
    defer { hook.stop() }
    let port = try #require(URL(string: hook.url)?.port)
    let community = try TestCommunity(in: folder.url, brokerPort: broker.port, hookPort: port, buttons: Self.buttons)
    // Nobody answers: what repeats itself every five minutes would keep the outbox from ever being empty after hundreds of kills.
    try community.write("alerts.yaml", "repeat: {low: 1d}")
    let service = LinliProcess(config: community.config, data: community.data)
    try service.start()

    var random = SeededGenerator(seed: 20_261_123)
    let publishers = try (0..<Self.buttons).map {
      try MosquittoPublisher(port: broker.port, topic: "test/b\($0)/button")
    }
    var published = 0
    for _ in 0..<Self.kills {
      for _ in 0..<Int.random(in: 5...40, using: &random) {
        publishers[published % Self.buttons].publish(#"{"press":"single","number":\#(published)}"#)
        published += 1
      }
      // A random moment: in the middle of receiving, syncing, storing, notifying, or idle.
      usleep(UInt32.random(in: 0...60_000, using: &random))
      service.kill()
      try service.start(connected: Bool.random(using: &random))
    }
    for publisher in publishers { #expect(publisher.finish()) }

    var alerts: [[String: Any]] = []
    try service.wait(upTo: 300, for: "\(published) alerts", because: { "there are \(alerts.count)" }) {
      alerts = try service.alerts().filter { $0["rule"] as? String == "pressed" }
      return alerts.count >= published
    }
    try service.wait(upTo: 300, for: "an empty outbox") {
      let status = try service.json(["status"]) as? [String: Any]
      return (status?["outbox"] as? [String: Any])?["pending"] as? Int == 0
    }
    alerts = try service.alerts().filter { $0["rule"] as? String == "pressed" }
    let notified = Set(hook.deliveries.compactMap { $0.labels["alert_id"] })
    let missing = alerts.compactMap { $0["id"] as? String }.filter { !notified.contains($0) }
    print(
      "kills: \(Self.kills), presses: \(published), alerts: \(alerts.count), webhooks: \(hook.deliveries.count),",
      "alerts without webhook: \(missing.count), repeated deliveries: \(hook.doubledKeys.count)")
    #expect(alerts.count == published)
    #expect(missing.isEmpty)
    #expect(service.stop() == 0)
  }
}
