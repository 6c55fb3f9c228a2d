// Reading the audit trail of a time: the steps of all alerts that overlap it, one after the other, as far as they concern a place.
package import Alerts
import GRDB
package import Pipeline

extension Store {
  /// Steps that `fold` reads at most.
  package static let foldMax = 2_000_000

  /// Folds the steps before `to` of every alert that still had something to come at `from` or later: those that were open
  /// then, and those raised since. The steps of an alert come in their order. It reads as much as happened in the time, not as
  /// much as is stored; more than `limit` steps are refused before the first is read.
  /// - Parameter place: alerts elsewhere may be left out; empty: none are.
  package func fold<Result: Sendable>(
    from: Timestamp, to: Timestamp, below place: String = "", limit: Int = Store.foldMax, into start: Result,
    _ step: @escaping @Sendable (inout Result, AlertEvent) -> Void
  ) async throws(StoreError) -> Result {
    try await read { db in
      let steps = try db.steps(from: from, to: to, below: place)
      if steps.count > limit { throw StoreError.tooManySteps(steps.count, limit: limit) }
      var result = start
      var reader = StepReader()
      let statement = try db.makeStatement(sql: "SELECT event FROM alert_events WHERE sequence = ? AND at < ?")
      for sequence in steps {
        guard let text = try String.fetchOne(statement, arguments: [sequence, to.milliseconds]) else { continue }
        step(&result, try reader.step(text))
      }
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

extension Database {
  /// The numbers of the steps of alerts that had one within the time, or one before and one after it, or are open; in their order. A
  /// few of the steps are later. All of it is read from indices.
  fileprivate func steps(from: Timestamp, to: Timestamp, below place: String) throws -> [Int64] {
    // `+` keeps SQLite from starting with all alerts that were ever raised before.
    var alerts = """
      SELECT alert_id FROM alert_events WHERE at >= :from AND at < :to
      UNION SELECT id FROM alerts WHERE closed_at IS NULL AND +raised_at < :to
      UNION SELECT id FROM alerts WHERE cleared_at IS NULL AND +raised_at < :to
      UNION SELECT id FROM alerts WHERE closed_at >= :to AND +raised_at < :from
      UNION SELECT id FROM alerts WHERE cleared_at > closed_at AND cleared_at >= :to AND +raised_at < :from
      """
    // Of alerts that are removed already the steps alone tell that they went on.
    if to < (try removedBefore()) {
      alerts +=
        "\nUNION SELECT alert_id FROM alert_events WHERE at >= :to AND NOT EXISTS (SELECT 1 FROM alerts WHERE id = alert_id)"
    }
    var (scope, arguments) = ("", ["from": from.milliseconds, "to": to.milliseconds] as StatementArguments)
    if !place.isEmpty {
      // "/" is followed by "0": everything below a place lies between "place/" and "place0".
      scope = """
        AND NOT EXISTS (SELECT 1 FROM alerts WHERE id = alert_id
          AND NOT (place = :place OR (place >= :below AND place < :behind)))
        """
      arguments += ["place": place, "below": place + "/", "behind": place + "0"]
    }
    let sql = "SELECT sequence FROM alert_events WHERE alert_id IN (\(alerts)) \(scope)"
    // Numbers alone are sorted here; with the texts beside them SQLite would write a month to a file.
    return try Int64.fetchAll(self, sql: sql, arguments: arguments).sorted()
  }
}
