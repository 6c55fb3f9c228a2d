// The texts of messages: lines with {fields}. A line whose fields are all empty is left out.
package import Words

package struct Template: Sendable, Equatable {
  /// What a template may name.
  package enum Field: String, Sendable, CaseIterable {
    case state, priority, title, place, quantity, value, since, duration, by, comment, advice, id, answer, link, rule
    case subject, responsible, until, confirm
  }

  package struct Failure: Error, Equatable {
    /// The unknown field; nil when a brace is not closed.
    package var field: String?
    package var message: LocalizedText {
      field.map { Template.unknownField("{\($0)}") }
        ?? LocalizedText(zh: "模板里有 { 没有对应的 }", en: "the template has a { without its }")
    }
  }

  /// - Parameter shown: the name in its braces.
  static func unknownField(_ shown: String) -> LocalizedText {
    LocalizedText(zh: "模板里有未知的字段 \(shown)", en: "the template names an unknown field \(shown)")
  }

  private enum Piece: Sendable, Equatable {
    case text(String)
    case field(Field)
  }
  private var lines: [[Piece]] = []

  /// Throws `Failure` for unknown fields and open braces.
  package init(_ source: String) throws(Failure) {
    // By scalars: for Swift a brace or line break and what stands behind it may be one character.
    for line in source.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
      lines.append(try Self.pieces(of: line))
    }
  }

  private static func pieces(of line: Substring.UnicodeScalarView) throws(Failure) -> [Piece] {
    var pieces: [Piece] = []
    var rest = line
    while let open = rest.firstIndex(of: "{") {
      if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
      guard let close = rest[open...].firstIndex(of: "}") else { throw Failure(field: nil) }
      let name = String(rest[rest.index(after: open)..<close])
      guard let field = Field(rawValue: name) else { throw Failure(field: name) }
      pieces.append(.field(field))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
    return pieces
  }

  package func render(_ values: [Field: String]) -> String {
    var result: [String] = []
    for line in lines {
      var named = 0
      var filled = 0
      var text = ""
      for piece in line {
        switch piece {
        case .text(let fixed): text += fixed
        case .field(let field):
          named += 1
          let value = values[field] ?? ""
          if !value.isEmpty { filled += 1 }
          text += value
        }
      }
      if named > 0 && filled == 0 { continue }
      while text.unicodeScalars.last?.properties.isWhitespace == true { text.unicodeScalars.removeLast() }
      result.append(text)
    }
    return result.joined(separator: "\n")
  }
}
