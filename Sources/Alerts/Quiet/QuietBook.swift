// Why an alert is to keep quiet at a time, if it is: joins what people planned, what the configuration says, and what other alerts
// explain. Pure; the alert book asks it and does what it says.
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
  /// Beginnings up to here were taken in.
  private var passed: Timestamp
  private var nextStart: Timestamp?
  /// The policy is another one: every alert is to be asked again.
  var isUnsure = false

  init(_ policy: QuietPolicy, planned: [PlannedQuiet], passed: Timestamp) {
    self.policy = policy
    self.passed = passed
    self.planned = Dictionary(planned.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    inhibition = InhibitIndex(policy.settings.inhibit, site: policy.site, passed: passed)
    findNextStart()
  }

  /// The index begins anew, with the open alerts and the closed ones whose grace is not over.
  mutating func adopt(_ policy: QuietPolicy, open: some Sequence<Alert>, at time: Timestamp) {
    self.policy = policy
    passed = max(passed, time)
    let lingering = inhibition.lingering.values
    inhibition = InhibitIndex(policy.settings.inhibit, site: policy.site, passed: passed)
    for alert in lingering { inhibition.note(alert) }
    for alert in open { inhibition.note(alert) }
    _ = inhibition.takeTouched()
    isUnsure = true
    findNextStart()
  }

  // MARK: - What it hears

  mutating func raise(_ key: AlertBook.Key, at time: Timestamp) -> Flutter? {
    lives.raise(key, at: time, policy.settings.damping)
  }
  mutating func clear(_ key: AlertBook.Key, at time: Timestamp) { lives.clear(key, at: time) }
  mutating func note(_ alert: Alert) { inhibition.note(alert) }
  mutating func bound(_ subjects: Int) { lives.bound(subjects) }

  /// An alert read back at a restart; in the order of the raises, closed ones, too.
  mutating func learn(_ alert: Alert) {
    lives.learn(alert)
    inhibition.note(alert)
    _ = inhibition.takeTouched()
  }

  // MARK: - What people plan

  /// Planned and not over, and what ended a moment ago.
  var plans: [PlannedQuiet] { planned.values.sorted { ($0.from, $0.id) < ($1.from, $1.id) } }
  func plan(_ id: String) -> PlannedQuiet? { planned[id] }

  mutating func plan(_ quiet: PlannedQuiet, at time: Timestamp) {
    for (id, old) in planned where old.isOver(at: time) && old.isOver(at: passed) { planned[id] = nil }
    planned[quiet.id] = quiet
    passed = max(passed, time)
    findNextStart()
  }

  // MARK: - Time

  /// When something begins to hide, or a cause explains no longer. Ends of planned quiet stand with the alerts that they hide.
  var nextBoundary: Timestamp? {
    [nextStart, inhibition.nextEnding].compactMap(\.self).min()
  }

  /// Goes on to a boundary, or beyond. Returns whether something begins, so that every alert is to be asked.
  mutating func pass(_ time: Timestamp) -> Bool {
    inhibition.pass(time)
    let begins = nextStart.map { $0 <= time } ?? false
    passed = max(passed, time)
    if begins { findNextStart() }
    return begins
  }

  /// Causes whose grace is over by then; nothing else.
  mutating func passEndings(_ time: Timestamp) { inhibition.pass(time) }

  /// Alerts to be asked again because a cause of theirs began or ended.
  mutating func takeTouched() -> [String] { inhibition.takeTouched() }

  private mutating func findNextStart() {
    let plans = planned.values.lazy.filter { $0.kind != .back && !$0.isOver(at: $0.from) }.map(\.from)
    let windows = policy.settings.maintenance.compactMap { $0.next(after: passed)?.from }
    nextStart = (plans.filter { $0 > passed } + windows).min()
  }

  // MARK: - Why

  func cause(of alert: Alert, at time: Timestamp, among alerts: [String: Alert]) -> Suppression? {
    planned(alert, .outOfService, time) ?? planned(alert, .maintenance, time) ?? window(alert, time)
      ?? planned(alert, .silence, time) ?? planned(alert, .away, time) ?? absence(alert, time)
      ?? inhibited(alert, time, alerts) ?? waiting(alert, time) ?? damped(alert, time)
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
        kind: kind.suppression, by: quiet.id, since: time, until: quiet.until, reason: quiet.reason, who: quiet.by)
    }
  }

  private func window(_ alert: Alert, _ time: Timestamp) -> Suppression? {
    for window in policy.settings.maintenance where window.hides(alert) {
      guard let occurrence = window.occurrence(at: time) else { continue }
      return Suppression(
        kind: .maintenance, by: window.id, since: time, until: occurrence.until, reason: window.reason.bilingual)
    }
    return nil
  }

  private func absence(_ alert: Alert, _ time: Timestamp) -> Suppression? {
    guard alert.traits.quietWhenAway, alert.traits.priority != .critical else { return nil }
    for absence in policy.absences where time < absence.until && PlaceTree.contains(absence.place, alert.place) {
      let isBack = planned.values.contains { $0.kind == .back && $0.holds(at: time) && $0.matcher.matches(alert) }
      if isBack { continue }
      return Suppression(
        kind: .away, by: absence.place, since: time, until: absence.until, reason: "家中无人 / nobody at home")
    }
    return nil
  }

  private func inhibited(_ alert: Alert, _ time: Timestamp, _ alerts: [String: Alert]) -> Suppression? {
    guard alert.traits.priority != .critical else { return nil }
    let found = inhibition.cause(of: alert, at: time) { Self.leads($0, to: alert.id, alerts) }
    return found.map { rule, source in
      let reason =
        rule.reason?.bilingual
        ?? alerts[source].map { "由“\($0.traits.title.zh)”引起 / explained by “\($0.traits.title.en)”" }
        ?? "由其他报警引起 / explained by another alert"
      return Suppression(kind: .inhibited, by: source, since: time, reason: reason)
    }
  }

  /// Whether an alert is itself quiet because of the other one, over any number of steps: two that explain each other would
  /// hide each other.
  private static func leads(_ source: String, to target: String, _ alerts: [String: Alert]) -> Bool {
    var next = source
    for _ in 0..<64 {
      guard let cause = alerts[next]?.suppression, cause.kind == .inhibited else { return false }
      if cause.by == target { return true }
      next = cause.by
    }
    return true
  }

  private func waiting(_ alert: Alert, _ time: Timestamp) -> Suppression? {
    guard alert.traits.priority != .critical, let (rule, until) = inhibition.waiting(alert, at: time) else {
      return nil
    }
    return Suppression(
      kind: .inhibited, by: rule.id, since: time, until: until,
      reason: "稍候，看是否有上级原因 / waits whether a cause shows")
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
      ? "反复报警与恢复 / it comes and goes" : "常在数秒内恢复，稍候 / often gone within seconds, waits"
    return Suppression(
      kind: .damped, by: alert.flutter?.rawValue ?? "", since: time, until: alert.noticedAt + hold, reason: reason)
  }
}

extension LocalizedText {
  /// As Linli's own remarks stand in the story of an alert.
  fileprivate var bilingual: String { zh == en ? zh : "\(zh) / \(en)" }
}
