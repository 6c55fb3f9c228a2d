// Reading alerts and the audit trail.
package import Alerts
import GRDB
package import Pipeline

extension Store {
  /// Closed alerts read at start besides the open ones, so that an id never comes twice.
  private static let recentClosed = 2_000
  /// And those that may still explain others, or tell that a subject chatters.
  private static let endedLately = 20_000

  /// Alerts that are not closed, oldest first.
  package func openAlerts() async throws(StoreError) -> [Alert] {
    try await read { db in
      try db.alerts("SELECT state FROM alerts WHERE closed_at IS NULL ORDER BY raised_at, id")
    }
  }

  package func alertsToRestore(endedAfter time: Timestamp) async throws(StoreError) -> [Alert] {
    try await read { db in
      try db.alerts(
        """
        SELECT state FROM alerts WHERE closed_at IS NULL
        UNION ALL SELECT state FROM alerts WHERE closed_at IS NOT NULL AND cleared_at IS NULL
        UNION ALL SELECT state FROM alerts WHERE closed_at IS NOT NULL AND cleared_at IS NOT NULL AND id IN (
          SELECT id FROM (SELECT id FROM alerts ORDER BY raised_at DESC, id LIMIT ?)
          UNION SELECT id FROM (SELECT id FROM alerts WHERE closed_at > ? ORDER BY closed_at DESC LIMIT ?))
        """, [Self.recentClosed, time.milliseconds, Self.endedLately])
    }
  }

  package func lastSequence() async throws(StoreError) -> Int64 {
    try await read { db in try Int64.fetchOne(db, sql: "SELECT max(sequence) FROM alert_events") ?? 0 }
  }

  package func alert(_ id: String) async throws(StoreError) -> Alert? {
    try await read { db in try db.alert(id) }
  }

  /// Also for an alert that was pruned while its audit is still there.
  package func story(_ id: String) async throws(StoreError) -> AlertStory? {
    try await read { db in
      let events = try db.events("WHERE alert_id = ? ORDER BY number", [id])
      guard let alert = try db.alert(id) ?? events.last?.event.alert else { return nil }
      return AlertStory(alert: alert, events: events, deliveries: try db.deliveries(of: id))
    }
  }

  package func alerts(_ query: AlertQuery) async throws(StoreError) -> AlertPage {
    let (condition, arguments) = query.sql
    return try await read { db in
      AlertPage(try db.alerts("SELECT state FROM alerts \(condition)", arguments), limit: query.limit)
    }
  }

  package func events(after sequence: Int64, limit: Int) async throws(StoreError) -> [NumberedEvent] {
    try await read { db in
      try db.events("WHERE sequence > ? ORDER BY sequence LIMIT ?", [sequence, limit])
    }
  }

  /// The audit trail between two times, oldest first; `after` is the last sequence of the page before.
  package func audit(
    since: Timestamp = .distantPast, until: Timestamp = .distantFuture, after sequence: Int64 = 0, limit: Int = 1_000
  ) async throws(StoreError) -> [NumberedEvent] {
    try await read { db in
      try db.events(
        "WHERE at >= ? AND at < ? AND sequence > ? ORDER BY sequence LIMIT ?",
        [since.milliseconds, until.milliseconds, sequence, limit])
    }
  }
}

extension AlertQuery {
  /// The same selection and order as `page(of:)`, one row more than the limit.
  fileprivate var sql: (condition: String, arguments: StatementArguments) {
    var terms: [String] = includeClosed ? [] : ["closed_at IS NULL"]
    var arguments: StatementArguments = []
    if !priorities.isEmpty {
      terms.append("rank IN (\(priorities.map { String($0.rank) }.sorted().joined(separator: ", ")))")
    }
    if let places {
      // "/" is followed by "0": everything below a place lies between "place/" and "place0".
      let each = places.map { _ in "place = ? OR (place >= ? AND place < ?)" }.joined(separator: " OR ")
      terms.append(places.isEmpty ? "0" : "(\(each))")
      for place in places { arguments += [place, place + "/", place + "0"] }
    }
    if let cursor {
      let time = cursor.raisedAt.milliseconds
      let later = "(raised_at < ? OR (raised_at = ? AND id > ?))"
      terms.append(includeClosed ? later : "(rank > ? OR (rank = ? AND \(later)))")
      if !includeClosed { arguments += [cursor.rank, cursor.rank] }
      arguments += [time, time, cursor.id]
    }
    arguments += [limit + 1]
    let condition = terms.isEmpty ? "" : "WHERE " + terms.joined(separator: " AND ")
    let order = includeClosed ? "raised_at DESC, id" : "rank, raised_at DESC, id"
    return ("\(condition) ORDER BY \(order) LIMIT ?", arguments)
  }
}

extension Database {
  fileprivate func alerts(_ sql: String, _ arguments: StatementArguments = []) throws -> [Alert] {
    let json = StoredJSON()
    return try String.fetchAll(self, sql: sql, arguments: arguments).map { try json.value(Alert.self, $0) }
  }

  fileprivate func alert(_ id: String) throws -> Alert? {
    try alerts("SELECT state FROM alerts WHERE id = ?", [id]).first
  }

  fileprivate func events(_ condition: String, _ arguments: StatementArguments) throws -> [NumberedEvent] {
    let json = StoredJSON()
    let rows = try Row.fetchAll(
      self, sql: "SELECT sequence, event FROM alert_events \(condition)", arguments: arguments)
    return try rows.map { row in
      NumberedEvent(sequence: row["sequence"], event: try json.value(AlertEvent.self, row["event"]))
    }
  }
}
