// The figures of a run as an aligned table for people and as JSON for machines.
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
      let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
      return line.flatMap { $0.split(separator: ":").last }.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
    }()
  }

  var table: String {
    let rows = figures.map { figure in
      [figure.benchmark, figure.what, Self.number(figure.value), figure.unit, Self.goal(figure)]
    }
    let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
    var lines = rows.map { row in
      let cells = zip(row, widths).enumerated().map { index, cell in
        let space = String(repeating: " ", count: cell.1 - cell.0.count)
        return index == 2 ? space + cell.0 : cell.0 + space
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
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data = try encoder.encode(self) + Data("\n".utf8)
    if path == "-" {
      FileHandle.standardOutput.write(data)
    } else {
      try data.write(to: URL(fileURLWithPath: path))
    }
  }

  private static func goal(_ figure: Figure) -> String {
    guard let goal = figure.goal, let isReached = figure.isReached else { return "" }
    return "goal \(goal.isMaximum ? "≤" : "≥") \(number(goal.limit))\(isReached ? "" : "  MISSED")"
  }

  /// Three significant digits and more where the number is large.
  private static func number(_ value: Double) -> String {
    if value == 0 || abs(value) >= 100 { return String(format: "%.0f", value) }
    return String(format: abs(value) >= 10 ? "%.1f" : "%.2f", value)
  }
}
