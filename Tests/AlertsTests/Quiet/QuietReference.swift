// What hides an alert, worked out the plain way from the words of the rules, without the book's index and agenda.
import Community
import Pipeline

@testable import Alerts

final class QuietReference {
  struct Cause: Equatable {
    var kind: Suppression.Kind
    var by: String
    var until: Timestamp?
  }

  private struct Pair: Hashable {
    var source: String
    var target: String
  }

  private let policy: QuietPolicy
  private let rules: [InhibitRule]
  /// Rules of the circle that each of them leads in.
  private let fellows: [[InhibitRule]]
  /// How long after its end a source still explains a target; -1: it never does. What is in it of an alert never changes.
  private var links: [Pair: Int64] = [:]

  init(_ policy: QuietPolicy) {
    self.policy = policy
    let rules = policy.settings.inhibit
    let circle = InhibitRule.circle(rules)
    self.rules = rules
    fellows = rules.indices.map { index in
      circle[index].map { number in rules.indices.filter { circle[$0] == number }.map { rules[$0] } } ?? []
    }
  }

  func cause(
    of alert: Alert, at time: Timestamp, plans: [PlannedQuiet], among alerts: some Sequence<Alert>
  ) -> Cause? {
    let isCritical = alert.traits.priority == .critical
    let holding = plans.filter { plan in
      plan.from <= time && plan.until.map { time < $0 } ?? true && plan.matcher.matches(alert)
    }
    func plan(_ kind: PlannedQuiet.Kind) -> Cause? {
      let hiding = holding.filter {
        $0.kind == kind && ($0.critical || !isCritical) && (kind != .away || alert.traits.quietWhenAway)
      }
      let longest = hiding.max { ($0.until ?? .distantFuture, $0.id) < ($1.until ?? .distantFuture, $1.id) }
      return longest.map { Cause(kind: kind.suppression, by: $0.id, until: $0.until) }
    }
    if let found = plan(.outOfService) ?? plan(.maintenance) { return found }
    for window in policy.settings.maintenance where window.hides(alert) {
      if let occurrence = window.occurrence(at: time) {
        return Cause(kind: .maintenance, by: window.id, until: occurrence.until)
      }
    }
    if let found = plan(.silence) ?? plan(.away) { return found }
    if isCritical { return nil }
    for absence in policy.absences where alert.traits.quietWhenAway && time < absence.until {
      if PlaceTree.contains(absence.place, alert.place), !holding.contains(where: { $0.kind == .back }) {
        return Cause(kind: .away, by: absence.place, until: absence.until)
      }
    }
    return explained(alert, time, alerts) ?? waiting(alert, time) ?? damped(alert, time)
  }

  private func explained(_ alert: Alert, _ time: Timestamp, _ alerts: some Sequence<Alert>) -> Cause? {
    var oldest: Alert?
    for source in alerts {
      let end = min(source.clearedAt ?? .distantFuture, source.closedAt ?? .distantFuture)
      guard time < end + 4_200_000, source.id != alert.id else { continue }
      let grace = grace(source, alert)
      guard grace >= 0, end == .distantFuture || time < end + grace else { continue }
      if let oldest, (oldest.raisedAt, oldest.id) < (source.raisedAt, source.id) { continue }
      oldest = source
    }
    return oldest.map { Cause(kind: .inhibited, by: $0.id) }
  }

  private func grace(_ source: Alert, _ target: Alert) -> Int64 {
    let pair = Pair(source: source.id, target: target.id)
    if let known = links[pair] { return known }
    let found = zip(rules, fellows).filter { explains($0, $1, source, target) }.map(\.0.grace).max() ?? -1
    links[pair] = found
    return found
  }

  private func explains(_ rule: InhibitRule, _ fellows: [InhibitRule], _ source: Alert, _ target: Alert) -> Bool {
    let site = policy.site
    func isSource(_ alert: Alert, _ rule: InhibitRule) -> Bool {
      rule.source.matches(alert) && !site.sourceKeys(alert, rule.within).isEmpty
    }
    func isTarget(_ alert: Alert, _ rule: InhibitRule) -> Bool {
      alert.traits.priority != .critical && rule.target.matches(alert) && !site.targetKeys(alert, rule.within).isEmpty
    }
    guard isSource(source, rule), isTarget(target, rule),
      !Set(site.sourceKeys(source, rule.within)).isDisjoint(with: site.targetKeys(target, rule.within))
    else { return false }
    if !rule.within.isDirected, rule.source.matches(target), isTarget(source, rule) { return false }
    let mayBeRound = fellows.contains { isTarget(source, $0) } && fellows.contains { isSource(target, $0) }
    return !mayBeRound || (source.raisedAt, source.id) < (target.raisedAt, target.id)
  }

  private func waiting(_ alert: Alert, _ time: Timestamp) -> Cause? {
    let waits = rules.filter { $0.target.matches(alert) && !policy.site.targetKeys(alert, $0.within).isEmpty }
    guard let longest = waits.map(\.wait).max(), time < alert.noticedAt + longest else { return nil }
    let rule = waits.first { $0.wait == longest }
    return Cause(kind: .inhibited, by: rule?.id ?? "", until: alert.noticedAt + longest)
  }

  private func damped(_ alert: Alert, _ time: Timestamp) -> Cause? {
    guard let damping = policy.settings.damping, let flutter = alert.flutter, flutter != .chatters else { return nil }
    let end = alert.noticedAt + (flutter == .damped ? damping.calm : damping.fleeting?.hold ?? 0)
    return time < end ? Cause(kind: .damped, by: flutter.rawValue, until: end) : nil
  }
}

extension QuietReference.Cause {
  init(_ suppression: Suppression) {
    self.init(kind: suppression.kind, by: suppression.by, until: suppression.until)
  }
}
