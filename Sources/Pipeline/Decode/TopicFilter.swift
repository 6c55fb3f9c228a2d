/// MQTT topic filters (MQTT 5, section 4.7): `+` fills a level, `#` only at the end, 65,535 bytes at most. Patterns of
/// profiles, which capture levels, are `TopicPattern`.
package enum TopicFilter {
  package enum Problem: Equatable {
    case empty
    case tooLong
    case nullCharacter
    case restNotAlone
    case anyNotAlone
  }

  /// Why `filter` is none; nil when it is one.
  package static func problem(in filter: String) -> Problem? {
    if filter.isEmpty { return .empty }
    if filter.utf8.count > TopicPattern.longest { return .tooLong }
    if filter.utf8.contains(0) { return .nullCharacter }
    // By bytes, as the broker reads it: for Swift a sign and an accent behind it are one character.
    let levels = filter.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for (index, level) in levels.enumerated() {
      if level.contains(UInt8(ascii: "#")), level.count > 1 || index != levels.count - 1 {
        return .restNotAlone
      }
      if level.contains(UInt8(ascii: "+")), level.count > 1 { return .anyNotAlone }
    }
    return nil
  }

  /// Whether some topic matches both; `{name}` in a profile's pattern counts as `+`, `$share/GROUP/` in front of a
  /// subscription does not count.
  package static func overlap(_ a: String, _ b: String) -> Bool {
    func levels(_ text: String) -> [[UInt8]] {
      let levels = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Array.init)
      return levels[0] == Array("$share".utf8) ? Array(levels.dropFirst(2)) : levels
    }
    let (left, right) = (levels(a), levels(b))
    func wild(_ level: [UInt8]) -> Bool { level == Array("+".utf8) || level.first == UInt8(ascii: "{") }
    var index = 0
    while true {
      let x = index < left.count ? left[index] : nil
      let y = index < right.count ? right[index] : nil
      if x == Array("#".utf8) || y == Array("#".utf8) { return true }
      guard let x, let y else { return x == nil && y == nil }
      if x != y, !wild(x), !wild(y) { return false }
      index += 1
    }
  }

  /// Whether a topic matches a filter; topics beginning with `$` match no leading wildcard.
  package static func matches(_ filter: String, _ topic: UnsafeRawBufferPointer) -> Bool {
    let levels = filter.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let parts = topic.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for (index, level) in levels.enumerated() {
      let isWild = level.elementsEqual("#".utf8) || level.elementsEqual("+".utf8)
      if index == 0, isWild, topic.first == UInt8(ascii: "$") { return false }
      if level.elementsEqual("#".utf8) { return true }
      guard index < parts.count else { return false }
      if !isWild, !level.elementsEqual(parts[index]) { return false }
    }
    return levels.count == parts.count
  }
}

extension TopicFilter.Problem: CustomStringConvertible {
  package var description: String {
    switch self {
    case .empty: "it is empty"
    case .tooLong: "it is longer than 65,535 bytes"
    case .nullCharacter: "it contains a null character"
    case .restNotAlone: "'#' stands alone and at the end"
    case .anyNotAlone: "'+' fills a whole level"
    }
  }
}
