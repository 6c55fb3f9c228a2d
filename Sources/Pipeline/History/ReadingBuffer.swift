/// Readings of many points that wait for their block, each point's in a chain of its own, in one piece of memory whose size
/// is fixed: 24 bytes a reading and 8 a point.
package struct ReadingBuffer {
  private struct Slot {
    var time: Int64
    var value: Double
    /// The point's next reading, -1 at the end.
    var next: Int32
    var reason: QualityReason
    var isLate: Bool
  }

  private struct Chain {
    var first: Int32 = -1
    var last: Int32 = -1
  }

  /// Readings that it is meant to hold. The readings of one message may go over it.
  package let capacity: Int
  private var slots: [Slot] = []
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
    slots.append(
      Slot(
        time: reading.time.milliseconds, value: reading.value, next: -1, reason: reading.reason,
        isLate: reading.isLate))
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
      found.append(
        HistoryReading(
          time: Timestamp(milliseconds: one.time), value: one.value, reason: one.reason, isLate: one.isLate))
      slot = one.next
    }
    return found
  }

  package mutating func removeAll() {
    for point in points { chains[Int(point)] = Chain() }
    points.removeAll(keepingCapacity: true)
    slots.removeAll(keepingCapacity: true)
  }
}
