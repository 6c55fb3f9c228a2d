/// Lines and columns of bytes, counted as the YAML parser counts them: in characters, and with every line break it knows.
extension SourceLocation {
  /// The place of the byte at `offset`.
  init(file: String, offset: Int, in bytes: [UInt8]) {
    self.init(file: file, line: 1, column: 1)
    var index = 0
    while index < min(offset, bytes.count) {
      let width = Self.lineBreak(bytes, index)
      if width > 0 {
        line += 1
        column = 1
        index += width
      } else {
        // Bytes that continue a character count with its first one.
        if bytes[index] & 0xc0 != 0x80 { column += 1 }
        index += 1
      }
    }
  }

  /// Bytes of the line break that begins at `index`; 0 where none does. LF, CR, CR LF, NEL, LS, PS.
  private static func lineBreak(_ bytes: [UInt8], _ index: Int) -> Int {
    func next(_ distance: Int) -> UInt8 { index + distance < bytes.count ? bytes[index + distance] : 0 }
    switch bytes[index] {
    case 0x0a: return 1
    case 0x0d: return next(1) == 0x0a ? 2 : 1
    case 0xc2 where next(1) == 0x85: return 2
    case 0xe2 where next(1) == 0x80 && (next(2) == 0xa8 || next(2) == 0xa9): return 3
    default: return 0
    }
  }
}
