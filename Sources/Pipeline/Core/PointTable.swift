import CPrefetch
import Glibc

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
  /// Of one reading: value, ms since the one before, reason. Unaligned, so that a reading is one cache line, seldom two.
  private static let delta = MemoryLayout<Double>.size
  private static let reason = delta + MemoryLayout<UInt32>.size
  private static let stored = reason + 1
  private static let ringBytes = ringCapacity * stored

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
    let state = states.base + point
    let head = state.pointee.ringHead
    let place = place(of: head, in: point)
    let delta = previous == PointState.never ? 0 : UInt32(clamping: time - previous)
    place.storeBytes(of: value, as: Double.self)
    place.storeBytes(of: delta, toByteOffset: Self.delta, as: UInt32.self)
    place.storeBytes(of: reason.rawValue, toByteOffset: Self.reason, as: UInt8.self)
    state.pointee.ringHead = (head &+ 1) & UInt8(Self.ringCapacity - 1)
    if state.pointee.ringCount < UInt8(Self.ringCapacity) { state.pointee.ringCount &+= 1 }
  }

  private func place(of slot: UInt8, in point: Int) -> UnsafeMutableRawPointer {
    rings + (point * Self.ringBytes + Int(slot) * Self.stored)
  }

  /// Fetches the place where the next reading will be kept.
  func expectReading(_ point: Int) { linli_prefetch(place(of: states[point].ringHead, in: point)) }

  /// The last readings of a point, oldest first.
  func readings(of point: Int) -> [StoredReading] {
    let state = states[point]
    var readings: [StoredReading] = []
    readings.reserveCapacity(Int(state.ringCount))
    var time = state.time
    for age in 0..<Int(state.ringCount) {
      let slot = (Int(state.ringHead) + 2 * Self.ringCapacity - 1 - age) % Self.ringCapacity
      let place = place(of: UInt8(slot), in: point)
      let reason = place.load(fromByteOffset: Self.reason, as: UInt8.self)
      readings.append(
        StoredReading(
          time: Timestamp(milliseconds: time), value: place.loadUnaligned(as: Double.self),
          reason: QualityReason(rawValue: reason) ?? .none))
      let delta = place.loadUnaligned(fromByteOffset: Self.delta, as: UInt32.self)
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
