import API
import ArgumentParser
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
  @Option(help: "One row for each stretch of that length: its mean (numbers) or last value.")
  var every: String?
  @Flag(help: "Draw it in the terminal.")
  var plot = false
  @Flag(help: "Comma-separated values.")
  var csv = false
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let now = Timestamp(seconds: Date().timeIntervalSince1970)
    let start = try TimeArgument.past(since, now: now, option: "--since")
    let end = try until.map { try TimeArgument.past($0, now: now, option: "--until") }
    let step = try every.map { try TimeArgument.duration($0, option: "--every") }
    var readings = try await ServiceClient(service).get(
      "/api/v1/history", ["point": point, "since": start.rfc3339, "until": end?.rfc3339], as: [PointView].self)
    if let step { readings = Resampling.means(of: readings, every: step) }
    if output.json { return try Terminal.json(readings) }
    if csv {
      Terminal.line("at,value,unit,quality,reason")
      for reading in readings {
        Terminal.line(
          "\(reading.at ?? ""),\(reading.value.map { "\($0)" } ?? ""),\(reading.unit),\(reading.quality),\(reading.reason)"
        )
      }
      return
    }
    if readings.isEmpty {
      return Terminal.line(output.say("这段时间没有读数。", "No readings in that time."))
    }
    if plot { return Plot(readings).print() }
    var table = Table(output.say("时间", "AT"), output.say("值", "VALUE"), output.say("质量", "QUALITY"))
    for reading in readings {
      table.add([
        .init(Wording.time(reading.at)), .init(Wording.reading(reading, output)),
        Wording.quality(reading.quality, reason: reading.reason, output),
      ])
    }
    table.print()
  }
}
