// Keeping quiet and speaking again: asks the quiet book whenever something changes that it looks at – an alert, a plan, the clock –
// and turns its answer into steps of alerts, each at its true time.
package import Pipeline

extension AlertBook {
  /// Another configuration; counts from the next advance of the clock on.
  /// - Parameter ended: the alerts closed last, which may explain others by its rules.
  package mutating func adopt(_ policy: QuietPolicy, ended: [Alert] = []) {
    limits.shelf = policy.settings.shelf
    quiet.adopt(policy, open: alerts.values, ended: ended, at: clock)
  }

  /// What people planned and is not over.
  package var planned: [PlannedQuiet] { quiet.plans }

  /// Open alerts that keep quiet, by kind.
  package var suppressedByKind: [Suppression.Kind: Int] {
    alerts.values.reduce(into: [:]) { counts, alert in
      if let kind = alert.suppression?.kind { counts[kind, default: 0] += 1 }
    }
  }

  /// Alerts closed by force whose condition still holds: put away without an end (ISA-18.2 wants none suppressed outside of the
  /// controlled ways).
  package var closedWhileHolding: Int { forced.count }

  /// A person plans quiet, or changes or ends it: counts from now on.
  package mutating func plan(_ plan: PlannedQuiet, at time: Timestamp) -> [AlertEvent] {
    let events = advance(to: time)
    quiet.plan(plan, at: clock)
    let concerned = alerts.values.filter { $0.suppression?.by == plan.id || plan.matcher.matches($0) }
    return events + ask(concerned.map(\.id), at: clock)
  }

  /// Alerts that others explain, or explain no longer, after one of those has begun or ended.
  mutating func settle() -> [AlertEvent] { ask(quiet.takeTouched(at: clock), at: clock) }

  /// Goes to a time at which something begins or ends to hide alerts.
  mutating func pass(_ time: Timestamp) -> [AlertEvent] {
    if let concerned = quiet.pass(time) { return ask(concerned, at: time) }
    return askAll(at: time)
  }

  mutating func askAll(at time: Timestamp) -> [AlertEvent] { ask(Array(alerts.keys), at: time) }

  /// Does of each of these alerts what the quiet book says. Once is enough: what hides an alert does not depend on what is hidden.
  private mutating func ask(_ ids: some Sequence<String>, at time: Timestamp) -> [AlertEvent] {
    ids.sorted().flatMap { id -> [AlertEvent] in
      guard var alert = alerts[id] else { return [] }
      let events: [AlertEvent]
      if let cause = quiet.cause(of: alert, at: time) {
        events = alert.suppress(cause, at: time)
      } else if let over = alert.suppression {
        events = alert.release(at: time, comment: over.endWords, policy: policy)
      } else {
        return []
      }
      keep(alert)
      return events
    }
  }
}

extension Suppression {
  /// What a release says.
  fileprivate var endWords: Remark {
    switch kind {
    case .inhibited where until == nil: Remark(zh: "原因已消除", en: "the cause is gone")
    case .inhibited: Remark(zh: "没有上级原因", en: "no cause has shown")
    case .maintenance: Remark(zh: "维护结束", en: "maintenance is over")
    case .silenced: Remark(zh: "静默结束", en: "the silence is over")
    case .damped where by == Flutter.damped.rawValue: Remark(zh: "已稳定", en: "it has been stable")
    case .damped: Remark(zh: "没有很快恢复", en: "it has not gone by itself")
    case .away: Remark(zh: "有人在家", en: "somebody is at home")
    case .outOfService: Remark(zh: "恢复使用", en: "back in service")
    }
  }
}

extension Flutter {
  /// What the raise says that makes it chatter.
  var words: Remark? {
    switch self {
    case .chatters:
      Remark(zh: "反复报警与恢复，后续暂不提醒", en: "it comes and goes; further ones keep quiet until it is calm")
    case .damped, .fleeting: nil
    }
  }
}
