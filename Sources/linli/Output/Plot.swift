import API
import Foundation
import Pipeline

/// Readings drawn with braille dots: each character holds two columns of four dots.
struct Plot {
  private static let rows = 12
  private let columns: Int
  private let readings: [(at: Int64, value: Double)]
  private let unit: String
  private let name: String

  init(_ views: [PointView], columns: Int = 72) {
    self.columns = columns
    readings = views.compactMap { view in
      guard view.quality != "bad", let value = view.value, let at = view.at.flatMap({ Timestamp(rfc3339: $0) }) else {
        return nil
      }
      return (at.milliseconds, value)
    }
    unit = views.first?.unit ?? ""
    name = views.first?.point ?? ""
  }

  func print() {
    for line in lines() { Terminal.line(line) }
  }

  func lines() -> [String] {
    guard let first = readings.first, let last = readings.last else { return [] }
    let low = readings.map(\.value).min()!
    let high = readings.map(\.value).max()!
    let span = max(Double(last.at - first.at), 1)
    let height = high > low ? high - low : 1
    var dots = [[UInt8]](repeating: [UInt8](repeating: 0, count: columns), count: Self.rows)
    // Bits of a braille pattern (Unicode U+2800): left column 1 2 3 7, right column 4 5 6 8, from the top.
    let bits: [[UInt8]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
    for reading in readings {
      let x = min(Int(Double(reading.at - first.at) / span * Double(columns * 2 - 1)), columns * 2 - 1)
      let y = Int((1 - (reading.value - low) / height) * Double(Self.rows * 4 - 1))
      dots[y / 4][x / 2] |= bits[x % 2][y % 4]
    }
    var result = ["\(name)  \(Wording.value(low, unit: unit)) … \(Wording.value(high, unit: unit))"]
    for (row, line) in dots.enumerated() {
      let label = row == 0 ? Wording.value(high, unit: "1") : row == Self.rows - 1 ? Wording.value(low, unit: "1") : ""
      let text = line.map { String(Character(Unicode.Scalar(0x2800 + UInt32($0))!)) }.joined()
      result.append(String(repeating: " ", count: max(0, 9 - label.count)) + label + " ┤" + text)
    }
    let from = Wording.time(Timestamp(milliseconds: first.at).rfc3339)
    let to = Wording.time(Timestamp(milliseconds: last.at).rfc3339)
    let gap = max(1, columns - from.count - to.count)
    result.append(String(repeating: " ", count: 11) + from + String(repeating: " ", count: gap) + to + " UTC")
    return result
  }
}
