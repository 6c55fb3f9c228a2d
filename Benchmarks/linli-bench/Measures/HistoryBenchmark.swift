// Bytes a reading of packed blocks and of the whole database, the time to pack and unpack, and the question for a month by
// the hour; beside gzip, plain copies and a plain SQLite table with one row for each reading.
import Foundation
import GRDB
import Pipeline
import Store
import TestSupport

struct HistoryBenchmark {
  private static let blockReadings = 1_024
  private static let points = 20
  private static let minutesOfMonth = 30 * 1_440
  private static let rounds = 20

  func run() throws -> [Figure] {
    let room = try RealReadings.room()
    let folder = try TemporaryDirectory("linli-bench-history")
    return try blocks(room, folder) + database(room, folder)
  }

  // MARK: - Blocks

  private func blocks(_ room: RealReadings, _ folder: TemporaryDirectory) throws -> [Figure] {
    var (bytes, gzipped, plainBytes) = (0, 0, 0)
    var (encode, decode, copy) = (Double.infinity, Double.infinity, Double.infinity)
    var figures: [Figure] = []
    for series in room.series {
      let parts = stride(from: 0, to: series.readings.count, by: Self.blockReadings).map {
        Array(series.readings[$0..<min($0 + Self.blockReadings, series.readings.count)])
      }
      let packed = parts.map { part in
        var block: [UInt8] = []
        part.withUnsafeBufferPointer { HistoryBlock.encode($0, into: &block) }
        return block
      }
      let size = packed.map(\.count).reduce(0, +)
      let zipped = try gzip(series.readings, folder)
      bytes += size
      gzipped += zipped
      plainBytes += series.readings.count * 16
      figures.append(
        Figure(
          .history, "\(room.what), \(series.point)", Double(size) / Double(series.readings.count), "bytes/reading",
          to: .init("gzip", Double(zipped) / Double(series.readings.count))))
    }
    let readings = room.series.flatMap(\.readings)
    for _ in 0..<Self.rounds {
      let times = try codec(readings)
      (encode, decode, copy) = (min(encode, times.encode), min(decode, times.decode), min(copy, times.copy))
    }
    let count = Double(room.count)
    return figures + [
      Figure(
        .history, "\(room.what), all five, blocks", Double(bytes) / count, "bytes/reading",
        to: .init("gzip", Double(gzipped) / count), .atMost(1.4)),
      Figure(.history, "packing", encode, "ns/reading", to: .init("copying", copy)),
      Figure(.history, "unpacking", decode, "ns/reading", to: .init("copying", copy)),
    ]
  }

  /// Ns a reading.
  private func codec(_ readings: [HistoryReading]) throws -> (encode: Double, decode: Double, copy: Double) {
    var blocks: [[UInt8]] = []
    var (encode, decode, copy) = (0.0, 0.0, 0.0)
    try readings.withUnsafeBufferPointer { all in
      for start in stride(from: 0, to: all.count, by: Self.blockReadings) {
        let part = UnsafeBufferPointer(rebasing: all[start..<min(start + Self.blockReadings, all.count)])
        var block: [UInt8] = []
        block.reserveCapacity(part.count * 20)
        encode += CoreBenchmark.time { HistoryBlock.encode(part, into: &block) }
        blocks.append(block)
      }
      var target: [HistoryReading] = []
      target.reserveCapacity(Self.blockReadings)
      for block in blocks {
        target.removeAll(keepingCapacity: true)
        let start = Clocks.threadCPU()
        try block.withUnsafeBytes { try HistoryBlock.decode($0, into: &target) }
        decode += Clocks.threadCPU() - start
      }
      let memory = UnsafeMutableBufferPointer<HistoryReading>.allocate(capacity: all.count)
      defer { memory.deallocate() }
      copy = CoreBenchmark.time { _ = memory.initialize(from: all) }
      if memory[all.count / 2] != all[all.count / 2] { throw BenchmarkFailure("the copy differs") }
    }
    let count = Double(readings.count)
    return (encode / count * 1e9, decode / count * 1e9, copy / count * 1e9)
  }

