// CPU time a message of the whole service through a real broker, beside `mosquitto_sub` that prints the same messages to
// /dev/null: both at once, so that both meet the same disturbances.
import Foundation
import TestSupport

struct ServiceBenchmark {
  private let settings: BenchmarkSettings

  init(_ settings: BenchmarkSettings) { self.settings = settings }

  func run() throws -> [Figure] {
    let service = try ServiceUnderTest { try Site().write(to: $0, brokerPort: $1) }
    try service.linli.start()
    let printers = try [["-F", "%j"], ["-v"]].map { format in
      try Child(
        "/usr/bin/mosquitto_sub",
        ["-h", "127.0.0.1", "-p", "\(service.port)", "-q", "1", "-t", "bench/#"] + format,
        discardsOutput: true)
    }
    defer { printers.forEach { $0.kill() } }
    // Every topic seen once, buffers grown.
    let warmUp = try Load(port: service.port, rate: settings.rate, seconds: 2).outcome()
    _ = try service.wait(forMessages: warmUp.published, upTo: 30)
    usleep(500_000)

    let before = service.figures
    let printersBefore = printers.map { ProcessFigures(pid: $0.pid).cpu }
    let load = try Load(port: service.port, rate: settings.rate, seconds: Double(settings.seconds)).outcome()
    let lag = load.published + warmUp.published - (try service.status().messages.received_total)
    let end = try service.wait(forMessages: load.published + warmUp.published, upTo: 60)
    usleep(500_000)
    let after = service.figures
    let count = Double(load.published)
    let printed = zip(printers, printersBefore).map { (ProcessFigures(pid: $0.pid).cpu - $1) / count * 1e6 }
    let cost = (after.cpu - before.cpu) / count * 1e6
    var figures = [
      Figure(
        .service, "rate taken in, QoS 1, synced", (count - Double(max(0, lag))) / load.seconds, "/s",
        to: .init("rate published", count / load.seconds)),
      Figure(
        .service, "linli serve, CPU", cost, "µs/message", to: .init("mosquitto_sub -F %j to /dev/null", printed[0]),
        .ratioAtMost(0.7)),
      Figure(.service, "linli serve, CPU", cost, "µs/message", to: .init("mosquitto_sub -v to /dev/null", printed[1])),
      Figure(
        .service, "of it in the kernel", (after.system - before.system) / count * 1e6, "µs/message",
        to: .init("linli serve", cost)),
    ]
    let threads = after.threads.map { ($0.key, $0.value - before.threads[$0.key, default: 0]) }.sorted { $0.1 > $1.1 }
    figures += threads.prefix(4).map {
      Figure(.service, "thread \($0.0)", $0.1 / count * 1e6, "µs/message", to: .init("linli serve", cost))
    }
    figures += [
      Figure(.service, "behind at the end of the load", Double(max(0, lag)), "messages"),
      Figure(.service, "lost", Double(max(0, end.missing)), "messages", .atMost(0)),
      Figure(.service, "resident memory", after.resident / 1_048_576, "MiB"),
    ]
    return figures
  }
}
