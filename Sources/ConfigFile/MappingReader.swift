package import Words

/// Reads a mapping with known keys. Everything that is wrong with it goes to the log, with its line, and reading goes on.
package struct MappingReader {
  package let node: ConfigNode
  package let log: ProblemLog
  private let entries: [ConfigNode.Entry]

  /// - Parameters:
  ///   - keys: the keys that may occur; another one is an error with a "did you mean".
  ///   - what: what is being read, for messages (`device "care-301-env"`).
  ///
  /// nil, and an error, when the node is no mapping. An empty mapping and "nothing" (`key:`) are no mapping with keys, but
  /// fine: what is missing then is said by `required…`.
  package init?(_ node: ConfigNode, keys: [String], as what: String = "", log: ProblemLog) {
    self.node = node
    self.log = log
    if node.isNull {
      entries = []
      return
    }
    guard let entries = node.entries else {
      let _: Int? = node.wrong(log, what, ConfigNode.keysAndValues)
      return nil
    }
    self.entries = entries
    for entry in entries where !keys.contains(entry.key) {
      log.error(
        at: entry.keyLocation, zh: "未知的键“\(entry.key.prefix(60))”", en: "unknown key \"\(entry.key.prefix(60))\"",
        hint: Suggestion.hint(for: entry.key, among: keys, listUpTo: 30))
    }
  }

  package var location: SourceLocation { node.location }

  /// The value of a key; nil when it is absent or nothing.
  package func node(_ key: String) -> ConfigNode? {
    guard let value = entries.first(where: { $0.key == key })?.value, !value.isNull else { return nil }
    return value
  }

  package func has(_ key: String) -> Bool { node(key) != nil }

  /// Where the value of a key stands; the mapping itself when it is absent.
  package func location(of key: String) -> SourceLocation { node(key)?.location ?? location }

  /// The value, or an error at the mapping that the key is missing.
  package func required(_ key: String) -> ConfigNode? {
    if let value = node(key) { return value }
    log.error(
      at: entries.first { $0.key == key }?.keyLocation ?? location, zh: "缺少“\(key)”", en: "missing \"\(key)\"")
    return nil
  }

  // MARK: - Optional values: nil when absent or wrong (reported)

  package func string(_ key: String) -> String? { node(key)?.string(log, key) }
  package func int(_ key: String, in range: ClosedRange<Int>? = nil) -> Int? { node(key)?.int(log, key, in: range) }
  package func number(_ key: String, in range: ClosedRange<Double>? = nil) -> Double? {
    node(key)?.number(log, key, in: range)
  }
  package func bool(_ key: String) -> Bool? { node(key)?.bool(log, key) }
  /// Milliseconds.
  package func duration(_ key: String, in range: ClosedRange<Int64>? = nil) -> Int64? {
    node(key)?.duration(log, key, in: range)
  }
  package func bytes(_ key: String, in range: ClosedRange<Int64>? = nil) -> Int64? {
    node(key)?.bytes(log, key, in: range)
  }
  package func text(_ key: String) -> LocalizedText? { node(key)?.text(log, key) }
  package func strings(_ key: String) -> [String]? { node(key)?.strings(log, key) }
  package func choice(_ key: String, among choices: [String]) -> String? { node(key)?.choice(log, key, among: choices) }
  package func choice<T: RawRepresentable & CaseIterable>(_ key: String, as type: T.Type = T.self) -> T?
  where T.RawValue == String {
    node(key)?.choice(log, key, as: type)
  }
  /// The elements of a list; none when absent or wrong.
  package func list(_ key: String) -> [ConfigNode] { node(key)?.list(log, key) ?? [] }
  /// The pairs of a mapping with the user's own names as keys; none when absent or wrong.
  package func mapping(_ key: String) -> [ConfigNode.Entry] { node(key)?.mapping(log, key) ?? [] }
  /// A mapping with known keys.
  package func reader(_ key: String, keys: [String]) -> MappingReader? {
    node(key).flatMap { MappingReader($0, keys: keys, as: key, log: log) }
  }
  /// A text whose `${NAME}` and `file:PATH` are filled in.
  package func secret(_ key: String, from source: SecretSource) -> Secret? {
    guard let node = node(key), let text = node.string(log, key) else { return nil }
    return source.resolve(text, at: node.location, log: log)
  }

  // MARK: - Required values: an error when absent

  package func requiredString(_ key: String) -> String? { required(key)?.string(log, key) }
  package func requiredInt(_ key: String, in range: ClosedRange<Int>? = nil) -> Int? {
    required(key)?.int(log, key, in: range)
  }
  package func requiredNumber(_ key: String, in range: ClosedRange<Double>? = nil) -> Double? {
    required(key)?.number(log, key, in: range)
  }
  package func requiredDuration(_ key: String, in range: ClosedRange<Int64>? = nil) -> Int64? {
    required(key)?.duration(log, key, in: range)
  }
  package func requiredText(_ key: String) -> LocalizedText? { required(key)?.text(log, key) }
  package func requiredStrings(_ key: String) -> [String]? { required(key)?.strings(log, key) }
  package func requiredChoice<T: RawRepresentable & CaseIterable>(_ key: String, as type: T.Type = T.self) -> T?
  where T.RawValue == String {
    required(key)?.choice(log, key, as: type)
  }
  package func requiredList(_ key: String) -> [ConfigNode] { required(key)?.list(log, key) ?? [] }
  package func requiredSecret(_ key: String, from source: SecretSource) -> Secret? {
    required(key) == nil ? nil : secret(key, from: source)
  }
}
