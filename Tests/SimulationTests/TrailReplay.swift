@testable import Alerts
import App
import Glibc
import Pipeline
import Store

/// Runs the stored trail once more through an alert book that nothing ever interrupts: what people and rules did goes in, and
/// what follows from it and what time alone brings – escalations, repetitions, re-alarms, shelves that end, alerts that are
/// hidden and that speak again – must come out of the book exactly as it is stored: each step once, at its due time, for the same
/// cause, with the same people.
struct TrailReplay {
  struct Mismatch: Error, CustomStringConvertible {
    var description: String
  }

  struct Clearing: Hashable {
    var rule: String
    var subject: String
    var at: Timestamp
  }

  private static let remembers = getenv("LINLI_SEED") != nil

  private var book: AlertBook
  private var version = 0
  private var ended: [String: Alert] = [:]
  private var log: ArraySlice<(after: DeskLog.Place, entry: DeskLog.Entry)>
  /// What it was told last, for whoever looks into a mismatch.
  private var recent: [String] = []
  /// What the book has said and the trail has not shown yet.
  private var expected: ArraySlice<AlertEvent> = []
  /// The lane's clock at a change that cleared an alert: up to there the desk does what is due before it takes the change in. A
  /// message of a backlog does not move that clock, so it may be behind the change.
  private let noticed: [Clearing: Timestamp]
  /// When each person acted: an alert is closed no earlier than it cleared, whatever clock that was.
  private let deeds: [String: Timestamp]
  /// When the desk took in what orders brought about by themselves, by number of the event.
  private let times: [Int64: Timestamp]

  init(log: DeskLog, noticed: [Clearing: Timestamp], deeds: [String: Timestamp], times: [Int64: Timestamp]) {
    book = AlertBook(policy: SimulatedSite.versions[0].response, quiet: SimulatedSite.quietPolicies[0])
    self.log = log.entries[...]
    self.noticed = noticed
    self.deeds = deeds
    self.times = times
  }

  /// The next event of the trail.
  mutating func take(_ numbered: NumberedEvent) throws {
    let event = numbered.event
    defer {
      remember(event.words)
      if event.alert.isClosed { ended[event.alert.id] = event.alert }
    }
    while let (after, entry) = log.first, after.sequence < numbered.sequence {
      log.removeFirst()
      try follow(entry)
    }
    if expected.isEmpty {
      let due = book.advance(to: known(numbered))
      expected = try (due.isEmpty ? book.again(event, at: acted(numbered)) : due)[...]
    }
    guard let next = expected.popFirst() else {
      throw mismatch("\(event.words): an uninterrupted book does not do that")
    }
    if next != event { throw mismatch("\(event.words), uninterrupted it is \(next.words)\n\(event)\n\(next)") }
  }

  /// At the end of the trail.
  mutating func finish() throws {
    for (_, entry) in log { try follow(entry) }
    try isShown()
  }

  private mutating func follow(_ entry: DeskLog.Entry) throws {
    if entry.isOfOrders { return }
    try isShown()
    remember("\(entry)")
    switch entry {
    case .orderTime, .order: break
    case .time(let time): expected = book.advance(to: time)[...]
    case .forgotten(let time): expected = (book.advance(to: time) + book.askForgotten(at: time))[...]
    case .quiet(let quiet, let time): expected = book.plan(quiet, at: time)[...]
    // A restart alone is nothing that happened.
    case .configuration(let version) where version == self.version: break
    case .configuration(let version):
      self.version = version
      book.policy = SimulatedSite.versions[version].response
      book.adopt(SimulatedSite.quietPolicies[version], ended: Array(ended.values))
    }
  }

  private func isShown() throws {
    if let lost = expected.first { throw mismatch("\(lost.words) is not there") }
  }

  private mutating func remember(_ line: @autoclosure () -> String) {
    guard Self.remembers else { return }
    if recent.count > 60 { recent.removeFirst(30) }
    recent.append(line())
  }

  private func mismatch(_ what: String) -> Mismatch {
    Mismatch(description: "\(what), at \(book.clock.milliseconds), after\n  \(recent.joined(separator: "\n  "))")
  }

  /// When somebody, or an order, acted.
  private func acted(_ numbered: NumberedEvent) -> Timestamp {
    let event = numbered.event
    if let time = deeds[event.by] { return time }
    return event.isByOrder ? times[numbered.sequence] ?? event.at : event.at
  }

  private func known(_ numbered: NumberedEvent) -> Timestamp {
    let event = numbered.event
    return switch event.kind {
    case .raised: event.alert.noticedAt
    case .cleared where event.comment == nil:
      noticed[Clearing(rule: event.alert.rule, subject: event.alert.subject, at: event.at)] ?? event.at
    default: acted(numbered)
    }
  }
}

extension AlertBook {
  /// Does once more what somebody, or a rule, has done.
  fileprivate mutating func again(_ event: AlertEvent, at time: Timestamp) throws -> [AlertEvent] {
    let alert = event.alert
    switch event.kind {
    case .raised: return apply(alert.change(.raised, at: alert.raisedAt), lane: alert.lane, traits: alert.traits)
    case .cleared where event.comment == AlertBook.orphanedWords:
      return orphaned(rule: alert.rule, subject: alert.subject, at: event.at)
    case .cleared where event.comment != nil: return lapsed(rule: alert.rule, subject: alert.subject, at: event.at)
    case .cleared: return apply(alert.change(.cleared, at: event.at), lane: alert.lane, traits: alert.traits)
    case .acknowledged: return try act(.acknowledge, event, time)
    case .assigned: return try act(.assign(to: alert.assignedTo ?? ""), event, time)
    case .commented: return try act(.comment, event, time)
    case .shelved: return try act(.shelve(until: alert.shelvedUntil ?? event.at), event, time)
    case .unshelved: return try act(.unshelve, event, time)
    case .closed: return try act(.close(force: true), event, time)
    case .ordered: return ordered(alert.id, order: alert.order ?? "", by: event.by, at: time, comment: event.comment)
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
  /// A deadline, a repetition, the end of a shelf.
  var isBroughtByTime: Bool {
    switch kind {
    case .escalated, .repeated, .realarmed: true
    case .unshelved: by == AlertEvent.system
    default: false
    }
  }

  /// What an order does to an alert.
  fileprivate var isByOrder: Bool { [.ordered, .acknowledged, .closed, .reset].contains(kind) }

  var words: String {
    let hidden = alert.suppression.map { ", \($0.kind) by \($0.by)" } ?? ""
    return "\(alert.id) \(alert.rule) of \(alert.subject) \(number) \(kind) at \(at.milliseconds)\(hidden)"
  }
}
