// Which alerts explain which: found by what they have in common, so that raising or ending an alert looks at those alone that it
// concerns. What explains an alert at a time depends on the alerts that hold, the rules and the time, and on nothing else; above all
// not on what is hidden. So hiding an alert never changes what hides another one, and asking each alert once is enough.
//
// No two alerts ever hide each other, over any number of steps. Suppose a1 explained a2, a2 explained a3, … and the last one a1:
//   · all by one rule: each would stand on both sides of it, and those do not explain their like (gateways instead form chains that
//     lead upwards, `QuietSite.gatewayChain`)
//   · by several rules: these lead in a circle, in which each of the alerts stands on both sides; of two such alerts a source has to be
//     older than what it explains (`circle`)
import Community
import Pipeline

struct InhibitIndex: Sendable {
  /// One rule within one device, place …
  struct Slot: Hashable, Sendable {
    var rule: Int
    var key: String
  }

  private struct Source: Sendable {
    var title: LocalizedText
    var raisedAt: Timestamp
    /// It explains others before this time: `.distantFuture` while it holds, then the end of its grace.
    var until: Timestamp
    /// It matches the other side of its rule as well.
    var isTarget: Bool
    /// It matches the other side of a rule in the circle of its rule.
    var isInCircle: Bool
  }

  private struct Place: Hashable, Sendable {
    var slot: Slot
    var source: String
  }

  private struct Roles: Sendable {
    var sources: [Slot] = []
    var targets: [Slot] = []
  }

  /// What explains an alert.
  struct Cause {
    var rule: InhibitRule
    var source: String
    /// Of the source.
    var title: LocalizedText
  }

  private let rules: [InhibitRule]
  /// Rules that lead in a circle have the same number here.
  private let circle: [Int?]
  private let site: QuietSite
  private var sources: [Slot: [String: Source]] = [:]
  private var targets: [Slot: Set<String>] = [:]
  /// Of open alerts, and of closed ones that still explain others.
  private var roles: [String: Roles] = [:]
  /// Closed alerts that still explain others: what another index has to be told, too.
  private(set) var lingering: [String: Alert] = [:]
  /// Ends of graces that are still to come.
  private var endings = DueTimes<Place>()
  /// Slots in which a source began or ended: their targets are to be asked again.
  private var touched: Set<Slot> = []

  init(_ rules: [InhibitRule] = [], site: QuietSite = QuietSite()) {
    self.rules = rules
    self.site = site
    circle = InhibitRule.circle(rules)
  }

  /// No grace ends before; may be too early.
  var earliestEnding: Timestamp { endings.earliest }
  var nextEnding: Timestamp? { endings.next }

  /// Puts an alert where its state belongs.
  mutating func note(_ alert: Alert) {
    if rules.isEmpty { return }
    guard let known = roles[alert.id] ?? found(for: alert) else { return }
    let holds = alert.isActive && !alert.isClosed
    // Closed by force it ends with that, whenever its condition clears.
    let end = min(alert.clearedAt ?? .distantFuture, alert.closedAt ?? .distantFuture)
    for slot in known.sources {
      let until = holds ? Timestamp.distantFuture : end + rules[slot.rule].grace
      let before = sources[slot]?[alert.id]
      // The end of its grace is over, or it is as it was.
      if before?.until == until || before == nil && roles[alert.id] != nil { continue }
      sources[slot, default: [:]][alert.id] = Source(
        title: alert.traits.title, raisedAt: alert.raisedAt, until: until,
        isTarget: isTarget(alert, slot.rule),
        isInCircle: circle[slot.rule].map { number in
          rules.indices.contains { circle[$0] == number && isTarget(alert, $0) }
        } ?? false)
      endings.set(Place(slot: slot, source: alert.id), holds ? nil : until)
      if holds { touched.insert(slot) }
    }
    if alert.isClosed {
      for slot in known.targets { remove(target: alert.id, from: slot) }
      let lingers = known.sources.contains { sources[$0]?[alert.id] != nil }
      roles[alert.id] = lingers ? Roles(sources: known.sources) : nil
      lingering[alert.id] = lingers ? alert : nil
    } else if roles.updateValue(known, forKey: alert.id) == nil {
      for slot in known.targets { targets[slot, default: []].insert(alert.id) }
    }
  }

  /// Open or not: what it once could not explain it never can.
  private func isTarget(_ alert: Alert, _ rule: Int) -> Bool {
    alert.traits.priority != .critical && rules[rule].target.matches(alert)
      && !site.targetKeys(alert, rules[rule].within).isEmpty
  }

  private func found(for alert: Alert) -> Roles? {
    var roles = Roles()
    for (index, rule) in rules.enumerated() {
      if rule.source.matches(alert) {
        roles.sources += site.sourceKeys(alert, rule.within).map { Slot(rule: index, key: $0) }
      }
      if !alert.isClosed, isTarget(alert, index) {
        roles.targets += site.targetKeys(alert, rule.within).map { Slot(rule: index, key: $0) }
      }
    }
    return roles.sources.isEmpty && roles.targets.isEmpty ? nil : roles
  }

  private mutating func remove(target: String, from slot: Slot) {
    targets[slot]?.remove(target)
    if targets[slot]?.isEmpty == true { targets[slot] = nil }
  }

  /// Graces that end by then: their targets are touched.
  mutating func pass(_ time: Timestamp) {
    for (place, _) in endings.take(through: time) {
      sources[place.slot]?[place.source] = nil
      if sources[place.slot]?.isEmpty == true { sources[place.slot] = nil }
      touched.insert(place.slot)
      if lingering[place.source] != nil, let known = roles[place.source],
        !known.sources.contains(where: { sources[$0]?[place.source] != nil })
      {
        roles[place.source] = nil
        lingering[place.source] = nil
      }
    }
  }

  /// Targets that are to be asked again; asked once.
  mutating func takeTouched() -> Set<String> {
    defer { touched.removeAll(keepingCapacity: true) }
    return touched.reduce(into: []) { $0.formUnion(targets[$1] ?? []) }
  }

  /// What explains an alert at a time: the oldest of several causes, so that a new one takes nothing over.
  func cause(of alert: Alert, at time: Timestamp) -> Cause? {
    guard let known = roles[alert.id] ?? found(for: alert) else { return nil }
    var best: (rule: Int, id: String, source: Source)?
    for slot in known.targets {
      guard let here = sources[slot] else { continue }
      let rule = rules[slot.rule]
      let isBoth = !rule.within.isDirected && rule.source.matches(alert)
      let number = circle[slot.rule]
      let isInCircle = number != nil && known.sources.contains { circle[$0.rule] == number }
      for (id, source) in here where id != alert.id && source.until > time && !(isBoth && source.isTarget) {
        if isInCircle, source.isInCircle, (source.raisedAt, id) > (alert.raisedAt, alert.id) { continue }
        if let best, (best.source.raisedAt, best.id) <= (source.raisedAt, id) { continue }
        best = (slot.rule, id, source)
      }
    }
    return best.map { Cause(rule: rules[$0.rule], source: $0.id, title: $0.source.title) }
  }

  /// The rule for which an alert that was noticed at a time still waits, and until when.
  func waiting(_ alert: Alert, at time: Timestamp) -> (rule: InhibitRule, until: Timestamp)? {
    guard let known = roles[alert.id] ?? found(for: alert) else { return nil }
    let longest = known.targets.max { rules[$0.rule].wait < rules[$1.rule].wait }
    guard let rule = longest.map({ rules[$0.rule] }), time < alert.noticedAt + rule.wait else { return nil }
    return (rule, alert.noticedAt + rule.wait)
  }
}
