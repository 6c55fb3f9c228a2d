import ConfigFile
import Pipeline
import Words

/// Reads one condition of `when`: exactly one predicate, and the timing that goes with it.
struct ConditionReader {
  /// Every `on` within the conditions read, as far as it could be read: its names are checked whatever else is wrong.
  final class Selectors {
    fileprivate(set) var found: [Selector] = []
  }

  let log: ProblemLog
  let selectors = Selectors()

  static let comparisons = ["above", "below", "outside", "inside", "equals", "not_equals"]
  static let windows = WindowFunction.allCases.map(\.rawValue)
  static let others = ["changes", "quiet", "silent", "stuck", "all", "any", "not"]
  static let timing = ["for", "deadband", "clear_for", "during"]
  static let keys = comparisons + windows + others + timing + ["on"]

  /// Times of `for`, `quiet`, windows …, ms: up to a year.
  static let holdRange: ClosedRange<Int64> = 0...31_622_400_000
  static let spanRange: ClosedRange<Int64> = 1_000...31_622_400_000

  /// nil, with the reason in the log, when something is wrong.
  func read(_ node: ConfigNode, depth: Int) -> Condition? {
    guard depth <= ConditionTree.depthLimit else {
      log.error(
        at: node.location, zh: "条件嵌套超过 \(ConditionTree.depthLimit) 层",
        en: "conditions are nested more than \(ConditionTree.depthLimit) deep")
      return nil
    }
    let problemsBefore = log.problems.count
    guard let reader = MappingReader(node, keys: Self.keys, as: "condition", log: log) else { return nil }
    let found = predicate(node, reader, hadUnknownKey: log.problems.count > problemsBefore, depth: depth)
    let hold = reader.duration("for", in: Self.holdRange)
    let clearHold = reader.duration("clear_for", in: Self.holdRange)
    let deadband = reader.number("deadband", in: 0...Double.greatestFiniteMagnitude)
    let during = reader.node("during").flatMap { DuringReader.read($0, log: log) }
    let on = reader.node("on").map { SelectorReader.read($0, log: log).selector }
    if let on { selectors.found.append(on) }
    guard var condition = found else { return nil }
    condition.hold = hold ?? 0
    condition.clearHold = clearHold ?? 0
    if let deadband {
      condition.deadband = deadband
      checkDeadband(condition, at: reader.location(of: "deadband"))
    }
    condition.during = during
    condition.on = on ?? Selector()
    checkTiming(condition, at: reader.location(of: "for"))
    let isFine = !log.problems[problemsBefore...].contains { $0.severity == .error }
    return isFine ? condition : nil
  }

  // MARK: - The predicate

  private func predicate(_ node: ConfigNode, _ reader: MappingReader, hadUnknownKey: Bool, depth: Int) -> Condition? {
    let entries = node.entries ?? []
    let compared = entries.filter { Self.comparisons.contains($0.key) }
    let windows = entries.filter { Self.windows.contains($0.key) }
    let others = entries.filter { Self.others.contains($0.key) }
    let tests = windows + others
    let clash =
      others.isEmpty && compared.count > 1
      ? Array(compared.prefix(2)) : Array((tests + (others.isEmpty ? [] : compared)).prefix(2))
    if clash.count == 2 {
      let (first, second) = (clash[0], clash[1])
      log.error(
        at: second.keyLocation, zh: "一个条件里同时有“\(first.key)”和“\(second.key)”",
        en: "\"\(first.key)\" and \"\(second.key)\" in one condition",
        hint: Self.hint(for: [first.key, second.key]))
      for entry in windows { _ = entry.value.duration(log, entry.key, in: Self.spanRange) }
      for entry in compared { _ = operand(entry) }
      for entry in others { _ = test(entry, depth: depth) }
      return nil
    }
    if let window = windows.first { return windowed(window, compared.first) }
    if let comparison = compared.first {
      guard let operand = operand(comparison) else { return nil }
      return Condition(test: .compare(.last, operand), key: comparison.key, location: comparison.keyLocation)
    }
    guard let entry = others.first else {
      if !hadUnknownKey {
        let keys = Self.comparisons + Self.windows + Self.others
        log.error(
          at: node.location, zh: "条件没有说明对值的要求", en: "the condition says nothing about the value",
          hint: .init(
            zh: "请写其中一个：\(keys.joined(separator: "、"))", en: "give one of \(keys.joined(separator: ", "))"))
      }
      return nil
    }
    return test(entry, depth: depth).map { Condition(test: $0, key: entry.key, location: entry.keyLocation) }
  }

  private static func hint(for keys: [String]) -> LocalizedText {
    if Set(keys) == ["above", "below"] {
      return LocalizedText(
        zh: "请用 inside: [a, b] 或 outside: [a, b]", en: "use inside: [a, b] or outside: [a, b]")
    }
    return LocalizedText(
      zh: "请写成两个条件，用 all: […] 或 any: […] 合起来",
      en: "make two conditions and join them with all: […] or any: […]")
  }

