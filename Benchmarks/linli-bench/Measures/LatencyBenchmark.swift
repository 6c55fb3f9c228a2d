// From the publishing of a button press to the webhook at its receiver, while other devices publish 20,000 messages a
// second; beside the delivery of the same press to a subscriber that does nothing, and a plain sync of the same disk: an alert
// waits for two, the journal's and the database's.
import Foundation
import TestSupport

struct LatencyBenchmark {
  private let settings: BenchmarkSettings

  private static let background = 20_000
  private static let pressEvery = 0.05

  init(_ settings: BenchmarkSettings) { self.settings = settings }

  func run() throws -> [Figure] {
    let hook = try WebhookReceiver()
    defer { hook.stop() }
    guard let hookPort = URL(string: hook.url)?.port else { throw BenchmarkFailure("no receiver") }
    let service = try ServiceUnderTest { try Site().write(to: $0, brokerPort: $1, hookPort: hookPort) }
    try service.linli.start()
    let presser = try MQTTSocket(port: service.port, clientID: "bench-presser")
    try presser.subscribe("bench/+/button")
    presser.notesDeliveries = true
    try press(presser, count: 20)  // connections and caches warm
    _ = wait(for: 20, at: hook)
    let quiet = try delays(presser, hook, seconds: min(Double(settings.seconds), 5))
    let load = try Load(port: service.port, rate: Self.background, seconds: Double(settings.seconds) + 3)
    usleep(2_000_000)
    let probe = try SyncProbe()
    let busy = try delays(presser, hook, seconds: Double(settings.seconds))
    let syncs = probe.stop()
    let outcome = try load.outcome()
    print("publish → webhook, \(Self.background) messages/s in the background:\n" + busy.webhooks.text)
    return figures(quiet, "alone", goal: false) + figures(busy, "with a load", goal: true) + [
      Figure(
        .latency, "publish → webhook with a load, in syncs, p50", busy.webhooks.percentile(0.5) * 1000, "ms",
        to: .init("a plain sync, p50", syncs.percentile(0.5) * 1000)),
      Figure(
        .latency, "publish → webhook with a load, in syncs, p99", busy.webhooks.percentile(0.99) * 1000, "ms",
        to: .init("a plain sync, p99", syncs.percentile(0.99) * 1000)),
      Figure(
        .latency, "background", Double(outcome.published) / outcome.seconds, "messages/s",
        to: .init("wanted", Double(Self.background))),
    ]
  }

  private struct Delays {
    var webhooks: LatencyHistogram
    /// Of the bare subscriber.
    var deliveries: LatencyHistogram
    var pressed: Int
  }

  private func figures(_ delays: Delays, _ what: String, goal: Bool) -> [Figure] {
    func figure(_ name: String, _ part: Double, _ limit: Double? = nil) -> Figure {
      Figure(
        .latency, "publish → webhook \(what), \(name)", delays.webhooks.percentile(part) * 1000, "ms",
        to: .init("→ bare subscriber", delays.deliveries.percentile(part) * 1000),
        goal ? limit.map(Figure.Goal.atMost) : nil)
    }
    return [
      Figure(
        .latency, "\(what), presses without webhook", Double(delays.pressed) - Double(delays.webhooks.count), "",
        .atMost(0)),
      figure("p50", 0.5, 3), figure("p90", 0.9), figure("p99", 0.99, 10), figure("p99.9", 0.999), figure("maximum", 1),
    ]
  }

  /// Presses the buttons in turn; when each press of a button left, seconds since 1970, by device and in order.
  @discardableResult
  private func press(_ socket: MQTTSocket, count: Int) throws -> (byDevice: [String: [Double]], all: [Double]) {
    var times: [String: [Double]] = [:]
    var all: [Double] = []
    var next = Clocks.wall()
    for number in 0..<count {
      let button = number % Site.buttons
      all.append(Clocks.realTime())
      times["button-\(button)/press", default: []].append(all[number])
      socket.publish(
        .init(topic: Array("bench/b\(button)/button".utf8), payload: Array("{\"press\": \"single\"}".utf8)))
      try socket.flush()
      next += Self.pressEvery
      while Clocks.wall() < next { try socket.receive(milliseconds: max(1, Int((next - Clocks.wall()) * 1000))) }
    }
    return (times, all)
  }

  /// From each press to its first webhook.
  private func delays(_ socket: MQTTSocket, _ hook: WebhookReceiver, seconds: Double) throws -> Delays {
    let before = hook.deliveries.count
    let known = Set(hook.deliveries.compactMap { $0.labels["alert_id"] })
    let deliveredBefore = socket.deliveries.count
    let count = Int(seconds / Self.pressEvery)
    let pressed = try press(socket, count: count)
    let deliveries = wait(for: known.count + count, at: hook).dropFirst(before)
    try socket.receive(milliseconds: 100)
    var arrivals: [String: [Double]] = [:]
    var seen = known
    for delivery in deliveries {
      guard let id = delivery.labels["alert_id"], let subject = delivery.labels["subject"],
        seen.insert(id).inserted
      else { continue }
      arrivals[subject, default: []].append(delivery.receivedAt)
    }
    let webhooks = pressed.byDevice.flatMap { subject, times in
      zip(times, arrivals[subject, default: []]).map { $1 - $0 }
    }
    let bare = zip(pressed.all, socket.deliveries.dropFirst(deliveredBefore)).map { $1 - $0 }
    return Delays(webhooks: LatencyHistogram(webhooks), deliveries: LatencyHistogram(bare), pressed: count)
  }

  /// All deliveries once those of so many alerts have come, or after ten seconds.
  private func wait(for alerts: Int, at hook: WebhookReceiver) -> [WebhookReceiver.Delivery] {
    let deadline = Clocks.wall() + 10
    while Clocks.wall() < deadline {
      if Set(hook.deliveries.compactMap { $0.labels["alert_id"] }).count >= alerts { break }
      usleep(100_000)
    }
    return hook.deliveries
  }
}
