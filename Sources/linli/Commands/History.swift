import API
import ArgumentParser
import Community
import ConfigFile
import Foundation
import Pipeline

struct History: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "The past of a point, as a table, a plot, CSV or JSON.")

  @Argument(help: "A point id, e.g. care-301-env/temperature.")
  var point: String
  @Option(help: "How far back: 90s 10m 24h 3d, or a time like 2026-01-05T03:00:00+08:00.")
  var since = "24h"
  @Option(help: "Until when (default: now).")
  var until: String?
  @Option(
    help: """
      One row for each stretch of that length, e.g. 15m, 1h, 1d (local time): mean of numbers, last of states, with \
      minimum, maximum, count and how long it was true.
      """)
  var every: String?
  @Option(help: "At most so many rows, the oldest ones.")
  var limit = 100_000
  @Flag(help: "Draw it in the terminal.")
  var plot = false
  @Flag(help: "Comma-separated values.")
  var csv = false
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if limit < 1 { throw ValidationError(zh: "--limit 至少为 1", en: "--limit must be at least 1") }
  }

  func run() async throws {
    let now = Timestamp(seconds: Date().timeIntervalSince1970)
    let start = try TimeArgument.past(since, now: now, option: "--since")
    let end = try until.map { try TimeArgument.past($0, now: now, option: "--until") }
    if let every, !HistorySelection.everyRange.contains(try TimeArgument.duration(every, option: "--every")) {
      throw CommandFailure(
        .usage, zh: "--every：“\(every)”不在 1s 到 400d 之间；请写 15m、1h 或 1d",
        en: "--every: '\(every)' is not between 1s and 400d; write 15m, 1h or 1d")
    }
    let rows = try await ServiceClient(service).get(
      "/api/v1/history",
      ["point": point, "since": start.rfc3339, "until": end?.rfc3339, "every": every, "limit": "\(limit)"],
      as: [PointView].self)
    if rows.count >= limit {
      Terminal.error(
        "linli: "
          + output.say(
            "只显示最早的 \(limit) 行；请缩短时间、使用 --every 或加大 --limit",
            "only the oldest \(limit) rows; ask for less time, use --every or a larger --limit"))
    }
    if output.json { return try Terminal.json(rows) }
    if csv { return HistoryText(rows, isSummed: every != nil, output).csv() }
    if rows.isEmpty {
      return Terminal.line(output.say("这段时间 \(point) 没有读数。", "No readings of \(point) in that time."))
    }
    if plot {
      for line in Plot(rows, until: min(end ?? now, now), width: Terminal.columns).lines() { Terminal.line(line) }
      return
    }
    HistoryText(rows, isSummed: every != nil, output).table()
  }
}
