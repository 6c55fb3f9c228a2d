// What decoder and core with their configuration take in memory: in a process of its own, because a process that has once
// grown does not shrink.
import App
import ArgumentParser
import CMemory
import ConfigFile
import Foundation
import Pipeline

/// `linli-bench footprint`: prints points, rules and the resident bytes before and after every point's ring is full.
struct Footprint: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Loads a site and fills its rings.", shouldDisplay: false)

  /// More readings of each point than its ring holds.
  private static let rounds = 70

  @Option var config: String

  func run() throws {
    linli_keep_large_arrays_apart()  // as linli serve does
    let loaded = LoadedConfiguration.load(directory: config)
    guard !loaded.hasErrors, let plan = loaded.lanes.first?.plan else {
      throw BenchmarkFailure(loaded.problems.map(\.description).joined(separator: "\n"))
    }
    let sensors = plan.devices.filter { $0.id.hasPrefix("sensor-") }.count
    let names = plan.profiles.first { $0.name == "bench-sensor" }?.points ?? []
    let payloads = (0..<251).map { round in
      let values = names.map { "\"\($0)\": \(20 + Double((round * 7) % 100) / 10)" }
      return Array("{\(values.joined(separator: ", "))}".utf8)
    }
    let core = CoreRun(
      plan: plan, topics: (0..<sensors).map { Array("bench/s\($0)/up".utf8) }, payloads: payloads, interval: 600_000)
    linli_return_freed_memory()
    let before = ProcessFigures(pid: getpid()).resident
    core.take(sensors * Self.rounds)
    let after = ProcessFigures(pid: getpid()).resident
    // The configuration stays alive as in the service, which answers from it.
    withExtendedLifetime(loaded) {
      print("\(plan.points.count) \(plan.rules.map(\.instances.count).reduce(0, +)) \(before) \(after)")
    }
  }
}
