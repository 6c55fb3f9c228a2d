import Glibc

/// Bytes looked at as text, without making a string of them.
extension UnsafeRawBufferPointer {
  /// Without white space at both ends.
  var trimmed: UnsafeRawBufferPointer {
    var first = 0
    var end = count
    while first < end, Self.isSpace(self[first]) { first += 1 }
    while end > first, Self.isSpace(self[end - 1]) { end -= 1 }
    return UnsafeRawBufferPointer(rebasing: self[first..<end])
  }

  /// Without the mark that some writers of UTF-8 put before it.
  var withoutByteOrderMark: UnsafeRawBufferPointer {
    let marked = count >= 3 && self[0] == 0xef && self[1] == 0xbb && self[2] == 0xbf
    return marked ? UnsafeRawBufferPointer(rebasing: self[3...]) : self
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0d) }

  /// Whether both hold the same bytes.
  func equals(_ other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    guard let a = baseAddress, let b = other.baseAddress else { return count == 0 }
    return memcmp(a, b, count) == 0
  }
}
