// SIGKILL under load, then the time until the service has read its configuration, taken the journal in again and a press of
// a button becomes a webhook.
import Foundation
import TestSupport

struct RecoveryBenchmark {
  private let seconds: Int

  init(_ settings: BenchmarkSettings) { seconds = min(settings.seconds, 10) }

  func run() throws -> [Figure] {
    let hook = try WebhookReceiver()
    defer { hook.stop() }
    guard let hookPort = URL(string: hook.url)?.port else { throw BenchmarkFailure("no receiver") }
    return try measure("1,000 devices, 5,000 points", devices: 1_000, hook, hookPort)
      + measure("20,000 devices, 100,000 points", devices: 20_000, hook, hookPort)
  }

  private func measure(_ what: String, devices: Int, _ hook: WebhookReceiver, _ hookPort: Int) throws -> [Figure] {
    let service = try ServiceUnderTest {
      try Site(devices: devices).write(to: $0, brokerPort: $1, hookPort: hookPort)
    }
    let empty = Clocks.wall()
    try service.linli.start(connected: false)
    let firstStart = Clocks.wall() - empty
    let load = try Child([
      "publish", "--port", "\(service.port)", "--rate", "10000", "--seconds", "600", "--devices", "\(devices)",
    ])
    usleep(UInt32(seconds) * 1_000_000)
    let before = try service.status()
    let presser = try MQTTSocket(port: service.port, clientID: "bench-presser")
    service.linli.kill()
    let received = hook.deliveries.count
    let (began, beganAt) = (Clocks.wall(), Clocks.realTime())
    // The press waits at the broker, as one in the night of a power failure would.
    presser.publish(.init(topic: Array("bench/b7/button".utf8), payload: Array("{\"press\": \"single\"}".utf8)))
    try presser.flush()
    try service.linli.start(connected: false)
    let answered = Clocks.wall() - began
    while hook.deliveries.count == received, Clocks.wall() - began < 30 { usleep(2_000) }
    let alerting = hook.deliveries.count > received ? hook.deliveries[received].receivedAt - beganAt : .infinity
    load.kill()
    return [
      Figure(.recovery, "\(what): journal", Double(before.journal.bytes) / 1_048_576, "MiB"),
      Figure(.recovery, "\(what): kill -9 to answering", answered, "s", to: .init("first start, empty", firstStart)),
      Figure(
        .recovery, "\(what): kill -9 to the webhook of a press", alerting, "s",
        to: .init("first start, empty", firstStart), .atMost(1)),
    ]
  }
}
