import Pipeline
import TestSupport
import Testing

/// Stretches of local time, and sums in them against a calculation millisecond by millisecond.
@Suite struct ResamplerTests {
  private static let hour: Int64 = 3_600_000

  /// Berlin in 2026: summer time from 2026-03-29T01:00Z to 2026-10-25T01:00Z.
  static let berlin = LocalTimeTable(
    name: "Europe/Berlin",
    changes: [
      .init(at: .distantPast, offset: hour), .init(at: Timestamp(rfc3339: "2026-03-29T01:00:00Z")!, offset: 2 * hour),
      .init(at: Timestamp(rfc3339: "2026-10-25T01:00:00Z")!, offset: hour),
    ])

  struct Stretch: Sendable {
    var time: String
    var hours: Int64
    var start: String
    var end: String
    init(_ time: String, _ hours: Int64, _ start: String, _ end: String) {
      (self.time, self.hours, self.start, self.end) = (time, hours, start, end)
    }
  }

  static let stretches: [Stretch] = [
    Stretch("2026-10-25T12:00:00Z", 24, "2026-10-24T22:00:00.000Z", "2026-10-25T23:00:00.000Z"),
    Stretch("2026-03-29T12:00:00Z", 24, "2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"),
    Stretch("2026-07-01T22:00:00Z", 24, "2026-07-01T22:00:00.000Z", "2026-07-02T22:00:00.000Z"),
    // The hour that comes twice, and the one that never comes.
    Stretch("2026-10-25T00:30:00Z", 1, "2026-10-25T00:00:00.000Z", "2026-10-25T01:00:00.000Z"),
    Stretch("2026-10-25T01:30:00Z", 1, "2026-10-25T01:00:00.000Z", "2026-10-25T02:00:00.000Z"),
    Stretch("2026-10-25T01:30:00Z", 6, "2026-10-24T22:00:00.000Z", "2026-10-25T05:00:00.000Z"),
    Stretch("2026-03-29T00:30:00Z", 6, "2026-03-28T23:00:00.000Z", "2026-03-29T04:00:00.000Z"),
    // A week from Monday to Monday.
    Stretch("2026-10-25T22:30:00Z", 168, "2026-10-18T22:00:00.000Z", "2026-10-25T23:00:00.000Z"),
  ]

  @Test(arguments: stretches)
  func stretchesFollowTheLocalClock(of: Stretch) {
    let (time, hours, start, end) = (of.time, of.hours, of.start, of.end)
    let grid = BucketGrid(step: hours * Self.hour, zone: Self.berlin)
    let bucket = grid.bucket(Timestamp(rfc3339: time)!)
    #expect(bucket.start.rfc3339 == start)
    #expect(bucket.end.rfc3339 == end)
  }

  static let steps: [Int64] = [900_000, 3_600_000, 5 * 3_600_000, 86_400_000, 7 * 86_400_000, 30 * 86_400_000]

  @Test(arguments: steps)
  func stretchesFollowEachOther(step: Int64) {
    let grid = BucketGrid(step: step, zone: Self.berlin)
    var time = Timestamp(rfc3339: "2026-03-20T00:00:00Z")!
    for _ in 0..<300 {
      let bucket = grid.bucket(time)
      #expect(bucket.start <= time && time < bucket.end)
      #expect(grid.bucket(bucket.start) == bucket)
      #expect(grid.bucket(bucket.end - 1) == bucket)
      #expect(grid.bucket(bucket.end).start == bucket.end)
      time = bucket.end + step / 3
    }
  }

  @Test(arguments: 1...40) func sumsAreThoseOfANaiveCalculation(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let grid = BucketGrid(step: [400, 1_000, 2_500].randomElement(using: &random)!, zone: .utc)
    let holdLimit = [Int64(300), 2_000, 1 << 40].randomElement(using: &random)!
    var readings: [HistoryReading] = []
    var time: Int64 = 10_000
    for _ in 0..<30 {
      time += Int64.random(in: 0...900, using: &random)
      readings.append(
        HistoryReading(
          time: Timestamp(milliseconds: time), value: Double(Int.random(in: 0...1, using: &random)),
          reason: Int.random(in: 0..<6, using: &random) == 0 ? .sensorFault : .none))
    }
    let start = readings[5].time
    let end = readings.last!.time + 1_200
    var resampler = Resampler(grid: grid, isBoolean: true, holdLimit: holdLimit)
    resampler.begin(at: start, before: readings[..<5].last { $0.time < start })
    for reading in readings[5...] { resampler.add(reading) }
    resampler.end(at: end)

    var expected: [Int64: RollupBucket] = [:]
    for reading in readings[5...] {
      expected[grid.bucket(reading.time).start.milliseconds, default: .init(start: grid.bucket(reading.time).start)]
        .add(reading)
    }
    for instant in start.milliseconds..<end.milliseconds {
      // With equal times the one that came last counts.
      guard let newest = readings.last(where: { $0.time.milliseconds <= instant }), newest.isUsable,
        instant < newest.time.milliseconds + holdLimit, newest.time >= start || readings[..<5].contains(newest)
      else { continue }
      let bucket = grid.bucket(Timestamp(milliseconds: instant)).start
      expected[bucket.milliseconds, default: .init(start: bucket)].heldMilliseconds += 1
      if newest.value != 0 { expected[bucket.milliseconds]!.trueMilliseconds += 1 }
    }
    #expect(resampler.buckets == expected.values.sorted { $0.start < $1.start })
  }
}
