/// The core's timers: at most one for each owner (a device, a point, a rule instance), in a hierarchical wheel of nine
/// levels of 64 slots, 1 ms at the lowest. They come out in due-time order, ties in the order of their owners.
///
/// Ties go by owner and not by creation, so that the order depends neither on when a timer happened to be armed again nor
/// on a restart in between. Arming and cancelling are O(1); an idle timer costs nothing, however far the clock moves.
struct TimerWheel: ~Copyable {
  private static let levels = 9
  /// Marks an owner whose timer stands in `ready` instead of a slot.
  private static let readySlot: Int16 = -2
  private static let noSlot: Int16 = -1

  private struct Ready {
    var due: Int64
    var owner: Int32
  }

  private let dues: Slab<Int64>
  private let slots: Slab<Int16>
  private let next: Slab<Int32>
  private let previous: Slab<Int32>
  private let heads: Slab<Int32>
  private let occupied: Slab<UInt64>
  /// Due at the clock or before; the first one last.
  private var ready: [Ready] = []
  /// Every timer due at this time or before has left the slots.
  private(set) var clock: Int64

  /// - Parameter clock: ms since 1970; timers armed for this time or before are due at once.
  init(owners: Int, clock: Int64) {
    dues = Slab(owners, filledWith: .max)
    slots = Slab(owners, filledWith: Self.noSlot)
    next = Slab(owners, filledWith: -1)
    previous = Slab(owners, filledWith: -1)
    heads = Slab(Self.levels * 64, filledWith: -1)
    occupied = Slab(Self.levels, filledWith: 0)
    self.clock = clock
  }

  /// When the owner's timer is due, ms since 1970; `Int64.max` = it has none.
  func due(of owner: Int) -> Int64 { dues[owner] }

  /// Never later than the first timer; earlier, at most eight times a timer, when that one still stands in a coarse slot.
  var nextDue: Int64? {
    for entry in ready.reversed() where isCurrent(entry) { return entry.due }
    for level in 0..<Self.levels where occupied[level] != 0 { return start(ofFirstSlotIn: level) }
    return nil
  }

  /// Arms the owner's timer, instead of the one it may have.
  mutating func schedule(_ owner: Int, at due: Int64) {
    cancel(owner)
    dues[owner] = due
    place(owner)
  }

  mutating func cancel(_ owner: Int) {
    let slot = slots[owner]
    guard slot != Self.noSlot else { return }
    if slot != Self.readySlot { unlink(owner, from: Int(slot)) }
    slots[owner] = Self.noSlot
    dues[owner] = .max
  }

  /// Takes out the next timer that is due at `limit` or before. Call until nil; the clock then stands at `limit`.
  mutating func pop(upTo limit: Int64) -> (owner: Int, due: Int64)? {
    while true {
      while let entry = ready.last {
        if isCurrent(entry) && entry.due > limit { return nil }
        ready.removeLast()
        if isCurrent(entry) {
          cancel(Int(entry.owner))
          return (Int(entry.owner), entry.due)
        }
      }
      guard let level = (0..<Self.levels).first(where: { occupied[$0] != 0 }) else {
        clock = max(clock, limit)
        return nil
      }
      let start = start(ofFirstSlotIn: level)
      if start > limit {
        clock = max(clock, limit)
        return nil
      }
      clock = start
      empty(level * 64 + occupied[level].trailingZeroBitCount)
    }
  }

  private func isCurrent(_ entry: Ready) -> Bool {
    slots[Int(entry.owner)] == Self.readySlot && dues[Int(entry.owner)] == entry.due
  }

  /// Ticks count from year 1, so that they are never negative.
  private func ticks(_ time: Int64) -> UInt64 { UInt64(max(0, time - Timestamp.distantPast.milliseconds)) }

  private func start(ofFirstSlotIn level: Int) -> Int64 {
    let shift = UInt64(6 * level)
    let above = (ticks(clock) >> (shift + 6)) << (shift + 6)
    return Int64(above | UInt64(occupied[level].trailingZeroBitCount) << shift) + Timestamp.distantPast.milliseconds
  }

  /// The level is that of the highest six-bit digit in which the due time differs from the clock: so a slot always lies
  /// after the clock, and lower levels come before higher ones.
  private mutating func place(_ owner: Int) {
    let due = dues[owner]
    guard due > clock else {
      slots[owner] = Self.readySlot
      insertReady(Ready(due: due, owner: Int32(owner)))
      return
    }
    let time = ticks(min(due, Timestamp.distantFuture.milliseconds))
    let level = max(0, 63 - (time ^ ticks(clock)).leadingZeroBitCount) / 6
    let digit = Int((time >> UInt64(6 * level)) & 63)
    let slot = level * 64 + digit
    occupied[level] |= 1 << UInt64(digit)
    let head = heads[slot]
    next[owner] = head
    previous[owner] = -1
    if head >= 0 { previous[Int(head)] = Int32(owner) }
    heads[slot] = Int32(owner)
    slots[owner] = Int16(slot)
  }

  private func unlink(_ owner: Int, from slot: Int) {
    let before = previous[owner]
    let after = next[owner]
    if before >= 0 { next[Int(before)] = after } else { heads[slot] = after }
    if after >= 0 { previous[Int(after)] = before }
    if heads[slot] < 0 { occupied[slot / 64] &= ~(1 << UInt64(slot % 64)) }
  }

  /// The clock has come to the start of a slot: what is due now becomes ready, the rest moves to finer slots.
  private mutating func empty(_ slot: Int) {
    var owner = heads[slot]
    heads[slot] = -1
    occupied[slot / 64] &= ~(1 << UInt64(slot % 64))
    // `ready` is empty here, so one sort replaces many ordered insertions.
    while owner >= 0 {
      let following = next[Int(owner)]
      if dues[Int(owner)] <= clock {
        slots[Int(owner)] = Self.readySlot
        ready.append(Ready(due: dues[Int(owner)], owner: owner))
      } else {
        place(Int(owner))
      }
      owner = following
    }
    ready.sort { ($0.due, $0.owner) > ($1.due, $1.owner) }
  }

  private mutating func insertReady(_ entry: Ready) {
    var low = 0
    var high = ready.count
    while low < high {
      let middle = (low + high) / 2
      let other = ready[middle]
      if (other.due, other.owner) > (entry.due, entry.owner) { low = middle + 1 } else { high = middle }
    }
    ready.insert(entry, at: low)
  }
}
