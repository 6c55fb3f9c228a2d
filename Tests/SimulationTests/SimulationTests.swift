import Alerts
import Foundation
import Store
import Testing

/// Thousands of seeds: every run lets chance do its worst to a lane and then asks whether anything was lost, doubled or left
/// undone. `LINLI_SEEDS=n` runs so many, `LINLI_SEED=s` replays one; see docs/SIMULATION.md.
@Suite struct SimulationTests {
  static let environment = ProcessInfo.processInfo.environment
  static let seeds = environment["LINLI_SEEDS"].flatMap(range) ?? 0..<2_000
  /// Fewer runs need not meet everything.
  static let seedsForCoverage = 500

  /// `5000` or `5000-7500`.
  private static func range(_ text: String) -> Range<UInt64>? {
    let numbers = text.split(separator: "-").compactMap { UInt64($0) }
    guard let last = numbers.last, let first = numbers.count > 1 ? numbers.first : 0, first < last else { return nil }
    return first..<last
  }

  @Test func nothingIsLostOrDoubled() async throws {
    if let seed = Self.environment["LINLI_SEED"].flatMap({ UInt64($0) }) {
      try await SimulationRunner().run(seed: seed)
      return
    }
    let (failures, coverage) = try await SimulationRunner.sweep(seeds: Self.seeds, mutant: .none)
    for failure in failures.prefix(10) { Issue.record(failure) }
    if Self.environment["LINLI_SEEDS"] != nil { print(coverage.text) }
    guard failures.isEmpty, Self.seeds.count >= Self.seedsForCoverage else { return }
    #expect(coverage.missing.isEmpty, "never happened in \(coverage.runs) runs: \(coverage.missing)")
    #expect(coverage.exactRuns * 4 > coverage.runs && coverage.exactHistories * 2 > coverage.runs, "\(coverage.text)")
  }

  /// A known mistake in the production code is found, and soon.
  @Test(arguments: Mutant.allCases.filter { $0 != .none }) func aMutantIsFound(mutant: Mutant) async throws {
    let (failures, coverage) = try await SimulationRunner.sweep(seeds: 0..<300, mutant: mutant, mostFailures: 1)
    let found = try #require(failures.first, "\(mutant) survives \(coverage.runs) seeds")
    print("\(mutant): \(found.description.prefix(200))")
  }

  /// The same seed is the same run to the last step, on SQLite as on the database in memory.
  @Test func aSeedIsOneRun() async throws {
    let runner = try SimulationRunner()
    var hashes: Set<UInt64> = []
    for seed in UInt64(0)..<12 {
      let hash = try await runner.run(seed: seed, database: .memory)
      let again = try await runner.run(seed: seed, database: .memory)
      let onDisk = try await runner.run(seed: seed, database: .sqlite)
      #expect(again == hash && onDisk == hash, "seed \(seed)")
      hashes.insert(hash)
    }
    #expect(hashes.count == 12)
  }
}

/// Runs seeds, one after the other.
final class SimulationRunner {
  struct Failure: Error, CustomStringConvertible {
    var seed: UInt64
    var description: String
  }

  /// Under the alert desk.
  enum Database { case memory, sqlite }

  /// Every so-manieth seed runs on SQLite.
  static let sqliteEvery: UInt64 = 16

  private let folder: URL
  private let store: Store
  private(set) var coverage = Coverage()

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
  func run(seed: UInt64, mutant: Mutant = .none, database: Database? = nil) async throws -> UInt64 {
    let isOnDisk = database.map { $0 == .sqlite } ?? (seed % Self.sqliteEvery == 0)
    if isOnDisk { try await store.empty() }
    let storage: any AlertStorage = isOnDisk ? store : SimulatedDatabase()
    let world = try World(
      seed: seed, mutant: mutant, store: storage, directory: folder.appendingPathComponent("lane").path)
    do {
      try await world.run(steps: 300)
    } catch {
      throw Failure(
        seed: seed,
        description: "LINLI_SEED=\(seed), step \(world.trace.step): \(error)"
          + (world.ledger.inexact.map { " [inexact: \($0)]" } ?? "") + "\n\(world.trace.tail)")
    }
    coverage.add(world.chance.coverage)
    return world.trace.hash
  }

  /// Runs all seeds on two workers.
  /// - Parameter mostFailures: after so many a worker gives up.
  static func sweep(
    seeds: Range<UInt64>, mutant: Mutant, mostFailures: Int = 10
  ) async throws -> (failures: [Failure], coverage: Coverage) {
    let workers: UInt64 = 2
    return try await withThrowingTaskGroup(of: ([Failure], Coverage).self) { group in
      for worker in 0..<workers {
        group.addTask {
          let runner = try SimulationRunner()
          var failures: [Failure] = []
          for seed in stride(from: seeds.lowerBound + worker, to: seeds.upperBound, by: Int(workers)) {
            do { try await runner.run(seed: seed, mutant: mutant) } catch let failure as Failure {
              failures.append(failure)
              if failures.count >= mostFailures { break }
            }
          }
          return (failures, runner.coverage)
        }
      }
      var all: (failures: [Failure], coverage: Coverage) = ([], Coverage())
      for try await (failures, coverage) in group {
        all.failures += failures
        all.coverage.add(coverage)
      }
      all.failures.sort { $0.seed < $1.seed }
      return all
    }
  }
}
