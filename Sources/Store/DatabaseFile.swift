// How both databases are opened: looked at first, told from those of a newer version, brought up to date.

import Foundation
import GRDB

enum DatabaseFile {
  /// Databases up to this size are checked whole when they are opened, bytes.
  private static let checkedWhole: Int64 = 16 << 20

  /// Opens or creates the database at `path`; its folder must exist. A damaged file is an error and stays as it is.
  /// - Parameter label: how the connection calls itself in messages and threads.
  /// - Parameter atBirth: run on every connection that may write; only matters to a file that has no table yet.
  static func open(
    _ path: String, label: String, readers: Int, migrator: DatabaseMigrator, atBirth: [String] = []
  ) throws(StoreError) -> DatabasePool {
    do {
      try inspect(path)
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      configuration.maximumReaderCount = readers
      configuration.label = label
      configuration.prepareDatabase { db in
        if db.configuration.readonly { return }
        for statement in atBirth { try db.execute(sql: statement) }
      }
      let pool = try DatabasePool(path: path, configuration: configuration)
      try pool.writeWithoutTransaction { db in
        // GRDB opens with NORMAL, which may lose the last transactions in a power cut; the journal forgets what is in here.
        try db.execute(sql: "PRAGMA synchronous = FULL")
        try db.execute(sql: "PRAGMA journal_size_limit = 16777216")
      }
      if try pool.read(migrator.hasBeenSuperseded) { throw StoreError.tooNew(path: path) }
      try migrator.migrate(pool)
      return pool
    } catch {
      throw StoreError(error, path: path)
    }
  }

  /// Looks at an existing file without writing a byte: what is damaged is for a person to decide about.
  private static func inspect(_ path: String) throws {
    let bytes = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64
    guard let bytes, bytes > 0 else { return }
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    do {
      let database = try DatabaseQueue(path: path, configuration: configuration)
      let finding = try database.read { db in
        try String.fetchOne(
          db, sql: bytes <= checkedWhole ? "PRAGMA quick_check(1)" : "SELECT 'ok' FROM sqlite_master LIMIT 1")
      }
      try database.close()
      if let finding, finding != "ok" { throw StoreError.damaged(path: path, reason: finding) }
    } catch let error as DatabaseError
      where StoreError(error, path: path).passes || error.resultCode == .SQLITE_CANTOPEN
    {
      return  // Whatever keeps it from being looked at shows itself when it is opened.
    }
  }
}
