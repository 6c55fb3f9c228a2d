/// Turns the readings of one point, in the order in which they came, into hourly and daily buckets. Pure; what it must remember
/// between two flushes is `held`, so that any split of the readings gives the same buckets.
package struct RollupAccumulator: Sendable {
  /// The value that holds from a reading on.
  package struct Held: Sendable, Equatable {
    package var time: Timestamp
    /// nil after a bad reading: from then on nothing is known.
    package var value: Double?

    package init(time: Timestamp, value: Double?) {
      self.time = time
      self.value = value
    }
  }

  /// The newest reading that was not late; nil before the first one.
  package private(set) var held: Held?
  /// In no particular order; sorted by `buckets(_:)`.
  private var hours: [Int64: RollupBucket] = [:]
  private var days: [Int64: RollupBucket] = [:]
  private let isBoolean: Bool
  private let holdLimit: Int64
  private let zone: LocalTimeTable

  /// - Parameters:
  ///   - holdLimit: longest time a reading is taken to hold, ms, as a rule the device's silence limit; 0 for momentary points.
  ///   - zone: where days begin at local midnight.
  package init(isBoolean: Bool, holdLimit: Int64, zone: LocalTimeTable, held: Held? = nil) {
    self.isBoolean = isBoolean
    self.holdLimit = max(0, holdLimit)
    self.zone = zone
    self.held = held
  }

  /// Late readings (marked so, or older than what is held) correct count, minimum, maximum, sum and last value of their bucket.
  /// The times held and true they leave alone: the stretch they fall into stays with the value that was known then, an error
  /// of at most `max_late` a late reading.
  package mutating func add(_ reading: HistoryReading) {
    let time = Self.clamped(reading.time)
    Self.update(&hours, Self.hourStart(time)) { $0.add(reading) }
    Self.update(&days, zone.dayStart(time)) { $0.add(reading) }
    if reading.isLate { return }
    if let held {
      if time < held.time { return }
      if let value = held.value {
        hold(from: held.time, until: min(time, held.time + holdLimit), isTrue: isBoolean && value != 0)
      }
    }
    held = Held(time: time, value: reading.isUsable ? reading.value : nil)
  }

  /// All buckets so far, by start.
  package func buckets(_ step: RollupStep) -> [RollupBucket] {
    (step == .hour ? hours : days).values.sorted { $0.start < $1.start }
  }

  private mutating func hold(from: Timestamp, until: Timestamp, isTrue: Bool) {
    var time = from
    while time < until {
      let hour = Self.hourStart(time)
      let day = zone.dayStart(time)
      let end = min(until, hour + Self.hour, zone.dayEnd(time))
      let length = end - time
      let add = { (bucket: inout RollupBucket) in
        bucket.heldMilliseconds += length
        if isTrue { bucket.trueMilliseconds += length }
      }
      Self.update(&hours, hour, add)
      Self.update(&days, day, add)
      time = end
    }
  }

  private static let hour: Int64 = 3_600_000

  private static func update(
    _ buckets: inout [Int64: RollupBucket], _ start: Timestamp, _ change: (inout RollupBucket) -> Void
  ) {
    change(&buckets[start.milliseconds, default: RollupBucket(start: start)])
  }

  private static func clamped(_ time: Timestamp) -> Timestamp { min(max(time, .distantPast), .distantFuture) }

  package static func hourStart(_ time: Timestamp) -> Timestamp {
    Timestamp(milliseconds: LocalTimeTable.floored(clamped(time).milliseconds, by: hour))
  }
}
