import Community
import Foundation
import Pipeline
import Store
import TestSupport
import Testing

@testable import App

/// Sums over the past against a naive calculation: on days of 23 and 25 hours, from readings, from roll-ups, from both, with a
/// part still in memory.
@Suite struct HistoryQueryTests {
  private static let hour: Int64 = 3_600_000
  private static let day: Int64 = 24 * hour
  private static let zone = LocalTimeTable(zone: TimeZone(identifier: "Europe/Berlin")!)

  /// A point's readings, the first of them on disk.
  private struct Scene {
    let folder: TemporaryDirectory
    let store: HistoryStore
    var all: [HistoryReading] = []
    var unwritten: [HistoryReading] = []

    init(from: Timestamp, to: Timestamp, every: Int64, isBoolean: Bool, seed: UInt64) throws {
      var random = SeededGenerator(seed: seed)
      folder = try TemporaryDirectory("query")
      store = try HistoryStore(path: folder.file("history.sqlite"), zone: HistoryQueryTests.zone)
      var time = from
      while time <= to {
        let value =
          isBoolean ? Double(Int.random(in: 0...1, using: &random)) : Double.random(in: -5...5, using: &random)
        all.append(HistoryReading(time: time, value: (value * 100).rounded() / 100))
        time = time + Int64.random(in: 1...2 * every, using: &random)
      }
      let stored = all.count * 9 / 10
      unwritten = Array(all[stored...])
      var position: JournalPosition = 0
      for start in stride(from: 0, to: stored, by: 500) {
        position += 1
        _ = try store.write(
          HistoryBatch(
            lane: "lane", position: position,
            points: [
              .init(
                point: "d/p", isBoolean: isBoolean, holdLimit: HistoryQueryTests.day,
                readings: Array(all[start..<min(start + 500, stored)]))
            ]))
      }
    }

    func query(since: Timestamp, until: Timestamp, isBoolean: Bool = false) -> HistoryQuery {
      HistoryQuery(
        point: "d/p", isBoolean: isBoolean, holdLimit: HistoryQueryTests.day, since: since, until: until,
        zone: HistoryQueryTests.zone, now: max(until, all.last!.time))
    }

    /// Sums by the local date and hour that Foundation's calendar gives.
    func naive(since: Timestamp, until: Timestamp, hours: Int) -> [String: [Double]] {
      var calendar = Calendar(identifier: .gregorian)
      calendar.timeZone = TimeZone(identifier: "Europe/Berlin")!
      var sums: [String: [Double]] = [:]
      for reading in all where reading.time >= since && reading.time <= until {
        let date = Date(timeIntervalSince1970: Double(reading.time.milliseconds) / 1_000)
        let start =
          hours == 24 ? calendar.startOfDay(for: date) : calendar.dateInterval(of: .hour, for: date)!.start
        sums[Timestamp(seconds: start.timeIntervalSince1970).rfc3339, default: []].append(reading.value)
      }
      return sums
    }

    func expect(_ buckets: [RollupBucket], are sums: [String: [Double]]) {
      let known = buckets.filter { $0.count > 0 }
      #expect(known.map(\.start.rfc3339) == sums.keys.sorted())
      for bucket in known {
        let values = sums[bucket.start.rfc3339] ?? []
        #expect(bucket.count == values.count, "\(bucket.start.rfc3339)")
        #expect(bucket.minimum == values.min() && bucket.maximum == values.max(), "\(bucket.start.rfc3339)")
        #expect(bucket.last == values.last && abs(bucket.sum - values.reduce(0, +)) < 1e-6, "\(bucket.start.rfc3339)")
      }
    }
  }

  /// The days around both changes of the clocks.
  private static let changes = ["2026-03-27T10:17:00Z", "2026-10-23T10:17:00Z"].map { Timestamp(rfc3339: $0)! }

  @Test(arguments: changes, [1, 24]) func sumsOfReadingsFollowTheLocalClock(from: Timestamp, hours: Int) throws {
    let scene = try Scene(from: from, to: from + 4 * Self.day, every: 300_000, isBoolean: false, seed: 5)
    let (since, until) = (from + Self.hour / 3, from + 4 * Self.day - 12_345)
    let buckets = try scene.query(since: since, until: until)
      .buckets(scene.store, unwritten: scene.unwritten, every: Int64(hours) * Self.hour)
    scene.expect(buckets, are: scene.naive(since: since, until: until, hours: hours))
  }

