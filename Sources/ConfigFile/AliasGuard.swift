/// Refuses aliases within keys. A key is hashed with all that it stands for, so a few lines of aliases of aliases used as
/// a key would keep the parser busy for ever ("billion laughs"); as values they are counted while they are expanded.
enum AliasGuard {
  /// Where a key stands (or ends) that is, or may contain, an alias; nil when there is none.
  static func offsetOfDangerousKey(_ bytes: [UInt8]) -> Int? {
    guard hasAlias(bytes) else { return nil }
    for (offset, byte) in bytes.enumerated() {
      switch byte {
      case UInt8(ascii: "?") where opensToken(bytes, offset) && isBlank(bytes, offset + 1): return offset
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        if isFollowedByColon(bytes, offset + 1) { return offset }
      case UInt8(ascii: "*") where opensToken(bytes, offset):
        let end = bytes[(offset + 1)...].firstIndex { !isName($0) } ?? bytes.count
        // An alias may swallow the colon, depending on the version of the library: both are keys.
        if bytes[offset..<end].last == UInt8(ascii: ":") || isFollowedByColon(bytes, end) { return offset }
      default: break
      }
    }
    return nil
  }

  private static func hasAlias(_ bytes: [UInt8]) -> Bool {
    guard bytes.contains(UInt8(ascii: "&")) else { return false }
    return bytes.indices.contains { offset in
      bytes[offset] == UInt8(ascii: "*") && opensToken(bytes, offset)
        && offset + 1 < bytes.count && isName(bytes[offset + 1])
    }
  }

  private static func opensToken(_ bytes: [UInt8], _ offset: Int) -> Bool {
    offset == 0 || " \t\r\n[{,:".utf8.contains(bytes[offset - 1])
  }

  private static func isName(_ byte: UInt8) -> Bool { byte > 32 && !",[]{}".utf8.contains(byte) }

  private static func isBlank(_ bytes: [UInt8], _ offset: Int) -> Bool {
    offset >= bytes.count || " \t\r\n".utf8.contains(bytes[offset])
  }

  private static func isFollowedByColon(_ bytes: [UInt8], _ start: Int) -> Bool {
    guard let next = bytes[start...].first(where: { $0 != 32 && $0 != 9 }) else { return false }
    return next == UInt8(ascii: ":")
  }
}
