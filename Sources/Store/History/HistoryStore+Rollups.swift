// Roll-ups on disk: chunks of hours and of days of each point, in step with the readings that compaction has moved on.
import Foundation
import GRDB
package import Pipeline
import Synchronization

extension HistoryStore {
  /// The buckets of a point that begin in `from` ..< `to`, by start; hours and days without a reading and without a held value
  /// are left out.
  package func rollups(
    point: String, from: Timestamp, to: Timestamp, step: RollupStep
  ) throws(StoreError) -> [RollupBucket] {
    guard from < to else { return [] }
    let zone = zone
    return try read { db in
      guard let point = try StoredPoint.fetch(db, id: point) else { return [] }
      var found: [RollupBucket] = []
      let rows = try Row.fetchCursor(
        try db.cachedStatement(
          sql: "SELECT bytes FROM rollups WHERE point = ? AND step = ? AND chunk BETWEEN ? AND ? ORDER BY chunk"),
        arguments: [
          point.number, step.rawValue, RollupChunk.number(step, of: from), RollupChunk.number(step, of: to - 1),
        ])
      while let row = try rows.next() { found += decodeChunk(row) }
      // What compaction has not moved on yet.
      var fresh = RollupAccumulator(
        isBoolean: point.isBoolean, holdLimit: point.holdLimit, zone: zone, held: point.held)
      for reading in try freshReadings(db, point.number) { fresh.add(reading) }
      return Self.merged(found, fresh.buckets(step)).filter { $0.start >= from && $0.start < to }
    }
  }

  /// The readings of a point that are in no roll-up yet, in the order in which they came.
  func freshReadings(_ db: Database, _ point: Int64) throws -> [HistoryReading] {
    var readings: [HistoryReading] = []
    let rows = try Row.fetchCursor(
      try db.cachedStatement(sql: "SELECT bytes FROM fresh WHERE point = ? ORDER BY id"), arguments: [point])
    while let row = try rows.next() { decode(row, at: 0, into: &readings) }
    return readings
  }

  /// Adds buckets to those on disk.
  func addRollups(_ db: Database, _ point: Int64, _ step: RollupStep, _ buckets: [RollupBucket]) throws {
    for (chunk, new) in Dictionary(grouping: buckets, by: { RollupChunk.number(step, of: $0.start) }) {
      let known = try Row.fetchOne(
        db.cachedStatement(sql: "SELECT bytes FROM rollups WHERE point = ? AND step = ? AND chunk = ?"),
        arguments: [point, step.rawValue, chunk]
      ).map { decodeChunk($0) }
      let bytes = RollupChunk.encode(Self.merged(known ?? [], new))
      try db.cachedStatement(
        sql: """
          INSERT INTO rollups (point, step, chunk, bytes) VALUES (?, ?, ?, ?)
          ON CONFLICT (point, step, chunk) DO UPDATE SET bytes = excluded.bytes
          """
      ).execute(arguments: [point, step.rawValue, chunk, Data(bytes)])
    }
  }

  /// Two lists by start as one; of the same stretch `new` is what came later.
  private static func merged(_ known: [RollupBucket], _ new: [RollupBucket]) -> [RollupBucket] {
    var result: [RollupBucket] = []
    result.reserveCapacity(known.count + new.count)
    var rest = known[...]
    for bucket in new {
      while let next = rest.first, next.start < bucket.start { result.append(rest.removeFirst()) }
      if var next = rest.first, next.start == bucket.start {
        rest.removeFirst()
        next.merge(bucket)
        result.append(next)
      } else {
        result.append(bucket)
      }
    }
    return result + rest
  }

  private func decodeChunk(_ row: Row) -> [RollupBucket] {
    do {
      return try row.withUnsafeData(atIndex: 0) { data in
        try (data ?? Data()).withUnsafeBytes { try RollupChunk.decode($0) }
      }
    } catch {
      tally.withLock { $0.damagedBlocks += 1 }
      return []
    }
  }
}
