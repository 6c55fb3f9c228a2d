/// What an hour or a day of one point comes to. Buckets of the same start merge in any order and grouping.
package struct RollupBucket: BitwiseCopyable, Sendable, Equatable {
  /// Begin of the hour (UTC) or of the local day.
  package var start: Timestamp
  /// Usable (good or uncertain) readings, late ones included.
  package var count: Int
  /// Bad readings; they count nowhere else.
  package var badCount: Int
  /// Of the usable readings; NaN when there is none.
  package var minimum: Double
  package var maximum: Double
  package var sum: Double
  /// How long the value was known, ms: each usable reading holds until the next one, at most for the point's hold limit.
  package var heldMilliseconds: Int64
  /// How long a boolean value was known and true, ms.
  package var trueMilliseconds: Int64
  /// Newest usable reading in the bucket; `lastTime` is `.distantPast` and `last` NaN when there is none.
  package var lastTime: Timestamp
  package var last: Double

  package init(start: Timestamp) {
    self.start = start
    count = 0
    badCount = 0
    minimum = .nan
    maximum = .nan
    sum = 0
    heldMilliseconds = 0
    trueMilliseconds = 0
    lastTime = .distantPast
    last = .nan
  }

  /// Mean of the usable readings, not weighted by time; NaN when there is none.
  package var mean: Double { count > 0 ? sum / Double(count) : .nan }

  package mutating func add(_ reading: HistoryReading) {
    guard reading.isUsable else {
      badCount += 1
      return
    }
    count += 1
    sum += reading.value
    minimum = Double.minimum(minimum, reading.value)
    maximum = Double.maximum(maximum, reading.value)
    if reading.time >= lastTime {
      lastTime = reading.time
      last = reading.value
    }
  }

  /// Adds what another flush knows about the same stretch of time; of two newest readings with equal times `other`'s counts.
  package mutating func merge(_ other: RollupBucket) {
    count += other.count
    badCount += other.badCount
    sum += other.sum
    minimum = Double.minimum(minimum, other.minimum)
    maximum = Double.maximum(maximum, other.maximum)
    heldMilliseconds += other.heldMilliseconds
    trueMilliseconds += other.trueMilliseconds
    if other.lastTime >= lastTime, other.count > 0 {
      lastTime = other.lastTime
      last = other.last
    }
  }

  package static func == (a: Self, b: Self) -> Bool {
    a.start == b.start && a.count == b.count && a.badCount == b.badCount
      && a.minimum.bitPattern == b.minimum.bitPattern && a.maximum.bitPattern == b.maximum.bitPattern
      && a.sum.bitPattern == b.sum.bitPattern && a.heldMilliseconds == b.heldMilliseconds
      && a.trueMilliseconds == b.trueMilliseconds && a.lastTime == b.lastTime
      && a.last.bitPattern == b.last.bitPattern
  }
}

/// How long a bucket is.
package enum RollupStep: UInt8, Sendable, CaseIterable {
  /// An hour of UTC.
  case hour
  /// A day of the community's local time: 23 to 25 hours where clocks are changed.
  case day
}
