import Glibc

/// What is known about one point: its newest reading of any quality, its newest usable one, when it last moved.
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
  /// Readings taken in.
  var arrivals: UInt64 = 0
  /// Of the newest reading; the states stuck and silent stand beside it.
  var reason = QualityReason.none
  var isStuck = false
  var ringHead: UInt8 = 0
  var ringCount: UInt8 = 0

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

/// The points of a lane with the last 64 readings of each, 13 bytes a reading: value, reason and the ms since the reading
/// before. A pause of more than 49 days (32 bits) ends what can be read back.
struct PointTable: ~Copyable {
  static let ringCapacity = 64
  private static let deltas = ringCapacity * MemoryLayout<Double>.size
  private static let reasons = deltas + ringCapacity * MemoryLayout<UInt32>.size
  private static let ringBytes = reasons + ringCapacity

  let states: Slab<PointState>
  /// Untouched pages of it cost no memory: `calloc` maps them when they are first written.
  private let rings: UnsafeMutableRawPointer

  init(count: Int) {
    states = Slab(count, filledWith: PointState())
    guard let memory = calloc(max(count, 1), Self.ringBytes) else {
      preconditionFailure("no memory for \(count) points")
    }
    rings = memory
  }

  deinit { free(rings) }

  /// Keeps a reading as the newest of its point; `previous` = time of the one before.
  func remember(_ point: Int, time: Int64, previous: Int64, value: Double, reason: QualityReason) {
    let ring = rings + point * Self.ringBytes
    let slot = Int(states[point].ringHead)
    let delta = previous == PointState.never ? 0 : UInt32(clamping: time - previous)
    ring.storeBytes(of: value, toByteOffset: slot * 8, as: Double.self)
    ring.storeBytes(of: delta, toByteOffset: Self.deltas + slot * 4, as: UInt32.self)
    ring.storeBytes(of: reason.rawValue, toByteOffset: Self.reasons + slot, as: UInt8.self)
    states[point].ringHead = UInt8((slot + 1) % Self.ringCapacity)
    states[point].ringCount = UInt8(min(Int(states[point].ringCount) + 1, Self.ringCapacity))
  }

  /// The last readings of a point, oldest first.
  func readings(of point: Int) -> [StoredReading] {
    let ring = rings + point * Self.ringBytes
    let state = states[point]
    var readings: [StoredReading] = []
    readings.reserveCapacity(Int(state.ringCount))
    var time = state.time
    for age in 0..<Int(state.ringCount) {
      let slot = (Int(state.ringHead) + 2 * Self.ringCapacity - 1 - age) % Self.ringCapacity
      let reason = ring.load(fromByteOffset: Self.reasons + slot, as: UInt8.self)
      readings.append(
        StoredReading(
          time: Timestamp(milliseconds: time), value: ring.load(fromByteOffset: slot * 8, as: Double.self),
          reason: QualityReason(rawValue: reason) ?? .none))
      let delta = ring.load(fromByteOffset: Self.deltas + slot * 4, as: UInt32.self)
      if delta == .max { break }
      time -= Int64(delta)
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
