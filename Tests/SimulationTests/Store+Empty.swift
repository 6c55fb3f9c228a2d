import GRDB

@testable import Store

extension Store {
  /// As if it had just been made; opening a database takes longer than a whole run.
  func empty() async throws {
    try await write { db in
      let tables = try String.fetchAll(
        db,
        sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'grdb%' AND name NOT LIKE 'sqlite%'"
      )
      for table in tables { try db.execute(sql: "DELETE FROM \(table)") }
      try db.execute(sql: "DELETE FROM sqlite_sequence")
    }
  }
}
