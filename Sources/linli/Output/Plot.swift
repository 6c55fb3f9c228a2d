import API
import Community
import Foundation
import Pipeline

/// A point's past drawn in the terminal. Numbers are braille dots (two by four a character) with the band from minimum to
/// maximum behind them where rows are sums; states are steps, one line a state.
struct Plot {
  private static let height = 12
  /// Columns of the picture itself, however wide its labels are.
  private static let columnsMin = 24
  private let width: Int
  private let rows: [(at: Int64, row: PointView)]
  /// Where the axis ends: a state holds beyond the last reading.
  private let end: Int64

  /// - Parameters:
  ///   - end: of the time asked for, at most now.
  ///   - width: of the whole, labels included, in columns.
  init(_ views: [PointView], until end: Timestamp, width: Int) {
    self.width = width
    rows = views.compactMap { view in
      guard view.quality != "bad", view.value != nil, let at = view.at.flatMap({ Timestamp(rfc3339: $0) }) else {
        return nil
      }
      return (at.milliseconds, view)
    }
    let last = rows.last?.at ?? 0
    self.end = rows.first?.row.text == nil ? last : max(last, end.milliseconds)
  }

  func lines() -> [String] {
    guard let first = rows.first?.row else { return ["–"] }
    return first.text == nil ? numbers(first) : states(first)
  }

  // MARK: - Numbers

  private func numbers(_ first: PointView) -> [String] {
    let low = rows.map { $0.row.minimum ?? $0.row.value! }.min()!
    let high = rows.map { $0.row.maximum ?? $0.row.value! }.max()!
    let height = high > low ? high - low : 1
    let middle = Self.height / 2
    let labels = [
      0: high, middle: low + height * (1 - (Double(middle) + 0.5) / Double(Self.height)), Self.height - 1: low,
    ]
    let texts = labels.mapValues { Wording.value(high > low ? $0 : low, unit: first.unit) }
    let margin = texts.values.map(DisplayWidth.columns).max()!
    let columns = room(beside: margin)
    func dot(_ value: Double) -> Int { Int(((high - value) / height * Double(Self.height * 4 - 1)).rounded()) }
    var dots = [[UInt8]](repeating: [UInt8](repeating: 0, count: columns), count: Self.height)
    var band = [[Bool]](repeating: [Bool](repeating: false, count: columns), count: Self.height)
    // Bits of a braille pattern (Unicode U+2800): left column 1 2 3 7, right column 4 5 6 8, from the top.
    let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
    for (at, row) in rows {
      let x = place(at, of: columns * 2)
      let y = dot(row.value!)
      dots[y / 4][x / 2] |= bits[x % 2][y % 4]
      guard let minimum = row.minimum, let maximum = row.maximum else { continue }
      for line in dot(maximum) / 4...dot(minimum) / 4 { band[line][x / 2] = true }
    }
    var result = [
      title(first, "\(Wording.value(low, unit: first.unit)) … \(Wording.value(high, unit: first.unit))")
    ]
    for line in 0..<Self.height {
      let isLabelled = high > low || line == middle
      let label = isLabelled ? texts[line] ?? "" : ""
      var text = ""
      for column in 0..<columns {
        if dots[line][column] != 0 {
          text += String(Character(Unicode.Scalar(0x2800 + UInt32(dots[line][column]))!))
        } else {
          text += band[line][column] ? Terminal.paint("░", .grey) : " "
        }
      }
      result.append(Self.left(label, margin) + " ┤" + text)
    }
    return result + axis(margin, columns)
  }

  // MARK: - States

  private func states(_ first: PointView) -> [String] {
    var words: [Double: String] = [:]
    for (_, row) in rows { words[row.value!] = row.text ?? "\(row.value!)" }
    let values = words.keys.sorted(by: >)
    let margin = words.values.map(DisplayWidth.columns).max()!
    let columns = room(beside: margin)
    var marks = values.map { _ in [Bool](repeating: false, count: columns) }
    for (index, entry) in rows.enumerated() {
      let from = place(entry.at, of: columns)
      // A state holds until the next reading.
      let to = index + 1 < rows.count ? max(from, place(rows[index + 1].at, of: columns) - 1) : columns - 1
      let line = values.firstIndex(of: entry.row.value!)!
      for column in from...to { marks[line][column] = true }
      // A stretch that ends false may have been true for some time.
      if let top = values.first, (entry.row.trueSeconds ?? 0) > 0 || top == entry.row.value! { marks[0][from] = true }
    }
    var result = [title(first, values.map { words[$0]! }.joined(separator: " / "))]
    for (line, value) in values.enumerated() {
      result.append(
        Self.left(words[value]!, margin) + " ┤" + marks[line].map { $0 ? "█" : " " }.joined())
    }
    return result + axis(margin, columns)
  }

  // MARK: - Axes

  private func title(_ first: PointView, _ range: String) -> String { "\(first.point)  \(range)  \(zone)" }

  /// What labels of that width leave of the line.
  private func room(beside margin: Int) -> Int { max(width - margin - " ┤".count, Self.columnsMin) }

  private static func left(_ label: String, _ margin: Int) -> String {
    String(repeating: " ", count: max(0, margin - DisplayWidth.columns(label))) + label
  }

  private func place(_ at: Int64, of count: Int) -> Int {
    let (first, last) = (rows[0].at, end)
    let span = max(Double(last - first), 1)
    return min(Int(Double(at - first) / span * Double(count - 1)), count - 1)
  }

  /// Begin, middle and end, in the local time that the answer is written in; without the middle where there is no room for it.
  private func axis(_ margin: Int, _ columns: Int) -> [String] {
    let (first, last) = (rows[0].at, end)
    let indent = String(repeating: " ", count: margin + 1)
    let line =
      "└" + String(repeating: "─", count: columns / 2 - 1) + "┬"
      + String(repeating: "─", count: columns - columns / 2 - 1) + "┘"
    var labels = [first, first + (last - first) / 2, last].map { time($0) }
    func rest() -> Int { columns - labels.reduce(0) { $0 + $1.count } }
    if rest() < labels.count - 1 { labels.remove(at: 1) }
    let gap = String(repeating: " ", count: max(rest() / (labels.count - 1), 1))
    return [indent + line, indent + " " + labels.joined(separator: gap)]
  }

  private var zone: String {
    let text = rows[0].row.at ?? ""
    return text.hasSuffix("Z") ? "UTC" : "UTC" + text.suffix(6)
  }

  private func time(_ at: Int64) -> String {
    let text = rows[0].row.at ?? ""
    let parts = text.suffix(6).dropFirst().split(separator: ":").compactMap { Int64($0) }
    let minutes = text.hasSuffix("Z") || parts.count != 2 ? 0 : parts[0] * 60 + parts[1]
    let offset = text.suffix(6).hasPrefix("-") ? -minutes : minutes
    let local = Timestamp(milliseconds: at + offset * 60_000).rfc3339
    return String(Wording.time(local).prefix(11))
  }
}
