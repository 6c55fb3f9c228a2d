package import ConfigFile
import Pipeline
import Words

/// Reads a file of rule tests. The site says what the points' values are called.
package enum RuleTestReader {
  /// Readings of one test.
  static let readingsMax = 1_000_000
  static let offsets: ClosedRange<Int64> = 0...31_622_400_000
  /// Reasons that `!reason` may name: those that come with a reading.
  private static let reasons: [QualityReason] = [.outOfRange, .notANumber, .sensorFault, .undecodable]

  package static func load(_ file: String, at site: Site, log: ProblemLog) -> [RuleTest] {
    ConfigReader.load(file, log: log).map { read($0, at: site, log: log) } ?? []
  }

  package static func read(_ root: ConfigNode, at site: Site, log: ProblemLog) -> [RuleTest] {
    guard let reader = MappingReader(root, keys: ["tests"], log: log) else { return [] }
    return reader.requiredList("tests").compactMap { test($0, at: site, log: log) }
  }

  private static func test(_ node: ConfigNode, at site: Site, log: ProblemLog) -> RuleTest? {
    let keys = ["name", "start", "readings", "expect", "until"]
    let problemsBefore = log.problems.count
    guard let reader = MappingReader(node, keys: keys, as: "test", log: log) else { return nil }
    let name = reader.requiredString("name")
    let start = reader.required("start").flatMap { time($0, "start", log: log) }
    let series = reader.list("readings").compactMap { Self.series($0, at: site, log: log) }
    let expectations = reader.list("expect").compactMap { expectation($0, log: log) }
    let until = reader.duration("until", in: offsets)
    if series.reduce(0, { $0 + $1.values.reduce(0) { $0 + $1.count } }) > readingsMax {
      log.error(
        at: reader.location(of: "readings"), zh: "一个测试里的读数超过 \(readingsMax) 个",
        en: "more than \(readingsMax) readings in one test")
    }
    guard let name, let start, log.problems.count == problemsBefore else { return nil }
    return RuleTest(
      name: name, location: node.location, start: start, series: series, expectations: expectations, until: until)
  }

  private static func time(_ node: ConfigNode, _ what: String, log: ProblemLog) -> Timestamp? {
    guard let text = node.string(log, what) else { return nil }
    return Timestamp(rfc3339: text)
      ?? node.wrong(
        log, what, .init(zh: "带时区偏移的时间", en: "a time with offset"),
        hint: .init(zh: "例如 2026-01-05T03:00:00+08:00", en: "e.g. 2026-01-05T03:00:00+08:00"))
  }

  // MARK: - Readings

  private static func series(_ node: ConfigNode, at site: Site, log: ProblemLog) -> RuleTest.Series? {
    let keys = ["point", "every", "values", "at", "from"]
    guard let reader = MappingReader(node, keys: keys, as: "readings", log: log) else { return nil }
    let point = reader.requiredString("point")
    let names = point.map { Self.names(of: $0, at: site) } ?? []
    let values = reader.required("values").flatMap { Self.values($0, names: names, log: log) }
    let every = reader.duration("every", in: 1...offsets.upperBound)
    let from = reader.duration("from", in: offsets) ?? reader.duration("at", in: offsets) ?? 0
    guard let point, let values else { return nil }
    if every == nil, !reader.has("every"), values.reduce(0, { $0 + $1.count }) > 1 {
      log.error(
        at: node.location, zh: "缺少“every”：各个值相隔多久？", en: "missing \"every\": how far apart are the values?")
      return nil
    }
    return RuleTest.Series(
      point: point, location: reader.location(of: "point"), from: from, every: every ?? 0, values: values)
  }

  /// The named set of a point; empty when its values are no names.
  private static func names(of point: String, at site: Site) -> [String] {
    guard let id = site.pointNamed(point), case .named(let names) = site.plan.points[Int(id)].values else { return [] }
    return names
  }

  /// `18 15x15 _x3 !sensor-fault`, or a list of such texts. What is one of `names` as it stands is that value, whatever else
  /// it looks like: `aux1`.
  private static func values(
    _ node: ConfigNode, names: [String], log: ProblemLog
  ) -> [(value: RuleTest.Series.Value, count: Int)]? {
    guard let texts = node.strings(log, "values") else { return nil }
    var result: [(value: RuleTest.Series.Value, count: Int)] = []
    for word in texts.flatMap({ words(of: $0, isElement: node.sequence != nil, names: names) }) {
      let (text, count) = names.contains(word) ? (word, 1) : repetition(word)
      guard let count, (1...readingsMax).contains(count) else {
        log.error(
          at: node.location, zh: "values：“\(word)”的重复次数太多，或者是零",
          en: "values: \"\(word)\" repeats too often or not at all")
        return nil
      }
      if names.contains(text) {
        result.append((.text(text), count))
      } else if text == "_" {
        result.append((.none, count))
      } else if text.hasPrefix("!") {
        guard let reason = reasons.first(where: { $0.name == text.dropFirst() }) else {
          reportUnknownQuality(text, at: node.location, log: log)
          return nil
        }
        result.append((.bad(reason), count))
      } else {
        result.append((.text(text), count))
      }
    }
    return result
  }

  private static func reportUnknownQuality(_ text: String, at location: SourceLocation, log: ProblemLog) {
    let known = reasons.map { "!" + $0.name }
    log.error(
      at: location, zh: "values：未知的质量“\(text)”", en: "values: unknown quality \"\(text)\"",
      hint: .init(zh: "可用的有：\(known.joined(separator: "、"))", en: "known: \(known.joined(separator: ", "))"))
  }

  /// The words of a text; an element of a list that is a name as a whole, once or repeated, is one: `in use`, `in use×3`.
  private static func words(of text: String, isElement: Bool, names: [String]) -> [String] {
    if isElement, names.contains(text) || names.contains(repetition(text).text) { return [text] }
    return text.split(whereSeparator: \.isWhitespace).map(String.init)
  }

  /// `15x3` → 15, 3 times. The sign is the last `x` (or `×`) with nothing but digits behind it; nil when the number is
  /// beyond counting.
  private static func repetition(_ word: String) -> (text: String, count: Int?) {
    guard let sign = word.lastIndex(where: { $0 == "x" || $0 == "×" }), sign > word.startIndex else { return (word, 1) }
    let digits = word[word.index(after: sign)...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return (word, 1) }
    return (String(word[..<sign]), Int(digits))
  }

  // MARK: - Expectations

  private static func expectation(_ node: ConfigNode, log: ProblemLog) -> RuleTest.Expectation? {
    let keys = ["at", "raised", "cleared", "silent", "subject", "value"]
    guard let reader = MappingReader(node, keys: keys, as: "expect", log: log) else { return nil }
    let kinds: [(key: String, kind: RuleTest.Expectation.Kind)] = [
      ("raised", .change(.raised)), ("cleared", .change(.cleared)), ("silent", .silent),
    ]
    let given = kinds.filter { reader.has($0.key) }
    guard given.count == 1, let one = given.first else {
      log.error(
        at: node.location, zh: "expect：raised、cleared、silent 必须写一个，也只能写一个",
        en: "expect: give exactly one of raised, cleared, silent")
      return nil
    }
    let rule = reader.requiredString(one.key)
    let at = one.kind == .silent ? nil : reader.requiredDuration("at", in: offsets)
    if one.kind == .silent, reader.has("at") {
      log.error(
        at: reader.location(of: "at"), zh: "“silent”对整个测试有效：请去掉“at”",
        en: "\"silent\" holds for the whole test: leave out \"at\"")
      return nil
    }
    guard let rule, at != nil || one.kind == .silent else { return nil }
    return RuleTest.Expectation(
      kind: one.kind, rule: rule, subject: reader.string("subject"), value: reader.number("value"), at: at,
      location: node.location)
  }
}
