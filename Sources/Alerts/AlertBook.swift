// All open alerts and what may happen to them: a pure state machine. Changes, actions and the clock go in, events come out;
// storing and notifying is the business of others.
package import Pipeline

package struct AlertBook: Sendable {
  /// What an alert is about: at most one active alert each.
  package struct Key: Hashable, Sendable {
    package var rule: String
    package var subject: String

    package init(rule: String, subject: String) {
      self.rule = rule
      self.subject = subject
    }
  }

  /// What the book did not follow, since the start.
  package struct Counts: Sendable, Equatable {
    /// Cleared without an open alert.
    package var strayClears = 0
    /// Raised although the alert is active already, or was closed by force and has not cleared since.
    package var repeatedRaises = 0
    /// Closed because there were too many open alerts.
    package var closedForRoom = 0
  }

  /// The newest raise of a subject and how many there were at that very time: what makes ids unique.
  struct Occurrence: Sendable {
    var raisedAt: Timestamp
    var count: Int
  }

  package let limits: AlertLimits
  package internal(set) var counts = Counts()
  /// Open alerts by id.
  var alerts: [String: Alert] = [:]
  var activeIDs: [Key: String] = [:]
  /// Closed by force, condition not cleared since.
  var forced: [Key: Alert] = [:]
  var shelves: [String: Timestamp] = [:]
  var occurrences: [Key: Occurrence] = [:]

  /// `alerts`: the open ones, the ones closed while active (`clearedAt` nil) and, for the ids, recent closed ones.
  package init(limits: AlertLimits = .init(), restoring alerts: [Alert] = []) {
    self.limits = limits
    for alert in alerts.sorted(by: { ($0.raisedAt, $0.id) < ($1.raisedAt, $1.id) }) {
      remember(alert)
      if !alert.isClosed { keep(alert) } else if alert.isActive { forced[alert.key] = alert }
    }
    boundMemory()
  }

  // MARK: - Looking

  package var count: Int { alerts.count }

  /// Open alerts, in no order.
  package var open: some Collection<Alert> & Sendable { alerts.values }

  /// An open alert.
  package subscript(id: String) -> Alert? { alerts[id] }

  package func active(rule: String, subject: String) -> Alert? {
    activeIDs[Key(rule: rule, subject: subject)].flatMap { alerts[$0] }
  }

  /// When `advance(to:)` has something to do next.
  package var nextDue: Timestamp? { shelves.values.min() }

  /// Alerts whose condition holds: the active ones, and those closed by force.
  package var uncleared: [Alert] { activeIDs.values.compactMap { alerts[$0] } + forced.values }

  /// Active alerts of each priority.
  package var activeByPriority: [Priority: Int] {
    activeIDs.values.reduce(into: [:]) { counts, id in
      if let alert = alerts[id] { counts[alert.traits.priority, default: 0] += 1 }
    }
  }

  /// An alert that was closed by force and whose condition has not cleared since.
  package func closedWhileActive(_ id: String) -> Alert? { forced.values.first { $0.id == id } }

  // MARK: - What happens

  /// Takes in what a rule found. At most one alert of a rule and subject is active; a raise while an older one is cleared but
  /// still open is a new alert.
  ///
  /// - Parameter suppression: asked about an alert that is just being raised: why it is to keep quiet from the start, if it is.
  package mutating func apply(
    _ change: ConditionChange, lane: String, traits: AlertTraits, suppression: (Alert) -> Suppression? = { _ in nil }
  ) -> [AlertEvent] {
    let key = Key(rule: change.rule, subject: change.subject)
    switch change.kind {
    case .raised: return raise(change, key: key, lane: lane, traits: traits, suppression: suppression)
    case .cleared: return clear(key, at: change.at, comment: nil)
    }
  }

  /// An action of a person on an open alert; see `Alert.perform` for what each one does.
  package mutating func perform(
    _ action: AlertAction, on id: String, by: String, at: Timestamp, comment: String? = nil
  ) throws(AlertError) -> [AlertEvent] {
    guard var alert = alerts[id] else { throw .unknown(id: id) }
    let events = try alert.perform(action, by: by, at: at, comment: comment, limits: limits)
    keep(alert)
    return events
  }

  // MARK: - Keeping quiet, and what else befalls an alert

  /// An open alert keeps quiet from now on: nobody is told, its deadlines stand still. Of an unknown alert, or when it is so
  /// already, no events.
  package mutating func suppress(_ id: String, _ suppression: Suppression, at: Timestamp) -> [AlertEvent] {
    change(id) { alert in alert.suppress(suppression, at: at) }
  }

  /// The cause is gone. An alert that still waits for an answer speaks as if it had just been raised; its deadlines begin now.
  package mutating func release(_ id: String, at: Timestamp, comment: String? = nil) -> [AlertEvent] {
    change(id) { alert in alert.release(at: at, comment: comment) }
  }

  /// An open alert became the order, or a part of it. Twice is harmless.
  package mutating func ordered(
    _ id: String, order: String, by: String, at: Timestamp, comment: String? = nil
  ) -> [AlertEvent] {
    change(id) { alert in
      if alert.order == order { return [] }
      alert.order = order
      return [alert.record(.ordered, at: at, by: by, comment: comment)]
    }
  }

  private mutating func change(_ id: String, _ step: (inout Alert) -> [AlertEvent]) -> [AlertEvent] {
    guard var alert = alerts[id] else { return [] }
    let events = step(&alert)
    keep(alert)
    return events
  }

  /// A closed alert got a comment: so that its next step has the next number.
  package mutating func refresh(_ closed: Alert) {
    if forced[closed.key]?.id == closed.id { forced[closed.key] = closed }
  }

  /// Brings back the alerts whose shelf has ended, in the order of their ends, each at its own time.
  package mutating func advance(to now: Timestamp) -> [AlertEvent] {
    let over = shelves.filter { $0.value <= now }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    return over.compactMap { id, until in
      guard var alert = alerts[id] else { return nil }
      let event = alert.unshelve(at: until)
      keep(alert)
      return event
    }
  }

  /// The rule is gone, or is another one now, while its alert was active: nothing would ever clear it.
  package mutating func orphaned(rule: String, subject: String, at: Timestamp) -> [AlertEvent] {
    let key = Key(rule: rule, subject: subject)
    guard activeIDs[key] != nil || forced[key] != nil else { return [] }
    let comment = "规则已删除或更改 / rule deleted or changed"
    var events = clear(key, at: at, comment: comment)
    if let last = events.last, var alert = alerts[last.alert.id] {
      events.append(alert.close(at: at, comment: comment))
      keep(alert)
    }
    return events
  }

  private mutating func raise(
    _ change: ConditionChange, key: Key, lane: String, traits: AlertTraits, suppression: (Alert) -> Suppression?
  ) -> [AlertEvent] {
    guard activeIDs[key] == nil, forced[key] == nil else {
      counts.repeatedRaises += 1
      return []
    }
    var alert = Alert(
      id: newID(key, raisedAt: change.at), lane: lane, rule: change.rule, subject: change.subject, place: change.place,
      traits: traits, point: change.point, value: change.value.flatMap { $0.isFinite ? $0 : nil }, unit: change.unit,
      raisedAt: change.at, noticedAt: change.noticedAt)
    var events: [AlertEvent] = []
    if let cause = suppression(alert) {
      alert.suppression = cause
      events.append(AlertEvent(kind: .raised, alert: alert, at: change.at))
      events.append(alert.record(.suppressed, at: change.at, comment: cause.reason))
    } else {
      events.append(AlertEvent(kind: .raised, alert: alert, at: change.at))
    }
    keep(alert)
    boundMemory()
    return events + closeForRoom(at: change.noticedAt)
  }

  private mutating func clear(_ key: Key, at: Timestamp, comment: String?) -> [AlertEvent] {
    if var alert = forced.removeValue(forKey: key) { return alert.clear(at: at, comment: comment) }
    guard let id = activeIDs[key], var alert = alerts[id] else {
      counts.strayClears += 1
      return []
    }
    let events = alert.clear(at: at, comment: comment)
    keep(alert)
    return events
  }

  /// Puts an alert where its state belongs.
  mutating func keep(_ alert: Alert) {
    let key = alert.key
    alerts[alert.id] = alert.isClosed ? nil : alert
    shelves[alert.id] = alert.shelvedUntil
    if alert.isActive && !alert.isClosed {
      activeIDs[key] = alert.id
    } else if activeIDs[key] == alert.id {
      activeIDs[key] = nil
      if alert.isActive { forced[key] = alert }
    }
  }
}

extension Alert {
  var key: AlertBook.Key { AlertBook.Key(rule: rule, subject: subject) }
}
