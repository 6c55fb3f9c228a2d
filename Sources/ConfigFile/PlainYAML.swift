/// Reads the YAML that people write for Linli, bytes to nodes in one pass: block mappings and lists, `{…}` and `[…]` on one line,
/// scalars on one line. Whatever else YAML has (anchors, tags, block and folded scalars, escapes, documents, …), and everything
/// that is wrong, is *unsuited* and left to the complete parser, which also knows how to say what is wrong.
///
/// A community of 20,000 devices is read when the service starts after a crash, and nearly all of that time was the complete
/// parser's. Both must agree about every file that this one takes, down to the columns: `PlainYAMLTests` compares them.
struct PlainYAML {
  /// Not the plain subset; never shown to anybody.
  struct Unsuited: Error {}

  static let depthMax = ConfigReader.depthMax - 4
  /// Longest key, bytes: YAML's own limit is 1,024 characters.
  private static let keyBytesMax = 512

  let bytes: UnsafeBufferPointer<UInt8>
  private let file: String
  /// Where the next token is looked for.
  var offset = 0
  private var line = 1
  private var lineStart = 0
  /// A place in the line whose column is known, so that columns are counted once.
  private var counted = (offset: 0, column: 1)

  private init(_ bytes: UnsafeBufferPointer<UInt8>, file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// nil when the file is unsuited.
  /// - Parameter bytes: valid UTF-8 without a byte order mark and without control characters.
  static func parse(_ bytes: [UInt8], file: String) -> ConfigNode? {
    bytes.withUnsafeBufferPointer { bytes in
      if hasUnusualCharacters(bytes) { return nil }
      var reader = PlainYAML(bytes, file: file)
      return try? reader.document()
    }
  }

  /// Tabs, line breaks other than LF, and characters that YAML refuses: U+0080…9F, LS, PS, byte order marks, U+FFFE, U+FFFF.
  private static func hasUnusualCharacters(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    for (index, byte) in bytes.enumerated() where byte < 32 && byte != 10 || byte >= 0xc2 {
      func next(_ distance: Int) -> UInt8 { index + distance < bytes.count ? bytes[index + distance] : 0 }
      switch byte {
      case ..<32: return true
      case 0xc2: if next(1) < 0xa0 { return true }
      case 0xe2: if next(1) == 0x80, next(2) == 0xa8 || next(2) == 0xa9 { return true }
      case 0xef: if next(1) == 0xbb && next(2) == 0xbf || next(1) == 0xbf && next(2) >= 0xbe { return true }
      default: break
      }
    }
    return false
  }

  private mutating func document() throws(Unsuited) -> ConfigNode {
    guard let column = try nextContent() else { throw Unsuited() }
    let root = try block(at: column, depth: 0)
    guard try nextContent() == nil else { throw Unsuited() }
    return root
  }

  // MARK: - Bytes and places

  /// The byte so far behind `offset`; a line break behind the end.
  func peek(_ distance: Int = 0) -> UInt8 { offset + distance < bytes.count ? bytes[offset + distance] : 10 }

  func isBlank(_ distance: Int) -> Bool { peek(distance) == 32 || peek(distance) == 10 }

  /// In characters, from 1.
  mutating func location() -> SourceLocation {
    for byte in bytes[counted.offset..<offset] where byte & 0xc0 != 0x80 { counted.column += 1 }
    counted.offset = offset
    return SourceLocation(file: file, line: line, column: counted.column)
  }

  mutating func skipSpaces() { while peek() == 32, offset < bytes.count { offset += 1 } }

  /// After a value: nothing but a comment up to the end of the line.
  mutating func endLine() throws(Unsuited) {
    let start = offset
    skipSpaces()
    guard offset >= bytes.count || peek() == 10 || peek() == 35 && offset > start else { throw Unsuited() }
    while offset < bytes.count, peek() != 10 { offset += 1 }
  }

  /// Goes to the next line that has content, or stays where there is some; the content's indentation. Nil at the end.
  private mutating func nextContent() throws(Unsuited) -> Int? {
    while true {
      skipSpaces()
      guard offset < bytes.count else { return nil }
      switch peek() {
      case 10:
        offset += 1
        line += 1
        lineStart = offset
        counted = (offset, 1)
      case 35: while offset < bytes.count, peek() != 10 { offset += 1 }
      case 37 where offset == lineStart, 46 where offset == lineStart: throw Unsuited()  // "%", "..."
      default: return offset - lineStart
      }
    }
  }

  // MARK: - Blocks

  /// A mapping or list whose first key or dash is here.
  private mutating func block(at column: Int, depth: Int) throws(Unsuited) -> ConfigNode {
    guard depth <= Self.depthMax else { throw Unsuited() }
    return isDash ? try list(at: column, depth: depth) : try mapping(at: column, depth: depth)
  }

  private var isDash: Bool { peek() == 45 && isBlank(1) }

  private mutating func list(at column: Int, depth: Int) throws(Unsuited) -> ConfigNode {
    let location = location()
    var values: [ConfigNode] = []
    while true {
      offset += 1
      values.append(try item(of: column, depth: depth))
      guard let next = try nextContent(), next >= column else { break }
      // A key in the dashes' column goes on with the mapping that this list is a value of.
      if next == column, !isDash { break }
      guard next == column else { throw Unsuited() }
    }
    return ConfigNode(.sequence(values), at: location)
  }

  private mutating func item(of column: Int, depth: Int) throws(Unsuited) -> ConfigNode {
    let empty = location()
    skipSpaces()
    if peek() == 10 || peek() == 35 {
      try endLine()
      guard let next = try nextContent(), next > column else { return ConfigNode(.scalar("", plain: true), at: empty) }
      return try block(at: next, depth: depth + 1)
    }
    guard !isDash else { throw Unsuited() }
    let start = offset - lineStart
    let place = location()
    let value = try inline(depth: depth + 1, inFlow: false)
    guard peek() == 58, isBlank(1), case .scalar(let key, let plain) = value.content else {
      try endLine()
      try refuseContinuation(of: column)
      return value
    }
    return try mapping(at: start, depth: depth + 1, first: (key, plain, place))
  }

  /// - Parameter first: its first key, where that has been read.
  private mutating func mapping(
    at column: Int, depth: Int, first: (key: String, plain: Bool, location: SourceLocation)? = nil
  ) throws(Unsuited) -> ConfigNode {
    guard depth <= Self.depthMax else { throw Unsuited() }
    let location = first?.location ?? location()
    var entries: [ConfigNode.Entry] = []
    var known = first
    while true {
      let (key, place) = try key(known)
      known = nil
      let value = try value(of: column, depth: depth)
      entries.append(ConfigNode.Entry(key: key, keyLocation: place, value: value))
      guard let next = try nextContent(), next >= column else { break }
      guard next == column, !isDash else { throw Unsuited() }
    }
    try Self.refuseDoubles(entries)
    return ConfigNode(.mapping(entries), at: location)
  }

  /// A key up to and with its colon.
  private mutating func key(
    _ known: (key: String, plain: Bool, location: SourceLocation)?
  ) throws(Unsuited) -> (String, SourceLocation) {
    let start = offset
    let place = known?.location ?? location()
    let (text, plain): (String, Bool)
    if let known { (text, plain) = (known.key, known.plain) } else { (text, plain) = try scalar(inFlow: false) }
    guard peek() == 58, isBlank(1), offset - start <= Self.keyBytesMax, text.utf8.count <= Self.keyBytesMax,
      !(plain && text == "<<")
    else { throw Unsuited() }
    offset += 1
    return (text, place)
  }

  /// What stands behind a key's colon: on the same line, as a block on the next ones, or nothing.
  private mutating func value(of column: Int, depth: Int) throws(Unsuited) -> ConfigNode {
    let empty = location()
    skipSpaces()
    if peek() == 10 || peek() == 35 {
      try endLine()
      guard let next = try nextContent(), next > column || next == column && isDash else {
        return ConfigNode(.scalar("", plain: true), at: empty)
      }
      return try block(at: next, depth: depth + 1)
    }
    let value = try inline(depth: depth + 1, inFlow: false)
    try endLine()
    try refuseContinuation(of: column)
    return value
  }

  /// A deeper line behind a value would belong to it.
  private mutating func refuseContinuation(of column: Int) throws(Unsuited) {
    if let next = try nextContent(), next > column { throw Unsuited() }
  }

  static func refuseDoubles(_ entries: [ConfigNode.Entry]) throws(Unsuited) {
    if entries.count > 12 {
      guard Set(entries.map(\.key)).count == entries.count else { throw Unsuited() }
      return
    }
    for (index, entry) in entries.enumerated() where entries[..<index].contains(where: { $0.key == entry.key }) {
      throw Unsuited()
    }
  }
}
