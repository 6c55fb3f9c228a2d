// The tables of `history.sqlite`, version by version. A released migration is never edited, only followed by another one.
import GRDB

enum HistorySchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 points, blocks, roll-ups") { db in
      try db.execute(sql: first)
    }
    return migrator
  }

  /// Times are ms since 1970. A flush appends to `fresh`, so that it writes a few neighbouring pages however many points
  /// there are; compaction moves whole points on to `blocks` and `rollups`. What is in `fresh` is in no roll-up yet.
  /// Blocks are appended as well: full pages, and the oldest ones go together. `held_time` and `held_value` are
  /// `RollupAccumulator.Held` at the end of what is rolled up. `step` is `RollupStep`, `chunk` a fixed stretch of time.
  private static let first = """
    CREATE TABLE points (
      number INTEGER PRIMARY KEY NOT NULL,
      id TEXT NOT NULL UNIQUE,
      boolean INTEGER NOT NULL,
      hold_limit INTEGER NOT NULL,
      held_time INTEGER,
      held_value REAL
    );

    CREATE TABLE fresh (
      id INTEGER PRIMARY KEY NOT NULL,
      point INTEGER NOT NULL,
      start INTEGER NOT NULL,
      until INTEGER NOT NULL,
      count INTEGER NOT NULL,
      bytes BLOB NOT NULL
    );
    CREATE INDEX fresh_by_point ON fresh (point, start, until, count);

    CREATE TABLE blocks (
      id INTEGER PRIMARY KEY NOT NULL,
      point INTEGER NOT NULL,
      start INTEGER NOT NULL,
      until INTEGER NOT NULL,
      count INTEGER NOT NULL,
      bytes BLOB NOT NULL
    );
    CREATE INDEX blocks_by_point ON blocks (point, start, until);
    CREATE INDEX blocks_by_age ON blocks (until);

    CREATE TABLE rollups (
      point INTEGER NOT NULL,
      step INTEGER NOT NULL,
      chunk INTEGER NOT NULL,
      bytes BLOB NOT NULL,
      PRIMARY KEY (point, step, chunk)
    ) WITHOUT ROWID;

    CREATE TABLE lane_positions (
      lane TEXT PRIMARY KEY NOT NULL,
      position INTEGER NOT NULL
    ) WITHOUT ROWID;
    """
}
