// The tables, version by version. A released migration is never edited, only followed by another one.
import GRDB

enum StoreSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 alerts, audit, positions, outbox") { db in
      try db.execute(sql: first)
    }
    migrator.registerMigration("clock of the lanes") { db in
      // ms since 1970 at the applied change; 0 = not known.
      try db.execute(sql: "ALTER TABLE lane_positions ADD COLUMN clock INTEGER NOT NULL DEFAULT 0")
    }
    migrator.registerMigration("what channels remember") { db in
      try db.execute(
        sql: "CREATE TABLE channel_notes (channel TEXT PRIMARY KEY NOT NULL, note TEXT NOT NULL) WITHOUT ROWID")
    }
    migrator.registerMigration("orders, maintenance, volunteers, bank") { db in
      try db.execute(sql: OrderSchema.tables)
    }
    migrator.registerMigration("planned quiet") { db in try db.execute(sql: plannedQuiet) }
    migrator.registerMigration("reports of a month") { db in
      try db.execute(
        sql: """
          DROP INDEX alert_events_by_time;
          CREATE INDEX alert_events_by_time ON alert_events (at, alert_id);
          CREATE INDEX alerts_cleared_late ON alerts (cleared_at) WHERE cleared_at > closed_at;
          """)
    }
    migrator.registerMigration("since when a notification fails") { db in
      try db.execute(sql: "ALTER TABLE outbox ADD COLUMN failing_since INTEGER")
    }
    return migrator
  }

  /// Silences, maintenance, out of service, absences; and who gave each its beginning and end.
  private static let plannedQuiet = """
    CREATE TABLE planned_quiet (
      id TEXT PRIMARY KEY NOT NULL,
      kind TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      ends_at INTEGER,
      state TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX planned_quiet_by_end ON planned_quiet (ends_at);

    CREATE TABLE quiet_records (
      quiet_id TEXT NOT NULL,
      step TEXT NOT NULL,
      at INTEGER NOT NULL,
      by TEXT NOT NULL,
      state TEXT NOT NULL,
      PRIMARY KEY (quiet_id, step, at)
    ) WITHOUT ROWID;
    """

  /// Times are ms since 1970; `rank` is the priority, 0 = critical; `state` and `event` are the whole value as JSON, the
  /// columns beside them what queries look at.
  private static let first = """
    CREATE TABLE alerts (
      id TEXT PRIMARY KEY NOT NULL,
      step INTEGER NOT NULL,
      rule TEXT NOT NULL,
      subject TEXT NOT NULL,
      place TEXT NOT NULL,
      rank INTEGER NOT NULL,
      raised_at INTEGER NOT NULL,
      cleared_at INTEGER,
      closed_at INTEGER,
      state TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX alerts_open ON alerts (rank, raised_at DESC) WHERE closed_at IS NULL;
    CREATE INDEX alerts_uncleared ON alerts (id) WHERE cleared_at IS NULL;
    CREATE INDEX alerts_by_time ON alerts (raised_at DESC, id);
    CREATE INDEX alerts_closed ON alerts (closed_at) WHERE closed_at IS NOT NULL;

    CREATE TABLE alert_events (
      sequence INTEGER PRIMARY KEY NOT NULL,
      alert_id TEXT NOT NULL,
      number INTEGER NOT NULL,
      kind TEXT NOT NULL,
      at INTEGER NOT NULL,
      by TEXT NOT NULL,
      comment TEXT,
      event TEXT NOT NULL,
      UNIQUE (alert_id, number)
    );
    CREATE INDEX alert_events_by_time ON alert_events (at);

    CREATE TABLE lane_positions (
      lane TEXT PRIMARY KEY NOT NULL,
      position INTEGER NOT NULL,
      ordinal INTEGER NOT NULL
    ) WITHOUT ROWID;

    CREATE TABLE outbox (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      key TEXT NOT NULL UNIQUE,
      channel TEXT NOT NULL,
      alert_id TEXT NOT NULL,
      rank INTEGER NOT NULL,
      event TEXT NOT NULL,
      attempts INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      next_attempt_at INTEGER NOT NULL,
      last_error TEXT
    );
    CREATE INDEX outbox_by_urgency ON outbox (rank, created_at, id);
    CREATE INDEX outbox_by_due ON outbox (next_attempt_at);
    CREATE INDEX outbox_by_alert ON outbox (alert_id, channel, id);

    CREATE TABLE deliveries (
      key TEXT PRIMARY KEY NOT NULL,
      channel TEXT NOT NULL,
      alert_id TEXT NOT NULL,
      kind TEXT NOT NULL,
      failed INTEGER NOT NULL,
      attempts INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      finished_at INTEGER NOT NULL,
      last_error TEXT
    ) WITHOUT ROWID;
    CREATE INDEX deliveries_by_alert ON deliveries (alert_id);
    CREATE INDEX deliveries_by_time ON deliveries (finished_at);
    CREATE INDEX deliveries_failed ON deliveries (finished_at) WHERE failed = 1;

    CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
    """
}
