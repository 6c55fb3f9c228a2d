// Which open alerts are causes, which could be their effects, found by what they have in common: raising or ending an alert looks
// at those alone that it concerns.
import Pipeline

struct InhibitIndex: Sendable {
  /// One rule within one device, place …
  struct Slot: Hashable, Sendable {
    var rule: Int
    var key: String
  }

  private struct Source: Sendable {
    /// It explains others before this time: `.distantFuture` while it holds, then the end of its grace.
    var until: Timestamp
    /// It matches the other side of its rule as well.
    var isTarget: Bool
    /// The alert that explains it.
    var explainedBy: String?
  }

  private struct Roles: Sendable {
    var sources: [Slot] = []
    var targets: [Slot] = []
    var isEmpty: Bool { sources.isEmpty && targets.isEmpty }
  }

  private let rules: [InhibitRule]
  private let site: QuietSite
  /// Rules could explain each other in a circle: then it matters to effects what their cause is explained by.
  private let hasCircles: Bool
  private var sources: [Slot: [String: Source]] = [:]
  private var targets: [Slot: Set<String>] = [:]
  private var roles: [String: Roles] = [:]
  /// Closed alerts that still explain others: what another index has to be told, too.
  private(set) var lingering: [String: Alert] = [:]
  /// Ends of graces that are still to come.
  private var endings: [Timestamp: [(slot: Slot, source: String)]] = [:]
  /// Up to here graces were ended: what ended before explains nothing any more.
  private var passed: Timestamp
  /// Slots in which a source began or ended: their targets are to be asked again.
  private(set) var touched: Set<Slot> = []

  init(_ rules: [InhibitRule] = [], site: QuietSite = QuietSite(), passed: Timestamp = .distantPast) {
    self.passed = passed
    self.rules = rules
    self.site = site
    hasCircles = !InhibitRule.circles(rules).isEmpty
  }

  var nextEnding: Timestamp? { endings.keys.min() }

  /// Puts an alert where its state belongs.
  mutating func note(_ alert: Alert) {
    if rules.isEmpty { return }
    guard let known = roles[alert.id] ?? found(for: alert) else { return }
    let holds = alert.isActive && !alert.isClosed
    // Closed by force it ends with that, whenever its condition clears.
    let end = min(alert.clearedAt ?? .distantFuture, alert.closedAt ?? .distantFuture)
    let explainedBy = alert.suppression.flatMap { $0.kind == .inhibited ? $0.by : nil }
    for slot in known.sources {
      let before = sources[slot]?[alert.id]?.until
      let until = holds ? Timestamp.distantFuture : end + rules[slot.rule].grace
      if hasCircles, holds, before == until, sources[slot]?[alert.id]?.explainedBy != explainedBy {
        sources[slot]?[alert.id]?.explainedBy = explainedBy
        touched.insert(slot)
      }
      if before == until || before == nil && !holds && roles[alert.id] != nil { continue }
      if until <= passed {
        if before != nil { touched.insert(slot) }
        remove(source: alert.id, from: slot)
        continue
      }
      sources[slot, default: [:]][alert.id] = Source(
        until: until, isTarget: rules[slot.rule].target.matches(alert), explainedBy: explainedBy)
      if holds { touched.insert(slot) } else { endings[until, default: []].append((slot, alert.id)) }
    }
    if alert.isClosed {
      for slot in known.targets { remove(target: alert.id, from: slot) }
      let lingers = known.sources.contains { sources[$0]?[alert.id] != nil }
      roles[alert.id] = lingers ? Roles(sources: known.sources) : nil
      lingering[alert.id] = lingers ? alert : nil
    } else {
      if roles[alert.id] == nil { for slot in known.targets { targets[slot, default: []].insert(alert.id) } }
      roles[alert.id] = known
    }
  }

  private func found(for alert: Alert) -> Roles? {
    var roles = Roles()
    for (index, rule) in rules.enumerated() {
      if rule.source.matches(alert) {
        roles.sources += site.sourceKeys(alert, rule.within).map { Slot(rule: index, key: $0) }
      }
      if !alert.isClosed, alert.traits.priority != .critical, rule.target.matches(alert) {
        roles.targets += site.targetKeys(alert, rule.within).map { Slot(rule: index, key: $0) }
      }
    }
    return roles.isEmpty ? nil : roles
  }

  private mutating func remove(source: String, from slot: Slot) {
    sources[slot]?[source] = nil
    if sources[slot]?.isEmpty == true { sources[slot] = nil }
  }

  private mutating func remove(target: String, from slot: Slot) {
    targets[slot]?.remove(target)
    if targets[slot]?.isEmpty == true { targets[slot] = nil }
  }

  /// Graces that end by then: their targets are touched.
  mutating func pass(_ time: Timestamp) {
    passed = max(passed, time)
    for end in endings.keys.filter({ $0 <= time }) {
      for (slot, id) in endings.removeValue(forKey: end) ?? [] {
        // Another state may have come since.
        guard sources[slot]?[id]?.until == end else { continue }
        remove(source: id, from: slot)
        touched.insert(slot)
        if let known = roles[id], known.targets.isEmpty, !known.sources.contains(where: { sources[$0]?[id] != nil }) {
          roles[id] = nil
          lingering[id] = nil
        }
      }
    }
  }

  /// Targets that are to be asked again, in a fixed order; asked once.
  mutating func takeTouched() -> [String] {
    defer { touched.removeAll(keepingCapacity: true) }
    return Set(touched.flatMap { targets[$0] ?? [] }).sorted()
  }

  /// What explains an alert now: rule and source. What explains it already stays; else the longest-lasting, then the first id.
  func cause(
    of alert: Alert, at time: Timestamp, isBarred: (_ source: String) -> Bool
  ) -> (rule: InhibitRule, source: String)? {
    guard let known = roles[alert.id] ?? found(for: alert) else { return nil }
    let current = alert.suppression.flatMap { $0.kind == .inhibited ? $0.by : nil }
    var best: (rule: Int, source: String, until: Timestamp)?
    for slot in known.targets {
      guard let here = sources[slot] else { continue }
      let rule = rules[slot.rule]
      let isBoth = !rule.within.isDirected && rule.source.matches(alert)
      func explains(_ id: String, _ source: Source) -> Bool {
        id != alert.id && source.until > time && !(isBoth && source.isTarget) && !isBarred(id)
      }
      if let current, let source = here[current], explains(current, source) { return (rule, current) }
      for (id, source) in here where explains(id, source) {
        if let best, (best.until, id) > (source.until, best.source) { continue }
        best = (slot.rule, id, source.until)
      }
    }
    return best.map { (rules[$0.rule], $0.source) }
  }

  /// The rule for which an alert that was noticed at a time still waits, and until when.
  func waiting(_ alert: Alert, at time: Timestamp) -> (rule: InhibitRule, until: Timestamp)? {
    guard let known = roles[alert.id] ?? found(for: alert) else { return nil }
    let longest = known.targets.max { rules[$0.rule].wait < rules[$1.rule].wait }
    guard let rule = longest.map({ rules[$0.rule] }), time < alert.noticedAt + rule.wait else { return nil }
    return (rule, alert.noticedAt + rule.wait)
  }
}
