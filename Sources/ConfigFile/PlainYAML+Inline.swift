/// Values on one line: scalars, `{…}` and `[…]`.
extension PlainYAML {
  mutating func inline(depth: Int, inFlow: Bool) throws(Unsuited) -> ConfigNode {
    guard depth <= Self.depthMax else { throw Unsuited() }
    let place = location()
    switch peek() {
    case 123:  // {
      offset += 1
      let entries = try flowMapping(depth)
      return ConfigNode(.mapping(entries), at: place)
    case 91:  // [
      offset += 1
      let values = try flowList(depth)
      return ConfigNode(.sequence(values), at: place)
    default:
      let (text, plain) = try scalar(inFlow: inFlow)
      return ConfigNode(.scalar(text, plain: plain), at: place)
    }
  }

  private mutating func flowMapping(_ depth: Int) throws(Unsuited) -> [ConfigNode.Entry] {
    var entries: [ConfigNode.Entry] = []
    skipSpaces()
    if take(125) { return entries }
    repeat {
      skipSpaces()
      let place = location()
      let start = offset
      let (key, plain) = try scalar(inFlow: true)
      skipSpaces()
      guard peek() == 58, peek(1) == 32, offset - start <= 512, !(plain && key == "<<") else { throw Unsuited() }
      offset += 1
      skipSpaces()
      let value = try inline(depth: depth + 1, inFlow: true)
      entries.append(ConfigNode.Entry(key: key, keyLocation: place, value: value))
      skipSpaces()
    } while take(44)
    guard take(125) else { throw Unsuited() }
    try Self.refuseDoubles(entries)
    return entries
  }

  private mutating func flowList(_ depth: Int) throws(Unsuited) -> [ConfigNode] {
    var values: [ConfigNode] = []
    skipSpaces()
    if take(93) { return values }
    repeat {
      skipSpaces()
      values.append(try inline(depth: depth + 1, inFlow: true))
      skipSpaces()
    } while take(44)
    guard take(93) else { throw Unsuited() }
    return values
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard offset < bytes.count, bytes[offset] == byte else { return false }
    offset += 1
    return true
  }

  // MARK: - Scalars

  /// Leaves `offset` behind the scalar: in block context at the colon of a key, at a space or at the end of the line.
  mutating func scalar(inFlow: Bool) throws(Unsuited) -> (text: String, plain: Bool) {
    switch peek() {
    case 34, 39: return (try quoted(peek()), false)
    default: return (try plain(inFlow), true)
    }
  }

  private mutating func quoted(_ quote: UInt8) throws(Unsuited) -> String {
    offset += 1
    let start = offset
    while peek() != quote {
      guard offset < bytes.count, peek() != 10, peek() != 92 else { throw Unsuited() }
      offset += 1
    }
    defer { offset += 1 }
    // Twice means once in single quotes.
    if peek(1) == quote { throw Unsuited() }
    return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<offset]), as: UTF8.self)
  }

  private mutating func plain(_ inFlow: Bool) throws(Unsuited) -> String {
    let start = offset
    switch peek() {
    case 45:  // A dash begins a negative number, or something of its own.
      guard (48...57).contains(peek(1)) else { throw Unsuited() }
    case 10, 32, 33, 35, 37, 38, 42, 44, 58, 62, 63, 64, 91, 93, 96, 123, 124, 125: throw Unsuited()
    default: break
    }
    // Where the last character that is no space ends.
    var end = offset
    scan: while offset < bytes.count {
      switch bytes[offset] {
      case 10: break scan
      case 32:
        if peek(1) == 35 { break scan }
      case 58:
        if isBlank(1) { break scan }
        if inFlow, !isWithinWord(peek(1)) { throw Unsuited() }
        end = offset + 1
      case 63 where inFlow: throw Unsuited()
      case 44 where inFlow, 91 where inFlow, 93 where inFlow, 123 where inFlow, 125 where inFlow: break scan
      default: end = offset + 1
      }
      offset += 1
    }
    // A space before a colon ("key : value") is the key's end, too; that is left to others.
    if peek() == 58, end != offset { throw Unsuited() }
    offset = end
    return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<end]), as: UTF8.self)
  }

  /// What may follow a colon in `{…}` and `[…]` without making it the end of a key: libyaml's versions differ about the rest.
  private func isWithinWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 47, 48...57, 65...90, 97...122, 0x80...: true
    default: false
    }
  }
}
