import Foundation
import Pipeline

/// The inverse of the fields of a profile that read one scalar: from the values of their points to the text that the device
/// sends. Several points may come from one scalar (in bed, fallen), then a text is taken that fits all of them.
struct FieldText: Sendable {
  let fields: [FieldPlan]
  /// Digits after the point, as in the example: the resolution of the device.
  private let decimals: Int
  private let isQuoted: Bool
  /// How the example writes a truth without a map: `true`, or a number.
  private let hasWords: Bool
  private let booleans: Set<Int>
  private let texts: [String]

  /// - Parameter literal: the scalar in the example, quotes included; empty when there is none.
  init(fields: [FieldPlan], points: [PointPlan.Values], literal: String) {
    self.fields = fields
    isQuoted = literal.hasPrefix("\"")
    let plain = literal.filter { $0 != "\"" }
    decimals =
      literal.isEmpty ? 1 : plain.firstIndex(of: ".").map { plain.distance(from: $0, to: plain.endIndex) - 1 } ?? 0
    hasWords = ["true", "false"].contains(plain)
    booleans = Set(fields.map(\.slot).filter { points[$0] == .boolean })
    // What the example shows comes first, the rest sorted, so that every run takes the same text.
    let known = Set(fields.flatMap { ($0.map ?? [:]).keys })
    texts = (known.contains(plain) ? [plain] : []) + known.subtracting([plain]).sorted()
  }

  var slots: [Int] { fields.map(\.slot) }

  /// As it stands in the payload, with quotes where the example has them.
  func text(_ values: [Double]) -> String {
    let bare = bare(values)
    return isQuoted ? "\"\(bare)\"" : bare
  }

  private func bare(_ values: [Double]) -> String {
    if !texts.isEmpty {
      return texts.first { fits($0, values) } ?? (fields.allSatisfy(\.ignoresUnmapped) ? "" : texts[0])
    }
    guard let field = fields.first else { return "null" }
    let value = values[field.slot]
    if booleans.contains(field.slot) { return hasWords ? (value == 0 ? "false" : "true") : (value == 0 ? "0" : "1") }
    let raw = (value - field.offset) / field.scale
    let text = String(format: "%.\(decimals)f", raw)
    return text.hasPrefix("-") && text.allSatisfy({ "-0.".contains($0) }) ? String(text.dropFirst()) : text
  }

  private func fits(_ text: String, _ values: [Double]) -> Bool {
    fields.allSatisfy { field in
      guard let map = field.map else { return true }
      guard let meaning = map[text] else { return field.ignoresUnmapped && values[field.slot] == 0 }
      return meaning == values[field.slot]
    }
  }
}
