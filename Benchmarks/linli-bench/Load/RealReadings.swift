// Real recordings from the folder of shared data, where it lies beside the checkout; else rooms that are made up.
import Foundation
import Pipeline
import TestSupport

struct RealReadings {
  struct Series {
    var point: String
    var readings: [HistoryReading]
  }

  var what: String
  var series: [Series]

  var count: Int { series.map(\.readings.count).reduce(0, +) }

  /// One office room for a week, five values a minute (UCI Occupancy Detection).
  static func room() throws -> RealReadings {
    guard let file = SharedData.folder?.appendingPathComponent("uci_occupancy/datatraining.txt.gz"),
      FileManager.default.fileExists(atPath: file.path)
    else { return madeUp() }
    let text = try Child("/usr/bin/env", ["gzip", "-dc", file.path]).finish()
    let columns = [("temperature", 2), ("humidity", 3), ("illuminance", 4), ("co2", 5), ("occupancy", 7)]
    var series = columns.map { Series(point: "room/\($0.0)", readings: []) }
    for line in text.split(whereSeparator: \.isNewline).dropFirst() {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: ["\""]) }
      guard cells.count == 8, let time = Timestamp(rfc3339: cells[1].replacing(" ", with: "T") + "Z") else { continue }
      for (index, column) in columns.enumerated() {
        if let value = Double(cells[column.1]) {
          series[index].readings.append(HistoryReading(time: time, value: value))
        }
      }
    }
    guard series.allSatisfy({ $0.readings.count > 1_000 }) else { throw BenchmarkFailure("cannot read \(file.path)") }
    return RealReadings(what: "a real room", series: series)
  }

  private static func madeUp() -> RealReadings {
    var random = SeededGenerator(seed: 1)
    let series = (0..<5).map { index in
      var value = 20.0
      let readings = (0..<10_000).map { minute in
        value += Double.random(in: -0.1...0.1, using: &random)
        return HistoryReading(
          time: Timestamp(milliseconds: 1_770_000_000_000 + Int64(minute) * 60_000),
          value: (value * 100).rounded() / 100)
      }
      return Series(point: "room/\(index)", readings: readings)
    }
    return RealReadings(what: "a made-up room", series: series)
  }

  /// So many minutes of one point, its own values over and over.
  static func minutes(_ count: Int, like series: Series, from start: Timestamp) -> [HistoryReading] {
    (0..<count).map {
      HistoryReading(
        time: start + Int64($0) * 60_000, value: series.readings[$0 % series.readings.count].value)
    }
  }
}
