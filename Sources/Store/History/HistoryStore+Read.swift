// Questions to the history. All of them see what the last flush wrote, compacted or not.
import Foundation
import GRDB
package import Pipeline
import Synchronization

extension HistoryStore {
  /// The readings of a point with `from` ≤ time ≤ `to`, by time, the first `limit` of them. Empty for a point never heard of.
  /// Blocks that are damaged are left out and counted.
  package func readings(
    point: String, from: Timestamp, to: Timestamp, limit: Int
  ) throws(StoreError) -> [HistoryReading] {
    guard limit > 0 else { return [] }
    return try read { db in
      guard let point = try StoredPoint.fetch(db, id: point) else { return [] }
      var found: [HistoryReading] = []
      for table in [StoredBlock.Table.blocks, .fresh] {
        let rows = try Row.fetchCursor(
          try db.cachedStatement(
            sql: """
              SELECT start, bytes FROM \(table.rawValue) WHERE point = ? AND start <= ? AND until >= ? ORDER BY start, id
              """), arguments: [point.number, to.milliseconds, from.milliseconds])
        var enough = Timestamp.distantFuture
        while let row = try rows.next() {
          // Later blocks hold only later readings than these.
          if found.count >= limit, row[0] > enough.milliseconds { break }
          decode(row, at: 1, into: &found)
          if found.count >= limit { enough = max(found[limit - 1].time, enough) }
        }
      }
      found.removeAll { $0.time < from || $0.time > to }
      if !zip(found, found.dropFirst()).allSatisfy({ $0.time <= $1.time }) { found.sort { $0.time < $1.time } }
      return found.count > limit ? Array(found.prefix(limit)) : found
    }
  }

  /// The newest reading at or before `time`, with the last one to come where times are equal.
  package func last(point: String, at time: Timestamp = .distantFuture) throws(StoreError) -> HistoryReading? {
    try read { db in
      guard let point = try StoredPoint.fetch(db, id: point) else { return nil }
      var newest: HistoryReading?
      for table in [StoredBlock.Table.blocks, .fresh] {
        let rows = try Row.fetchCursor(
          try db.cachedStatement(
            sql:
              "SELECT until, bytes FROM \(table.rawValue) WHERE point = ? AND start <= ? ORDER BY start DESC, id DESC"),
          arguments: [point.number, time.milliseconds])
        var found: [HistoryReading] = []
        while let row = try rows.next() {
          if let newest, row[0] < newest.time.milliseconds { continue }
          found.removeAll(keepingCapacity: true)
          decode(row, at: 1, into: &found)
          for reading in found where reading.time <= time && reading.time >= newest?.time ?? .distantPast {
            newest = reading
          }
        }
      }
      return newest
    }
  }

  func decode(_ row: Row, at index: Int, into readings: inout [HistoryReading]) {
    do {
      try row.withUnsafeData(atIndex: index) { data in
        try (data ?? Data()).withUnsafeBytes { try HistoryBlock.decode($0, into: &readings) }
      }
    } catch {
      tally.withLock { $0.damagedBlocks += 1 }
    }
  }
}

/// A row of `points`.
struct StoredPoint {
  var number: Int64
  var isBoolean: Bool
  var holdLimit: Int64
  var held: RollupAccumulator.Held?

  init(_ row: Row) {
    number = row["number"]
    isBoolean = row["boolean"]
    holdLimit = row["hold_limit"]
    if let time: Int64 = row["held_time"] {
      held = .init(time: Timestamp(milliseconds: time), value: row["held_value"])
    }
  }

  private static let columns = "number, boolean, hold_limit, held_time, held_value"

  static func fetch(_ db: Database, id: String) throws -> StoredPoint? {
    try Row.fetchOne(db.cachedStatement(sql: "SELECT \(columns) FROM points WHERE id = ?"), arguments: [id])
      .map(StoredPoint.init)
  }

  static func fetch(_ db: Database, number: Int64) throws -> StoredPoint? {
    try Row.fetchOne(db.cachedStatement(sql: "SELECT \(columns) FROM points WHERE number = ?"), arguments: [number])
      .map(StoredPoint.init)
  }
}