  /// Long spans are answered from roll-ups (hours beyond 14 days, days beyond 400), edges from readings.
  @Test(arguments: [(40, 1), (40, 24), (450, 24)]) func sumsOfLongSpansAreTheSame(days: Int, hours: Int) throws {
    let from = Timestamp(rfc3339: "2026-03-01T10:17:00Z")!
    let end = from + Int64(days) * Self.day
    let scene = try Scene(
      from: from, to: end, every: Int64(days) * 30_000, isBoolean: false, seed: UInt64(days + hours))
    while try scene.store.compact(limit: 10) > 0 {}
    let (since, until) = (from + 5 * Self.hour + 100, end - 12_345)
    let buckets = try scene.query(since: since, until: until)
      .buckets(scene.store, unwritten: scene.unwritten, every: Int64(hours) * Self.hour)
    scene.expect(buckets, are: scene.naive(since: since, until: until, hours: hours))
  }

  /// Where readings have gone, whole hours and days stand for them.
  @Test(arguments: [10, 60], [1, 24]) func sumsOutliveTheReadings(days: Int, hours: Int) throws {
    let from = Timestamp(rfc3339: "2026-03-20T23:00:00Z")!
    let end = from + Int64(days) * Self.day
    let scene = try Scene(from: from, to: end, every: Int64(days) * 30_000, isBoolean: false, seed: 9)
    while try scene.store.compact(limit: 10) > 0 {}
    let border = from + Int64(days) * Self.day / 2
    _ = try scene.store.retain(rawSince: border, hourlySince: .distantPast, maximumBytes: nil)
    let readings = try scene.query(since: from, until: end)
      .readings(scene.store, unwritten: scene.unwritten, limit: 10_000_000)
    #expect(readings.last == scene.all.last)
    let buckets = try scene.query(since: from, until: end)
      .buckets(scene.store, unwritten: scene.unwritten, every: Int64(hours) * Self.hour)
    scene.expect(buckets, are: scene.naive(since: from, until: end, hours: hours))
  }

  @Test(arguments: [(2, 1), (2, 24), (40, 24)]) func timesTrueAddUp(days: Int, hours: Int) throws {
    let from = Timestamp(rfc3339: "2026-10-24T22:00:00Z")!
    let end = from + Int64(days) * Self.day
    let scene = try Scene(
      from: from, to: end - 3 * Self.hour, every: Int64(days) * 60_000, isBoolean: true, seed: UInt64(days))
    let buckets = try scene.query(since: from, until: end - 1, isBoolean: true)
      .buckets(scene.store, unwritten: scene.unwritten, every: Int64(hours) * Self.hour)
    // Each value holds until the next reading, the last one until the end.
    var expected: Int64 = 0
    for (index, reading) in scene.all.enumerated() where reading.value != 0 {
      expected += (index + 1 < scene.all.count ? scene.all[index + 1].time : end - 1) - reading.time
    }
    #expect(buckets.reduce(0) { $0 + $1.trueMilliseconds } == expected)
    for bucket in buckets { #expect(bucket.trueMilliseconds <= bucket.heldMilliseconds) }
  }

  @Test(arguments: [1, 7, 500, 100_000]) func readingsComeByTimeAndOnce(limit: Int) throws {
    let from = Timestamp(rfc3339: "2026-03-01T00:00:00Z")!
    var scene = try Scene(from: from, to: from + Self.day, every: 20_000, isBoolean: false, seed: 1)
    // A late one, still in memory, between those on disk.
    scene.unwritten.insert(HistoryReading(time: scene.all[100].time, value: 77, isLate: true), at: 0)
    let (since, until) = (scene.all[50].time, scene.all[scene.all.count - 50].time)
    var expected = scene.all.filter { $0.time >= since && $0.time <= until }
    expected.insert(scene.unwritten[0], at: 51)
    let found = try scene.query(since: since, until: until)
      .readings(scene.store, unwritten: scene.unwritten, limit: limit)
    #expect(found == Array(expected.prefix(limit)))
  }

  @Test func nothingIsAnAnswerToo() throws {
    let scene = try Scene(
      from: Timestamp(milliseconds: 0), to: Timestamp(milliseconds: 10_000_000), every: 1_000_000, isBoolean: false,
      seed: 1)
    let query = HistoryQuery(
      point: "nobody", isBoolean: false, holdLimit: 1_000, since: .distantPast, until: .distantFuture, zone: Self.zone,
      now: Timestamp(milliseconds: 10_000_000))
    #expect(try query.readings(scene.store, unwritten: [], limit: 10).isEmpty)
    for step in [1_000, Self.hour, 7 * Self.day] {
      #expect(try query.buckets(scene.store, unwritten: [], every: step).isEmpty)
    }
    let backwards = scene.query(since: Timestamp(milliseconds: 5_000_000), until: Timestamp(milliseconds: 4_000_000))
    #expect(try backwards.readings(scene.store, unwritten: scene.unwritten, limit: 10).isEmpty)
    #expect(try backwards.buckets(scene.store, unwritten: scene.unwritten, every: Self.hour).isEmpty)
  }
}
