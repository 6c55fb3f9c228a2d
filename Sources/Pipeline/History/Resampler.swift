/// Sums one point's readings and roll-ups up in the stretches of a grid, from the oldest to the newest. Readings come in
/// stretches of raw data (`begin` … `end`), roll-ups between those.
package struct Resampler {
  /// What holds since the last reading.
  private struct Holding {
    var from: Timestamp
    var until: Timestamp
    var isTrue: Bool
  }

  /// By start; stretches of which nothing is known are left out.
  package private(set) var buckets: [RollupBucket] = []
  private let grid: BucketGrid
  private let isBoolean: Bool
  private let holdLimit: Int64
  private var holding: Holding?
  /// End of the newest of `buckets`.
  private var end = Timestamp.distantPast

  /// - Parameter holdLimit: as of `RollupAccumulator`.
  package init(grid: BucketGrid, isBoolean: Bool, holdLimit: Int64) {
    self.grid = grid
    self.isBoolean = isBoolean
    self.holdLimit = holdLimit
  }

  /// Raw readings follow, the first one at `start` or later.
  /// - Parameter before: the newest reading before `start`, whose value still holds then.
  package mutating func begin(at start: Timestamp, before: HistoryReading?) {
    holding = before.flatMap { hold(from: $0, since: start) }
  }

  /// The next reading of a raw stretch; times must not go back.
  package mutating func add(_ reading: HistoryReading) {
    hold(to: reading.time)
    update(reading.time) { $0.add(reading) }
    holding = hold(from: reading, since: reading.time)
  }

  /// The raw stretch ends; the last value holds until then.
  package mutating func end(at time: Timestamp) {
    hold(to: time)
    holding = nil
  }

  /// An hour or a day in one piece: it goes to the stretch in which it begins.
  package mutating func add(_ bucket: RollupBucket) { update(bucket.start) { $0.merge(bucket) } }

  private func hold(from reading: HistoryReading, since start: Timestamp) -> Holding? {
    guard reading.isUsable else { return nil }
    return Holding(from: start, until: reading.time + holdLimit, isTrue: isBoolean && reading.value != 0)
  }

  private mutating func hold(to time: Timestamp) {
    guard var holding else { return }
    let until = min(time, holding.until)
    while holding.from < until {
      let stop = min(until, grid.bucket(holding.from).end)
      let length = stop - holding.from
      let isTrue = holding.isTrue
      update(holding.from) { bucket in
        bucket.heldMilliseconds += length
        if isTrue { bucket.trueMilliseconds += length }
      }
      holding.from = stop
    }
    self.holding = nil
  }

  private mutating func update(_ time: Timestamp, _ change: (inout RollupBucket) -> Void) {
    if let last = buckets.last, time >= last.start, time < end { return change(&buckets[buckets.count - 1]) }
    let bucket = grid.bucket(time)
    if let known = buckets.lastIndex(where: { $0.start <= bucket.start }), buckets[known].start == bucket.start {
      return change(&buckets[known])
    }
    let place = buckets.lastIndex { $0.start < bucket.start }.map { $0 + 1 } ?? 0
    buckets.insert(RollupBucket(start: bucket.start), at: place)
    if place == buckets.count - 1 { end = bucket.end }
    change(&buckets[place])
  }
}
