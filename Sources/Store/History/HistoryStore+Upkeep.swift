// Keeping the history small: merging, ages, the size bound.
import Foundation
import GRDB
package import Pipeline
import Synchronization

extension HistoryStore {
  /// Rows of `fresh` of one point that are merged into one: each costs more than a few readings.
  private static let freshRows = 24
  /// Readings of rare points move on when they span so long, ms: retention takes whole blocks only.
  private static let freshSpan: Int64 = 32 * 86_400_000
  /// Points in one transaction, so that a flush never waits long.
  private static let pointsAtOnce = 50
  /// Most blocks that the size bound takes at once, and bytes that one is taken to have (with its index a little less).
  private static let blocksAtOnce: Int64 = 512
  private static let blockBytes: Int64 = 8_192

  /// Merges the small blocks of up to `limit` points; returns how many points there were to do, 0 when nothing is left.
  @discardableResult
  package func compact(limit: Int) throws(StoreError) -> Int {
    var done = 0
    while done < limit {
      let count = try compactSome(min(limit - done, Self.pointsAtOnce))
      if count == 0 { break }
      done += count
    }
    return done
  }

  private func compactSome(_ limit: Int) throws(StoreError) -> Int {
    let pass = compaction.withLock { $0 }
    if !pass.isDue { return 0 }
    let (points, last, readings) = try write { db in
      var readings = 0
      let due = try Row.fetchAll(
        db.cachedStatement(
          sql: """
            SELECT point, sum(count) >= ? OR max(until) - min(start) >= ? FROM fresh WHERE point > ? GROUP BY point
            HAVING sum(count) >= ? OR count(*) >= ? OR max(until) - min(start) >= ? LIMIT ?
            """),
        arguments: [
          Self.blockReadings, Self.freshSpan, pass.after, Self.blockReadings, Self.freshRows, Self.freshSpan, limit,
        ])
      var last: Int64 = 0
      for row in due {
        last = row[0]
        readings += row[1] ? try moveOn(db, last) : try mergeFresh(db, last)
      }
      return (due.count, last, readings)
    }
    compaction.withLock { pass in
      // What a flush brings from now on is found by the next pass.
      pass = points < limit ? CompactionPass(isDue: pass.hasNews) : CompactionPass(after: last, hasNews: pass.hasNews)
    }
    tally.withLock { $0.compactedReadings += readings }
    return points
  }

  /// Many small rows become one that is still fresh. Its id is above theirs, as theirs are below those to come.
  private func mergeFresh(_ db: Database, _ point: Int64) throws -> Int {
    let readings = try freshReadings(db, point)
    try db.cachedStatement(sql: "DELETE FROM fresh WHERE point = ?").execute(arguments: [point])
    try insert(db, point, readings, into: .fresh)
    return readings.count
  }

  /// All of a point's fresh readings become blocks and roll-ups.
  private func moveOn(_ db: Database, _ number: Int64) throws -> Int {
    guard let point = try StoredPoint.fetch(db, number: number) else { return 0 }
    let readings = try freshReadings(db, number)
    try db.cachedStatement(sql: "DELETE FROM fresh WHERE point = ?").execute(arguments: [number])
    try insert(db, number, readings, into: .blocks)
    var sums = RollupAccumulator(isBoolean: point.isBoolean, holdLimit: point.holdLimit, zone: zone, held: point.held)
    for reading in readings { sums.add(reading) }
    for step in RollupStep.allCases { try addRollups(db, number, step, sums.buckets(step)) }
    try db.cachedStatement(sql: "UPDATE points SET held_time = ?, held_value = ? WHERE number = ?")
      .execute(arguments: [sums.held?.time.milliseconds, sums.held?.value, number])
    return readings.count
  }

  private func insert(
    _ db: Database, _ point: Int64, _ readings: [HistoryReading], into table: StoredBlock.Table
  ) throws {
    let parts = max(1, readings.count / Self.blockReadings)
    try readings.withUnsafeBufferPointer { all in
      for part in 0..<parts where !all.isEmpty {
        let some = UnsafeBufferPointer(rebasing: all[all.count * part / parts..<all.count * (part + 1) / parts])
        var bytes: [UInt8] = []
        HistoryBlock.encode(some, into: &bytes)
        try db.insert(StoredBlock(point: point, readings: some, bytes: bytes), into: table)
      }
    }
  }

