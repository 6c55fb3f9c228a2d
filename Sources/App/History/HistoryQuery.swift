package import Pipeline
package import Store

/// A question about one point's past, answered from what is on disk and what is still in memory: single readings, or sums of
/// equal stretches from readings where there are any and from roll-ups where those have gone or the time asked for is long.
package struct HistoryQuery: Sendable {
  private static let hour: Int64 = 3_600_000
  private static let day: Int64 = 86_400_000
  /// Beyond such spans the sums of hours, of days are read instead of single readings, ms.
  private static let spanOfHours = 14 * day
  private static let spanOfDays = 400 * day
  /// Readings in memory at once.
  private static let page = 65_536

  package var point: String
  package var isBoolean: Bool
  package var holdLimit: Int64
  package var since: Timestamp
  /// Inclusive.
  package var until: Timestamp
  package var zone: LocalTimeTable
  /// The last value holds until now, not longer.
  package var now: Timestamp

  package init(
    point: String, isBoolean: Bool, holdLimit: Int64, since: Timestamp, until: Timestamp, zone: LocalTimeTable,
    now: Timestamp
  ) {
    self.point = point
    self.isBoolean = isBoolean
    self.holdLimit = holdLimit
    self.since = since
    self.until = until
    self.zone = zone
    self.now = now
  }

  // MARK: - Single readings

  /// By time, the first `limit` of them.
  /// - Parameter unwritten: readings that are not on disk yet, by time.
  package func readings(
    _ store: HistoryStore, unwritten: [HistoryReading], limit: Int
  ) throws(StoreError) -> [HistoryReading] {
    var found: [HistoryReading] = []
    try walk(store, unwritten, from: since, to: until, page: min(limit, Self.page)) {
      found.append($0)
      return found.count < limit
    }
    return found
  }

  /// Gives all readings of a stretch to `body`, by time, until it returns false; memory is bounded by a page.
  private func walk(
    _ store: HistoryStore, _ unwritten: [HistoryReading], from: Timestamp, to: Timestamp, page: Int = page,
    body: (HistoryReading) -> Bool
  ) throws(StoreError) {
    var rest = unwritten.filter { $0.time >= from && $0.time <= to }[...]
    var from = from
    while from <= to {
      let readings = try store.readings(point: point, from: from, to: to, limit: page)
      let isLast = readings.count < page
      let newest = readings.last?.time ?? to
      // The newest time of a page may go on in the next one.
      let isOneTime = readings.first?.time == newest
      for reading in readings where isLast || isOneTime || reading.time < newest {
        while let next = rest.first, next.time < reading.time {
          guard body(next) else { return }
          rest.removeFirst()
        }
        guard body(reading) else { return }
      }
      if isLast { break }
      from = isOneTime ? newest + 1 : newest
    }
    for reading in rest where !body(reading) { return }
  }

  // MARK: - Sums

  /// One bucket for each stretch of which something is known, by start.
  package func buckets(
    _ store: HistoryStore, unwritten: [HistoryReading], every step: Int64
  ) throws(StoreError) -> [RollupBucket] {
    var resampler = Resampler(
      grid: BucketGrid(step: step, zone: zone), isBoolean: isBoolean, holdLimit: holdLimit)
    let end = min(until, now)
    let oldest = try oldestReading(store, unwritten)
    var raw = since
    if let stretch = whole(step, to: end, isGone: oldest.map { $0 > since } ?? true) {
      try add(store, unwritten, from: since, to: stretch.from - 1, &resampler)
      for bucket in try rollups(store, unwritten, from: stretch.from, to: stretch.to, stretch.step) {
        resampler.add(bucket)
      }
      raw = stretch.to
    } else if oldest.map({ $0 > since }) ?? true {
      let (old, next) = try gone(store, before: min(oldest ?? until + 1, until + 1))
      for bucket in old { resampler.add(bucket) }
      raw = next
    }
    try add(store, unwritten, from: raw, to: until, &resampler)
    return resampler.buckets
  }

  /// When the oldest single reading was; nil when there is none.
  private func oldestReading(_ store: HistoryStore, _ unwritten: [HistoryReading]) throws(StoreError) -> Timestamp? {
    let stored = try store.readings(point: point, from: .distantPast, to: .distantFuture, limit: 1).first?.time
    return [stored, unwritten.first?.time].compactMap { $0 }.min()
  }

  /// The part of a long span that consists of whole hours or days; nil when single readings are to be read.
  /// - Parameter isGone: its first readings are no longer there, so its first hour or day counts as a whole.
  private func whole(
    _ step: Int64, to end: Timestamp, isGone: Bool
  ) -> (from: Timestamp, to: Timestamp, step: RollupStep)? {
    let span = end - since
    let offsets = [zone.segment(at: since.milliseconds).offset, zone.segment(at: end.milliseconds).offset]
    guard span >= Self.spanOfHours, step % Self.hour == 0, offsets.allSatisfy({ $0 % Self.hour == 0 }) else {
      return nil
    }
    if step % Self.day == 0, span >= Self.spanOfDays {
      let from = zone.dayStart(since)
      return (from < since && !isGone ? zone.dayEnd(since) : from, zone.dayStart(end), .day)
    }
    let from = RollupAccumulator.hourStart(since)
    return (from < since && !isGone ? from + Self.hour : from, RollupAccumulator.hourStart(end), .hour)
  }

  /// Roll-ups of what is on disk and in memory. Hours that have gone are replaced by their days.
  private func rollups(
    _ store: HistoryStore, _ unwritten: [HistoryReading], from: Timestamp, to: Timestamp, _ step: RollupStep
  ) throws(StoreError) -> [RollupBucket] {
    var buckets = try store.rollups(point: point, from: from, to: to, step: step)
    let last = try store.last(point: point)
    var new = RollupAccumulator(
      isBoolean: isBoolean, holdLimit: holdLimit, zone: zone,
      held: last.map { .init(time: $0.time, value: $0.isUsable ? $0.value : nil) })
    for reading in unwritten { new.add(reading) }
    // What holds at the end holds up to there; the bucket that begins with `to` is not asked for.
    if let held = new.held, held.time < to {
      new.add(HistoryReading(time: to, value: .nan, reason: .silent))
    }
    buckets += new.buckets(step).filter { $0.start >= from && $0.start < to }
    guard step == .hour else { return buckets }
    let oldest = buckets.map(\.start).min() ?? to
    let days = try store.rollups(point: point, from: zone.dayStart(from), to: zone.dayStart(oldest), step: .day)
    return days + buckets
  }

  /// Roll-ups of the time before the oldest reading that is still there, and where single readings go on.
  private func gone(
    _ store: HistoryStore, before oldest: Timestamp
  ) throws(StoreError) -> (buckets: [RollupBucket], next: Timestamp) {
    let hour = RollupAccumulator.hourStart(oldest)
    var hours = try store.rollups(
      point: point, from: RollupAccumulator.hourStart(since), to: hour + Self.hour, step: .hour)
    var next = oldest
    if let last = hours.last, last.start == hour {
      // Where some readings of that hour have gone, its roll-up counts.
      let there = try store.readings(point: point, from: hour, to: hour + (Self.hour - 1), limit: last.count + 1)
      if there.count(where: \.isUsable) < last.count {
        next = hour + Self.hour
      } else {
        hours.removeLast()
      }
    }
    let days = try store.rollups(
      point: point, from: zone.dayStart(since), to: zone.dayStart(hours.first?.start ?? hour), step: .day)
    return (days + hours, next)
  }

  /// The single readings of a stretch, with the value that holds at its begin.
  private func add(
    _ store: HistoryStore, _ unwritten: [HistoryReading], from: Timestamp, to: Timestamp, _ resampler: inout Resampler
  ) throws(StoreError) {
    guard from <= to else { return }
    let stored = holdLimit > 0 ? try store.last(point: point, at: from - 1) : nil
    let waiting = unwritten.last { $0.time < from }
    var before = stored
    if let waiting, waiting.time >= stored?.time ?? .distantPast { before = waiting }
    resampler.begin(at: from, before: before)
    var filled = resampler
    try walk(store, unwritten, from: from, to: to) {
      filled.add($0)
      return true
    }
    filled.end(at: min(to + 1, now))
    resampler = filled
  }
}
