// The life of one alert: each function is one legal step and says what it leaves behind. The book decides which alert.
//
// State (ISA-18.2 / IEC 62682)   active  acknowledged  what may happen next
//   unacknowledged                yes     no            acknowledged · cleared · escalated, repeated (deadlines)
//   acknowledged                  yes     yes           cleared (closes it) · re-alarmed · escalated (finish deadline)
//   returned, unacknowledged      no      no            acknowledged (closes it) · closed by a person
//   latched, unacknowledged       no      no            acknowledged · reset (acknowledges and closes it)
//   latched, acknowledged         no      yes           reset (closes it)
//   closed                        any     any           comments; `cleared` once, if it was closed by force while active
// Beside these, on any open alert, and each by itself:
//   shelved                       for a time, by a person; comes back by itself at its end
//   suppressed                    by design (inhibited, maintenance, silenced, damped, away) or out of service
// A shelved or suppressed alert tells nobody and has no deadline; they begin anew when it comes back. An alert that was
// suppressed from its raise on and clears meanwhile was never told to anybody, and closes with that. Whoever was told of one that
// clears and closes while it is hidden hears of that once, by the step that closes it.
import Community
package import Pipeline

extension Alert {
  /// The condition has cleared: an acknowledged alert closes with it, unless it is latched; another one waits to be seen. A
  /// closed one (closed by force while it was active) only learns its `clearedAt`.
  mutating func clear(at: Timestamp, comment: Remark? = nil, policy: ResponsePolicy) -> [AlertEvent] {
    clearedAt = max(at, raisedAt)
    if isTold && !isClosed && (isShelved || isSuppressed) { clearedUnheard = true }
    response?.realarmDue = nil
    if !policy.climbs(self) { response?.forgetDues() }
    var events = [record(.cleared, at: at, comment: comment)]
    let isUntold = suppression.map { $0.since <= raisedAt } ?? false && !isMomentary
    if (isAcknowledged || isUntold) && !isClosed && !traits.latched { events.append(close(at: at)) }
    return events
  }

  /// The shelf is over.
  mutating func unshelve(
    at: Timestamp, by: String = AlertEvent.system, comment: Remark? = nil, policy: ResponsePolicy
  ) -> AlertEvent {
    shelvedUntil = nil
    beginResponse(at: at, policy)
    tellAsItStands()
    return record(.unshelved, at: at, by: by, comment: comment, to: asked)
  }

  /// Never before the steps that led to it, whatever the clocks of people and devices say.
  mutating func close(at: Timestamp, by: String = AlertEvent.system, comment: Remark? = nil) -> AlertEvent {
    closedAt = max(at, clearedAt ?? raisedAt, acknowledgedAt ?? raisedAt)
    shelvedUntil = nil
    response?.forgetDues()
    return record(.closed, at: closedAt ?? at, by: by, comment: comment)
  }

  /// Keeps quiet from now on; another cause takes the place of the one before.
  mutating func suppress(_ cause: Suppression, at: Timestamp) -> [AlertEvent] {
    if suppression?.isSame(as: cause) ?? false { return [] }
    var cause = cause
    cause.since = suppression?.since ?? cause.since
    suppression = cause
    response?.forgetDues()
    return [record(.suppressed, at: at, by: cause.who ?? AlertEvent.system, comment: cause.reason)]
  }

  mutating func release(at: Timestamp, comment: Remark?, policy: ResponsePolicy) -> [AlertEvent] {
    guard suppression != nil else { return [] }
    suppression = nil
    beginResponse(at: at, policy)
    tellAsItStands()
    return [record(.released, at: at, comment: comment, to: asked)]
  }

  /// It is hidden no more: if it still waits for an answer, people hear of it as it stands.
  private mutating func tellAsItStands() {
    guard needsAnswer else { return }
    wasTold = true
    clearedUnheard = nil
  }

  /// Whom a step that speaks asks.
  private var asked: [Responder]? { needsAnswer ? response?.people : nil }

