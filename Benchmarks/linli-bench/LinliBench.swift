// linli-bench: Linli's figures of speed, size and delay, each beside a reference that is measured in the same run.
import ArgumentParser
import Foundation

@main
struct LinliBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "linli-bench", abstract: "Measures Linli beside references, in one run on one machine.",
    subcommands: [
      RunBenchmarks.self, Publish.self, Count.self, FloodServerCommand.self, CountLibrary.self, CountConnection.self,
      Footprint.self, WriteSite.self, WriteMonth.self,
    ], defaultSubcommand: RunBenchmarks.self)
}

/// What `linli-bench` does without a subcommand.
struct RunBenchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs the named benchmarks, or all: \(BenchmarkName.list).", shouldDisplay: false)

  @Argument(help: "Which: \(BenchmarkName.list).")
  var names: [BenchmarkName] = []
  @Option(help: "Write the figures as JSON to this file (- is standard output).")
  var json: String?
  @Option(help: "Append the run as one line to this file, e.g. docs/benchmarks.jsonl.")
  var record: String?
  @Option(help: "What --record names as measured, e.g. the output of git describe.")
  var commit = "unknown"
  @Option(help: "Days of simulated traffic that replay takes, 1…30.")
  var days = 1
  @Option(help: "Length of each load, seconds, 1…600.")
  var seconds = 20
  @Option(help: "Messages a second of the load on the whole service, 100…200000.")
  var rate = 30_000
  @Option(help: "The linli executable (default: beside this one).")
  var linli: String?

  func validate() throws {
    guard (1...30).contains(days) else { throw ValidationError("--days: 1…30") }
    guard (1...600).contains(seconds) else { throw ValidationError("--seconds: 1…600") }
    guard (100...200_000).contains(rate) else { throw ValidationError("--rate: 100…200000") }
  }

  func run() throws {
    let program = try linli ?? Executables.besides("linli")
    // LinliProcess (TestSupport) starts what this names.
    setenv("LINLI_EXECUTABLE", program, 1)
    let settings = BenchmarkSettings(seconds: seconds, rate: rate, days: days)
    var report = Report()
    for name in names.isEmpty ? BenchmarkName.allCases : names {
      FileHandle.standardError.write(Data("\(name.rawValue) …\n".utf8))
      do {
        report.figures += try name.run(settings)
      } catch {
        report.failures.append("\(name.rawValue): \(error)")
      }
    }
    print(report.table)
    if let json { try report.write(to: json) }
    if let record { try report.record(in: record, commit: commit) }
    if !report.failures.isEmpty { throw ExitCode(1) }
  }
}

/// What all benchmarks share.
struct BenchmarkSettings {
  var seconds: Int
  /// Messages a second.
  var rate: Int
  /// Simulated days.
  var days: Int
}

enum BenchmarkName: String, CaseIterable, ExpressibleByArgument {
  case core, scaling, journal, service, flood, latency, history, reports, check, memory, recovery, replay

  static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }

  func run(_ settings: BenchmarkSettings) throws -> [Figure] {
    switch self {
    case .core: try CoreBenchmark(seconds: min(settings.seconds, 5)).run()
    case .scaling: try ScalingBenchmark().run()
    case .journal: try JournalBenchmark().run()
    case .service: try ServiceBenchmark(settings).run()
    case .flood: try FloodBenchmark(settings).run()
    case .latency: try LatencyBenchmark(settings).run()
    case .history: try HistoryBenchmark().run()
    case .reports: try ReportsBenchmark().run()
    case .check: try CheckBenchmark().run()
    case .memory: try MemoryBenchmark(settings).run()
    case .recovery: try RecoveryBenchmark(settings).run()
    case .replay: try ReplayBenchmark(settings).run()
    }
  }
}

/// Programs that a benchmark starts.
enum Executables {
  static var own: URL {
    (Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])).resolvingSymlinksInPath()
  }

  static func besides(_ name: String) throws -> String {
    let path = own.deletingLastPathComponent().appendingPathComponent(name).path
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw BenchmarkFailure("there is no \(path); build it first (make bench) or name it with --linli")
    }
    return path
  }
}
