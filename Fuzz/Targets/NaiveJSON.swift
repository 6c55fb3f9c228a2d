/// A JSON reader after the letter of RFC 8259, slow and simple: what the fast ones are compared with.
indirect enum NaiveJSON: Equatable {
  case null
  case boolean(Bool)
  /// As written.
  case number(String)
  case text([UInt8])
  case array([NaiveJSON])
  /// In order; the last of a doubled key counts.
  case object([Member])

  struct Member: Equatable {
    var key: [UInt8]
    var value: NaiveJSON
  }

  static let deepest = 256

  /// The document, without a byte order mark before it; nil when it is none, or nested deeper than `deepest`.
  /// - Parameter lenient: `nan`, `inf` and `infinity` (in any case, also with a minus) pass as numbers.
  static func parse(_ bytes: [UInt8], lenient: Bool = false) -> NaiveJSON? {
    guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
    let isMarked = bytes.starts(with: [0xef, 0xbb, 0xbf])
    var reader = NaiveJSONReader(bytes: bytes, lenient: lenient, at: isMarked ? 3 : 0)
    guard let value = reader.value(depth: 0) else { return nil }
    reader.skipSpace()
    return reader.at == bytes.count ? value : nil
  }

  subscript(tokens: [String]) -> NaiveJSON? {
    guard let first = tokens.first else { return self }
    let rest = Array(tokens.dropFirst())
    switch self {
    case .object(let members):
      return members.last { $0.key == Array(first.utf8) }.flatMap { $0.value[rest] }
    case .array(let values):
      guard let index = Int(first), String(index) == first, values.indices.contains(index) else { return nil }
      return values[index][rest]
    default: return nil
    }
  }
}

private struct NaiveJSONReader {
  let bytes: [UInt8]
  let lenient: Bool
  var at: Int

  init(bytes: [UInt8], lenient: Bool, at: Int) {
    self.bytes = bytes
    self.lenient = lenient
    self.at = at
  }

  var next: UInt8? { at < bytes.count ? bytes[at] : nil }

  mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { at += 1 }
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  /// - Parameter depth: containers around it.
  mutating func value(depth: Int) -> NaiveJSON? {
    skipSpace()
    guard let byte = next else { return nil }
    switch byte {
    case UInt8(ascii: "{"): return depth < NaiveJSON.deepest ? object(depth: depth + 1) : nil
    case UInt8(ascii: "["): return depth < NaiveJSON.deepest ? array(depth: depth + 1) : nil
    case UInt8(ascii: "\""): return string().map { .text($0) }
    default: return word()
    }
  }

  mutating func object(depth: Int) -> NaiveJSON? {
    at += 1
    var members: [NaiveJSON.Member] = []
    skipSpace()
    if take("}") { return .object([]) }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\""), let key = string() else { return nil }
      skipSpace()
      guard take(":"), let value = value(depth: depth) else { return nil }
      members.append(NaiveJSON.Member(key: key, value: value))
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else { return nil }
    }
  }

  mutating func array(depth: Int) -> NaiveJSON? {
    at += 1
    var values: [NaiveJSON] = []
    skipSpace()
    if take("]") { return .array([]) }
    while true {
      guard let value = value(depth: depth) else { return nil }
      values.append(value)
      skipSpace()
      if take("]") { return .array(values) }
      guard take(",") else { return nil }
    }
  }

  mutating func word() -> NaiveJSON? {
    let start = at
    while let byte = next, !" \t\r\n,:]}[{\"".utf8.contains(byte) { at += 1 }
    let text = String(decoding: bytes[start..<at], as: UTF8.self)
    switch text {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case "null": return .null
    default: break
    }
    if Self.isNumber(Array(text.utf8)) { return .number(text) }
    let size = text.hasPrefix("-") ? String(text.dropFirst()) : text
    return lenient && ["nan", "inf", "infinity"].contains(size.lowercased()) ? .number(text) : nil
  }

  static func isNumber(_ text: [UInt8]) -> Bool {
    var rest = text[...]
    func digits() -> ArraySlice<UInt8> { rest.prefix { $0 >= 0x30 && $0 <= 0x39 } }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    let whole = digits()
    if whole.isEmpty || (whole.count > 1 && whole.first == UInt8(ascii: "0")) { return false }
    rest = rest.dropFirst(whole.count)
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      let fraction = digits()
      if fraction.isEmpty { return false }
      rest = rest.dropFirst(fraction.count)
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
      let exponent = digits()
      if exponent.isEmpty { return false }
      rest = rest.dropFirst(exponent.count)
    }
    return rest.isEmpty
  }

  /// The bytes of a string without its escapes; half a surrogate pair is no string, for no UTF-8 can express it.
  mutating func string() -> [UInt8]? {
    at += 1
    var result: [UInt8] = []
    while let byte = next {
      at += 1
      if byte == UInt8(ascii: "\"") { return result }
      if byte < 0x20 { return nil }
      if byte != UInt8(ascii: "\\") {
        result.append(byte)
        continue
      }
      guard let scalar = escape() else { return nil }
      result += Array(String(Character(scalar)).utf8)
    }
    return nil
  }

  private mutating func escape() -> Unicode.Scalar? {
    guard let letter = next else { return nil }
    at += 1
    let simple: [UInt8: Unicode.Scalar] = [
      0x22: "\"", 0x5c: "\\", 0x2f: "/", 0x62: "\u{8}", 0x66: "\u{c}", 0x6e: "\n", 0x72: "\r", 0x74: "\t",
    ]
    if let scalar = simple[letter] { return scalar }
    guard letter == UInt8(ascii: "u"), let first = quad() else { return nil }
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xdc00, take("\\"), take("u"), let second = quad(), (0xdc00...0xdfff).contains(second) else {
      return nil
    }
    return Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
  }

  private mutating func quad() -> UInt32? {
    guard bytes.count - at >= 4 else { return nil }
    let digits = String(decoding: bytes[at..<at + 4], as: UTF8.self)
    guard digits.utf8.count == 4, digits.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else {
      return nil
    }
    at += 4
    return UInt32(digits, radix: 16)
  }
}
