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
    case tooDeep
    case restNotLast
    case wildcardInLevel(String)
    case captureInLevel(String)
    case captureTwice(String)
  }

  /// MQTT's own limit on a topic, bytes.
  package static let longest = 65_535

  /// Levels; a lane does not look at more of a topic.
  package static let deepest = 64

  /// As written.
  package let text: String
  package let levels: [Level]

  package init(_ text: String) throws(Problem) {
    guard !text.isEmpty else { throw .empty }
    guard text.utf8.count <= Self.longest else { throw .tooLong }
    let parts = Self.levels(of: text)
    guard parts.count <= Self.deepest else { throw .tooDeep }
    var levels: [Level] = []
    var names: Set<[UInt8]> = []
    for (at, part) in parts.enumerated() {
      let level = try Self.level(part)
      if level == .rest, at != parts.count - 1 { throw .restNotLast }
      if case .capture(let name) = level, !names.insert(Array(name.utf8)).inserted { throw .captureTwice(name) }
      levels.append(level)
    }
    self.text = text
    self.levels = levels
  }

  /// Cut at its slashes by bytes, as brokers do: for Swift a slash and an accent behind it are one character.
  private static func levels(of text: String) -> [String] {
    text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { String(Substring($0)) }
  }

  private static func level(_ part: String) throws(Problem) -> Level {
    if part == "+" { return .any }
    if part == "#" { return .rest }
    let bytes = part.utf8
    func has(_ scalars: Unicode.Scalar...) -> Bool { bytes.contains { byte in scalars.contains { $0.value == byte } } }
    if bytes.count > 2, bytes.first == UInt8(ascii: "{"), bytes.last == UInt8(ascii: "}") {
      let name = Substring(bytes.dropFirst().dropLast())
      guard !name.utf8.contains(where: { "{}+#".utf8.contains($0) }) else { throw .captureInLevel(part) }
      return .capture(String(name))
    }
    if has("{", "}") { throw .captureInLevel(part) }
    if has("+", "#") { throw .wildcardInLevel(part) }
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
    let parts = Self.levels(of: topic)
    var found: [String: String] = [:]
    if topic.utf8.first == UInt8(ascii: "$") {
      guard case .literal = levels[0] else { return nil }
    }
    for (at, level) in levels.enumerated() {
      if level == .rest { return found }
      guard at < parts.count else { return nil }
      switch level {
      case .literal(let text): if !text.utf8.elementsEqual(parts[at].utf8) { return nil }
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
    case .tooDeep: "a topic has at most \(TopicPattern.deepest) levels"
    case .restNotLast: "'#' may only be the last level of a topic"
    case .wildcardInLevel(let level): "'+' and '#' must stand alone in their level, not as in '\(level)'"
    case .captureInLevel(let level): "a capture must fill its whole level, as in '{device}', not as in '\(level)'"
    case .captureTwice(let name): "the capture '{\(name)}' appears twice in one topic"
    }
  }
}
