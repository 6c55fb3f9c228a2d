package import Alerts
package import Pipeline

/// One alert as the measures see it: when it held, whom it called and when somebody answered.
package struct AlarmRecord: Sendable, Equatable {
  /// The alert spoke up to somebody: when raised, escalated, repeated, released from suppression.
  package struct Call: Sendable, Equatable {
    package var at: Timestamp
    /// A person, or the unit where nobody is named.
    package var person: String

    package init(at: Timestamp, person: String) {
      self.at = at
      self.person = person
    }
  }

  /// A stretch of time; to nil: it has no end yet.
  package struct Span: Sendable, Equatable {
    package var from: Timestamp
    package var to: Timestamp?

    package init(from: Timestamp, to: Timestamp?) {
      self.from = from
      self.to = to
    }
  }

  package var alert: String
  package var rule: String
  package var subject: String
  package var place: String
  package var priority: Priority
  package var raisedAt: Timestamp
  package var clearedAt: Timestamp?
  package var answeredAt: Timestamp?
  package var closedAt: Timestamp?
  /// In time order; empty for an alert that stayed suppressed.
  package var calls: [Call] = []
  /// About Linli itself, at no place.
  package var isOwn: Bool { place.isEmpty }
  /// It reached nobody.
  package var isHidden: Bool { calls.isEmpty }
  /// Steps up the levels.
  package var escalations = 0
  /// Somebody assigned it, wrote about it, reset it or made an order of it: it asked for more than a look.
  package var neededWork = false
  /// The point that decided; nil where there was none.
  package var point: String?
  /// When it kept quiet because of planned work, in time order; may reach beyond its end.
  package private(set) var planned: [Span] = []
  /// A person pressed for it; no rule found it.
  package var isManual = false

  package init(
    alert: String, rule: String, subject: String, place: String, priority: Priority, raisedAt: Timestamp
  ) {
    self.alert = alert
    self.rule = rule
    self.subject = subject
    self.place = place
    self.priority = priority
    self.raisedAt = raisedAt
  }

  /// From then on it is planned work that keeps it quiet, or it is not.
  mutating func isPlanned(_ isPlanned: Bool, from time: Timestamp) {
    let wasPlanned = planned.last.map { $0.to == nil } ?? false
    if isPlanned && !wasPlanned { planned.append(Span(from: time, to: nil)) }
    if !isPlanned && wasPlanned { planned[planned.count - 1].to = time }
  }
}

/// Collects records from what happened, in the order in which it happened.
package struct AlarmLog: Sendable {
  package private(set) var records: [AlarmRecord] = []
  private var indexByAlert: [String: Int] = [:]
  /// Whom an alert at a place calls when its event names nobody.
  private let people: @Sendable (_ place: String, _ at: Timestamp) -> [String]

  package init(people: @escaping @Sendable (_ place: String, _ at: Timestamp) -> [String]) { self.people = people }

  /// A raise. The same alert a second time is the same alert.
  package mutating func raised(_ record: AlarmRecord, speaks: Bool = true, to names: [String] = []) {
    guard indexByAlert[record.alert] == nil else { return }
    indexByAlert[record.alert] = records.count
    records.append(record)
    if speaks { call(record.alert, at: record.raisedAt, to: names) }
  }

  /// Something that happened to an alert that was raised before; others are left aside.
  package mutating func change(_ alert: String, _ body: (inout AlarmRecord) -> Void) {
    guard let index = indexByAlert[alert] else { return }
    body(&records[index])
  }

  /// The alert speaks up.
  package mutating func call(_ alert: String, at: Timestamp, to names: [String] = []) {
    guard let index = indexByAlert[alert] else { return }
    let known = names.isEmpty ? people(records[index].place, at) : names
    let called = known.isEmpty ? [Self.nobody] : known
    records[index].calls += called.map { AlarmRecord.Call(at: at, person: $0) }
  }

  /// Stands for the people of the routes where no unit is responsible.
  package static let nobody = "–"

  /// A step of the audit trail.
  package mutating func add(_ event: AlertEvent) {
    let alert = event.alert
    let names = (event.to ?? []).map(\.name)
    switch event.kind {
    case .raised:
      var record = AlarmRecord(
        alert: alert.id, rule: alert.rule, subject: alert.subject, place: alert.place, priority: alert.traits.priority,
        raisedAt: alert.raisedAt)
      record.point = alert.point
      record.isManual = alert.traits.isManual
      record.isPlanned(alert.isUnderMaintenance, from: alert.raisedAt)
      raised(record, speaks: !alert.isSuppressed, to: names)
    case .cleared: change(alert.id) { $0.clearedAt = event.at }
    case .acknowledged: change(alert.id) { $0.answeredAt = $0.answeredAt ?? event.at }
    case .closed:
      change(alert.id) {
        $0.closedAt = event.at
        if event.by != AlertEvent.system { $0.answeredAt = $0.answeredAt ?? event.at }
      }
    case .assigned, .reset, .ordered: change(alert.id) { $0.neededWork = true }
    case .commented: if event.by != AlertEvent.system { change(alert.id) { $0.neededWork = true } }
    case .escalated:
      change(alert.id) { $0.escalations += 1 }
      call(alert.id, at: event.at, to: names)
    case .repeated, .realarmed: call(alert.id, at: event.at, to: names)
    case .released, .unshelved:
      change(alert.id) { $0.isPlanned(alert.isUnderMaintenance, from: event.at) }
      if event.asks { call(alert.id, at: event.at, to: names) }
    // Also when something else hides it from now on.
    case .suppressed: change(alert.id) { $0.isPlanned(alert.isUnderMaintenance, from: event.at) }
    case .shelved: break
    }
  }
}

extension Alert {
  fileprivate var isUnderMaintenance: Bool { suppression?.kind == .maintenance }
}
