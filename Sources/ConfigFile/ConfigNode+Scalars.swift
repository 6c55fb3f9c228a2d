/// Typed reading of one value. Each reports to the log what is wrong and answers nil then.
extension ConfigNode {
  /// A text that is not empty. A number or `true` without quotes is a text too.
  package func string(_ log: ProblemLog, _ what: String = "") -> String? {
    guard let text = scalar, !isNull else { return wrong(log, what, "a text") }
    guard !text.isEmpty else {
      log.error(at: location, "\(prefix(what))must not be empty")
      return nil
    }
    return text
  }

  /// A whole number, decimal.
  package func int(_ log: ProblemLog, _ what: String = "", in range: ClosedRange<Int>? = nil) -> Int? {
    guard let text = scalar, let value = Int(text), Self.isDecimal(text) else {
      return wrong(log, what, "a whole number")
    }
    if let range, !range.contains(value) {
      log.error(at: location, "\(prefix(what))\(value) is not between \(range.lowerBound) and \(range.upperBound)")
      return nil
    }
    return value
  }

  /// A finite number, decimal.
  package func number(_ log: ProblemLog, _ what: String = "", in range: ClosedRange<Double>? = nil) -> Double? {
    guard let text = scalar, let value = Self.number(text) else { return wrong(log, what, "a number") }
    if let range, !range.contains(value) {
      log.error(
        at: location,
        "\(prefix(what))\(text) is not between \(NumberText.plain(range.lowerBound)) and \(NumberText.plain(range.upperBound))"
      )
      return nil
    }
    return value
  }

  /// `true` or `false`, nothing else.
  package func bool(_ log: ProblemLog, _ what: String = "") -> Bool? {
    switch scalar {
    case "true": return true
    case "false": return false
    case let text?:
      let hint: String? =
        switch text.lowercased() {
        case "yes", "on", "y", "true", "1": "write true"
        case "no", "off", "n", "false", "0": "write false"
        default: nil
        }
      log.error(at: location, "\(prefix(what))expected true or false, found \(kindName)", hint: hint)
      return nil
    case nil: return wrong(log, what, "true or false")
    }
  }

  /// Milliseconds: `90s 10m 12h 3d 500ms`.
  package func duration(_ log: ProblemLog, _ what: String = "", in range: ClosedRange<Int64>? = nil) -> Int64? {
    guard let text = scalar, let value = DurationText.parse(text) else {
      let hint = scalar.flatMap { Double($0) } != nil ? "add the unit" : nil
      log.error(at: location, "\(prefix(what))expected a duration like 90s 10m 12h 3d, found \(kindName)", hint: hint)
      return nil
    }
    if let range, !range.contains(value) {
      let bounds = "between \(DurationText.text(range.lowerBound)) and \(DurationText.text(range.upperBound))"
      log.error(at: location, "\(prefix(what))\(text) is not \(bounds)")
      return nil
    }
    return value
  }

  /// Bytes: `1GiB 512MiB 64KiB 4096`.
  package func bytes(_ log: ProblemLog, _ what: String = "", in range: ClosedRange<Int64>? = nil) -> Int64? {
    guard let text = scalar, let value = ByteSize.parse(text) else {
      return wrong(log, what, "a size like 64MiB or 1GiB")
    }
    if let range, !range.contains(value) {
      let bounds = "between \(ByteSize.text(range.lowerBound)) and \(ByteSize.text(range.upperBound))"
      log.error(at: location, "\(prefix(what))\(text) is not \(bounds)")
      return nil
    }
    return value
  }

  /// A text in both languages: a string, or `{zh: …, en: …}`; with one language only, that one stands for both.
  package func text(_ log: ProblemLog, _ what: String = "") -> (zh: String, en: String)? {
    switch content {
    case .scalar:
      return string(log, what).map { ($0, $0) }
    case .mapping:
      guard let reader = MappingReader(self, keys: ["zh", "en"], as: what, log: log) else { return nil }
      let (zh, en) = (reader.string("zh"), reader.string("en"))
      guard let one = zh ?? en else {
        if entries?.isEmpty == true { log.error(at: location, "\(prefix(what))expected zh and en") }
        return nil
      }
      return (zh ?? one, en ?? one)
    case .sequence:
      return wrong(log, what, "a text or {zh: …, en: …}")
    }
  }

  /// A list of texts; a single text is a list of one.
  package func strings(_ log: ProblemLog, _ what: String = "") -> [String]? {
    switch content {
    case .scalar: return string(log, what).map { [$0] }
    case .sequence(let nodes):
      let values = nodes.compactMap { $0.string(log, what) }
      return values.count == nodes.count ? values : nil
    case .mapping: return wrong(log, what, "a text or a list of texts")
    }
  }

  /// One of the given words.
  package func choice(_ log: ProblemLog, _ what: String = "", among choices: [String]) -> String? {
    guard let text = scalar, !isNull else { return wrong(log, what, "one of \(choices.joined(separator: ", "))") }
    if choices.contains(text) { return text }
    log.error(
      at: location, "\(prefix(what))unknown value \(kindName)",
      hint: Suggestion.hint(for: text, among: choices, listUpTo: 30))
    return nil
  }

  /// One case of an enumeration of words.
  package func choice<T: RawRepresentable & CaseIterable>(
    _ log: ProblemLog, _ what: String = "", as type: T.Type = T.self
  ) -> T? where T.RawValue == String {
    choice(log, what, among: T.allCases.map(\.rawValue)).flatMap(T.init(rawValue:))
  }

  /// The elements of a list.
  package func list(_ log: ProblemLog, _ what: String = "") -> [ConfigNode]? {
    sequence ?? wrong(log, what, "a list")
  }

  /// The `key: value` pairs of a mapping whose keys are names given by the user, in order.
  package func mapping(_ log: ProblemLog, _ what: String = "") -> [Entry]? {
    entries ?? wrong(log, what, "a mapping (key: value)")
  }

  /// Reports that something else was expected here.
  package func wrong<T>(_ log: ProblemLog, _ what: String, _ expected: String) -> T? {
    log.error(at: location, "\(prefix(what))expected \(expected), found \(kindName)")
    return nil
  }

  private func prefix(_ what: String) -> String { what.isEmpty ? "" : "\(what): " }

  /// Finite and decimal: no hexadecimal, no `nan`, no `inf`.
  package static func number(_ text: String) -> Double? {
    guard let first = text.utf8.first, isDecimal(text), first != UInt8(ascii: "+") || text.utf8.count > 1,
      let value = Double(text), value.isFinite
    else { return nil }
    return value
  }

  /// Digits, sign, point and exponent only, and no leading zero that YAML 1.1 would take for octal.
  private static func isDecimal(_ text: String) -> Bool {
    guard text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 || "+-.eE".utf8.contains($0) }) else { return false }
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
    guard digits.count > 1, digits.first == UInt8(ascii: "0") else { return true }
    return !(digits.dropFirst().first.map { $0 >= 48 && $0 <= 57 } ?? false)
  }
}

/// Numbers in messages: `16`, not `16.0`.
package enum NumberText {
  package static func plain(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
