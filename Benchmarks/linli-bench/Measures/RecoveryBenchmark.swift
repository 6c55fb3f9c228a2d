// SIGKILL under load, then the time until the service has read its configuration, taken the journal in again and answers.
import Foundation
import TestSupport

struct RecoveryBenchmark {
  private let seconds: Int

  init(_ settings: BenchmarkSettings) { seconds = min(settings.seconds, 10) }

  func run() throws -> [Figure] {
    let example = try measure("example community", simulated: true, goal: 1) {
      try ExampleCommunity.write(to: $0, brokerPort: $1)
    }
    let large = try measure("20,000 devices, 100,000 points", simulated: false, goal: 1) {
      try Site(devices: 20_000).write(to: $0, brokerPort: $1)
    }
    return example + large
  }

  private func measure(
    _ what: String, simulated: Bool, goal: Double?, configure: (URL, Int) throws -> Void
  ) throws -> [Figure] {
    let service = try ServiceUnderTest(configure: configure)
    let empty = Clocks.wall()
    try service.linli.start()
    let firstStart = Clocks.wall() - empty
    let load = try startLoad(service, simulated: simulated)
    usleep(UInt32(seconds) * 1_000_000)
    let journal = try service.status().journal.bytes
    service.linli.kill()
    let began = Clocks.wall()
    try service.linli.start(connected: false)
    let answered = Clocks.wall() - began
    load.kill()
    return [
      Figure(.recovery, "\(what): journal", Double(journal) / 1_048_576, "MiB"),
      Figure(.recovery, "\(what): first start, empty", firstStart, "s"),
      Figure(.recovery, "\(what): kill -9 to answering", answered, "s", atMost: goal),
    ]
  }

  private func startLoad(_ service: ServiceUnderTest, simulated: Bool) throws -> Child {
    if simulated {
      return try Child(
        try Executables.besides("linli"), ["simulate", "--config", service.config.path, "--rate", "10000", "--quiet"],
        discardsOutput: true)
    }
    return try Child(
      Executables.own.path,
      ["publish", "--port", "\(service.broker.port)", "--rate", "10000", "--seconds", "600", "--devices", "20000"],
      discardsOutput: true)
  }
}
