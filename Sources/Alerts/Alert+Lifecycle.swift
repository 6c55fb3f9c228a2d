// The life of one alert: each function is one legal step and says what it leaves behind. The book decides which alert.
//
//             raised                     cleared                  acknowledged or closed by a person
//   (none) ───────────► active, unack ───────────► cleared, unack ───────────► closed
//                          │ acknowledged             (ISA-18.2 RTN-unack)        ▲
//                          ▼                                                      │
//                       active, ack ────────────────── cleared ───────────────────┘ by itself
package import Pipeline

extension Alert {
  /// The condition has cleared: an acknowledged alert closes with it, another one waits to be seen. A closed one (closed by
  /// force while it was active) only learns its `clearedAt`.
  mutating func clear(at: Timestamp, comment: String? = nil) -> [AlertEvent] {
    clearedAt = max(at, raisedAt)
    var events = [record(.cleared, at: at, comment: comment)]
    if isAcknowledged && !isClosed { events.append(close(at: at)) }
    return events
  }

  /// The shelf is over.
  mutating func unshelve(at: Timestamp, by: String = AlertEvent.system, comment: String? = nil) -> AlertEvent {
    shelvedUntil = nil
    return record(.unshelved, at: at, by: by, comment: comment)
  }

  /// Never before the steps that led to it, whatever the clocks of people and devices say.
  mutating func close(at: Timestamp, by: String = AlertEvent.system, comment: String? = nil) -> AlertEvent {
    closedAt = max(at, clearedAt ?? raisedAt, acknowledgedAt ?? raisedAt)
    shelvedUntil = nil
    return record(.closed, at: closedAt ?? at, by: by, comment: comment)
  }

  /// One action of a person on this alert. No events: it was so already (a comment that came along is kept all the same).
  /// A closed alert takes comments and nothing else.
  package mutating func perform(
    _ action: AlertAction, by: String, at: Timestamp, comment: String? = nil, limits: AlertLimits = .init()
  ) throws(AlertError) -> [AlertEvent] {
    let by = try AlertText.name(by, limits)
    let comment = try AlertText.comment(comment, limits)
    if let closedAt, action != .comment { throw .closed(id: id, at: closedAt) }
    switch action {
    case .acknowledge:
      if isAcknowledged { return remark(comment, by: by, at: at) }
      acknowledgedAt = at
      acknowledgedBy = by
      var events = [record(.acknowledged, at: at, by: by, comment: comment)]
      if !isActive { events.append(close(at: at)) }
      return events
    case .assign(let name):
      let name = try AlertText.name(name, limits)
      if assignedTo == name { return remark(comment, by: by, at: at) }
      assignedTo = name
      return [record(.assigned, at: at, by: by, comment: comment)]
    case .comment:
      if comment == nil { throw .commentMissing }
      return remark(comment, by: by, at: at)
    case .shelve(let until):
      if until <= at { throw .shelfInPast(until: until) }
      if until - at > limits.shelf { throw .shelfTooLong(longest: limits.shelf) }
      shelvedUntil = until
      return [record(.shelved, at: at, by: by, comment: comment)]
    case .unshelve:
      if shelvedUntil == nil { return remark(comment, by: by, at: at) }
      return [unshelve(at: at, by: by, comment: comment)]
    case .close(let force):
      if isActive && !force { throw .stillActive(id: id) }
      return [close(at: at, by: by, comment: comment)]
    }
  }

  private mutating func remark(_ comment: String?, by: String, at: Timestamp) -> [AlertEvent] {
    comment.map { [record(.commented, at: at, by: by, comment: $0)] } ?? []
  }

  private mutating func record(
    _ kind: AlertEvent.Kind, at: Timestamp, by: String = AlertEvent.system, comment: String? = nil
  ) -> AlertEvent {
    step += 1
    return AlertEvent(kind: kind, alert: self, at: at, by: by, comment: comment)
  }
}

extension AlertEvent {
  /// Who did what nobody did.
  package static let system = "linli"
}

/// Texts that people type: trimmed and bounded.
private enum AlertText {
  static func name(_ text: String, _ limits: AlertLimits) throws(AlertError) -> String {
    let text = trimmed(text)
    if text.isEmpty { throw .nameMissing }
    if text.count > limits.name { throw .nameTooLong(limit: limits.name) }
    return text
  }

  /// An empty comment is none.
  static func comment(_ text: String?, _ limits: AlertLimits) throws(AlertError) -> String? {
    guard let text else { return nil }
    let comment = trimmed(text)
    if comment.count > limits.comment { throw .commentTooLong(limit: limits.comment) }
    return comment.isEmpty ? nil : comment
  }

  private static func trimmed(_ text: String) -> String {
    let start = text.drop { $0.isWhitespace }
    guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...end])
  }
}