  /// Times and values as they lie in memory, 16 bytes a reading, through gzip.
  private func gzip(_ readings: [HistoryReading], _ folder: TemporaryDirectory) throws -> Int {
    var plain = Data()
    for reading in readings {
      withUnsafeBytes(of: reading.time.milliseconds.littleEndian) { plain.append(contentsOf: $0) }
    }
    for reading in readings {
      withUnsafeBytes(of: reading.value.bitPattern.littleEndian) { plain.append(contentsOf: $0) }
    }
    try plain.write(to: folder.url.appendingPathComponent("plain"))
    let answer = try Child("/bin/sh", ["-c", "gzip -6 -c '\(folder.file("plain"))' | wc -c"]).finish()
    return Int(answer.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
  }

  // MARK: - Database

  private func database(_ room: RealReadings, _ folder: TemporaryDirectory) throws -> [Figure] {
    let start = Timestamp(milliseconds: 1_772_323_200_000)
    let months = (0..<Self.points).map { point in
      (
        point: "room-\(point)/value",
        readings: RealReadings.minutes(
          Self.minutesOfMonth, like: room.series[point % room.series.count], from: start)
      )
    }
    let end = start + Int64(Self.minutesOfMonth) * 60_000
    let store = try HistoryStore(path: folder.file("history.sqlite"))
    let write = CoreBenchmark.time {
      // A flush an hour, as the service does at the latest.
      for hour in 0..<Self.minutesOfMonth / 60 {
        let batch = HistoryBatch(
          lane: "bench", position: JournalPosition(hour + 1),
          points: months.map {
            .init(
              point: $0.point, isBoolean: false, holdLimit: 600_000,
              readings: Array($0.readings[hour * 60..<(hour + 1) * 60]))
          })
        _ = try? store.write(batch)
        if hour % 24 == 23 { _ = try? store.compact(limit: 1_000) }
      }
    }
    let rows = try plainTable(months, folder)
    let count = Double(Self.points * Self.minutesOfMonth)
    let (hourly, buckets) = try Self.fastest {
      try store.rollups(point: months[7].point, from: start, to: end, step: .hour).count
    }
    let (plainHourly, plainBuckets) = try Self.fastest { try Self.hourly(rows.queue, months[7].point, start, end) }
    guard buckets == plainBuckets else {
      throw BenchmarkFailure("\(buckets) hours, the plain table has \(plainBuckets)")
    }
    let (all, _) = try Self.fastest {
      try store.readings(point: months[7].point, from: start, to: end, limit: .max).count
    }
    return [
      Figure(
        .history, "whole database", Double(try store.bytes()) / count, "bytes/reading",
        to: .init("a row a reading", rows.bytes / count)),
      Figure(
        .history, "writing, with roll-ups and merging", write / count * 1e9, "ns/reading",
        to: .init("a row a reading", rows.seconds / count * 1e9)),
      Figure(
        .history, "a month of a point by the hour", hourly * 1000, "ms",
        to: .init("a row a reading", plainHourly * 1000),
        .atMost(5)),
      Figure(.history, "a month of a point, all 43,200 readings", all * 1000, "ms"),
    ]
  }

  private func plainTable(
    _ months: [(point: String, readings: [HistoryReading])], _ folder: TemporaryDirectory
  ) throws -> (queue: DatabaseQueue, bytes: Double, seconds: Double) {
    let path = folder.file("rows.sqlite")
    let queue = try DatabaseQueue(path: path)
    let start = Clocks.threadCPU()
    try queue.write { db in
      try db.execute(
        sql: "CREATE TABLE rows (point TEXT, time INTEGER, value REAL, PRIMARY KEY (point, time)) WITHOUT ROWID")
      let insert = try db.makeStatement(sql: "INSERT INTO rows VALUES (?, ?, ?)")
      for month in months {
        for reading in month.readings {
          try insert.execute(arguments: [month.point, reading.time.milliseconds, reading.value])
        }
      }
    }
    let seconds = Clocks.threadCPU() - start
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    return (queue, Double(size), seconds)
  }

  private static func hourly(
    _ queue: DatabaseQueue, _ point: String, _ start: Timestamp, _ end: Timestamp
  ) throws -> Int {
    try queue.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT time / 3600000, min(value), max(value), avg(value), count(*) FROM rows
          WHERE point = ? AND time >= ? AND time < ? GROUP BY 1
          """, arguments: [point, start.milliseconds, end.milliseconds]
      ).count
    }
  }

  /// The best of several: what the machine does besides only makes it longer.
  private static func fastest<Value>(_ body: () throws -> Value) throws -> (seconds: Double, value: Value) {
    var best = Double.infinity
    var start = Clocks.wall()
    var value = try body()
    for _ in 0..<rounds {
      best = min(best, Clocks.wall() - start)
      start = Clocks.wall()
      value = try body()
    }
    return (min(best, Clocks.wall() - start), value)
  }
}
