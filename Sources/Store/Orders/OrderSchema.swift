/// The tables of orders, plans of maintenance, volunteers and the moral bank. Times are ms since 1970; `value` and `event` are
/// the whole value as JSON, the columns beside them what queries and reports look at.
enum OrderSchema {
  static let tables = """
    CREATE TABLE orders (
      id TEXT PRIMARY KEY NOT NULL,
      step INTEGER NOT NULL,
      state TEXT NOT NULL,
      source TEXT NOT NULL,
      plan TEXT,
      place TEXT NOT NULL,
      rank INTEGER NOT NULL,
      unit TEXT NOT NULL,
      person TEXT,
      climbed INTEGER NOT NULL,
      ordered_at INTEGER NOT NULL,
      deadline INTEGER,
      missed_at INTEGER,
      accepted_at INTEGER,
      done_at INTEGER,
      verified_at INTEGER,
      ended_at INTEGER,
      ticket TEXT,
      value TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX orders_open ON orders (ordered_at DESC, id) WHERE ended_at IS NULL;
    CREATE INDEX orders_by_time ON orders (ordered_at DESC, id);
    CREATE INDEX orders_ended ON orders (ended_at) WHERE ended_at IS NOT NULL;
    CREATE UNIQUE INDEX orders_by_ticket ON orders (ticket) WHERE ticket IS NOT NULL;

    CREATE TABLE order_alerts (
      order_id TEXT NOT NULL,
      alert_id TEXT NOT NULL,
      PRIMARY KEY (order_id, alert_id)
    ) WITHOUT ROWID;
    CREATE INDEX order_alerts_by_alert ON order_alerts (alert_id);

    CREATE TABLE order_events (
      sequence INTEGER PRIMARY KEY NOT NULL,
      order_id TEXT NOT NULL,
      number INTEGER NOT NULL,
      kind TEXT NOT NULL,
      at INTEGER NOT NULL,
      by TEXT NOT NULL,
      comment TEXT,
      event TEXT NOT NULL,
      UNIQUE (order_id, number)
    );
    CREATE INDEX order_events_by_time ON order_events (at);

    CREATE TABLE maintenance_plans (
      id TEXT PRIMARY KEY NOT NULL, made INTEGER NOT NULL, value TEXT NOT NULL
    ) WITHOUT ROWID;

    CREATE TABLE volunteers (
      id TEXT PRIMARY KEY NOT NULL, left_at INTEGER, value TEXT NOT NULL
    ) WITHOUT ROWID;

    CREATE TABLE bank_entries (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      key TEXT NOT NULL UNIQUE,
      volunteer TEXT NOT NULL,
      name TEXT NOT NULL,
      order_id TEXT,
      help TEXT,
      points INTEGER NOT NULL,
      at INTEGER NOT NULL,
      by TEXT NOT NULL,
      reason TEXT NOT NULL,
      reverses INTEGER UNIQUE REFERENCES bank_entries (id)
    );
    CREATE INDEX bank_entries_by_time ON bank_entries (at);
    CREATE INDEX bank_entries_by_volunteer ON bank_entries (volunteer, at);
    -- A ledger is only added to.
    CREATE TRIGGER bank_entries_stay BEFORE UPDATE ON bank_entries
      BEGIN SELECT RAISE(ABORT, 'entries of the bank are never changed'); END;
    CREATE TRIGGER bank_entries_are_kept BEFORE DELETE ON bank_entries
      BEGIN SELECT RAISE(ABORT, 'entries of the bank are never removed'); END;
    """
}
