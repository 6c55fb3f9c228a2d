// An alert as a case that units had in their hands, one after the other, read from the stored steps: who was asked, until
// when, who answered. Deadlines are those that held then, not those of today's configuration.
package import Alerts
package import Community
package import Pipeline

/// One alert and the units that had it.
package struct AlertCase: Sendable, Equatable {
  /// The time during which one unit had it.
  package struct Turn: Sendable, Equatable {
    package var place: String
    package var level: String
    package var unit: LocalizedText
    package var people: [String]
    package var since: Timestamp
    /// nil: there was none, or it was dropped before it was over, because the condition returned or the alert was put aside.
    package var answerDue: Timestamp?
    package var finishDue: Timestamp?
    package var answered: Timestamp?
    package var answeredBy: String?
    package var finished: Timestamp?
    /// The alert went up a level.
    package var escalated: Timestamp?
    /// The unit had it no longer.
    package var ended: Timestamp?
  }

  package var alert: String
  package var rule: String
  package var subject: String
  package var place: String
  package var priority: Priority
  package var raisedAt: Timestamp
  package var clearedAt: Timestamp?
  package var closedAt: Timestamp?
  package var turns: [Turn] = []

  /// A press or a fall: no fault that could come again.
  package var isMomentary: Bool { clearedAt == raisedAt }
  /// When the fault was over; nil: it is not.
  package var endedAt: Timestamp? { closedAt ?? clearedAt }
}

/// Collects cases from the steps of the audit trail, in their order.
package struct CaseLog: Sendable {
  package private(set) var cases: [AlertCase] = []
  private var indexByAlert: [String: Int] = [:]

  package init() {}

  package mutating func add(_ event: AlertEvent) {
    let alert = event.alert
    if indexByAlert[alert.id] == nil {
      // The steps before this one may be gone already.
      indexByAlert[alert.id] = cases.count
      cases.append(
        AlertCase(
          alert: alert.id, rule: alert.rule, subject: alert.subject, place: alert.place,
          priority: alert.traits.priority, raisedAt: alert.raisedAt))
    }
    guard let index = indexByAlert[alert.id] else { return }
    cases[index].take(event)
  }
}

extension AlertCase {
  fileprivate mutating func take(_ event: AlertEvent) {
    let response = event.alert.response
    switch event.kind {
    case .raised, .released, .unshelved, .realarmed: begin(event)
    case .escalated:
      if event.isAside { return }
      turn { $0.escalated = event.at }
      begin(event)
    case .acknowledged:
      turn {
        $0.answered = $0.answered ?? event.at
        $0.answeredBy = $0.answeredBy ?? event.by
      }
    case .cleared:
      clearedAt = event.at
      // What is acknowledged closes with it, and was finished in time or not.
      if !event.alert.isAcknowledged { turn { $0.drop(unless: response, at: event.at) } }
    case .shelved, .suppressed: end(at: event.at)
    case .closed:
      closedAt = event.at
      turn {
        // Who closes what nobody has acknowledged answers with that.
        if event.by != AlertEvent.system, !event.alert.isAcknowledged, $0.answered == nil {
          $0.answered = event.at
          $0.answeredBy = event.by
        }
        $0.finished = event.at
      }
      end(at: event.at)
    case .assigned, .commented, .repeated, .reset, .ordered: break
    }
  }

  /// The unit that the step names has it from now on.
  private mutating func begin(_ event: AlertEvent) {
    end(at: event.at)
    guard let response = event.alert.response, let unit = response.responsible, !event.alert.isSuppressed,
      !event.alert.isShelved
    else { return }
    turns.append(
      Turn(
        place: unit.place, level: unit.level, unit: unit.unit, people: unit.people.map(\.name), since: event.at,
        answerDue: response.answerDue, finishDue: response.finishDue))
  }

  private mutating func end(at time: Timestamp) {
    turn {
      $0.drop(unless: nil, at: time)
      $0.ended = time
    }
  }

  /// The turn that still runs.
  private mutating func turn(_ body: (inout Turn) -> Void) {
    guard let last = turns.indices.last, turns[last].ended == nil else { return }
    body(&turns[last])
  }
}

extension AlertCase.Turn {
  /// A deadline that lies ahead and holds no longer is none.
  fileprivate mutating func drop(unless response: ResponseState?, at time: Timestamp) {
    if let due = answerDue, due > time, answered == nil, response?.answerDue == nil { answerDue = nil }
    if let due = finishDue, due > time, finished == nil, response?.finishDue == nil { finishDue = nil }
  }

  /// Whether a deadline was kept, and when that was decided: when it was met, or when it passed. nil: undecided, or no
  /// deadline.
  private func outcome(_ done: Timestamp?, _ due: Timestamp?) -> (at: Timestamp, inTime: Bool)? {
    guard let due else { return nil }
    if let done, done <= due { return (done, true) }
    // It passed while the unit had the alert.
    if let ended, ended < due { return nil }
    return (due, false)
  }

  /// The caller sees to it that an outcome after the period counts for nothing.
  package var answerOutcome: (at: Timestamp, inTime: Bool)? { outcome(answered, answerDue) }
  package var finishOutcome: (at: Timestamp, inTime: Bool)? { outcome(finished, finishDue) }
}
