import Foundation
import Store
import Testing

/// Thousands of seeds: every run lets chance do its worst to a lane and then asks whether anything was lost, doubled or left
/// undone. `LINLI_SEEDS=n` runs so many, `LINLI_SEED=s` replays one; see docs/SIMULATION.md.
@Suite struct SimulationTests {
  static let environment = ProcessInfo.processInfo.environment
  static let seeds = environment["LINLI_SEEDS"].flatMap { Int($0) } ?? 50

  @Test func nothingIsLostOrDoubled() async throws {
    if let seed = Self.environment["LINLI_SEED"].flatMap({ UInt64($0) }) {
      try await SimulationRunner().run(seed: seed)
      return
    }
    let failures = try await SimulationRunner.sweep(seeds: 0..<UInt64(Self.seeds), mutant: .none)
    for failure in failures.prefix(5) { Issue.record(failure) }
  }
}

/// Runs seeds, one after the other on one database that is emptied in between.
final class SimulationRunner {
  struct Failure: Error, CustomStringConvertible {
    var seed: UInt64
    var description: String
  }

  private let folder: URL
  private let store: Store

  init() throws {
    let memory = "/dev/shm"
    let root = FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
    folder = URL(fileURLWithPath: root).appendingPathComponent("linli-simulation-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    store = try Store(path: folder.appendingPathComponent("linli.db").path)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// - Returns: hash of the trace.
  @discardableResult
  func run(seed: UInt64, mutant: Mutant = .none) async throws -> UInt64 {
    try await store.empty()
    let world = try World(
      seed: seed, mutant: mutant, store: store, directory: folder.appendingPathComponent("lane").path)
    do {
      try await world.run(steps: 300)
    } catch {
      throw Failure(
        seed: seed,
        description: "LINLI_SEED=\(seed), step \(world.trace.step): \(error)"
          + (world.ledger.inexact.map { " [inexact: \($0)]" } ?? "") + "\n\(world.trace.tail)")
    }
    return world.trace.hash
  }

  /// Runs all seeds on two workers.
  /// - Returns: what failed, at most about twenty.
  static func sweep(seeds: Range<UInt64>, mutant: Mutant) async throws -> [Failure] {
    let workers: UInt64 = 2
    return try await withThrowingTaskGroup(of: [Failure].self) { group in
      for worker in 0..<workers {
        group.addTask {
          let runner = try SimulationRunner()
          var failures: [Failure] = []
          for seed in stride(from: seeds.lowerBound + worker, to: seeds.upperBound, by: Int(workers)) {
            do { try await runner.run(seed: seed, mutant: mutant) } catch let failure as Failure {
              failures.append(failure)
              if failures.count >= 10 { break }
            }
          }
          return failures
        }
      }
      return try await group.reduce([], +).sorted { $0.seed < $1.seed }
    }
  }
}