  /// One action of a person on this alert. No events: it was so already (a comment that came along is kept all the same).
  /// A closed alert takes comments and nothing else.
  package mutating func perform(
    _ action: AlertAction, by: String, at: Timestamp, comment: Remark? = nil, limits: AlertLimits = .init(),
    policy: ResponsePolicy = .none
  ) throws(AlertError) -> [AlertEvent] {
    let by = try AlertText.name(by, limits)
    let comment = try AlertText.comment(comment, limits)
    if let closedAt, action != .comment { throw .closed(id: id, at: closedAt) }
    switch action {
    case .acknowledge:
      if isAcknowledged { return remark(comment, by: by, at: at) }
      var events = [acknowledge(by: by, at: at, comment: comment, policy: policy)]
      if !isActive && !isLatched { events.append(close(at: at)) }
      return events
    case .assign(let name):
      let name = try AlertText.name(name, limits)
      if assignedTo == name { return remark(comment, by: by, at: at) }
      return [assign(to: name, by: by, at: at, comment: comment, policy: policy)]
    case .comment:
      if comment == nil { throw .commentMissing }
      return remark(comment, by: by, at: at)
    case .shelve(let until):
      if until <= at { throw .shelfInPast(until: until) }
      if until - at > limits.shelf { throw .shelfTooLong(longest: limits.shelf) }
      shelvedUntil = until
      response?.forgetDues()
      return [record(.shelved, at: at, by: by, comment: comment)]
    case .unshelve:
      if shelvedUntil == nil { return remark(comment, by: by, at: at) }
      return [unshelve(at: at, by: by, comment: comment, policy: policy)]
    case .close(let force):
      if isActive && !force { throw .stillActive(id: id) }
      if isLatched && !force { throw .latched(id: id) }
      return [close(at: at, by: by, comment: comment)]
    case .reset: return try reset(by: by, at: at, comment: comment, policy: policy)
    }
  }

  /// Somebody has looked on the spot. A condition that still holds cannot be reset.
  private mutating func reset(
    by: String, at: Timestamp, comment: Remark?, policy: ResponsePolicy
  ) throws(AlertError) -> [AlertEvent] {
    if !traits.latched { throw .notLatched(id: id) }
    if isActive { throw .stillActive(id: id) }
    var events: [AlertEvent] = []
    if !isAcknowledged { events.append(acknowledge(by: by, at: at, comment: nil, policy: policy)) }
    events.append(record(.reset, at: at, by: by, comment: comment))
    events.append(close(at: at, by: by))
    return events
  }

  /// To whom is free text; a person whom the configuration knows is told, also of an alert that keeps quiet: somebody wants just
  /// this one to know.
  private mutating func assign(
    to name: String, by: String, at: Timestamp, comment: Remark?, policy: ResponsePolicy
  ) -> AlertEvent {
    assignedTo = name
    assignee = policy.person(name, for: place, at: at)
    let people = assignee.map { [$0] } ?? []
    // Who had it before hears of the end, too.
    response?.tell(people)
    return record(.assigned, at: at, by: by, comment: comment, to: people)
  }

  private mutating func acknowledge(
    by: String, at: Timestamp, comment: Remark?, policy: ResponsePolicy
  ) -> AlertEvent {
    acknowledgedAt = at
    acknowledgedBy = by
    let realarm = isActive && policy.speaksAgain && !isShelved && !isSuppressed ? traits.realarm : nil
    if realarm != nil && response == nil { response = ResponseState(responsible: nil, since: at) }
    response?.answered(at: at, realarm: realarm)
    return record(.acknowledged, at: at, by: by, comment: comment)
  }

  private mutating func remark(_ comment: Remark?, by: String, at: Timestamp) -> [AlertEvent] {
    comment.map { [record(.commented, at: at, by: by, comment: $0)] } ?? []
  }

  mutating func record(
    _ kind: AlertEvent.Kind, at: Timestamp, by: String = AlertEvent.system, comment: Remark? = nil,
    to: [Responder]? = nil
  ) -> AlertEvent {
    step += 1
    // Whoever is asked is told.
    if kind == .escalated || kind == .repeated || kind == .realarmed { wasTold = true }
    return AlertEvent(kind: kind, alert: self, at: at, by: by, comment: comment, to: to)
  }
}

extension AlertEvent {
  /// Who did what nobody did.
  package static let system = "linli"
}

/// Texts that people type: trimmed and bounded.
private enum AlertText {
  static func name(_ text: String, _ limits: AlertLimits) throws(AlertError) -> String {
    let text = text.trimmed
    if text.isEmpty { throw .nameMissing }
    if text.count > limits.name { throw .nameTooLong(limit: limits.name) }
    return text
  }

  /// An empty comment is none.
  static func comment(_ remark: Remark?, _ limits: AlertLimits) throws(AlertError) -> Remark? {
    guard case .typed(let text) = remark else { return remark }
    let comment = text.trimmed
    if comment.count > limits.comment { throw .commentTooLong(limit: limits.comment) }
    return comment.isEmpty ? nil : .typed(comment)
  }
}
