// The rate that the service keeps up with, every message synced before its acknowledgement, beside what the same broker
// delivers to a client that only counts.
import Foundation
import TestSupport

struct FloodBenchmark {
  private let seconds: Double

  init(_ settings: BenchmarkSettings) { seconds = Double(min(settings.seconds, 10)) }

  func run() throws -> [Figure] {
    let service = try ServiceUnderTest { try Site().write(to: $0, brokerPort: $1) }
    let counter = try Child(Executables.own.path, ["count", "--port", "\(service.broker.port)"])
    usleep(300_000)
    _ = try Load(port: service.broker.port, rate: 0, seconds: seconds).outcome()
    let words = try counter.finish().split(separator: " ").compactMap { Double($0.trimmingCharacters(in: .newlines)) }
    guard words.count == 2, words[1] > 0 else { throw BenchmarkFailure("the counter failed") }
    let reference = words[0] / words[1]

    try service.linli.start()
    let start = Clocks.wall()
    let load = try Load(port: service.broker.port, rate: 0, seconds: seconds).outcome()
    let end = try service.wait(forMessages: load.published, upTo: 60)
    let rate = Double(load.published - max(0, end.missing)) / (Clocks.wall() - start)
    return [
      Figure(.flood, "linli serve, synced before the acknowledgement", rate, "messages/s"),
      Figure(.flood, "a client that only counts", reference, "messages/s"),
      Figure(.flood, "ratio to the counting client", rate / reference, "×", atLeast: 1),
      Figure(.flood, "lost", Double(max(0, end.missing)), "messages", atMost: 0),
    ]
  }
}
