// The history of all points: one SQLite file beside the alert database, so that alerts never wait for history's writer.
// Packed readings, hourly and daily roll-ups, and how far each lane's journal is in here, always in step with each other.

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
  /// Blocks are about 1.3 kB; eight kilobytes waste little of their end, and a flush writes not much more than it must.
  private static let pageSize = 8192

  /// Opens or creates the database at `path`; its folder must exist. A damaged file is an error and stays as it is.
  /// - Parameter zone: where the days of daily roll-ups begin.
  package init(path: String, zone: LocalTimeTable = .utc) throws(StoreError) {
    self.path = path
    clock = Mutex(zone)
    pool = try DatabaseFile.open(
      path, label: "linli.history", readers: 2, migrator: HistorySchema.migrator,
      atBirth: ["PRAGMA page_size = \(Self.pageSize)", "PRAGMA auto_vacuum = INCREMENTAL"])
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

  /// Runs `work` in one transaction: all of it or nothing. Waits for the writer; never call it from an async context.
  func write<Value>(_ work: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try pool.write(work) } catch { throw StoreError(error, path: path) }
  }

  /// Runs `work` on a consistent snapshot, beside the writer.
  func read<Value>(_ work: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try pool.read(work) } catch { throw StoreError(error, path: path) }
  }
}
