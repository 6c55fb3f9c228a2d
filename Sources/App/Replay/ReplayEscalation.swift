// What becomes of the alerts of a replay when nobody answers: puts the steps of escalation, and what alerts.yaml keeps quiet, between
// the changes of a tape. The book hears of these as they become known, as the service's does: before that nobody could answer and
// nothing was hidden. The lines come in the order of their times all the same.
import Alerts
import Community
package import Pipeline
package import Rules

package struct ReplayEscalation {
  private var book: AlertBook
  private let traits: @Sendable (_ rule: String, _ subject: String) -> AlertTraits
  /// Id in the book → in the replay.
  private var names: [String: String] = [:]
  /// Changes of which the book has not heard yet, as they become known.
  private var unheard = TimeOrder { max($0.at, $0.noticedAt) }
  /// Lines that a change may still come before.
  private var held = TimeOrder()
  private let isIdle: Bool
  /// So many alerts in the book call for a look at all of them.
  private var sweepAt = Self.sweepMin
  private static let sweepMin = 256

  package init(_ configuration: LoadedConfiguration) {
    var policy = configuration.response
    policy.speaksAgain = false
    let isQuieting = configuration.alerts.quiet.isGiven
    isIdle = policy.duty.isEmpty && !isQuieting
    book = AlertBook(policy: policy, quiet: isQuieting ? configuration.quiet : .none)
    traits = { configuration.traits(rule: $0, subject: $1) }
  }

  /// Takes a change in; changes come in the order of their times. Returns the lines that nothing can come before any more: changes,
  /// what they bring about and what is due between them. A line is held back no longer than a change may be late.
  package mutating func take(_ change: ReplayChange) -> [ReplayChange] {
    if isIdle { return [change] }
    unheard.insert(change)
    for known in unheard.take(before: change.at + 1) { hear(known) }
    advance(to: change.at)
    // What is still to come is a change not heard of, or later than this one, or brought about by such.
    return held.take(before: (unheard.earliest ?? change.at) + 1)
  }

  /// What was held back, and what is due by the end.
  package mutating func finish(at time: Timestamp) -> [ReplayChange] {
    if isIdle { return [] }
    for known in unheard.takeAll() { hear(known) }
    advance(to: time)
    return held.takeAll()
  }

  private mutating func hear(_ change: ReplayChange) {
    advance(to: max(change.at, change.noticedAt))
    let isRaise = change.change == ConditionChange.Kind.raised.rawValue
    let events = book.apply(
      ConditionChange(
        kind: isRaise ? .raised : .cleared, rule: change.rule, subject: change.subject, place: change.place,
        at: change.at,
        noticedAt: change.noticedAt, value: change.value, unit: change.unit, point: nil, position: 0, ordinal: 0),
      lane: "", traits: traits(change.rule, change.subject))
    var change = change
    if isRaise, let alert = events.first?.alert {
      names[alert.id] = change.alert
      change.speaks = !alert.isSuppressed
    }
    held.insert(change)
    follow(events)
    sweep()
  }

  private mutating func advance(to time: Timestamp) { follow(book.advance(to: time)) }

  private mutating func follow(_ events: [AlertEvent]) {
    for line in lines(events) { held.insert(line) }
    forget(events)
  }

  /// What a tape itself does not say.
  private func lines(_ events: [AlertEvent]) -> [ReplayChange] {
    events.compactMap { event in
      let alert = event.alert
      var line = ReplayChange(
        at: event.at, noticedAt: event.at, change: event.kind.rawValue, alert: names[alert.id] ?? alert.id,
        rule: alert.rule, subject: alert.subject, place: alert.place, priority: alert.traits.priority.rawValue,
        value: alert.value, unit: alert.unit)
      switch event.kind {
      case .escalated:
        guard let responsible = event.isAside ? alert.response?.care : alert.response?.responsible else { return nil }
        line.to = event.isAside ? responsible.people.map(\.name).joined(separator: ", ") : responsible.place
        line.level = responsible.level
      case .suppressed:
        line.kind = alert.suppression?.kind.rawValue
        line.by = alert.suppression.map { names[$0.by] ?? $0.by }
      case .released: line.speaks = event.asks
      default: return nil
      }
      return line
    }
  }

  /// Alerts that have come back and climb no more would only fill the book.
  private mutating func forget(_ events: [AlertEvent]) {
    for id in Set(events.map(\.alert.id)) {
      if let alert = book[id] { forget(alert) }
    }
  }

  private mutating func forget(_ alert: Alert) {
    guard !alert.isActive, book.isSettled(alert.id) || isAtTheTop(alert) else { return }
    _ = try? book.perform(.close(force: true), on: alert.id, by: AlertEvent.system, at: alert.raisedAt)
    names[alert.id] = nil
  }

  /// Nobody is left above it or in its care plan: its last deadlines, which may be days, pass without an event where nobody speaks
  /// again. (That a window begins meanwhile would show; of what has come back and waits in vain nobody needs that.)
  private func isAtTheTop(_ alert: Alert) -> Bool {
    guard !alert.isSuppressed, let response = alert.response, response.careDue == nil else { return false }
    return response.responsible?.place == book.policy.duty.posts(for: alert.place).last?.place
  }

  /// Where nobody above is on duty a last deadline passes without an event. So all are looked at whenever the book has doubled:
  /// memory stays flat however long the tape is.
  private mutating func sweep() {
    guard book.count >= sweepAt else { return }
    for alert in Array(book.open) { forget(alert) }
    names = names.filter { book[$0.key] != nil }
    sweepAt = max(Self.sweepMin, 2 * book.count)
  }

  /// Alerts that are remembered.
  var count: Int { book.count }

  /// Changes and lines that are held back.
  var heldCount: Int { unheard.count + held.count }
}
