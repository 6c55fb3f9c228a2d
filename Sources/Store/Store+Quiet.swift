// Planned quiet in the database: its state, and the record of who began and ended it.
package import Alerts
import GRDB
package import Pipeline

extension Store {
  package func plannedQuiet(endingAfter time: Timestamp, limit: Int) async throws(StoreError) -> [PlannedQuiet] {
    try await read { db in
      let json = StoredJSON()
      return try String.fetchAll(
        db,
        sql: """
          SELECT state FROM planned_quiet WHERE ends_at IS NULL OR ends_at > ? ORDER BY created_at DESC, id LIMIT ?
          """, arguments: [time.milliseconds, limit]
      ).map { try json.value(PlannedQuiet.self, $0) }
    }
  }

  package func newestEventTime() async throws(StoreError) -> Timestamp? {
    try await read { db in
      let newest = try Int64.fetchOne(db, sql: "SELECT max(at) FROM alert_events")
      return newest.map { Timestamp(milliseconds: $0) }
    }
  }

  /// Who planned and ended something, oldest first.
  package func quietRecords(of id: String) async throws(StoreError) -> [QuietRecord] {
    try await read { db in
      let json = StoredJSON()
      let rows = try Row.fetchAll(
        db, sql: "SELECT step, at, by, state FROM quiet_records WHERE quiet_id = ? ORDER BY at, step DESC",
        arguments: [id])
      return try rows.compactMap { row in
        guard let step = QuietRecord.Step(rawValue: row["step"]) else { return nil }
        return QuietRecord(
          step: step, at: Timestamp(milliseconds: row["at"]), by: row["by"],
          quiet: try json.value(PlannedQuiet.self, row["state"]))
      }
    }
  }
}

extension Database {
  /// Twice is once.
  func insert(_ record: QuietRecord, _ json: StoredJSON) throws {
    let quiet = record.quiet
    let state = try json.text(quiet)
    try execute(
      sql: """
        INSERT INTO quiet_records (quiet_id, step, at, by, state) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """, arguments: [quiet.id, record.step.rawValue, record.at.milliseconds, record.by, state])
    // Once ended, it stays so.
    try execute(
      sql: """
        INSERT INTO planned_quiet (id, kind, created_at, ends_at, state) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET ends_at = excluded.ends_at, state = excluded.state WHERE ?
        """,
      arguments: [
        quiet.id, quiet.kind.rawValue, quiet.createdAt.milliseconds, quiet.until?.milliseconds, state,
        record.step == .ended,
      ])
  }
}
