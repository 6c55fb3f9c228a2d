// The history of all points: one SQLite file beside the alert database, so that alerts never wait for history's writer.
// Packed readings, hourly and daily roll-ups, and how far each lane's journal is in here, always in step with each other.

import Foundation
import GRDB
package import Pipeline
import Synchronization

package final class HistoryStore: Sendable {
  package let path: String
  let pool: DatabasePool
  let tally = Mutex(HistoryCounters())
  let compaction = Mutex(CompactionPass())
  private let clock: Mutex<LocalTimeTable>

  /// Readings of a point that compaction packs into one block (at least; up to twice as many).
  static let blockReadings = 1024
  /// Databases up to this size are checked whole when they are opened, bytes.
  private static let checkedWhole: Int64 = 16 << 20
  /// Blocks are about 1.3 kB; eight kilobytes waste little of their end, and a flush writes not much more than it must.
  private static let pageSize = 8192

  /// Opens or creates the database at `path`; its folder must exist. A damaged file is an error and stays as it is.
  /// - Parameter zone: where the days of daily roll-ups begin.
  package init(path: String, zone: LocalTimeTable = .utc) throws(StoreError) {
    self.path = path
    clock = Mutex(zone)
    do {
      try Self.inspect(path)
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      configuration.maximumReaderCount = 2
      configuration.label = "linli.history"
      configuration.prepareDatabase { db in
        // Both only matter to a file that has no table yet.
        if db.configuration.readonly { return }
        try db.execute(sql: "PRAGMA page_size = \(Self.pageSize)")
        try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
      }
      pool = try DatabasePool(path: path, configuration: configuration)
      try Self.prepare(pool, path: path)
    } catch {
      throw StoreError(error, path: path)
    }
  }

  /// Where the days of daily roll-ups begin from now on; days rolled up already stay as they are.
  package var zone: LocalTimeTable {
    get { clock.withLock { $0 } }
    set { clock.withLock { $0 = newValue } }
  }

  package var counters: HistoryCounters { tally.withLock { $0 } }

  /// Closes the file; every later call fails.
  package func close() throws(StoreError) {
    do { try pool.close() } catch { throw StoreError(error, path: path) }
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
      // The journal forgets what a lane position says is here, so that must outlast a power cut.
      try db.execute(sql: "PRAGMA synchronous = FULL")
      try db.execute(sql: "PRAGMA journal_size_limit = 16777216")
    }
    if try pool.read(HistorySchema.migrator.hasBeenSuperseded) { throw StoreError.tooNew(path: path) }
    try HistorySchema.migrator.migrate(pool)
  }

  /// Runs `work` in one transaction: all of it or nothing. Waits for the writer; never call it from an async context.
  func write<Value>(_ work: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try pool.write(work) } catch { throw StoreError(error, path: path) }
  }

  /// Runs `work` on a consistent snapshot, beside the writer.
  func read<Value>(_ work: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try pool.read(work) } catch { throw StoreError(error, path: path) }
  }
}
