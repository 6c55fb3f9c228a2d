// Reading the whole audit trail of a time, step by step, without holding it in memory.
package import Alerts
import GRDB
package import Pipeline

extension Store {
  /// Folds the steps before `to` of every alert that still had something to come at `from` or later: those that were open
  /// then, and those raised since. The steps of an alert come in their order.
  package func fold<Result: Sendable>(
    from: Timestamp, to: Timestamp, into start: Result,
    _ step: @escaping @Sendable (inout Result, AlertEvent) -> Void
  ) async throws(StoreError) -> Result {
    try await read { db in
      var result = start
      let json = StoredJSON()
      // An alert that is closed without having cleared goes on: its condition still holds.
      let rows = try String.fetchCursor(
        db,
        sql: """
          SELECT event FROM alert_events WHERE at < ? AND alert_id IN (
            SELECT alert_id FROM alert_events WHERE at >= ?
            UNION SELECT id FROM alerts WHERE raised_at < ? AND (closed_at IS NULL OR cleared_at IS NULL))
          ORDER BY sequence
          """, arguments: [to.milliseconds, from.milliseconds, to.milliseconds])
      while let text = try rows.next() { step(&result, try json.value(AlertEvent.self, text)) }
      return result
    }
  }

  /// The time of the oldest step that is still there; nil when there is none.
  package func oldestStep() async throws(StoreError) -> Timestamp? {
    try await read { db in
      try Int64.fetchOne(db, sql: "SELECT min(at) FROM alert_events").map { Timestamp(milliseconds: $0) }
    }
  }
}
