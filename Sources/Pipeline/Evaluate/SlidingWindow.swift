import CPrefetch

/// The readings that a window or a `changes` condition still needs, in time order, one a bucket: exact up to 16,384 of them (a
/// reading every six seconds for a day; 384 KiB), or 1,024 where the lane has no room for more (`roomOfLane`). Beyond, neighbours
/// within 2/limit of the width become one bucket that leaves with its later part: a reading may count for so long after it has left.
///
/// A reading costs O(1), amortised: sums run (`RunningSum`), extremes stand at the front of a monotonic queue.
struct SlidingWindow: BitwiseCopyable {
  /// What of a reading counts, and so what may be forgotten early.
  enum Kind: UInt8 {
    case total
    /// Only readings that no later one undercuts: the front is the minimum.
    case minimum
    case maximum
  }

  struct Bucket: BitwiseCopyable {
    /// A bucket is gone once the window's open start has reached this time, ms.
    var time: Int64
    var value: Double
    /// Readings in it.
    var weight: Double
  }

  static let capacityLimit = 16_384
  /// What every window may have.
  static let assured = 1_024
  /// Buckets that all windows of a lane may have beyond `assured`, 24 MiB.
  static let roomOfLane = 1 << 20

  let kind: Kind
  /// Width, ms.
  let width: Int64
  private var buckets: UnsafeMutablePointer<Bucket>?
  private var capacity: Int32 = 0
  private var head: Int32 = 0
  private var used: Int32 = 0
  /// Buckets whose mean lies outside of `low...high`.
  private var restless: Int32 = 0
  private let low: Double
  private let high: Double
  private var sum = RunningSum()
  /// Readings in the buckets present.
  private(set) var weight = 0.0
  /// Time of the first usable reading ever, ms; `Int64.max` = none yet.
  var first = Int64.max
  /// How often neighbours had to be merged.
  private(set) var merges: UInt32 = 0
  /// Of the lane's room what is counted as this window's.
  var taken: Int32 = 0

  /// - Parameter calm: see `isCalm`.
  init(kind: Kind, width: Int64, calm: (low: Double, high: Double) = (.infinity, -.infinity)) {
    self.kind = kind
    self.width = width
    (low, high) = calm
  }

  init(_ code: ConditionCode) {
    self.init(kind: code.windowKind, width: code.span, calm: code.calmBuckets)
  }

  func free() { buckets?.deallocate() }

  var count: Int { Int(used) }
  /// Buckets beyond `assured`.
  var excess: Int32 { max(0, used - Int32(Self.assured)) }

  /// Of the values present. Does not drift.
  var total: Double { sum.value }

  /// A false condition cannot become true by what merely leaves the window, as long as it does not become empty.
  var isCalm: Bool { restless == 0 }

  subscript(_ index: Int) -> Bucket {
    get { buckets.unsafelyUnwrapped[Int((head &+ Int32(truncatingIfNeeded: index)) & (capacity &- 1))] }
    nonmutating set {
      buckets.unsafelyUnwrapped[Int((head &+ Int32(truncatingIfNeeded: index)) & (capacity &- 1))] = newValue
    }
  }

  var front: Bucket? { used > 0 ? self[0] : nil }
  var back: Bucket? { used > 0 ? self[count - 1] : nil }

  /// Lets the newest bucket leave at `time` (`changes`: its value held until the next reading).
  mutating func closeBack(at time: Int64) {
    guard used > 0, self[count - 1].time == .max else { return }
    self[count - 1].time = time
  }

  /// - Parameter limit: `capacityLimit`, or `assured`.
  mutating func insert(_ bucket: Bucket, limit: Int = Self.capacityLimit) {
    if used >= limit { merge(limit) }
    if kind == .total {
      insertInOrder(bucket)
      weight += bucket.weight
      restless += isRestless(bucket) ? 1 : 0
      sum.add(bucket.value)
      if !sum.isExact { recount() }
    } else {
      insertExtreme(bucket)
    }
  }

  private mutating func insertInOrder(_ bucket: Bucket) {
    reserveOne()
    var place = count
    used += 1
    while place > 0 && self[place - 1].time > bucket.time {
      self[place] = self[place - 1]
      place -= 1
    }
    self[place] = bucket
  }

