// Why an alert is to keep quiet at a time, if it is: joins what people planned, what the configuration says, and what other alerts
// explain. Pure; the alert book asks it and does what it says.
//
//   cause(alert, time)   a function of what is stored – alerts and plans –, of the configuration and of the time. It never asks what is
//                        hidden at the moment or was before, so the order of asking does not matter, asking once is enough, and a
//                        restart, which has all of it, finds the same.
//   the rest             when its answer may change: so that only those alerts are asked, and each at its true time
//
// Of several causes the first of these counts, so that the end of one hands over to the next without a word between:
//   out of service · maintenance · silence · away · inhibited · waiting for a cause · chattering or fleeting
import Community
import Pipeline

struct QuietBook: Sendable {
  private(set) var policy: QuietPolicy
  private var planned: [String: PlannedQuiet] = [:]
  private var inhibition: InhibitIndex
  private var lives = SubjectLives()
  /// The next time at which something planned begins to count for alerts that it does not hide yet.
  private var nextStart: Timestamp?
  /// Ends of what hides open alerts, by alert.
  private var ends = DueTimes<String>()
  /// The configuration is another one: every alert is to be asked again.
  var isUnsure = false

  init(_ policy: QuietPolicy, planned: [PlannedQuiet], at time: Timestamp) {
    self.policy = policy
    self.planned = Dictionary(planned.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    inhibition = InhibitIndex(policy.settings.inhibit, site: policy.site)
    findNextStart(after: time)
  }

  /// The index begins anew, with the open alerts and the closed ones that may still explain others, under these rules or those
  /// before.
  mutating func adopt(
    _ policy: QuietPolicy, open: some Sequence<Alert>, ended: some Sequence<Alert>, at time: Timestamp
  ) {
    self.policy = policy
    let lingering = inhibition.lingering.values
    inhibition = InhibitIndex(policy.settings.inhibit, site: policy.site)
    for alert in lingering { inhibition.note(alert) }
    for alert in ended { inhibition.note(alert) }
    for alert in open { inhibition.note(alert) }
    findNextStart(after: time)
    isUnsure = true
    // All are asked, and not before.
    _ = takeTouched(at: time)
  }

  // MARK: - What it hears

  mutating func raise(_ alert: Alert) -> Flutter? {
    lives.raise(alert.key, alert.id, at: alert.raisedAt, policy.settings.damping)
  }
  mutating func clear(_ key: AlertBook.Key, at time: Timestamp) { lives.clear(key, at: time) }
  mutating func bound(_ subjects: Int) { lives.bound(subjects) }

  mutating func note(_ alert: Alert) {
    inhibition.note(alert)
    ends.set(alert.id, alert.isClosed ? nil : alert.suppression?.until)
  }

  /// An alert read back at a restart; in the order of the raises, closed ones, too.
  mutating func learn(_ alert: Alert) {
    lives.learn(alert)
    note(alert)
  }

  // MARK: - What people plan

  /// Planned and not over, and what ended a moment ago.
  var plans: [PlannedQuiet] { planned.values.sorted { ($0.from, $0.id) < ($1.from, $1.id) } }

  mutating func plan(_ quiet: PlannedQuiet, at time: Timestamp) {
    for (id, old) in planned where old.isOver(at: time) { planned[id] = nil }
    planned[quiet.id] = quiet
    findNextStart(after: time)
  }

  // MARK: - Time

  /// Until then time alone changes no answer; may be too early, `nextBoundary` is exact.
  var earliest: Timestamp { min(nextStart ?? .distantFuture, ends.earliest, inhibition.earliestEnding) }

  /// When time alone may change an answer.
  var nextBoundary: Timestamp? { [nextStart, ends.next, inhibition.nextEnding].compactMap(\.self).min() }

  /// Goes on to a time. Returns whose answer may be another one now; nil: anybody's.
  mutating func pass(_ time: Timestamp) -> Set<String>? {
    inhibition.pass(time)
    let concerned = inhibition.takeTouched().union(ends.take(through: time).map(\.key))
    guard let start = nextStart, start <= time else { return concerned }
    findNextStart(after: time)
    return nil
  }

  /// Alerts whose cause began or ended by then, after one has been raised or has ended.
  mutating func takeTouched(at time: Timestamp) -> Set<String> {
    inhibition.pass(time)
    return inhibition.takeTouched()
  }

  private mutating func findNextStart(after time: Timestamp) {
    var starts = policy.settings.maintenance.compactMap { $0.next(after: time)?.from }
    for plan in planned.values where !plan.isOver(at: plan.from) {
      starts.append(plan.from)
      // Once nobody is back any more, an absence counts again.
      if plan.kind == .back, let until = plan.until { starts.append(until) }
    }
    nextStart = starts.filter { $0 > time }.min()
  }

  // MARK: - Why

  func cause(of alert: Alert, at time: Timestamp) -> Suppression? {
    planned(alert, .outOfService, time) ?? planned(alert, .maintenance, time) ?? window(alert, time)
      ?? planned(alert, .silence, time) ?? planned(alert, .away, time) ?? absence(alert, time)
      ?? inhibited(alert, time) ?? waiting(alert, time) ?? damped(alert, time)
  }

  /// The one that lasts longest.
  private func planned(_ alert: Alert, _ kind: PlannedQuiet.Kind, _ time: Timestamp) -> Suppression? {
    var best: PlannedQuiet?
    for quiet in planned.values where quiet.kind == kind && quiet.holds(at: time) && quiet.hides(alert) {
      if let best, (best.until ?? .distantFuture, best.id) > (quiet.until ?? .distantFuture, quiet.id) { continue }
      best = quiet
    }
    return best.map { quiet in
      Suppression(
        kind: kind.suppression, by: quiet.id, since: time, until: quiet.until, reason: .typed(quiet.reason),
        who: quiet.by)
    }
  }

  private func window(_ alert: Alert, _ time: Timestamp) -> Suppression? {
    for window in policy.settings.maintenance where window.hides(alert) {
      guard let occurrence = window.occurrence(at: time) else { continue }
      return Suppression(
        kind: .maintenance, by: window.id, since: time, until: occurrence.until, reason: .own(window.reason))
    }
    return nil
  }

  private func absence(_ alert: Alert, _ time: Timestamp) -> Suppression? {
    guard alert.traits.quietWhenAway, alert.traits.priority != .critical else { return nil }
    for absence in policy.absences where time < absence.until && PlaceTree.contains(absence.place, alert.place) {
      let isBack = planned.values.contains { $0.kind == .back && $0.holds(at: time) && $0.matcher.matches(alert) }
      if isBack { continue }
      return Suppression(
        kind: .away, by: absence.place, since: time, until: absence.until,
        reason: Remark(zh: "家中无人", en: "nobody at home"))
    }
    return nil
  }

  private func inhibited(_ alert: Alert, _ time: Timestamp) -> Suppression? {
    guard alert.traits.priority != .critical, let found = inhibition.cause(of: alert, at: time) else { return nil }
    let reason =
      found.rule.reason.map(Remark.own)
      ?? Remark(zh: "由“\(found.title.zh)”引起", en: "explained by “\(found.title.en)”")
    return Suppression(kind: .inhibited, by: found.source, since: time, reason: reason)
  }

  private func waiting(_ alert: Alert, _ time: Timestamp) -> Suppression? {
    guard alert.traits.priority != .critical, let (rule, until) = inhibition.waiting(alert, at: time) else {
      return nil
    }
    return Suppression(
      kind: .inhibited, by: rule.id, since: time, until: until,
      reason: Remark(zh: "稍候，看是否有上级原因", en: "waits whether a cause shows"))
  }

  private func damped(_ alert: Alert, _ time: Timestamp) -> Suppression? {
    guard let settings = policy.settings.damping, alert.traits.priority != .critical else { return nil }
    let hold: Int64
    switch alert.flutter {
    case .damped: hold = settings.calm
    case .fleeting: hold = settings.fleeting?.hold ?? 0
    case .chatters, nil: return nil
    }
    guard time < alert.noticedAt + hold else { return nil }
    let reason =
      alert.flutter == .damped
      ? Remark(zh: "反复报警与恢复", en: "it comes and goes")
      : Remark(zh: "常在数秒内恢复，稍候", en: "often gone within seconds, waits")
    return Suppression(
      kind: .damped, by: alert.flutter?.rawValue ?? "", since: time, until: alert.noticedAt + hold, reason: reason)
  }
}