  private func windowed(_ window: ConfigNode.Entry, _ comparison: ConfigNode.Entry?) -> Condition? {
    let span = window.value.duration(log, window.key, in: Self.spanRange)
    guard let comparison else {
      log.error(
        at: window.keyLocation, zh: "“\(window.key)”需要一个比较", en: "\"\(window.key)\" needs a comparison",
        hint: .init(zh: "例如 {\(window.key): 1h, above: 5}", en: "e.g. {\(window.key): 1h, above: 5}"))
      return nil
    }
    let compared = operand(comparison)
    guard let function = WindowFunction(rawValue: window.key), var operand = compared else { return nil }
    if case .word(_, let negated) = operand.value {
      guard let number = comparison.value.number(log, comparison.key) else { return nil }
      operand.value = .number(negated ? .notEquals(number) : .equals(number))
    }
    guard let span else { return nil }
    return Condition(
      test: .compare(.window(function, span), operand), key: window.key, location: window.keyLocation)
  }

  private func test(_ entry: ConfigNode.Entry, depth: Int) -> Condition.Test? {
    switch entry.key {
    case "changes":
      guard let reader = MappingReader(entry.value, keys: ["by", "within"], as: "changes", log: log) else { return nil }
      let by = reader.requiredNumber("by")
      let within = reader.requiredDuration("within", in: Self.spanRange)
      if by == 0 {
        log.error(
          at: reader.location(of: "by"), zh: "by：变化为 0 就是没有变化", en: "by: a change of 0 is none",
          hint: .init(zh: "请用 quiet 或 stuck", en: "use quiet or stuck"))
      }
      guard let by, let within, by != 0 else { return nil }
      return .changes(by: by, within: within)
    case "quiet": return entry.value.duration(log, entry.key, in: Self.spanRange).map { .quiet($0) }
    case "silent": return entry.value.duration(log, entry.key, in: Self.spanRange).map { .silent($0) }
    case "stuck": return entry.value.duration(log, entry.key, in: Self.spanRange).map { .stuck($0) }
    case "not": return read(entry.value, depth: depth + 1).map { .not($0) }
    default:
      guard let nodes = entry.value.list(log, entry.key) else { return nil }
      guard !nodes.isEmpty, nodes.count <= ConditionTree.countLimit else {
        log.error(
          at: entry.value.location, zh: "\(entry.key)：应有 1 到 \(ConditionTree.countLimit) 个条件",
          en: "\(entry.key): expected 1 to \(ConditionTree.countLimit) conditions")
        return nil
      }
      let children = nodes.compactMap { read($0, depth: depth + 1) }
      guard children.count == nodes.count else { return nil }
      return entry.key == "all" ? .all(children) : .any(children)
    }
  }

  private func operand(_ entry: ConfigNode.Entry) -> Operand? {
    let location = entry.value.location
    func operand(_ value: Operand.Value) -> Operand { Operand(value: value, key: entry.key, location: location) }
    switch entry.key {
    case "above": return entry.value.number(log, entry.key).map { operand(.number(.above($0))) }
    case "below": return entry.value.number(log, entry.key).map { operand(.number(.below($0))) }
    case "equals", "not_equals":
      return entry.value.string(log, entry.key).map { operand(.word($0, negated: entry.key == "not_equals")) }
    default:
      guard let nodes = entry.value.sequence, nodes.count == 2 else {
        log.error(
          at: location, zh: "\(entry.key)：应为两个数字 [a, b]", en: "\(entry.key): expected two numbers, [a, b]")
        return nil
      }
      let ends = nodes.map { $0.number(log, entry.key) }
      guard let low = ends[0], let high = ends[1] else { return nil }
      let texts = (NumberText.plain(low), NumberText.plain(high))
      if low > high {
        log.error(
          at: location, zh: "\(entry.key)：\(texts.0) 大于 \(texts.1)",
          en: "\(entry.key): \(texts.0) is more than \(texts.1)",
          hint: .init(zh: "请写 [\(texts.1), \(texts.0)]", en: "write [\(texts.1), \(texts.0)]"))
        return nil
      }
      return operand(.number(entry.key == "inside" ? .inside(low, high) : .outside(low, high)))
    }
  }

  // MARK: - Timing

  private func checkDeadband(_ condition: Condition, at location: SourceLocation) {
    guard case .compare(_, let operand) = condition.test else {
      return refuseDeadband(
        of: condition.key, at: location,
        hint: .init(zh: "回差只用于数字的比较", en: "a deadband belongs to a comparison of numbers"))
    }
    switch operand.value {
    case .word, .number(.equals), .number(.notEquals):
      refuseDeadband(
        of: operand.key, at: location,
        hint: .init(zh: "要防止抖动，请用 clear_for", en: "use clear_for against chattering"))
    case .number(.outside(let low, let high)) where condition.deadband * 2 > high - low:
      let most = NumberText.plain((high - low) / 2)
      log.error(
        at: location, zh: "用这个回差，报警永远不会恢复", en: "with this deadband the alert could never clear",
        hint: .init(zh: "最多 \(most)，即范围的一半", en: "at most \(most), half of the range"))
    default: break
    }
  }

  private func refuseDeadband(of key: String, at location: SourceLocation, hint: LocalizedText) {
    log.error(at: location, zh: "“\(key)”不能用回差", en: "\"\(key)\" takes no deadband", hint: hint)
  }

  private func checkTiming(_ condition: Condition, at location: SourceLocation) {
    if case .silent(let time) = condition.test, condition.hold > 0 {
      let total = DurationText.text(time + condition.hold)
      log.warning(
        at: location, zh: "“silent”加上“for”，过了 \(total) 才会报警",
        en: "\"silent\" with \"for\" raises only after \(total)",
        hint: .init(zh: "如果正是这个意思，请写 silent: \(total)", en: "write silent: \(total) if that is meant"))
    }
  }
}