  /// Drops what no longer matters beside the new bucket, and the new one where a later one outdoes it.
  private mutating func insertExtreme(_ bucket: Bucket) {
    var later = 0
    while later < count && self[count - 1 - later].time > bucket.time { later += 1 }
    if later > 0 {
      insertEarlier(bucket, before: later)
      return
    }
    while used > 0 && dominates(bucket.value, self[count - 1].value) { used -= 1 }
    insertInOrder(bucket)
    restless = low <= high ? 0 : used
  }

  /// A reading that is a little late, beside readings of other points.
  private mutating func insertEarlier(_ bucket: Bucket, before later: Int) {
    let place = count - later
    if dominates(self[place].value, bucket.value) { return }
    var dominated = 0
    while dominated < place && dominates(bucket.value, self[place - dominated - 1].value) { dominated += 1 }
    if dominated == 0 {
      insertInOrder(bucket)
    } else {
      self[place - dominated] = bucket
      for index in place..<count { self[index - dominated + 1] = self[index] }
      used -= Int32(dominated - 1)
    }
    recount()
  }

  /// Fetches the buckets that `slide` and `insert` will look at.
  func expectSlide() {
    guard let buckets else { return }
    linli_prefetch(buckets + Int(head))
    linli_prefetch(buckets + Int((head &+ used) & (capacity &- 1)))
  }

  /// Drops what left the window `(start, …]`.
  mutating func slide(to start: Int64) {
    guard used > 0, self[0].time <= start else { return }
    repeat {
      let bucket = self[0]
      head = (head &+ 1) & (capacity &- 1)
      used -= 1
      if kind == .total {
        weight -= bucket.weight
        restless -= isRestless(bucket) ? 1 : 0
        sum.subtract(bucket.value)
      }
    } while used > 0 && self[0].time <= start
    // Room for a crowd that has gone is given back.
    if capacity > Int32(Self.assured) && used < capacity / 4 { resize(to: capacity / 2) }
    if kind != .total {
      restless = low <= high ? 0 : used
    } else if used == 0 || !sum.isExact {
      recount()
    }
  }

  private func isRestless(_ bucket: Bucket) -> Bool {
    if bucket.weight == 1 { return !(bucket.value >= low && bucket.value <= high) }
    let mean = bucket.value / bucket.weight
    return !(mean >= low && mean <= high)
  }

  /// Whether an older bucket of value `b` no longer matters beside a newer one of value `a`.
  private func dominates(_ a: Double, _ b: Double) -> Bool {
    switch kind {
    case .total: false
    case .minimum: a <= b
    case .maximum: a >= b
    }
  }

  /// Everything that runs, from the buckets themselves.
  private mutating func recount() {
    sum = RunningSum()
    weight = 0
    restless = low <= high ? 0 : used
    guard kind == .total else { return }
    restless = 0
    for index in 0..<count {
      sum.add(self[index].value)
      weight += self[index].weight
      restless += isRestless(self[index]) ? 1 : 0
    }
  }

  private mutating func reserveOne() {
    if used == capacity { resize(to: max(4, capacity * 2)) }
  }

  private mutating func resize(to size: Int32) {
    let memory = UnsafeMutablePointer<Bucket>.allocate(capacity: Int(size))
    for index in 0..<count { (memory + index).initialize(to: self[index]) }
    buckets?.deallocate()
    buckets = memory
    capacity = size
    head = 0
  }

  private mutating func merge(_ limit: Int) {
    merges &+= 1
    let grain = max(1, width / Int64(limit / 2))
    var kept = 0
    for index in 1..<count {
      let bucket = self[index]
      if bucket.time != .max && bucket.time / grain == self[kept].time / grain {
        self[kept].time = bucket.time
        if kind == .total {
          self[kept].value += bucket.value
          self[kept].weight += bucket.weight
        }
      } else {
        kept += 1
        self[kept] = bucket
      }
    }
    used = Int32(kept + 1)
    // Many readings at one time, or a clock that jumped: then the oldest must go.
    let surplus = max(0, used - Int32(limit) + 1)
    head = (head &+ surplus) & (capacity &- 1)
    used -= surplus
    if capacity > Int32(limit) { resize(to: Int32(limit)) }
    recount()
  }
}
