// From the publishing of a button press to the webhook at its receiver, while other devices publish 20,000 messages a second.
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
    let presser = try MQTTSocket(port: service.broker.port, clientID: "bench-presser")
    try press(presser, count: 20)  // connections and caches warm
    _ = wait(for: 20, at: hook)
    let quiet = try delays(presser, hook, seconds: min(Double(settings.seconds), 5))
    let load = try Load(port: service.broker.port, rate: Self.background, seconds: Double(settings.seconds) + 3)
    usleep(2_000_000)
    let busy = try delays(presser, hook, seconds: Double(settings.seconds))
    let outcome = try load.outcome()
    print(Histogram(busy.found).text)
    return figures(quiet, "alone", goal: false) + figures(busy, "with a load", goal: true) + [
      Figure(.latency, "background", Double(outcome.published) / outcome.seconds, "messages/s")
    ]
  }

  private func figures(_ delays: (found: [Double], pressed: Int), _ what: String, goal: Bool) -> [Figure] {
    let sorted = delays.found.sorted()
    func percentile(_ part: Double) -> Double {
      sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))] * 1000
    }
    return [
      Figure(.latency, "\(what), presses", Double(delays.pressed), ""),
      Figure(.latency, "\(what), without webhook", Double(delays.pressed - delays.found.count), "", atMost: 0),
      Figure(.latency, "\(what), p50", percentile(0.5), "ms", atMost: goal ? 3 : nil),
      Figure(.latency, "\(what), p90", percentile(0.9), "ms"),
      Figure(.latency, "\(what), p99", percentile(0.99), "ms", atMost: goal ? 10 : nil),
      Figure(.latency, "\(what), maximum", percentile(1), "ms"),
    ]
  }

  /// Presses the buttons in turn; when each press of a button left, seconds since 1970.
  @discardableResult
  private func press(_ socket: MQTTSocket, count: Int) throws -> [String: [Double]] {
    var times: [String: [Double]] = [:]
    var next = Clocks.wall()
    for number in 0..<count {
      let button = number % Site.buttons
      times["button-\(button)/press", default: []].append(Date().timeIntervalSince1970)
      socket.publish(
        .init(topic: Array("bench/b\(button)/button".utf8), payload: Array("{\"press\": \"single\"}".utf8)))
      try socket.flush()
      next += Self.pressEvery
      while Clocks.wall() < next { try socket.receive(milliseconds: max(1, Int((next - Clocks.wall()) * 1000))) }
    }
    return times
  }

  /// Seconds from each press to its first webhook.
  private func delays(
    _ socket: MQTTSocket, _ hook: WebhookReceiver, seconds: Double
  ) throws -> (found: [Double], pressed: Int) {
    let before = hook.deliveries.count
    let known = Set(hook.deliveries.compactMap { $0.labels["alert_id"] })
    let count = Int(seconds / Self.pressEvery)
    let pressed = try press(socket, count: count)
    let deliveries = wait(for: known.count + count, at: hook).dropFirst(before)
    var arrivals: [String: [Double]] = [:]
    var seen = known
    for delivery in deliveries {
      guard let id = delivery.labels["alert_id"], let subject = delivery.labels["subject"],
        seen.insert(id).inserted
      else { continue }
      arrivals[subject, default: []].append(delivery.receivedAt)
    }
    let found = pressed.flatMap { subject, times in zip(times, arrivals[subject, default: []]).map { $1 - $0 } }
    return (found, count)
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

/// Delays in classes that double.
struct Histogram {
  private static let limits = [0.5, 1, 2, 3, 5, 10, 20, 50, 100, 1_000, 10_000]
  private let counts: [Int]

  /// - Parameter delays: seconds.
  init(_ delays: [Double]) {
    var counts = Array(repeating: 0, count: Self.limits.count + 1)
    for delay in delays { counts[Self.limits.firstIndex { delay * 1000 <= $0 } ?? Self.limits.count] += 1 }
    self.counts = counts
  }

  var text: String {
    let most = max(1, counts.max() ?? 1)
    let labels = Self.limits.map { "≤ \($0.formatted()) ms" } + ["more"]
    let width = labels.map(\.count).max() ?? 0
    return zip(labels, counts).filter { $0.1 > 0 }.map { label, count in
      let space = String(repeating: " ", count: width - label.count)
      return "  \(space)\(label)  \(String(repeating: "█", count: max(1, count * 50 / most))) \(count)"
    }.joined(separator: "\n")
  }
}
