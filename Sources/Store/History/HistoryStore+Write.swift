// Taking a flush in: blocks and the lane's position in one transaction.
import Foundation
import GRDB
package import Pipeline
import Synchronization

extension HistoryStore {
  /// Positions below this one, and itself, are in the history; 0 for a lane never heard of.
  package func position(lane: String) throws(StoreError) -> JournalPosition {
    let stored = try read { db in
      try Int64.fetchOne(db, sql: "SELECT position FROM lane_positions WHERE lane = ?", arguments: [lane])
    }
    return JournalPosition(clamping: stored ?? 0)
  }

  /// Takes the batch in. Returns false, and changes nothing, when its position is not above the stored one: whatever was
  /// interrupted may simply be done again.
  @discardableResult
  package func write(_ batch: HistoryBatch) throws(StoreError) -> Bool {
    let count: Int? = try write { db in
      guard try db.advance(batch.lane, to: batch.position) else { return nil }
      var bytes: [UInt8] = []
      var count = 0
      for series in batch.points where !series.readings.isEmpty {
        let point = try db.number(of: series)
        count += series.readings.count
        try series.readings.withUnsafeBufferPointer { readings in
          var start = 0
          while start < readings.count {
            let end = min(start + Self.freshReadings, readings.count)
            let part = UnsafeBufferPointer(rebasing: readings[start..<end])
            bytes.removeAll(keepingCapacity: true)
            HistoryBlock.encode(part, into: &bytes)
            try db.insert(StoredBlock(point: point, readings: part, bytes: bytes), into: .fresh)
            start = end
          }
        }
      }
      return count
    }
    if count != nil {
      compaction.withLock {
        $0.hasNews = $0.isDue
        $0.isDue = true
      }
    }
    tally.withLock {
      if let count {
        $0.batches += 1
        $0.readings += count
      } else {
        $0.skippedBatches += 1
      }
    }
    return count != nil
  }

  /// Most readings in one block of a flush.
  private static let freshReadings = 2 * blockReadings
}

/// A row of `fresh` or `blocks`.
struct StoredBlock {
  enum Table: String { case fresh, blocks }

  var point: Int64
  var start: Int64
  var until: Int64
  var count: Int
  var bytes: [UInt8]

  init(point: Int64, readings: UnsafeBufferPointer<HistoryReading>, bytes: [UInt8]) {
    self.point = point
    self.bytes = bytes
    count = readings.count
    start = .max
    until = .min
    for reading in readings {
      start = min(start, reading.time.milliseconds)
      until = max(until, reading.time.milliseconds)
    }
  }
}

extension Database {
  /// False when the lane is there or further already.
  fileprivate func advance(_ lane: String, to position: JournalPosition) throws -> Bool {
    let statement = try cachedStatement(
      sql: """
        INSERT INTO lane_positions (lane, position) VALUES (?, ?)
        ON CONFLICT (lane) DO UPDATE SET position = excluded.position WHERE excluded.position > position
        """)
    try statement.execute(arguments: [lane, Int64(clamping: position)])
    return changesCount > 0
  }

  /// The number that stands for the point in all tables.
  fileprivate func number(of series: HistoryBatch.Series) throws -> Int64 {
    let known = try cachedStatement(sql: "SELECT number, boolean, hold_limit FROM points WHERE id = ?")
    if let row = try Row.fetchOne(known, arguments: [series.point]) {
      let number: Int64 = row[0]
      if row[1] != series.isBoolean || row[2] != series.holdLimit {
        try cachedStatement(sql: "UPDATE points SET boolean = ?, hold_limit = ? WHERE number = ?")
          .execute(arguments: [series.isBoolean, series.holdLimit, number])
      }
      return number
    }
    try cachedStatement(sql: "INSERT INTO points (id, boolean, hold_limit) VALUES (?, ?, ?)")
      .execute(arguments: [series.point, series.isBoolean, series.holdLimit])
    return lastInsertedRowID
  }

  func insert(_ block: StoredBlock, into table: StoredBlock.Table) throws {
    let statement = try cachedStatement(
      sql: "INSERT INTO \(table.rawValue) (point, start, until, count, bytes) VALUES (?, ?, ?, ?, ?)")
    try block.bytes.withUnsafeBytes { bytes in
      try statement.execute(arguments: [
        block.point, block.start, block.until, block.count, Data(bytes),
      ])
    }
  }
}
