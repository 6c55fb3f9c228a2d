/// Readings of many points that wait for their block, each point's in a chain of its own, in one piece of memory whose size
/// is fixed: 16 bytes a reading and 8 a point.
package struct ReadingBuffer: Sendable {
  private struct Slot {
    var value: Double
    /// Ms since `base`; `far`: too much for it.
    var offset: Int32
    /// Number of the point's next reading in 27 bits, all set at the end; late, reason above.
    private var link: UInt32

    private static let none: UInt32 = 1 << 27 - 1
    static let far = Int32.min

    init(_ reading: HistoryReading, offset: Int32) {
      value = reading.value
      self.offset = offset
      link = Self.none | (reading.isLate ? 1 << 27 : 0) | UInt32(reading.reason.rawValue) << 28
    }

    /// -1 at the end.
    var next: Int32 {
      get { link & Self.none == Self.none ? -1 : Int32(link & Self.none) }
      set { link = link & ~Self.none | UInt32(newValue) }
    }
    var isLate: Bool { link & 1 << 27 != 0 }
    var reason: QualityReason { QualityReason(rawValue: UInt8(link >> 28)) ?? .none }
  }

  private struct Chain {
    var first: Int32 = -1
    var last: Int32 = -1
  }

  /// Readings that it is meant to hold. The readings of one message may go over it.
  package let capacity: Int
  private var slots: [Slot] = []
  /// Time of the first reading, ms.
  private var base: Int64 = 0
  /// Times of slots that are more than 24 days away from it.
  private var farTimes: [Int32: Int64] = [:]
  private var chains: [Chain]
  /// Points that have readings, in the order of their first one.
  package private(set) var points: [PointID] = []

  /// - Parameters:
  ///   - points: of the plan; a `PointID` is below it.
  ///   - capacity: 1…16,777,216.
  package init(points: Int, capacity: Int) {
    self.capacity = min(max(capacity, 1), 1 << 24)
    chains = [Chain](repeating: Chain(), count: points)
    slots.reserveCapacity(self.capacity)
  }

  package var count: Int { slots.count }
  package var isEmpty: Bool { slots.isEmpty }
  package var isFull: Bool { slots.count >= capacity }

  package mutating func append(_ reading: HistoryReading, of point: PointID) {
    let slot = Int32(slots.count)
    if slots.isEmpty { base = reading.time.milliseconds }
    let offset = Int32(exactly: reading.time.milliseconds - base) ?? Slot.far
    if offset == Slot.far { farTimes[slot] = reading.time.milliseconds }
    slots.append(Slot(reading, offset: offset))
    let last = chains[Int(point)].last
    if last < 0 {
      chains[Int(point)].first = slot
      points.append(point)
    } else {
      slots[Int(last)].next = slot
    }
    chains[Int(point)].last = slot
  }

  /// The point's readings in the order in which they came.
  package func readings(of point: PointID) -> [HistoryReading] {
    var found: [HistoryReading] = []
    var slot = chains[Int(point)].first
    while slot >= 0 {
      let one = slots[Int(slot)]
      let time = one.offset == Slot.far ? farTimes[slot] ?? base : base + Int64(one.offset)
      found.append(
        HistoryReading(
          time: Timestamp(milliseconds: time), value: one.value, reason: one.reason, isLate: one.isLate))
      slot = one.next
    }
    return found
  }

  package mutating func removeAll() {
    for point in points { chains[Int(point)] = Chain() }
    points.removeAll(keepingCapacity: true)
    slots.removeAll(keepingCapacity: true)
    farTimes.removeAll()
  }
}
