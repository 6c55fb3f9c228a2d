// Notifications that wait for delivery, and what became of those that do not wait any more.
package import Alerts
import GRDB
package import Notify
package import Pipeline
package import Words

/// What became of a notification.
package struct DeliveryRecord: Sendable, Equatable {
  package enum State: String, Sendable { case pending, delivered, failed }

  package var idempotencyKey: String
  package var channel: String
  package var alert: String
  package var event: AlertEvent.Kind
  package var state: State
  package var attempts: Int
  package var createdAt: Timestamp
  /// Delivered or given up; nil while pending.
  package var finishedAt: Timestamp?
  package var lastError: LocalizedText?
}

extension Store: Outbox {
  package func due(at now: Timestamp, excluding busy: Set<String>, limit: Int) async throws -> [OutboxEntry] {
    let marks = busy.map { _ in "?" }.joined(separator: ", ")
    let arguments: StatementArguments = [now.milliseconds] + StatementArguments(busy.sorted()) + [limit]
    return try await read { db in
      try db.outbox(
        """
        WHERE next_attempt_at <= ? AND channel NOT IN (\(marks)) AND NOT EXISTS (
          SELECT 1 FROM outbox AS earlier
          WHERE earlier.alert_id = outbox.alert_id AND earlier.channel = outbox.channel AND earlier.id < outbox.id)
        ORDER BY rank, created_at, id LIMIT ?
        """, arguments)
    }
  }

  package func due(at now: Timestamp, of channel: String, limit: Int) async throws -> [OutboxEntry] {
    try await read { db in
      try db.outbox(
        """
        WHERE next_attempt_at <= ?1 AND channel = ?2 AND NOT EXISTS (
          SELECT 1 FROM outbox AS earlier
          WHERE earlier.alert_id = outbox.alert_id AND earlier.channel = outbox.channel AND earlier.id < outbox.id
            AND earlier.next_attempt_at > ?1)
        ORDER BY rank, created_at, id LIMIT ?3
        """, [now.milliseconds, channel, limit])
    }
  }

  package func nextDue(after now: Timestamp) async throws -> Timestamp? {
    try await read { db in
      try Int64.fetchOne(
        db, sql: "SELECT min(next_attempt_at) FROM outbox WHERE next_attempt_at > ?", arguments: [now.milliseconds]
      ).map { Timestamp(milliseconds: $0) }
    }
  }

  package func settle(_ settlements: [Settlement], adding: [OutboxEntry], note: ChannelNote?) async throws {
    try await write { db in
      let json = StoredJSON()
      for entry in adding { try db.insert(entry, json) }
      for settlement in settlements { try db.settle(settlement) }
      if let note { try db.remember(note, json) }
    }
  }

  package func notes() async throws -> [ChannelNote] {
    try await read { db in
      let json = StoredJSON()
      let rows = try Row.fetchAll(db, sql: "SELECT channel, note FROM channel_notes ORDER BY channel")
      // A note that cannot be read is one of a later version: the channel begins anew.
      return rows.compactMap { try? json.value(ChannelNote.self, $0["note"]) }
    }
  }

  // MARK: - Looking

  /// Waiting, and given up for good (as long as they are kept).
  package func outboxCounts() async throws(StoreError) -> (pending: Int, failed: Int) {
    try await read { db in
      (
        try Int.fetchOne(db, sql: "SELECT count(*) FROM outbox") ?? 0,
        try Int.fetchOne(db, sql: "SELECT count(*) FROM deliveries WHERE failed = 1") ?? 0
      )
    }
  }

  /// Entries that were tried and still wait since before `time`, oldest first.
  package func stuck(since time: Timestamp, limit: Int = 100) async throws(StoreError) -> [OutboxEntry] {
    try await read { db in
      try db.outbox(
        "WHERE attempts > 0 AND created_at < ? ORDER BY created_at, id LIMIT ?", [time.milliseconds, limit])
    }
  }

  /// Notifications given up, newest first.
  package func failures(limit: Int = 100) async throws(StoreError) -> [DeliveryRecord] {
    try await read { db in
      let rows = try Row.fetchAll(
        db, sql: "SELECT * FROM deliveries WHERE failed = 1 ORDER BY finished_at DESC, key LIMIT ?", arguments: [limit])
      return rows.map(DeliveryRecord.init(finished:))
    }
  }
}

extension Database {
  /// A key that is known already, waiting or finished, is ignored; so is a reminder right behind another one.
  func insert(_ entry: OutboxEntry, _ json: StoredJSON) throws {
    if entry.event.isReminder {
      let last = try outbox(
        "WHERE alert_id = ? AND channel = ? ORDER BY id DESC LIMIT 1", [entry.event.alert.id, entry.channel])
      if last.first?.event.isReminder ?? false { return }
    }
    try execute(
      sql: """
        INSERT INTO outbox (
          key, channel, alert_id, rank, event, attempts, created_at, next_attempt_at, failing_since, last_error)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE key = ?1)
        ON CONFLICT (key) DO NOTHING
        """,
      arguments: [
        entry.idempotencyKey, entry.channel, entry.event.alert.id, entry.event.alert.traits.priority.rank,
        try json.text(entry.event), entry.attempts, entry.createdAt.milliseconds, entry.nextAttemptAt.milliseconds,
        entry.failingSince?.milliseconds, entry.lastError?.stored,
      ])
  }

