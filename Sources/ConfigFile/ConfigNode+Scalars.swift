package import Words

/// Typed reading of one value. Each reports to the log what is wrong and answers nil then.
extension ConfigNode {
  /// A text that is not empty. A number or `true` without quotes is a text too.
  package func string(_ log: ProblemLog, _ what: String = "") -> String? {
    guard let text = scalar, !isNull else { return wrong(log, what, .init(zh: "文本", en: "a text")) }
    guard !text.isEmpty else {
      log.error(at: location, LocalizedText(zh: "不能为空", en: "must not be empty").of(what))
      return nil
    }
    return text
  }

  /// A whole number, decimal.
  package func int(_ log: ProblemLog, _ what: String = "", in range: ClosedRange<Int>? = nil) -> Int? {
    guard let text = scalar, let value = Int(text), Self.isDecimal(text) else {
      return wrong(log, what, .init(zh: "整数", en: "a whole number"))
    }
    if let range, !range.contains(value) {
      return outside(log, what, "\(range.lowerBound)", "\(range.upperBound)")
    }
    return value
  }

  /// A finite number, decimal.
  package func number(_ log: ProblemLog, _ what: String = "", in range: ClosedRange<Double>? = nil) -> Double? {
    guard let text = scalar, let value = Self.number(text) else {
      return wrong(log, what, .init(zh: "数字", en: "a number"))
    }
    if let range, !range.contains(value) {
      return outside(log, what, NumberText.plain(range.lowerBound), NumberText.plain(range.upperBound))
    }
    return value
  }

  /// `true` or `false`, nothing else.
  package func bool(_ log: ProblemLog, _ what: String = "") -> Bool? {
    switch scalar {
    case "true": return true
    case "false": return false
    case let text?:
      let meant: Bool? =
        switch text.lowercased() {
        case "yes", "on", "y", "true", "1": true
        case "no", "off", "n", "false", "0": false
        default: nil
        }
      let hint = meant.map { LocalizedText(zh: "请写 \($0)", en: "write \($0)") }
      return wrong(log, what, Self.trueOrFalse, hint: hint)
    case nil: return wrong(log, what, Self.trueOrFalse)
    }
  }

  /// Milliseconds: `90s 10m 12h 3d 500ms`.
  package func duration(_ log: ProblemLog, _ what: String = "", in range: ClosedRange<Int64>? = nil) -> Int64? {
    guard let text = scalar, let value = DurationText.parse(text) else {
      let hint = scalar.flatMap { Double($0) }.map { _ in LocalizedText(zh: "请加上单位", en: "add the unit") }
      return wrong(
        log, what, .init(zh: "时长，如 90s 10m 12h 3d", en: "a duration like 90s 10m 12h 3d"), hint: hint)
    }
    if let range, !range.contains(value) {
      return outside(log, what, DurationText.text(range.lowerBound), DurationText.text(range.upperBound))
    }
    return value
  }

  /// Bytes: `1GiB 512MiB 64KiB 4096`.
  package func bytes(_ log: ProblemLog, _ what: String = "", in range: ClosedRange<Int64>? = nil) -> Int64? {
    guard let text = scalar, let value = ByteSize.parse(text) else {
      return wrong(log, what, .init(zh: "大小，如 64MiB 或 1GiB", en: "a size like 64MiB or 1GiB"))
    }
    if let range, !range.contains(value) {
      return outside(log, what, ByteSize.text(range.lowerBound), ByteSize.text(range.upperBound))
    }
    return value
  }

  /// A text in both languages: a string, or `{zh: …, en: …}`; with one language only, that one stands for both.
  package func text(_ log: ProblemLog, _ what: String = "") -> LocalizedText? {
    switch content {
    case .scalar:
      return string(log, what).map { LocalizedText($0) }
    case .mapping:
      guard let reader = MappingReader(self, keys: ["zh", "en"], as: what, log: log) else { return nil }
      let (zh, en) = (reader.string("zh"), reader.string("en"))
      guard let one = zh ?? en else {
        if entries?.isEmpty == true {
          log.error(at: location, LocalizedText(zh: "应有 zh 和 en", en: "expected zh and en").of(what))
        }
        return nil
      }
      return LocalizedText(zh: zh ?? one, en: en ?? one)
    case .sequence:
      return wrong(log, what, .init(zh: "文本或 {zh: …, en: …}", en: "a text or {zh: …, en: …}"))
    }
  }

  /// A list of texts; a single text is a list of one.
  package func strings(_ log: ProblemLog, _ what: String = "") -> [String]? {
    switch content {
    case .scalar: return string(log, what).map { [$0] }
    case .sequence(let nodes):
      let values = nodes.compactMap { $0.string(log, what) }
      return values.count == nodes.count ? values : nil
    case .mapping: return wrong(log, what, .init(zh: "文本或文本的列表", en: "a text or a list of texts"))
    }
  }

  /// One of the given words.
  package func choice(_ log: ProblemLog, _ what: String = "", among choices: [String]) -> String? {
    guard let text = scalar, !isNull else {
      return wrong(
        log, what,
        .init(zh: "\(choices.joined(separator: "、")) 之一", en: "one of \(choices.joined(separator: ", "))"))
    }
    if choices.contains(text) { return text }
    log.error(
      at: location, LocalizedText(zh: "未知的值\(kindName.zh)", en: "unknown value \(kindName.en)").of(what),
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
    sequence ?? wrong(log, what, .init(zh: "列表", en: "a list"))
  }

  /// The `key: value` pairs of a mapping whose keys are names given by the user, in order.
  package func mapping(_ log: ProblemLog, _ what: String = "") -> [Entry]? {
    entries ?? wrong(log, what, Self.keysAndValues)
  }

  /// Reports that something else was expected here.
  package func wrong<T>(
    _ log: ProblemLog, _ what: String, _ expected: LocalizedText, hint: LocalizedText? = nil
  ) -> T? {
    let message = LocalizedText(
      zh: "应为\(expected.zh)，实际是\(kindName.zh)", en: "expected \(expected.en), found \(kindName.en)")
    log.error(at: location, message.of(what), hint: hint)
    return nil
  }

  private func outside<T>(_ log: ProblemLog, _ what: String, _ low: String, _ high: String) -> T? {
    let text = scalar ?? ""
    let message = LocalizedText(zh: "\(text) 不在 \(low) 到 \(high) 之间", en: "\(text) is not between \(low) and \(high)")
    log.error(at: location, message.of(what))
    return nil
  }

  private static let trueOrFalse = LocalizedText(zh: " true 或 false", en: "true or false")
  static let keysAndValues = LocalizedText(zh: "映射（键: 值）", en: "a mapping (key: value)")

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
