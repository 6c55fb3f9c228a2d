package import Words

/// A value of a configuration file with the place where it stands. Scalars keep the text as written: what it means is
/// decided by the reader that knows the key, so `on`, `22:00` or `010` never turn into something else (YAML 1.1).
package struct ConfigNode: Sendable {
  package enum Content: Sendable {
    /// `plain`: written without quotes.
    case scalar(String, plain: Bool)
    case sequence([ConfigNode])
    /// In the order of the file; no key twice.
    case mapping([Entry])
  }

  /// One `key: value` of a mapping.
  package struct Entry: Sendable {
    package var key: String
    package var keyLocation: SourceLocation
    package var value: ConfigNode

    package init(key: String, keyLocation: SourceLocation, value: ConfigNode) {
      self.key = key
      self.keyLocation = keyLocation
      self.value = value
    }
  }

  package var content: Content
  package var location: SourceLocation

  package init(_ content: Content, at location: SourceLocation) {
    self.content = content
    self.location = location
  }

  /// Nothing, `~` or `null`.
  package var isNull: Bool {
    if case .scalar(let text, plain: true) = content { return ["", "~", "null", "Null", "NULL"].contains(text) }
    return false
  }

  /// The text of a scalar; nil for lists and mappings.
  package var scalar: String? {
    if case .scalar(let text, _) = content { return text }
    return nil
  }

  package var sequence: [ConfigNode]? {
    if case .sequence(let nodes) = content { return nodes }
    return nil
  }

  package var entries: [Entry]? {
    if case .mapping(let entries) = content { return entries }
    return nil
  }

  /// What it is, for messages: `a list`, `a mapping`, `"text"`, `nothing`.
  package var kindName: LocalizedText {
    switch content {
    case .scalar(let text, _):
      if isNull { return LocalizedText(zh: "空值", en: "nothing") }
      // A mistaken value may be a secret or very long: show a little of it only.
      let shown = text.count > 40 ? "\(text.prefix(37))…" : text
      return LocalizedText(zh: "“\(shown)”", en: "\"\(shown)\"")
    case .sequence: return LocalizedText(zh: "列表", en: "a list")
    case .mapping: return LocalizedText(zh: "映射", en: "a mapping")
    }
  }
}
