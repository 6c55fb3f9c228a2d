/// The readings that a window or a `changes` condition still needs, in time order, at most 1,024 buckets: exact until
/// then; afterwards neighbours within 1/512 of the width become one bucket that leaves with its later part.
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

  static let capacityLimit = 1024

  let kind: Kind
  /// Width, ms.
  let width: Int64
  private var buckets: UnsafeMutablePointer<Bucket>?
  private var capacity = 0
  private var head = 0
  private(set) var count = 0
  /// Of the buckets present, summed from the oldest to the newest: no error accumulates.
  private(set) var total = 0.0
  private(set) var weight = 0.0
  /// Time of the first usable reading ever, ms; `Int64.max` = none yet.
  var first = Int64.max
  /// How often neighbours had to be merged.
  private(set) var merges = 0

  init(kind: Kind, width: Int64) {
    self.kind = kind
    self.width = width
  }

  func free() { buckets?.deallocate() }

  subscript(_ index: Int) -> Bucket {
    get { buckets.unsafelyUnwrapped[(head + index) & (capacity - 1)] }
    nonmutating set { buckets.unsafelyUnwrapped[(head + index) & (capacity - 1)] = newValue }
  }

  var front: Bucket? { count > 0 ? self[0] : nil }
  var back: Bucket? { count > 0 ? self[count - 1] : nil }

  /// Lets the newest bucket leave at `time` (`changes`: its value held until the next reading).
  mutating func closeBack(at time: Int64) {
    guard count > 0, self[count - 1].time == .max else { return }
    self[count - 1].time = time
  }

  mutating func insert(_ bucket: Bucket) {
    var place = count
    while place > 0 && self[place - 1].time > bucket.time { place -= 1 }
    if place < count && dominates(self[place].value, bucket.value) { return }
    var dominated = 0
    while dominated < place && dominates(bucket.value, self[place - dominated - 1].value) { dominated += 1 }
    if dominated == 0 {
      reserveOne()
      place = count
      while place > 0 && self[place - 1].time > bucket.time { place -= 1 }
      count += 1
      for index in stride(from: count - 1, to: place, by: -1) { self[index] = self[index - 1] }
      self[place] = bucket
    } else {
      self[place - dominated] = bucket
      for index in place..<count { self[index - dominated + 1] = self[index] }
      count -= dominated - 1
    }
    if place == count - 1 {
      total += bucket.value
      weight += bucket.weight
    } else {
      sum()
    }
  }

  /// Drops what left the window `(start, …]`.
  mutating func slide(to start: Int64) {
    guard count > 0, self[0].time <= start else { return }
    while count > 0, self[0].time <= start {
      head = (head + 1) & (capacity - 1)
      count -= 1
    }
    sum()
  }

  /// Whether an older bucket of value `b` no longer matters beside a newer one of value `a`.
  private func dominates(_ a: Double, _ b: Double) -> Bool {
    switch kind {
    case .total: false
    case .minimum: a <= b
    case .maximum: a >= b
    }
  }

  private mutating func sum() {
    total = 0
    weight = 0
    guard kind == .total else { return }
    for index in 0..<count {
      total += self[index].value
      weight += self[index].weight
    }
  }

  private mutating func reserveOne() {
    guard count == capacity else { return }
    if capacity == Self.capacityLimit {
      merge()
      return
    }
    let larger = max(4, capacity * 2)
    let memory = UnsafeMutablePointer<Bucket>.allocate(capacity: larger)
    for index in 0..<count { (memory + index).initialize(to: self[index]) }
    buckets?.deallocate()
    buckets = memory
    capacity = larger
    head = 0
  }

  private mutating func merge() {
    merges += 1
    let grain = max(1, width / 512)
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
    count = kept + 1
    // Many readings at one time, or a clock that jumped: then the oldest must go.
    if count == capacity {
      head = (head + 1) & (capacity - 1)
      count -= 1
    }
    sum()
  }
}
