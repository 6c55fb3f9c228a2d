/// The topics that a profile reads: MQTT levels in which `{name}` captures one level, `+` stands for any level and a last
/// `#` for the rest.
package struct TopicPattern: Sendable, Equatable {
  package enum Level: Sendable, Equatable {
    case literal(String)
    case capture(String)
    case any
    case rest
  }

  package let text: String
  package let levels: [Level]

  /// Why a pattern could never match a topic.
  package struct Flaw: Error, Equatable {
    package var message: String
    package init(message: String) { self.message = message }
  }

  package init(_ text: String) throws(Flaw) {
    guard text.utf8.count <= 65_535 else { throw Flaw(message: "a topic has at most 65535 bytes") }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    var levels: [Level] = []
    for (index, part) in parts.enumerated() {
      let level = try Self.level(part, isFirst: index == 0, isLast: index == parts.count - 1, isOnly: parts.count == 1)
      if case .capture(let name) = level, levels.contains(level) { throw Flaw(message: "{\(name)} is captured twice") }
      levels.append(level)
    }
    self.text = text
    self.levels = levels
  }

  private static func level(_ part: Substring, isFirst: Bool, isLast: Bool, isOnly: Bool) throws(Flaw) -> Level {
    switch part {
    case "+": return .any
    case "#":
      guard isLast else { throw Flaw(message: "\"#\" stands for the rest of the topic and can only be last") }
      return .rest
    case "":
      // A leading "/" is common with some vendors; other empty levels are slips.
      guard isFirst, !isOnly else { throw Flaw(message: "a level is empty") }
      return .literal("")
    default: break
    }
    guard part.contains(where: { "{}+#".contains($0) }) else { return .literal(String(part)) }
    guard part.first == "{", part.last == "}" else {
      throw Flaw(message: "\"\(part)\": {name}, + and # stand for a whole level")
    }
    let name = part.dropFirst().dropLast()
    if name.isEmpty { throw Flaw(message: "{} captures without a name") }
    guard name.utf8.allSatisfy({ isNameByte($0) }) else {
      throw Flaw(message: "\"\(part)\": the name of a capture has letters, digits, - and _ only")
    }
    return .capture(String(name))
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    byte >= 48 && byte <= 57 || byte >= 65 && byte <= 90 || byte >= 97 && byte <= 122 || byte == 45 || byte == 95
  }

  /// Names of the captured levels, in order.
  package var captures: [String] {
    levels.compactMap { if case .capture(let name) = $0 { name } else { nil } }
  }

  /// What a topic's captured levels are; nil when the topic does not match.
  package func match(_ topic: String) -> [String: String]? {
    var result: [String: String] = [:]
    let parts = topic.split(separator: "/", omittingEmptySubsequences: false)
    for (index, level) in levels.enumerated() {
      // `a/#` matches `a` too (MQTT 5, 4.7.1.2).
      if level == .rest { return result }
      guard index < parts.count else { return nil }
      switch level {
      case .literal(let text): if text != parts[index] { return nil }
      case .capture(let name): result[name] = String(parts[index])
      case .any, .rest: break
      }
    }
    return parts.count == levels.count ? result : nil
  }

  /// The MQTT filter to subscribe to for this pattern.
  package var filter: String {
    levels.map { level in
      switch level {
      case .literal(let text): text
      case .capture, .any: "+"
      case .rest: "#"
      }
    }.joined(separator: "/")
  }

  /// Whether every topic of the pattern also matches an MQTT filter, so that a subscription to it brings them all.
  package func isCovered(by filter: String) -> Bool {
    var parts = filter.split(separator: "/", omittingEmptySubsequences: false)[...]
    if parts.first == "$share" { parts = parts.dropFirst(2) }
    for level in levels {
      guard let part = parts.popFirst() else { return false }
      if part == "#" { return true }
      switch level {
      case .rest: return false
      case .capture, .any: if part != "+" { return false }
      case .literal(let text): if part != "+" && part != text { return false }
      }
    }
    return parts.isEmpty || parts.elementsEqual(["#"])
  }
}
