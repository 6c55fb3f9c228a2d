// Resident memory of the service after a load has filled its rings: the example community, the same with 5,000 devices,
// and a site of 5,000 devices with five points each under a hundred rules.
import Foundation
import TestSupport

struct MemoryBenchmark {
  private static let devices = 5_000
  private let seconds: Int

  init(_ settings: BenchmarkSettings) { seconds = settings.seconds }

  private struct Outcome {
    var start: Double
    var loaded: Double
    var points: Int
    var devices: Int
    var ready: Double
  }

  func run() throws -> [Figure] {
    let example = try measure(simulated: true) { try ExampleCommunity.write(to: $0, brokerPort: $1) }
    let copies = try measure(simulated: true) { folder, port in
      try ExampleCommunity.write(to: folder, brokerPort: port)
      let answer = try LinliProcess.run([
        "simulate", "--config", folder.path, "--devices", "\(Self.devices)", "--write-devices",
        folder.appendingPathComponent("devices.new").path,
      ])
      guard answer.code == 0 else { throw BenchmarkFailure(answer.error) }
      let file = folder.appendingPathComponent("devices.yaml")
      try FileManager.default.removeItem(at: file)
      try FileManager.default.moveItem(at: folder.appendingPathComponent("devices.new"), to: file)
    }
    let site = try measure(simulated: false) { try Site(devices: Self.devices).write(to: $0, brokerPort: $1) }
    return figures(example, "example community", goal: nil) + figures(copies, "5,000 copied devices", goal: nil)
      + figures(site, "5,000 devices, 25,000 points, 100 rules", goal: 60) + [
        Figure(
          .memory, "each further point, with its part of device and rules",
          (site.loaded - example.loaded) / Double(site.points - example.points), "bytes", atMost: 1_024)
      ]
  }

  private func figures(_ outcome: Outcome, _ what: String, goal: Double?) -> [Figure] {
    [
      Figure(.memory, "\(what): points", Double(outcome.points), ""),
      Figure(.memory, "\(what): start to first answer", outcome.ready, "s"),
      Figure(.memory, "\(what): resident at start", outcome.start / 1_048_576, "MiB"),
      Figure(.memory, "\(what): resident under load", outcome.loaded / 1_048_576, "MiB", atMost: goal),
    ]
  }

  private func measure(simulated: Bool, configure: (URL, Int) throws -> Void) throws -> Outcome {
    let service = try ServiceUnderTest(configure: configure)
    let began = Clocks.wall()
    try service.linli.start()
    let ready = Clocks.wall() - began
    let start = service.figures.resident
    if simulated {
      let load = try LinliProcess.run([
        "simulate", "--config", service.config.path, "--rate", "5000", "--for", "\(seconds)s", "--quiet",
      ])
      guard load.code == 0 else { throw BenchmarkFailure(load.error) }
    } else {
      _ = try Load(
        port: service.broker.port, rate: 20_000, seconds: Double(seconds), devices: Self.devices
      ).outcome()
    }
    usleep(1_000_000)
    let status = try service.status()
    return Outcome(
      start: start, loaded: service.figures.resident, points: status.points, devices: status.devices.total,
      ready: ready)
  }
}
