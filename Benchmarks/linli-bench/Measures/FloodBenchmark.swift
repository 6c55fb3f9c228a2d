// The rate that the service keeps up with, every message synced before its acknowledgement: through a broker, beside what
// the same broker delivers to a client that only counts; and flooded by a server directly, beside bare libmosquitto.
import Foundation
import TestSupport

struct FloodBenchmark {
  private let seconds: Double

  init(_ settings: BenchmarkSettings) { seconds = Double(min(settings.seconds, 10)) }

  func run() throws -> [Figure] { try throughBroker() + direct() }

  // MARK: - Through a broker

  private func throughBroker() throws -> [Figure] {
    let service = try ServiceUnderTest { try Site().write(to: $0, brokerPort: $1) }
    let counter = try Child(["count", "--port", "\(service.port)"])
    usleep(300_000)
    _ = try Load(port: service.port, rate: 0, seconds: seconds).outcome()
    let words = try counter.finish().split(separator: " ").compactMap { Double($0.trimmingCharacters(in: .newlines)) }
    guard words.count == 2, words[1] > 0 else { throw BenchmarkFailure("the counter failed") }

    try service.linli.start()
    let start = Clocks.wall()
    let load = try Load(port: service.port, rate: 0, seconds: seconds).outcome()
    let end = try service.wait(forMessages: load.published, upTo: 60)
    let rate = Double(load.published - max(0, end.missing)) / (Clocks.wall() - start)
    return [
      Figure(
        .flood, "through a broker: linli serve, synced", rate, "messages/s",
        to: .init("a counting client", words[0] / words[1]), .ratioAtLeast(1)),
      Figure(.flood, "through a broker: lost", Double(max(0, end.missing)), "messages", .atMost(0)),
    ]
  }

  // MARK: - Directly

  private struct Outcome {
    var rate: Double
    /// µs of CPU a message.
    var cost: Double
  }

  private func direct() throws -> [Figure] {
    let library = try bare("count-library")
    let connection = try bare("count-connection")
    let port = try LoopbackPort()
    let server = try startServer(port)
    let service = try ServiceUnderTest(brokerPort: port.number) { try Site().write(to: $0, brokerPort: $1) }
    try service.linli.start(connected: false)
    let whole = try outcome(of: server, client: service.linli.pid)
    server.kill()
    func figures(_ what: String, _ outcome: Outcome, _ goal: Figure.Goal?) -> [Figure] {
      [
        Figure(
          .flood, "directly: \(what)", outcome.rate, "messages/s", to: .init("libmosquitto alone", library.rate), goal),
        Figure(
          .flood, "directly: \(what), CPU", outcome.cost, "µs/message", to: .init("libmosquitto alone", library.cost)),
      ]
    }
    return figures("linli's connection alone", connection, nil) + figures("linli serve, synced", whole, nil)
  }

  private func bare(_ client: String) throws -> Outcome {
    let port = try LoopbackPort()
    let server = try startServer(port)
    let child = try Child([client, "--port", "\(port.number)"])
    defer {
      server.kill()
      child.kill()
    }
    return try outcome(of: server, client: child.pid)
  }

  private func startServer(_ port: LoopbackPort) throws -> Child {
    let server = try Child(["flood-server", "--port", "\(port.number)", "--seconds", "\(seconds)"])
    guard server.line() == "listening" else { throw BenchmarkFailure("the flood server failed") }
    return server
  }

  private func outcome(of server: Child, client: Int32) throws -> Outcome {
    guard server.line() == "warm" else { throw BenchmarkFailure("the flood server failed") }
    let before = ProcessFigures(pid: client).cpu
    let numbers = try server.numbers()
    guard numbers.count == 2, numbers[0] > 0 else { throw BenchmarkFailure("the flood server failed") }
    return Outcome(
      rate: numbers[0] / numbers[1], cost: (ProcessFigures(pid: client).cpu - before) / numbers[0] * 1e6)
  }
}
