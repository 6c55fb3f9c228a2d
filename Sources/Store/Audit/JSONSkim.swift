// The members of a JSON object, found by skimming over its text without decoding what is in them. For text that Linli itself has
// written; at anything else it gives up, and whoever asked decodes the text in full.
enum JSONSkim {
  typealias Text = UnsafeBufferPointer<UInt8>

  /// Not as Linli writes it; it may be JSON all the same.
  struct Unusual: Error {}

  private static let quote = UInt8(ascii: "\"")
  private static let backslash = UInt8(ascii: "\\")

  /// Hands out each member of an object, its value as it stands.
  static func members(of text: Text, _ member: (_ key: Text, _ value: Text) throws -> Void) throws {
    guard text.count >= 2, text[0] == UInt8(ascii: "{"), text[text.count - 1] == UInt8(ascii: "}") else {
      throw Unusual()
    }
    if text.count == 2 { return }
    let end = text.count - 1
    var position = 1
    while true {
      guard position < end, text[position] == quote else { throw Unusual() }
      let keyEnd = try stringEnd(text, position + 1, end)
      guard keyEnd + 1 < end, text[keyEnd + 1] == UInt8(ascii: ":") else { throw Unusual() }
      let valueEnd = try valueEnd(text, keyEnd + 2, end)
      try member(
        Text(rebasing: text[(position + 1)..<keyEnd]), Text(rebasing: text[(keyEnd + 2)..<valueEnd]))
      if valueEnd == end { return }
      guard text[valueEnd] == UInt8(ascii: ",") else { throw Unusual() }
      position = valueEnd + 1
    }
  }

  /// Of its closing quotation mark.
  private static func stringEnd(_ text: Text, _ start: Int, _ end: Int) throws -> Int {
    var position = start
    while position < end {
      let byte = text[position]
      if byte == quote { return position }
      position += byte == backslash ? 2 : 1
    }
    throw Unusual()
  }

  /// Behind it.
  private static func valueEnd(_ text: Text, _ start: Int, _ end: Int) throws -> Int {
    guard start < end else { throw Unusual() }
    switch text[start] {
    case quote: return try stringEnd(text, start + 1, end) + 1
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      var (depth, position) = (0, start)
      while position < end {
        switch text[position] {
        case quote: position = try stringEnd(text, position + 1, end)
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          depth -= 1
          if depth == 0 { return position + 1 }
        default: break
        }
        position += 1
      }
      throw Unusual()
    default:
      var position = start
      while position < end, text[position] != UInt8(ascii: ",") { position += 1 }
      guard position > start else { throw Unusual() }
      return position
    }
  }

  // MARK: - Values

  static func integer(_ text: Text) throws -> Int64 {
    guard let number = Int64(plain(text)) else { throw Unusual() }
    return number
  }

  static func number(_ text: Text) throws -> Double {
    guard let first = text.first, first == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
      let number = Double(plain(text)), number.isFinite
    else { throw Unusual() }
    return number
  }

  static func flag(_ text: Text) throws -> Bool {
    switch plain(text) {
    case "true": true
    case "false": false
    default: throw Unusual()
    }
  }

  /// A text that needs no more than the usual escapes.
  static func string(_ text: Text) throws -> String {
    guard text.count >= 2, text[0] == quote, text[text.count - 1] == quote else { throw Unusual() }
    let inner = Text(rebasing: text[1..<(text.count - 1)])
    if !inner.contains(backslash) { return plain(inner) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(inner.count)
    var position = 0
    while position < inner.count {
      let byte = inner[position]
      position += 1
      guard byte == backslash else {
        bytes.append(byte)
        continue
      }
      guard position < inner.count else { throw Unusual() }
      switch inner[position] {
      case quote, backslash, UInt8(ascii: "/"): bytes.append(inner[position])
      case UInt8(ascii: "n"): bytes.append(10)
      case UInt8(ascii: "r"): bytes.append(13)
      case UInt8(ascii: "t"): bytes.append(9)
      default: throw Unusual()
      }
      position += 1
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func plain(_ text: Text) -> String { String(decoding: text, as: UTF8.self) }
}
