// The figures of a run as an aligned table for people, as JSON for machines, and as one line of the history of all runs.
import Foundation

struct Report: Encodable {
  var machine = Machine()
  var figures: [Figure] = []
  /// Benchmarks that could not be run, with the reason.
  var failures: [String] = []

  /// Where the figures were taken. The load average tells whether the machine was busy with other things.
  struct Machine: Encodable {
    var cores = ProcessInfo.processInfo.activeProcessorCount
    var loadAverageAtStart: Double = {
      var averages = [0.0]
      return getloadavg(&averages, 1) == 1 ? averages[0] : 0
    }()
    var processor: String = {
      let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
      // ARM kernels name no model, but the board in the device tree.
      let line = text.split(separator: "\n").first { $0.hasPrefix("model name") || $0.hasPrefix("Model") }
      return line.flatMap { $0.split(separator: ":").last }.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
    }()
  }

  var table: String {
    let head = ["BENCHMARK", "FIGURE", "VALUE", "UNIT", "RATIO", "REFERENCE", "GOAL", ""]
    let rows = [head] + figures.map(Self.row)
    let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    var lines = rows.map { row in
      let cells = zip(row, widths).enumerated().map { index, cell in
        let space = String(repeating: " ", count: cell.1 - cell.0.count)
        return index == 2 || index == 4 ? space + cell.0 : cell.0 + space
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
    lines.append(
      "\(machine.cores) cores, \(machine.processor), load average at the start \(Self.number(machine.loadAverageAtStart))"
    )
    lines += failures.map { "failed: \($0)" }
    return lines.joined(separator: "\n")
  }

  func write(to path: String) throws {
    let data = try Self.encoder([.prettyPrinted]).encode(self) + Data("\n".utf8)
    if path == "-" {
      FileHandle.standardOutput.write(data)
    } else {
      try data.write(to: URL(fileURLWithPath: path))
    }
  }

  /// Appends the run as one line to the history file.
  /// - Parameter commit: what was measured.
  func record(in path: String, commit: String) throws {
    let line = Line(
      at: Date().formatted(.iso8601), commit: commit, machine: machine,
      figures: figures.map {
        .init(
          figure: "\($0.benchmark): \($0.what)", value: $0.value, unit: $0.unit, ratio: $0.ratio,
          isReached: $0.isReached)
      }, failures: failures)
    let data = try Self.encoder([]).encode(line) + Data("\n".utf8)
    if !FileManager.default.fileExists(atPath: path) {
      guard FileManager.default.createFile(atPath: path, contents: nil) else {
        throw BenchmarkFailure("cannot write to \(path)")
      }
    }
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: data)
    try file.close()
  }

  /// A run in the history file: what a later run is compared with, without the words.
  private struct Line: Encodable {
    struct Entry: Encodable {
      var figure: String
      var value: Double
      var unit: String
      var ratio: Double?
      var isReached: Bool?
    }

    var at: String
    var commit: String
    var machine: Machine
    var figures: [Entry]
    var failures: [String]
  }

  private static func encoder(_ formatting: JSONEncoder.OutputFormatting) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = formatting.union([.sortedKeys, .withoutEscapingSlashes])
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  private static func row(_ figure: Figure) -> [String] {
    let reference = figure.reference.map { "\($0.what) \(number($0.value))" } ?? ""
    return [
      figure.benchmark, figure.what, number(figure.value), figure.unit, figure.ratio.map(number) ?? "", reference,
      goal(figure), figure.isReached.map { $0 ? "reached" : "MISSED" } ?? "",
    ]
  }

  private static func goal(_ figure: Figure) -> String {
    guard let goal = figure.goal else { return "" }
    return "\(goal.isOfRatio ? "ratio " : "")\(goal.isMaximum ? "≤" : "≥") \(number(goal.limit))"
  }

  /// Three significant digits and more where the number is large.
  private static func number(_ value: Double) -> String {
    if value == 0 || abs(value) >= 100 { return String(format: "%.0f", value) }
    return String(format: abs(value) >= 10 ? "%.1f" : abs(value) >= 0.1 ? "%.2f" : "%.4f", value)
  }
}
