// Resident memory: of the whole service after a load has filled its rings, with 5,000 and with 100,000 devices; and of
// decoder and core alone, what each further point, device and rule adds.
import Foundation
import TestSupport

struct MemoryBenchmark {
  /// A point's ring as plain arrays of time and value would hold it, bytes.
  private static let plainRing = 64.0 * 16
  private let seconds: Int

  init(_ settings: BenchmarkSettings) { seconds = settings.seconds }

  func run() throws -> [Figure] {
    var figures: [Figure] = []
    figures += try service("example community") { try ExampleCommunity.write(to: $0, brokerPort: $1) }
    figures += try service("5,000 devices, 25,000 points, 100 rules", devices: 5_000, goal: 60) {
      try Site(devices: 5_000).write(to: $0, brokerPort: $1)
    }
    figures += try service("100,000 devices, 500,000 points, 100 rules", devices: 100_000) {
      try Site(devices: 100_000).write(to: $0, brokerPort: $1)
    }
    return try figures + marginal()
  }

  // MARK: - The whole service

  /// - Parameter devices: of a `Site`; nil: the simulator plays the example community.
  private func service(
    _ what: String, devices: Int? = nil, goal: Double? = nil, configure: (URL, Int) throws -> Void
  ) throws -> [Figure] {
    let service = try ServiceUnderTest(configure: configure)
    let began = Clocks.wall()
    try service.linli.start()
    let ready = Clocks.wall() - began
    let start = service.figures.resident
    if let devices {
      _ = try Load(port: service.port, rate: 20_000, seconds: Double(seconds), devices: devices).outcome()
    } else {
      let load = try LinliProcess.run([
        "simulate", "--config", service.config.path, "--rate", "5000", "--for", "\(seconds)s", "--quiet",
      ])
      guard load.code == 0 else { throw BenchmarkFailure(load.error) }
    }
    usleep(1_000_000)
    let status = try service.status()
    let plain = Double(status.points) * Self.plainRing / 1_048_576
    let rings = Figure.Reference("64 readings of 16 bytes a point", plain)
    return [
      Figure(.memory, "\(what): start to first answer", ready, "s"),
      Figure(.memory, "\(what): resident at start", start / 1_048_576, "MiB", to: rings),
      Figure(
        .memory, "\(what): resident under load", service.figures.resident / 1_048_576, "MiB", to: rings,
        goal.map(Figure.Goal.atMost)),
      Figure(.memory, "\(what): of it not code", service.figures.anonymous / 1_048_576, "MiB", to: rings),
      Figure(.memory, "\(what): resident at most", service.figures.residentMaximum / 1_048_576, "MiB", to: rings),
    ]
  }

  // MARK: - What each further one adds

  private struct Footing {
    var points: Double
    var instances: Double
    var empty: Double
    var full: Double
  }

  private func marginal() throws -> [Figure] {
    let base = try footing(Site(devices: 5_000))
    let points = try footing(Site(devices: 5_000, furtherPoints: 5))
    let devices = try footing(Site(devices: 10_000))
    let rules = try footing(Site(devices: 5_000, furtherRules: 1_800))
    let ring = Figure.Reference("64 readings of 16 bytes", Self.plainRing)
    return [
      Figure(.memory, "core alone, 25,000 points", base.full / 1_048_576, "MiB"),
      Figure(
        .memory, "each further point, its ring full", (points.full - base.full) / (points.points - base.points),
        "bytes", to: ring, .atMost(1_024)),
      Figure(
        .memory, "…before its first reading", (points.empty - base.empty) / (points.points - base.points), "bytes"),
      Figure(
        .memory, "each further device with five points under five rules", (devices.full - base.full) / 5_000, "bytes",
        to: .init("five such rings", 5 * Self.plainRing)),
      Figure(
        .memory, "each further rule", (rules.full - base.full) / 1_800, "bytes", to: ring, .atMost(1_024)),
    ]
  }

  private func footing(_ site: Site) throws -> Footing {
    let folder = try TemporaryDirectory("linli-bench-footprint")
    try site.write(to: folder.url, brokerPort: 1)
    let numbers = try Child(["footprint", "--config", folder.path]).numbers()
    guard numbers.count == 4 else { throw BenchmarkFailure("the footprint failed") }
    return Footing(points: numbers[0], instances: numbers[1], empty: numbers[2], full: numbers[3])
  }
}