  func remember(_ note: ChannelNote, _ json: StoredJSON) throws {
    try execute(
      sql: """
        INSERT INTO channel_notes (channel, note) VALUES (?, ?)
        ON CONFLICT (channel) DO UPDATE SET note = excluded.note
        """, arguments: [note.channel, try json.text(note)])
  }

  func settle(_ settlement: Settlement) throws {
    switch settlement {
    case .delivered(let entry, let at): try finish(entry, at: at, failed: false)
    case .failed(let entry, let at): try finish(entry, at: at, failed: true)
    case .postponed(let entry):
      try execute(
        sql: """
          UPDATE outbox SET attempts = ?, next_attempt_at = ?, failing_since = ?, last_error = ? WHERE key = ?
          """,
        arguments: [
          entry.attempts, entry.nextAttemptAt.milliseconds, entry.failingSince?.milliseconds, entry.lastError?.stored,
          entry.idempotencyKey,
        ])
    }
  }

  private func finish(_ entry: OutboxEntry, at: Timestamp, failed: Bool) throws {
    try execute(sql: "DELETE FROM outbox WHERE key = ?", arguments: [entry.idempotencyKey])
    try execute(
      sql: """
        INSERT INTO deliveries (key, channel, alert_id, kind, failed, attempts, created_at, finished_at, last_error)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
        """,
      arguments: [
        entry.idempotencyKey, entry.channel, entry.event.alert.id, entry.event.kind.rawValue, failed, entry.attempts,
        entry.createdAt.milliseconds, at.milliseconds, entry.lastError?.stored,
      ])
  }

  fileprivate func outbox(_ condition: String, _ arguments: StatementArguments) throws -> [OutboxEntry] {
    let json = StoredJSON()
    let rows = try Row.fetchAll(self, sql: "SELECT * FROM outbox \(condition)", arguments: arguments)
    return try rows.map { row in
      OutboxEntry(
        id: row["id"], idempotencyKey: row["key"], channel: row["channel"],
        event: try json.value(AlertEvent.self, row["event"]),
        attempts: row["attempts"], createdAt: Timestamp(milliseconds: row["created_at"]),
        nextAttemptAt: Timestamp(milliseconds: row["next_attempt_at"]),
        failingSince: (row["failing_since"] as Int64?).map { Timestamp(milliseconds: $0) },
        lastError: (row["last_error"] as String?).map(LocalizedText.init(stored:))
      )
    }
  }

  /// Every notification about an alert, in the order in which they were written.
  func deliveries(of alert: String) throws -> [DeliveryRecord] {
    let finished = try Row.fetchAll(
      self, sql: "SELECT * FROM deliveries WHERE alert_id = ?", arguments: [alert]
    ).map(DeliveryRecord.init(finished:))
    let waiting = try outbox("WHERE alert_id = ?", [alert]).map(DeliveryRecord.init(waiting:))
    return (finished + waiting).sorted { ($0.createdAt, $0.idempotencyKey) < ($1.createdAt, $1.idempotencyKey) }
  }
}

extension DeliveryRecord {
  fileprivate init(finished row: Row) {
    let failed: Bool = row["failed"]
    let finishedAt: Int64 = row["finished_at"]
    self.init(
      idempotencyKey: row["key"], channel: row["channel"], alert: row["alert_id"],
      event: AlertEvent.Kind(rawValue: row["kind"]) ?? .commented, state: failed ? .failed : .delivered,
      attempts: row["attempts"], createdAt: Timestamp(milliseconds: row["created_at"]),
      finishedAt: Timestamp(milliseconds: finishedAt),
      lastError: (row["last_error"] as String?).map(LocalizedText.init(stored:)))
  }

  package init(waiting entry: OutboxEntry) {
    self.init(
      idempotencyKey: entry.idempotencyKey, channel: entry.channel, alert: entry.event.alert.id,
      event: entry.event.kind,
      state: .pending, attempts: entry.attempts, createdAt: entry.createdAt, finishedAt: nil, lastError: entry.lastError
    )
  }
}

extension LocalizedText {
  /// As a column keeps it: one text for both languages as it is, which earlier versions wrote only, two as JSON.
  fileprivate var stored: String { zh == en ? en : (try? StoredJSON().text(self)) ?? en }

  fileprivate init(stored text: String) {
    if text.hasPrefix("{"), let both = try? StoredJSON().value(LocalizedText.self, text) {
      self = both
    } else {
      self.init(text)
    }
  }
}
