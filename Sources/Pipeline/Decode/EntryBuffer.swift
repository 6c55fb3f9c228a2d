/// The entries of one message, in memory that is used again for the next.
struct EntryBuffer: ~Copyable {
  private var base: UnsafeMutablePointer<Entry>
  private var capacity = 64
  private var count = 0

  init() { base = .allocate(capacity: capacity) }

  deinit { base.deallocate() }

  var entries: UnsafeBufferPointer<Entry> { UnsafeBufferPointer(start: base, count: count) }

  /// Empties it and makes room.
  mutating func begin(room: Int) {
    count = 0
    guard room > capacity else { return }
    base.deallocate()
    while capacity < room { capacity *= 2 }
    base = .allocate(capacity: capacity)
  }

  /// There must be room.
  mutating func append(_ entry: Entry) {
    assert(count < capacity)
    (base + count).initialize(to: entry)
    count &+= 1
  }
}