  /// Removes raw readings older than `rawSince` and hourly buckets older than `hourlySince`, by whole blocks and chunks; then the
  /// oldest blocks, and when there are none left the oldest chunks, until `bytes` is at most `maximumBytes`.
  @discardableResult
  package func retain(
    rawSince: Timestamp, hourlySince: Timestamp, maximumBytes: Int64?
  ) throws(StoreError) -> HistoryRemoval {
    var removal = HistoryRemoval()
    while true {
      let moved = try write { db in
        let old = try Int64.fetchAll(
          db, sql: "SELECT DISTINCT point FROM fresh WHERE until < ? LIMIT ?",
          arguments: [rawSince.milliseconds, Self.pointsAtOnce])
        for point in old { _ = try moveOn(db, point) }
        return old.count
      }
      if moved == 0 { break }
    }
    let aged = try write { db in try db.removeBlocks(where: "until < \(rawSince.milliseconds)") }
    (removal.agedBlocks, removal.agedReadings) = aged
    removal.hourlyChunks = try write { db in
      try db.execute(
        sql: "DELETE FROM rollups WHERE step = ? AND chunk < ?",
        arguments: [RollupStep.hour.rawValue, RollupChunk.number(.hour, of: hourlySince)])
      return db.changesCount
    }
    if let maximumBytes { try crowdOut(to: maximumBytes, &removal) }
    try giveBack()
    tally.withLock { $0.removed.add(removal) }
    return removal
  }

  private func crowdOut(to maximumBytes: Int64, _ removal: inout HistoryRemoval) throws(StoreError) {
    while true {
      let excess = try bytes() - maximumBytes
      if excess <= 0 { return }
      let limit = min(1 + excess / Self.blockBytes, Self.blocksAtOnce)
      let (blocks, readings) = try write { db in
        try db.removeBlocks(
          where: "id IN (SELECT id FROM blocks ORDER BY until LIMIT \(limit))")
      }
      removal.crowdedBlocks += blocks
      removal.crowdedReadings += readings
      if blocks > 0 { continue }
      // No blocks: the hours before the days, and what is fresh stays.
      let chunks = try write { db in
        try db.execute(
          sql: """
            DELETE FROM rollups WHERE (step, chunk) IN (SELECT step, chunk FROM rollups ORDER BY step, chunk LIMIT 1)
            """)
        return db.changesCount
      }
      removal.hourlyChunks += chunks
      if chunks == 0 { return }
    }
  }

  /// Pages that hold nothing go back to the disk, not too many at once.
  private func giveBack() throws(StoreError) {
    do {
      try pool.writeWithoutTransaction { db in _ = try Row.fetchAll(db, sql: "PRAGMA incremental_vacuum(4096)") }
    } catch {
      throw StoreError(error, path: path)
    }
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

/// How far a search for points with small blocks has come: each flush is followed by one.
struct CompactionPass {
  var isDue = true
  /// Points up to this number have been looked at.
  var after: Int64 = 0
  /// Something was written since the pass began.
  var hasNews = false
}

extension Database {
  /// - Parameter condition: SQL over `blocks`.
  fileprivate func removeBlocks(where condition: String) throws -> (blocks: Int, readings: Int) {
    let readings = try Int.fetchOne(self, sql: "SELECT sum(count) FROM blocks WHERE \(condition)") ?? 0
    try execute(sql: "DELETE FROM blocks WHERE \(condition)")
    return (changesCount, readings)
  }
}

extension HistoryRemoval {
  fileprivate mutating func add(_ other: HistoryRemoval) {
    agedReadings += other.agedReadings
    agedBlocks += other.agedBlocks
    crowdedReadings += other.crowdedReadings
    crowdedBlocks += other.crowdedBlocks
    hourlyChunks += other.hourlyChunks
  }
}
