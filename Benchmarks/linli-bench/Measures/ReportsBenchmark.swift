// The report of a large month, asked of the real service: how long it takes, and what memory the service takes for it.
import Foundation
import GRDB
import TestSupport

struct ReportsBenchmark {
  private static let alerts = 50_000
  private static let kinds = ["kpi", "assessment"]

  func run() throws -> [Figure] {
    let folder = try TemporaryDirectory("linli-bench-reports")
    let month = WriteMonth.last
    let writer = try Child(["write-month", folder.path, "--alerts", "\(Self.alerts)", "--month", month])
    let made = try writer.numbers()
    guard made.count == 3, writer.wait() == 0 else { throw BenchmarkFailure("the month could not be written") }
    let steps = made[1]
    let data = folder.url.appendingPathComponent("data")
    let reading = try Self.readAlone(data.appendingPathComponent("linli.db").path)
    let bytes = Figure.Reference("the database", made[2] / 1_048_576)
    var figures = [
      Figure(.reports, "steps of \(Self.alerts) alerts in a month", steps, ""),
      Figure(.reports, "a step in the database", made[2] / steps, "bytes"),
    ]
    for kind in Self.kinds {
      let service = LinliProcess(config: folder.url.appendingPathComponent("config"), data: data)
      try service.start(connected: false)
      let before = ProcessFigures(pid: service.pid)
      let start = Clocks.wall()
      let answer = try service.run(["report", kind, "--month", month, "--json"])
      let seconds = Clocks.wall() - start
      let after = ProcessFigures(pid: service.pid)
      service.kill()
      guard answer.code == 0, !answer.output.isEmpty else { throw BenchmarkFailure("linli report: \(answer.error)") }
      figures += [
        Figure(.reports, "\(kind): linli report", seconds, "s", to: .init("reading the rows alone", reading)),
        Figure(
          .reports, "\(kind): CPU of the service", (after.cpu - before.cpu) / steps * 1e6, "µs/step",
          to: .init("reading the rows alone", reading / steps * 1e6)),
        Figure(
          .reports, "\(kind): resident at most, above the start", (after.residentMaximum - before.resident) / 1_048_576,
          "MiB", to: bytes),
      ]
    }
    return figures
  }

  /// Seconds that SQLite takes to hand out every stored step.
  private static func readAlone(_ path: String) throws -> Double {
    let queue = try DatabaseQueue(path: path)
    let start = Clocks.wall()
    let bytes = try queue.read { db in
      try Int.fetchOne(db, sql: "SELECT sum(length(event)) FROM alert_events") ?? 0
    }
    guard bytes > 0 else { throw BenchmarkFailure("no steps were written") }
    return Clocks.wall() - start
  }
}
