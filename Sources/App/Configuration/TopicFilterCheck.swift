/// What MQTT says of topic filters (MQTT 5, section 4.7): `+` fills a level, `#` only at the end, 65,535 bytes at most.
enum TopicFilterCheck {
  /// Why `filter` is none; nil when it is one.
  static func problem(in filter: String) -> String? {
    if filter.isEmpty { return "it is empty" }
    if filter.utf8.count > 65_535 { return "it is longer than 65,535 bytes" }
    if filter.contains("\0") { return "it contains a null character" }
    let levels = filter.split(separator: "/", omittingEmptySubsequences: false)
    for (index, level) in levels.enumerated() {
      if level.contains("#"), level != "#" || index != levels.count - 1 { return "'#' stands alone and at the end" }
      if level.contains("+"), level != "+" { return "'+' fills a whole level" }
    }
    return nil
  }

  /// Whether some topic matches both; `{name}` in a profile's pattern counts as `+`.
  static func overlap(_ a: String, _ b: String) -> Bool {
    let left = a.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let right = b.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    func wild(_ level: String) -> Bool { level == "+" || level.hasPrefix("{") }
    var index = 0
    while true {
      let x = index < left.count ? left[index] : nil
      let y = index < right.count ? right[index] : nil
      if x == "#" || y == "#" { return true }
      guard let x, let y else { return x == nil && y == nil }
      if x != y, !wild(x), !wild(y) { return false }
      index += 1
    }
  }
}

extension TopicFilterCheck {
  /// Whether a topic matches a filter (MQTT 5, section 4.7); topics beginning with `$` match no leading wildcard.
  static func matches(_ filter: String, _ topic: UnsafeRawBufferPointer) -> Bool {
    if filter == "#" { return topic.first != UInt8(ascii: "$") }
    let levels = filter.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let parts = topic.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for (index, level) in levels.enumerated() {
      if level.elementsEqual("#".utf8) { return index > 0 || topic.first != UInt8(ascii: "$") }
      guard index < parts.count else { return false }
      if level.elementsEqual("+".utf8) {
        if index == 0, topic.first == UInt8(ascii: "$") { return false }
      } else if !level.elementsEqual(parts[index]) {
        return false
      }
    }
    return levels.count == parts.count
  }
}
