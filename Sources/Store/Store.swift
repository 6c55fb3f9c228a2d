// The alert database: one SQLite file, one writer. What is in it survives a power cut; what cannot be written is refused
// whole, with an error that says whether trying again makes sense.

import Foundation
import GRDB

package final class Store: Sendable {
  package let path: String
  let pool: DatabasePool

  /// Databases up to this size are checked whole when they are opened, bytes.
  private static let checkedWhole: Int64 = 16 << 20

  /// Opens or creates the database at `path`; its folder must exist. A damaged file is an error and stays as it is.
  package init(path: String) throws(StoreError) {
    self.path = path
    do {
      try Self.inspect(path)
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      configuration.maximumReaderCount = 3
      configuration.label = "linli.store"
      pool = try DatabasePool(path: path, configuration: configuration)
      try Self.prepare(pool, path: path)
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

  private static func prepare(_ pool: DatabasePool, path: String) throws {
    try pool.writeWithoutTransaction { db in
      // GRDB opens with NORMAL, which may lose the last transactions in a power cut.
      try db.execute(sql: "PRAGMA synchronous = FULL")
      try db.execute(sql: "PRAGMA journal_size_limit = 16777216")
    }
    if try pool.read(StoreSchema.migrator.hasBeenSuperseded) { throw StoreError.tooNew(path: path) }
    try StoreSchema.migrator.migrate(pool)
  }

  /// Runs `work` in one transaction: all of it or nothing. Not cancelled with the calling task: an alert must not be lost
  /// because a browser went away.
  func write<Value: Sendable>(
    _ work: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
      pool.asyncWrite(work) { _, result in continuation.resume(returning: result) }
    }
    do { return try result.get() } catch { throw StoreError(error, path: path) }
  }

  /// Runs `work` on a consistent snapshot, beside the writer.
  func read<Value: Sendable>(
    _ work: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
      pool.asyncRead { database in
        continuation.resume(returning: Result { try work(database.get()) })
      }
    }
    do { return try result.get() } catch { throw StoreError(error, path: path) }
  }

  /// Closes the file; every later call fails.
  package func close() throws(StoreError) {
    do { try pool.close() } catch { throw StoreError(error, path: path) }
  }
}
