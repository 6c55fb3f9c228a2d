// Keeping the database healthy: ages, checks, sizes, copies.
import Foundation
import GRDB
package import Pipeline

/// What the database holds.
package struct StoreSize: Sendable, Equatable {
  /// Database and write-ahead log on disk.
  package var bytes: Int64
  package var alerts: Int
  package var events: Int
  package var outbox: Int
}

extension Store {
  /// Rows removed in one transaction, so that a change never waits long for the writer.
  private static let pruneBatch = 500

  /// Removes alerts closed before `alerts`, and audit and delivery records older than `audit` (kept longer, as a rule) unless
  /// their alert is still there. Returns the number of rows removed.
  @discardableResult
  package func prune(alertsClosedBefore alerts: Timestamp, auditBefore audit: Timestamp) async throws(StoreError) -> Int
  {
    var total = 0
    let steps: [(sql: String, before: Timestamp)] = [
      // An alert closed by force must stay until its condition clears: it keeps that from raising again. Reports rely on what is
      // removed having been over by then (`Database.removedBefore`).
      (
        """
        DELETE FROM alerts WHERE id IN
          (SELECT id FROM alerts WHERE closed_at < ?1 AND cleared_at < ?1 LIMIT ?2)
        """, alerts
      ),
      (
        """
        DELETE FROM alert_events WHERE sequence IN (SELECT sequence FROM alert_events AS e
          WHERE at < ? AND NOT EXISTS (SELECT 1 FROM alerts WHERE id = e.alert_id)
          AND sequence < (SELECT max(sequence) FROM alert_events) LIMIT ?)
        """, audit
      ),
      (
        """
        DELETE FROM planned_quiet WHERE id IN (SELECT id FROM planned_quiet WHERE ends_at < ? LIMIT ?)
        """, audit
      ),
      (
        """
        DELETE FROM quiet_records WHERE quiet_id IN (SELECT quiet_id FROM quiet_records AS r
          WHERE at < ? AND NOT EXISTS (SELECT 1 FROM planned_quiet WHERE id = r.quiet_id) LIMIT ?)
        """, audit
      ),
      (
        """
        DELETE FROM deliveries WHERE key IN (SELECT key FROM deliveries AS d
          WHERE finished_at < ? AND NOT EXISTS (SELECT 1 FROM alerts WHERE id = d.alert_id) LIMIT ?)
        """, audit
      ),
    ]
    for (index, (sql, before)) in steps.enumerated() {
      var removed: Int
      repeat {
        removed = try await write { db in
          try db.execute(sql: sql, arguments: [before.milliseconds, Self.pruneBatch])
          let removed = db.changesCount
          if index == 0, removed > 0 { try db.noteRemoved(before: before) }
          return removed
        }
        total += removed
      } while removed == Self.pruneBatch
    }
    return total
  }

  /// What SQLite finds wrong with the file, at most 20 lines; empty when nothing is.
  package func quickCheck() async throws(StoreError) -> [String] {
    try await read { db in
      try String.fetchAll(db, sql: "PRAGMA quick_check(20)").filter { $0 != "ok" }
    }
  }

  package func size() async throws(StoreError) -> StoreSize {
    let bytes = [path, path + "-wal"].reduce(Int64(0)) { sum, file in
      sum + ((try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int64) ?? 0)
    }
    return try await read { db in
      StoreSize(
        bytes: bytes, alerts: try Int.fetchOne(db, sql: "SELECT count(*) FROM alerts") ?? 0,
        events: try Int.fetchOne(db, sql: "SELECT count(*) FROM alert_events") ?? 0,
        outbox: try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox") ?? 0)
    }
  }

  /// A consistent copy, while the service runs. `copy` must not exist.
  package func backup(to copy: String) async throws(StoreError) {
    if FileManager.default.fileExists(atPath: copy) {
      throw .cannotOpen(path: copy, reason: "the file exists already")
    }
    let result: Result<Void, any Error> = await withCheckedContinuation { continuation in
      pool.asyncWriteWithoutTransaction { db in
        continuation.resume(returning: Result { try db.execute(sql: "VACUUM INTO ?", arguments: [copy]) })
      }
    }
    do { try result.get() } catch { throw StoreError(error, path: copy) }
  }

  /// Small facts about this installation.
  package func meta(_ key: String) async throws(StoreError) -> String? {
    try await read { db in try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key]) }
  }

  package func setMeta(_ key: String, to value: String?) async throws(StoreError) {
    try await write { db in
      try db.execute(sql: "DELETE FROM meta WHERE key = ?", arguments: [key])
      if let value { try db.execute(sql: "INSERT INTO meta (key, value) VALUES (?, ?)", arguments: [key, value]) }
    }
  }
}

extension Database {
  /// Alerts that were over before then may be gone; their steps are kept longer.
  func removedBefore() throws -> Timestamp {
    let time = try Int64.fetchOne(
      self, sql: "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'alerts removed before'")
    return time.map { Timestamp(milliseconds: $0) } ?? .distantPast
  }

  fileprivate func noteRemoved(before time: Timestamp) throws {
    if time <= (try removedBefore()) { return }
    try execute(
      sql: "INSERT OR REPLACE INTO meta (key, value) VALUES ('alerts removed before', ?)",
      arguments: ["\(time.milliseconds)"])
  }
}
