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
  /// Who is on duty, and how people are asked. A new one counts from the next step of each alert on.
  package var policy: ResponsePolicy
  package internal(set) var counts = Counts()
  /// Open alerts by id.
  var alerts: [String: Alert] = [:]
  var activeIDs: [Key: String] = [:]
  /// Closed by force, condition not cleared since.
  var forced: [Key: Alert] = [:]
  /// When time alone brings the next step of an alert.
  var dues: [String: Timestamp] = [:]
  /// Nothing is due before.
  private var earliest = Timestamp.distantFuture
  var occurrences: [Key: Occurrence] = [:]

  /// `alerts`: the open ones, the ones closed while active (`clearedAt` nil) and, for the ids, recent closed ones.
  package init(limits: AlertLimits = .init(), policy: ResponsePolicy = .none, restoring alerts: [Alert] = []) {
    self.limits = limits
    self.policy = policy
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
  package var nextDue: Timestamp? { dues.values.min() }

  /// Nothing will happen to it by time alone.
  package func isSettled(_ id: String) -> Bool { dues[id] == nil }

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
    let events = try alert.perform(action, by: by, at: at, comment: comment, limits: limits, policy: policy)
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
    let policy = policy
    return change(id) { alert in alert.release(at: at, comment: comment, policy: policy) }
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

  /// Does everything that is due by then, in the order of the true times, each step at its own: shelves that end, deadlines
  /// that were missed, repetitions. One long stride does the same as many short ones.
  package mutating func advance(to now: Timestamp) -> [AlertEvent] {
    guard earliest <= now else { return [] }
    var events: [AlertEvent] = []
    // Latest first, so that the next one is taken off the end.
    var queue = dues.filter { $0.value <= now }.map { (due: $0.value, id: $0.key) }
    queue.sort { ($0.due, $0.id) > ($1.due, $1.id) }
    while let (due, id) = queue.popLast() {
      guard var alert = alerts[id], let next = alert.nextDue, next.at == due else { continue }
      if let event = alert.perform(next.step, due: due, policy) { events.append(event) }
      keep(alert)
      guard let again = dues[id], again <= now else { continue }
      var (low, high) = (0, queue.count)
      while low < high {
        let middle = (low + high) / 2
        if (queue[middle].due, queue[middle].id) > (again, id) { low = middle + 1 } else { high = middle }
      }
      queue.insert((again, id), at: low)
    }
    earliest = dues.values.min() ?? .distantFuture
    return events
  }

  /// The active alert of a subject, or the one closed by force whose condition has not cleared since.
  package func uncleared(rule: String, subject: String) -> Alert? {
    let key = Key(rule: rule, subject: subject)
    return activeIDs[key].flatMap { alerts[$0] } ?? forced[key]
  }

  /// The condition of an active alert does not hold, and the change that would have said so was lost.
  package mutating func lapsed(rule: String, subject: String, at: Timestamp) -> [AlertEvent] {
    clear(
      Key(rule: rule, subject: subject), at: at,
      comment: "重启后条件不再成立 / the condition did not hold any more after a restart")
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
      // Nobody could have answered before it was known.
      let isLate = change.noticedAt - change.at > ResponsePolicy.noticeGrace
      alert.beginResponse(at: isLate ? change.noticedAt : change.at, policy)
      events.append(AlertEvent(kind: .raised, alert: alert, at: change.at, to: alert.response?.people))
    }
    keep(alert)
    boundMemory()
    return events + closeForRoom(at: change.noticedAt)
  }

  private mutating func clear(_ key: Key, at: Timestamp, comment: String?) -> [AlertEvent] {
    if var alert = forced.removeValue(forKey: key) { return alert.clear(at: at, comment: comment, policy: policy) }
    guard let id = activeIDs[key], var alert = alerts[id] else {
      counts.strayClears += 1
      return []
    }
    let events = alert.clear(at: at, comment: comment, policy: policy)
    keep(alert)
    return events
  }

  /// Puts an alert where its state belongs.
  mutating func keep(_ alert: Alert) {
    let key = alert.key
    alerts[alert.id] = alert.isClosed ? nil : alert
    let due = alert.nextDue?.at
    dues[alert.id] = due
    if let due { earliest = min(earliest, due) }
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
