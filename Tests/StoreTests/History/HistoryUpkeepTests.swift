import Foundation
import GRDB
import Pipeline
import Testing

@testable import Store

/// Merging, roll-ups on disk and removal: whatever upkeep does and whenever it does it, the answers stay those of the readings.
@Suite struct HistoryUpkeepTests {
  private static let zone = LocalTimeTable(
    name: "two hours ahead", changes: [.init(at: .distantPast, offset: 7_200_000)])
  private static let start = Timestamp(milliseconds: 1_772_323_200_000)
  private static let hour: Int64 = 3_600_000
  private static let day: Int64 = 86_400_000

  private let folder: TemporaryFolder
  private let store: HistoryStore

  init() throws {
    folder = try TemporaryFolder()
    store = try HistoryStore(path: folder.url.appendingPathComponent("history.sqlite").path, zone: Self.zone)
  }

  /// Readings with bad ones and late ones among them, by arrival.
  private static func readings(_ count: Int, every step: Int64, seed: UInt64) -> [HistoryReading] {
    var random = seed
    func next(_ bound: Int) -> Int {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(random >> 33) % bound
    }
    var time = start
    return (0..<count).map { _ in
      time = time + step / 2 + Int64(next(Int(step)))
      if next(40) == 0 { return HistoryReading(time: time, value: .nan, reason: .outOfRange) }
      let value = Double(next(500)) / 10
      if next(50) == 0 { return HistoryReading(time: time - 900_000, value: value, isLate: true) }
      return HistoryReading(time: time, value: value)
    }
  }

  private func write(_ readings: [HistoryReading], _ point: String = "room/value", position: JournalPosition) throws {
    try store.write(
      HistoryBatch(
        lane: "main", position: position,
        points: [.init(point: point, isBoolean: false, holdLimit: 1_800_000, readings: readings)]))
  }

  private func sums(of readings: [HistoryReading], _ step: RollupStep) -> [RollupBucket] {
    var sums = RollupAccumulator(isBoolean: false, holdLimit: 1_800_000, zone: Self.zone)
    for reading in readings { sums.add(reading) }
    return sums.buckets(step)
  }

  private func rollups(_ step: RollupStep, _ point: String = "room/value") throws -> [RollupBucket] {
    try store.rollups(point: point, from: Self.start - Self.day, to: Self.start + 4_000 * Self.day, step: step)
  }

  private func expect(_ buckets: [RollupBucket], are wanted: [RollupBucket]) {
    #expect(buckets.map(\.start) == wanted.map(\.start))
    for (bucket, other) in zip(buckets, wanted) {
      // Sums of parts may differ in their last bits.
      var same = bucket
      same.sum = other.sum
      #expect(same == other && abs(bucket.sum - other.sum) < 1e-6)
    }
  }

  @Test(arguments: [(60_000, 50), (600_000, 7), (7_200_000, 3), (60_000, 2_500)])
  func compactionChangesNoAnswer(step: Int64, batch: Int) throws {
    let all = Self.readings(6_000, every: step, seed: UInt64(batch))
    var position: JournalPosition = 0
    for from in stride(from: 0, to: all.count, by: batch) {
      position += 1
      try write(Array(all[from..<min(from + batch, all.count)]), position: position)
      if position % 5 == 0 { while try store.compact(limit: 10) > 0 {} }
    }
    while try store.compact(limit: 10) > 0 {}
    let byTime = all.sorted { $0.time < $1.time }
    let found = try store.readings(point: "room/value", from: .distantPast, to: .distantFuture, limit: .max)
    #expect(found.map(\.time) == byTime.map(\.time) && Set(found.map(\.value.bitPattern)).count > 100)
    for rollup in RollupStep.allCases { expect(try rollups(rollup), are: sums(of: all, rollup)) }
    let blocks = try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM blocks") ?? 0 }
    let fresh = try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM fresh") ?? 0 }
    // Rare readings move on every 32 days, others by the thousand.
    #expect((1...20).contains(blocks) && fresh < 24)
    #expect(store.counters.damagedBlocks == 0)
    #expect(try store.compact(limit: 10) == 0)
  }

  @Test func oldReadingsGoAndTheirSumsStay() throws {
    let all = Self.readings(6_000, every: 600_000, seed: 4)
    try write(all, position: 1)
    try write(Array(all.prefix(3)), "rare/value", position: 2)
    while try store.compact(limit: 10) > 0 {}
    let border = Self.start + 20 * Self.day
    let removal = try store.retain(rawSince: border, hourlySince: .distantPast, maximumBytes: nil)
    let left = try store.readings(point: "room/value", from: .distantPast, to: .distantFuture, limit: .max)
    #expect(removal.agedReadings == all.count - left.count + 3 && removal.agedBlocks >= 2)
    #expect(left.last?.time == all.last?.time && left.first.map { $0.time > border - 15 * Self.day } == true)
    #expect(try store.readings(point: "rare/value", from: .distantPast, to: .distantFuture, limit: 9).isEmpty)
    expect(try rollups(.hour), are: sums(of: all, .hour))
    expect(try rollups(.day, "rare/value"), are: sums(of: Array(all.prefix(3)), .day))

    let hours = try store.retain(rawSince: border, hourlySince: border, maximumBytes: nil)
    #expect(hours.hourlyChunks > 0)
    #expect(try rollups(.hour).first.map { $0.start >= border - 10 * Self.day } == true)
    expect(try rollups(.day), are: sums(of: all, .day))
  }

  @Test func theBoundTakesTheOldest() throws {
    var random = SystemRandomNumberGenerator()
    for point in 0..<8 {
      let readings = (0..<8_000).map {
        HistoryReading(time: Self.start + Int64($0) * 60_000, value: Double.random(in: 0...1, using: &random))
      }
      try write(readings, "p\(point)/v", position: JournalPosition(point + 1))
    }
    while try store.compact(limit: 100) > 0 {}
    let before = try store.bytes()
    let removal = try store.retain(rawSince: .distantPast, hourlySince: .distantPast, maximumBytes: before / 2)
    #expect(try store.bytes() <= before / 2)
    #expect(removal.crowdedBlocks > 0 && removal.crowdedReadings >= 1_000 * removal.crowdedBlocks)
    for point in 0..<8 {
      let first = try store.readings(point: "p\(point)/v", from: .distantPast, to: .distantFuture, limit: 1).first
      #expect(first.map { $0.time > Self.start + 60_000_000 } == true)
    }
    #expect(try store.oldest() != nil)
    #expect(try store.retain(rawSince: .distantPast, hourlySince: .distantPast, maximumBytes: 1).hourlyChunks > 0)
    #expect(try rollups(.day, "p0/v").isEmpty)
  }
}
