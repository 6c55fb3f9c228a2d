/// A profile's topic: MQTT levels where `{name}` captures one level, `+` takes any level and a last `#` the rest.
package struct TopicPattern: Sendable, Equatable {
  package enum Level: Sendable, Equatable {
    case literal(String)
    case any
    case capture(String)
    /// `#`: this level and all below; also none.
    case rest
  }

  package enum Problem: Error, Equatable {
    case empty
    case tooLong
    case restNotLast
    case wildcardInLevel(String)
    case captureInLevel(String)
    case captureTwice(String)
  }

  /// MQTT's own limit on a topic, bytes.
  package static let longest = 65_535

  /// As written.
  package let text: String
  package let levels: [Level]

  package init(_ text: String) throws(Problem) {
    guard !text.isEmpty else { throw .empty }
    guard text.utf8.count <= Self.longest else { throw .tooLong }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    var levels: [Level] = []
    var names: Set<String> = []
    for (at, part) in parts.enumerated() {
      let level = try Self.level(part)
      if level == .rest, at != parts.count - 1 { throw .restNotLast }
      if case .capture(let name) = level, !names.insert(name).inserted { throw .captureTwice(name) }
      levels.append(level)
    }
    self.text = text
    self.levels = levels
  }

  private static func level(_ part: String) throws(Problem) -> Level {
    if part == "+" { return .any }
    if part == "#" { return .rest }
    if part.hasPrefix("{"), part.hasSuffix("}"), part.utf8.count > 2 {
      let name = part.dropFirst().dropLast()
      guard !name.contains(where: { "{}+#".contains($0) }) else { throw .captureInLevel(part) }
      return .capture(String(name))
    }
    if part.contains("{") || part.contains("}") { throw .captureInLevel(part) }
    if part.contains("+") || part.contains("#") { throw .wildcardInLevel(part) }
    return .literal(part)
  }

  /// Names of the captures, from left to right.
  package var captures: [String] {
    levels.compactMap { if case .capture(let name) = $0 { name } else { nil } }
  }

  /// The MQTT topic filter that subscribes to it.
  package var filter: String {
    levels.map { level in
      switch level {
      case .literal(let text): text
      case .any, .capture: "+"
      case .rest: "#"
      }
    }.joined(separator: "/")
  }

  /// The captures of a topic that fits, else nil. A wildcard in the first level does not take `$SYS` and its like (MQTT 5,
  /// 4.7.2).
  package func captures(of topic: String) -> [String: String]? {
    let parts = topic.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    var found: [String: String] = [:]
    if topic.hasPrefix("$"), case .literal = levels[0] {} else if topic.hasPrefix("$") { return nil }
    for (at, level) in levels.enumerated() {
      if level == .rest { return found }
      guard at < parts.count else { return nil }
      switch level {
      case .literal(let text): if text != parts[at] { return nil }
      case .capture(let name): found[name] = parts[at]
      case .any, .rest: break
      }
    }
    return parts.count == levels.count ? found : nil
  }
}

extension TopicPattern.Problem: CustomStringConvertible {
  package var description: String {
    switch self {
    case .empty: "a topic must not be empty"
    case .tooLong: "a topic has at most \(TopicPattern.longest) bytes"
    case .restNotLast: "'#' may only be the last level of a topic"
    case .wildcardInLevel(let level): "'+' and '#' must stand alone in their level, not as in '\(level)'"
    case .captureInLevel(let level): "a capture must fill its whole level, as in '{device}', not as in '\(level)'"
    case .captureTwice(let name): "the capture '{\(name)}' appears twice in one topic"
    }
  }
}
