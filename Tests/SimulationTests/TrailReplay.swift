@testable import Alerts
import Pipeline

/// Runs the stored trail once more through alert books that nothing ever interrupts: what people and rules did goes in, and
/// what time alone brings – escalations, repetitions, re-alarms, shelves that end – must come out of the books exactly as it is
/// stored: each step once, at its due time, with the same people. One book for each rule and subject.
struct TrailReplay {
  struct Mismatch: Error, CustomStringConvertible {
    var description: String
  }

  private struct Life {
    var book: AlertBook
    /// What the book has said and the trail has not shown yet.
    var expected: ArraySlice<AlertEvent> = []
  }

  private let policy: ResponsePolicy
  /// The lane's clock at a change that cleared an alert: up to there the desk does what is due before it takes the change in. A
  /// message of a backlog does not move that clock, so it may be behind the change.
  private let noticed: [Clearing: Timestamp]
  private var lives: [AlertBook.Key: Life] = [:]

  struct Clearing: Hashable {
    var rule: String
    var subject: String
    var at: Timestamp
  }

  /// When each person acted: an alert is closed no earlier than it cleared, whatever clock that was.
  private let deeds: [String: Timestamp]

  init(policy: ResponsePolicy, noticed: [Clearing: Timestamp], deeds: [String: Timestamp]) {
    self.policy = policy
    self.noticed = noticed
    self.deeds = deeds
  }

  private func known(_ event: AlertEvent) -> Timestamp {
    switch event.kind {
    case .raised: event.alert.noticedAt
    case .cleared where event.comment == nil:
      noticed[Clearing(rule: event.alert.rule, subject: event.alert.subject, at: event.at)] ?? event.at
    default: deeds[event.by] ?? event.at
    }
  }

  /// The next event of the trail.
  mutating func take(_ event: AlertEvent) throws {
    let key = AlertBook.Key(rule: event.alert.rule, subject: event.alert.subject)
    var life = lives[key] ?? Life(book: AlertBook(policy: policy))
    if life.expected.isEmpty {
      let due = life.book.advance(to: known(event))[...]
      if event.isBroughtByTime {
        life.expected = due
      } else if let lost = due.first {
        throw Mismatch(description: "\(lost.words) was due before \(event.words) and is not there")
      } else {
        life.expected = try life.book.again(event, at: deeds[event.by] ?? event.at)[...]
      }
    }
    guard let next = life.expected.popFirst() else {
      throw Mismatch(description: "\(event.words): an uninterrupted book does not do that")
    }
    if next != event {
      throw Mismatch(description: "\(event.words), uninterrupted it is \(next.words): \(event) / \(next)")
    }
    lives[key] = life
  }

  /// At the end of the trail.
  /// - Parameter now: up to which everything has been done.
  mutating func finish(at now: Timestamp) throws {
    for (key, life) in lives {
      var life = life
      if let missing = (life.expected + life.book.advance(to: now)).first {
        throw Mismatch(description: "\(missing.words) of \(key.rule) is not there")
      }
    }
  }
}

extension AlertBook {
  /// Does once more what somebody, or a rule, has done.
  fileprivate mutating func again(_ event: AlertEvent, at time: Timestamp) throws -> [AlertEvent] {
    let alert = event.alert
    switch event.kind {
    case .raised: return apply(alert.change(.raised, at: alert.raisedAt), lane: alert.lane, traits: alert.traits)
    case .cleared where event.comment?.hasPrefix("规则") ?? false:
      return orphaned(rule: alert.rule, subject: alert.subject, at: event.at)
    case .cleared where event.comment != nil: return lapsed(rule: alert.rule, subject: alert.subject, at: event.at)
    case .cleared: return apply(alert.change(.cleared, at: event.at), lane: alert.lane, traits: alert.traits)
    case .acknowledged: return try act(.acknowledge, event, time)
    case .assigned: return try act(.assign(to: alert.assignedTo ?? ""), event, time)
    case .commented: return try act(.comment, event, time)
    case .shelved: return try act(.shelve(until: alert.shelvedUntil ?? event.at), event, time)
    case .unshelved: return try act(.unshelve, event, time)
    case .closed: return try act(.close(force: true), event, time)
    case .reset: return try act(.reset, event, time)
    default: return []
    }
  }

  private mutating func act(_ action: AlertAction, _ event: AlertEvent, _ time: Timestamp) throws -> [AlertEvent] {
    try perform(action, on: event.alert.id, by: event.by, at: time, comment: event.comment)
  }
}

extension Alert {
  fileprivate func change(_ kind: ConditionChange.Kind, at: Timestamp) -> ConditionChange {
    ConditionChange(
      kind: kind, rule: rule, subject: subject, place: place, at: at, noticedAt: noticedAt, value: value, unit: unit,
      point: point, position: 0, ordinal: 0)
  }
}

extension AlertEvent {
  var isBroughtByTime: Bool {
    switch kind {
    case .escalated, .repeated, .realarmed: true
    case .unshelved: by == AlertEvent.system
    default: false
    }
  }

  var words: String { "\(alert.id) \(number) \(kind) at \(at.milliseconds)" }
}
