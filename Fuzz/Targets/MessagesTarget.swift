import Notify

/// A template for messages and, behind a line `--`, a value for its fields. Rendering must agree with a naive one over
/// the bytes, texts are cut to their size, and nothing in a value can speak to a robot.
enum MessagesTarget {
  static func run(_ bytes: UnsafeRawBufferPointer) throws {
    let text = Array(bytes)
    let cut = text.indices.first { text[$0...].starts(with: "\n--\n".utf8) }
    let source = String(decoding: text[..<(cut ?? text.count)], as: UTF8.self)
    let value = String(decoding: cut.map { text[($0 + 4)...] } ?? [], as: UTF8.self)
    try render(source, value)
    for style in [TextStyle.plain, .markdown, .tagged] { try escape(value, style) }
    for size in [0, 2, 5, 64] {
      let prefix = TextLimit.prefix(value, bytes: size)
      let short = TextLimit.shorten(value, bytes: size)
      try require(prefix.utf8.count <= size && short.utf8.count <= size, "more than \(size) bytes")
      try require(value.utf8.starts(with: prefix.utf8), "the beginning of a text is no beginning")
      if value.utf8.count <= size { try require(short == value, "a short text was cut") }
    }
  }

  private static func render(_ source: String, _ value: String) throws(Violation) {
    let naive = NaiveTemplate(Array(source.utf8))
    let template = try? Template(source)
    try require((template != nil) == (naive != nil), "the template is\(template == nil ? " not" : "") taken")
    guard let template, let naive else { return }
    let values: [Template.Field: String] = [.title: value, .place: "hedong", .comment: ""]
    let result = template.render(values)
    let expected = naive.render(["title": Array(value.utf8), "place": Array("hedong".utf8)])
    // White space at the ends of lines is taken away, whatever kind it is.
    try require(Self.bare(result) == Self.bare(String(decoding: expected, as: UTF8.self)), "rendered: \(result)")
  }

  private static func bare(_ text: String) -> [UInt8] {
    Array(String(text.unicodeScalars.filter { !$0.properties.isWhitespace }).utf8)
  }

  private static func escape(_ text: String, _ style: TextStyle) throws(Violation) {
    let forbidden: [UInt8] =
      switch style {
      case .plain: []
      case .tagged: Array("<>".utf8)
      case .markdown: Array("<>[]`*~\\".utf8)
      }
    let escaped = style.escape(text)
    for byte in escaped.utf8 {
      try require(byte >= 0x20 && byte != 0x7f, "a control character is left of \(text)")
      try require(!forbidden.contains(byte), "\(Character(Unicode.Scalar(byte))) is left of \(text)")
    }
    try require(escaped.unicodeScalars.allSatisfy { $0 != "\u{2028}" && $0 != "\u{85}" }, "a line break is left")
  }
}

/// Templates by the definition: lines of bytes; one whose fields are all empty is left out.
private struct NaiveTemplate {
  private enum Piece {
    case byte(UInt8)
    case field(String)
  }

  private let lines: [[Piece]]

  init?(_ source: [UInt8]) {
    var lines: [[Piece]] = []
    for line in source.split(separator: 10, omittingEmptySubsequences: false) {
      var pieces: [Piece] = []
      var rest = line
      while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "{") else {
          pieces.append(.byte(byte))
          continue
        }
        guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else { return nil }
        let name = String(decoding: rest[..<end], as: UTF8.self)
        guard Template.Field(rawValue: name) != nil else { return nil }
        pieces.append(.field(name))
        rest = rest[(end + 1)...]
      }
      lines.append(pieces)
    }
    self.lines = lines
  }

  func render(_ values: [String: [UInt8]]) -> [UInt8] {
    var result: [UInt8] = []
    for line in lines {
      let fields = line.compactMap { if case .field(let name) = $0 { values[name] ?? [] } else { nil } }
      if !fields.isEmpty, fields.allSatisfy(\.isEmpty) { continue }
      for piece in line {
        switch piece {
        case .byte(let byte): result.append(byte)
        case .field(let name): result += values[name] ?? []
        }
      }
      result.append(10)
    }
    return result
  }
}
