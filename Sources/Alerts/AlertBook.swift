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

  package internal(set) var limits: AlertLimits
  /// Who is on duty, and how people are asked. A new one counts from the next step of each alert on.
  package var policy: ResponsePolicy
  /// What keeps alerts quiet.
  var quiet: QuietBook
  /// The newest time that the book was told, or, between two strides, how far it has come.
  package internal(set) var clock: Timestamp
  package internal(set) var counts = Counts()
  /// Open alerts by id.
  var alerts: [String: Alert] = [:]
  var activeIDs: [Key: String] = [:]
  /// Closed by force, condition not cleared since.
  var forced: [Key: Alert] = [:]
  /// When time alone brings the next step of an alert.
  var dues = DueTimes<String>()
  var occurrences: [Key: Occurrence] = [:]

  /// - Parameters:
  ///   - planned: what people planned and was not over at `clock`.
  ///   - alerts: the open ones, the ones closed while active (`clearedAt` nil) and, for the ids, recent closed ones.
  ///   - clock: up to which everything was taken in; nil: that of the alerts. What a backlog brought may bear later times.
  package init(
    limits: AlertLimits = .init(), policy: ResponsePolicy = .none, quiet: QuietPolicy = .none,
    planned: [PlannedQuiet] = [], restoring alerts: [Alert] = [], clock: Timestamp? = nil
  ) {
    self.limits = limits
    self.policy = policy
    self.clock = clock ?? alerts.map(\.newestTime).max() ?? .distantPast
    self.quiet = QuietBook(quiet, planned: planned, at: self.clock)
    for alert in alerts.sorted(by: { ($0.raisedAt, $0.id) < ($1.raisedAt, $1.id) }) {
      remember(alert)
      self.quiet.learn(alert)
      if !alert.isClosed { keep(alert) } else if alert.isActive { forced[alert.key] = alert }
    }
    // What holds now was said before: the alerts know it.
    _ = self.quiet.takeTouched(at: self.clock)
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
  package var nextDue: Timestamp? { [dues.next, quiet.nextBoundary].compactMap(\.self).min() }

  /// Nothing will happen to it by time alone.
  package func isSettled(_ id: String) -> Bool { dues[id] == nil && alerts[id]?.isSuppressed != true }

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
  /// still open is a new alert. Alerts that this one explains, or explained, are asked whether they keep quiet.
  package mutating func apply(_ change: ConditionChange, lane: String, traits: AlertTraits) -> [AlertEvent] {
    let key = Key(rule: change.rule, subject: change.subject)
    clock = max(clock, change.noticedAt)
    switch change.kind {
    case .raised: return raise(change, key: key, lane: lane, traits: traits) + settle()
    case .cleared: return clear(key, at: change.at, comment: nil) + settle()
    }
  }

  /// An action of a person on an open alert; see `Alert.perform` for what each one does. Ending an alert may let others speak:
  /// their events follow.
  package mutating func perform(
    _ action: AlertAction, on id: String, by: String, at: Timestamp, comment: Remark? = nil
  ) throws(AlertError) -> [AlertEvent] {
    guard var alert = alerts[id] else { throw .unknown(id: id) }
    let events = try alert.perform(action, by: by, at: at, comment: comment, limits: limits, policy: policy)
    clock = max(clock, at)
    keep(alert)
    return events + settle()
  }

  /// An open alert became the order, or a part of it. Twice is harmless.
  package mutating func ordered(
    _ id: String, order: String, by: String, at: Timestamp, comment: Remark? = nil
  ) -> [AlertEvent] {
    guard var alert = alerts[id], alert.order != order else { return [] }
    alert.order = order
    let event = alert.record(.ordered, at: at, by: by, comment: comment)
    keep(alert)
    return [event]
  }

  /// A closed alert got a comment: so that its next step has the next number.
  package mutating func refresh(_ closed: Alert) {
    if forced[closed.key]?.id == closed.id { forced[closed.key] = closed }
  }

  /// The active alert of a subject, or the one closed by force whose condition has not cleared since.
  package func uncleared(rule: String, subject: String) -> Alert? {
    let key = Key(rule: rule, subject: subject)
    return activeIDs[key].flatMap { alerts[$0] } ?? forced[key]
  }

  /// What a step says that neither a rule nor a person caused.
  package static let lapsedWords = Remark(
    zh: "重启后条件不再成立", en: "the condition did not hold any more after a restart")
  package static let orphanedWords = Remark(zh: "规则已删除或更改", en: "rule deleted or changed")

  /// The condition of an active alert does not hold, and the change that would have said so was lost.
  package mutating func lapsed(rule: String, subject: String, at: Timestamp) -> [AlertEvent] {
    clock = max(clock, at)
    return clear(
      Key(rule: rule, subject: subject), at: at,
      comment: Self.lapsedWords) + settle()
  }

  /// The rule is gone, or is another one now, while its alert was active: nothing would ever clear it.
  package mutating func orphaned(rule: String, subject: String, at: Timestamp) -> [AlertEvent] {
    let key = Key(rule: rule, subject: subject)
    guard activeIDs[key] != nil || forced[key] != nil else { return [] }
    clock = max(clock, at)
    var events = clear(key, at: at, comment: Self.orphanedWords)
    if let last = events.last, var alert = alerts[last.alert.id] {
      events.append(alert.close(at: at, comment: Self.orphanedWords))
      keep(alert)
    }
    return events + settle()
  }

  private mutating func raise(
    _ change: ConditionChange, key: Key, lane: String, traits: AlertTraits
  ) -> [AlertEvent] {
    guard activeIDs[key] == nil, forced[key] == nil else {
      counts.repeatedRaises += 1
      return []
    }
    var alert = Alert(
      id: newID(key, raisedAt: change.at), lane: lane, rule: change.rule, subject: change.subject, place: change.place,
      traits: traits, point: change.point, value: change.value.flatMap { $0.isFinite ? $0 : nil }, unit: change.unit,
      raisedAt: change.at, noticedAt: change.noticedAt)
    alert.flutter = quiet.raise(alert)
    var events: [AlertEvent] = []
    if var cause = quiet.cause(of: alert, at: clock) {
      cause.since = change.at
      alert.suppression = cause
      alert.wasTold = false
      events.append(AlertEvent(kind: .raised, alert: alert, at: change.at))
      events.append(
        alert.record(.suppressed, at: change.at, by: cause.who ?? AlertEvent.system, comment: cause.reason))
    } else {
      // Nobody could have answered before it was known.
      alert.wasTold = true
      let isLate = change.noticedAt - change.at > ResponsePolicy.noticeGrace
      alert.beginResponse(at: isLate ? change.noticedAt : change.at, policy)
      events.append(
        AlertEvent(
          kind: .raised, alert: alert, at: change.at, comment: alert.flutter?.words, to: alert.response?.people))
    }
    keep(alert)
    boundMemory()
    return events + closeForRoom(at: change.noticedAt)
  }

  private mutating func clear(_ key: Key, at: Timestamp, comment: Remark?) -> [AlertEvent] {
    if var alert = forced.removeValue(forKey: key) {
      let events = alert.clear(at: at, comment: comment, policy: policy)
      quiet.clear(key, at: alert.clearedAt ?? at)
      // It may have cleared before it was closed, and been known only now.
      quiet.note(alert)
      return events
    }
    guard let id = activeIDs[key], var alert = alerts[id] else {
      counts.strayClears += 1
      return []
    }
    let events = alert.clear(at: at, comment: comment, policy: policy)
    quiet.clear(key, at: alert.clearedAt ?? at)
    keep(alert)
    return events
  }

  /// Puts an alert where its state belongs.
  mutating func keep(_ alert: Alert) {
    let key = alert.key
    alerts[alert.id] = alert.isClosed ? nil : alert
    dues.set(alert.id, alert.nextDue?.at)
    quiet.note(alert)
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
