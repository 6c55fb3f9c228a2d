/// What is known about one point: its newest reading of any quality, its newest usable one, when it last moved. 64 bytes, a
/// cache line.
struct PointState: BitwiseCopyable {
  static let never = Int64.min

  /// Event time of the newest reading of any quality, ms; `never` = not heard yet.
  var time = never
  /// Event time of the newest usable (good or uncertain) reading, ms.
  var usableTime = never
  /// That reading's value, canonical unit.
  var value = 0.0
  /// Event time of the first usable reading or of the last one with another value, ms.
  var changedAt = never
  /// Arrival of the newest reading, ms.
  var arrival = never
  /// When the value will have stood still for `mustChangeWithin`; `Int64.max` = no such limit, or known to be stuck.
  var stuckDue = Int64.max
  /// The core's version when this point last changed.
  var version: UInt64 = 0
  /// Readings taken in; stays at its maximum.
  var arrivals: UInt32 = 0
  /// Of the newest reading; the states stuck and silent stand beside it.
  var reason = QualityReason.none
  var isStuck = false
  var ring = ReadingRings.Shape()

  var isHeard: Bool { time != Self.never }
  var hasValue: Bool { usableTime != Self.never }
}

/// One of the last readings of a point.
package struct StoredReading: Sendable, Equatable {
  package var time: Timestamp
  /// Canonical unit; without meaning when the reading is bad.
  package var value: Double
  package var reason: QualityReason
}

/// The points of a lane with the last 64 readings of each.
struct PointTable: ~Copyable {
  let states: Slab<PointState>
  private var rings: ReadingRings

  init(count: Int) {
    states = Slab(count, filledWith: PointState())
    rings = ReadingRings(count: count)
  }

  /// Keeps a reading as the newest of its point; `previous` = time of the one before.
  mutating func remember(_ point: Int, time: Int64, previous: Int64, value: Double, reason: QualityReason) {
    let pause = previous == PointState.never ? 0 : time - previous
    rings.add(point, &states[point].ring, pause: pause, value: value, reason: reason)
  }

  /// Fetches the place where the next reading will be kept.
  func expectReading(_ point: Int) { rings.expect(point, states[point].ring) }

  /// - Parameter age: 0 = the newest, up to `ring.count - 1`.
  func reading(_ point: Int, age: Int) -> ReadingRings.Stored { rings.reading(point, states[point].ring, age: age) }

  /// The last readings of a point, oldest first.
  func readings(of point: Int) -> [StoredReading] {
    let state = states[point]
    var readings: [StoredReading] = []
    readings.reserveCapacity(state.ring.count)
    var time = state.time
    for age in 0..<state.ring.count {
      let stored = reading(point, age: age)
      readings.append(
        StoredReading(time: Timestamp(milliseconds: time), value: stored.value, reason: stored.reason))
      if stored.pause == .max { break }
      time -= Int64(stored.pause)
    }
    return readings.reversed()
  }
}

/// What is known about a device as a whole.
struct DeviceState: BitwiseCopyable {
  /// Arrival of the last message that is a sign of life, ms; before the first one, when the core began to listen.
  var heardAt: Int64
  var isHeard = false
  var isSilent = false
  var version: UInt64 = 0
  var messages: UInt64 = 0
}
