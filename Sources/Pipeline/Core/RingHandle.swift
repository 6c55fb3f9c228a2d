import Synchronization

/// All memory of an `EntryRing`: the entries and both ends' indices, each end on cache lines of its own. Indices only grow;
/// the place of an index is its low bits.
struct RingHandle: ~Copyable {
  /// One end: the index that the other side reads, and what only the owner touches. 128 bytes: two lines, because
  /// processors fetch them in pairs.
  private static let endBytes = 128

  private let entries: UnsafeMutablePointer<Entry>
  private let mask: Int
  private let memory: UnsafeMutableRawPointer

  init(capacity: Int) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0)
    entries = .allocate(capacity: capacity)
    mask = capacity - 1
    memory = .allocate(byteCount: 4 * Self.endBytes, alignment: Self.endBytes)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: 4 * Self.endBytes)
    tail.initialize(to: Atomic(0))
    head.initialize(to: Atomic(0))
  }

  deinit {
    entries.deallocate()
    memory.deallocate()
  }

  var capacity: Int { mask + 1 }

  /// Published end.
  private var tail: UnsafeMutablePointer<Atomic<Int>> { memory.assumingMemoryBound(to: Atomic<Int>.self) }
  /// Next entry to read.
  private var head: UnsafeMutablePointer<Atomic<Int>> {
    (memory + 2 * Self.endBytes).assumingMemoryBound(to: Atomic<Int>.self)
  }
  /// Writer's own: the unpublished end, and the head it saw last.
  private var writer: UnsafeMutablePointer<(end: Int, head: Int)> {
    (memory + Self.endBytes).assumingMemoryBound(to: (end: Int, head: Int).self)
  }
  /// Reader's own: its position, and the tail it saw last.
  private var reader: UnsafeMutablePointer<(start: Int, tail: Int)> {
    (memory + 3 * Self.endBytes).assumingMemoryBound(to: (start: Int, tail: Int).self)
  }

  var publishedCount: Int {
    let taken = head.pointee.load(ordering: .acquiring)
    return max(0, tail.pointee.load(ordering: .acquiring) - taken)
  }

  var takenEnd: Int { head.pointee.load(ordering: .acquiring) }
  var publishedEnd: Int { tail.pointee.load(ordering: .acquiring) }

  // MARK: - Writer

  var unpublished: Int { writer.pointee.end - tail.pointee.load(ordering: .relaxed) }

  var space: Int {
    writer.pointee.head = head.pointee.load(ordering: .acquiring)
    return capacity - (writer.pointee.end - writer.pointee.head)
  }

  func append(_ entry: Entry) -> Bool {
    let end = writer.pointee.end
    if end - writer.pointee.head > mask && space == 0 { return false }
    (entries + (end & mask)).initialize(to: entry)
    writer.pointee.end = end + 1
    return true
  }

  /// False when there was nothing to publish.
  func publish() -> Bool {
    guard unpublished > 0 else { return false }
    tail.pointee.store(writer.pointee.end, ordering: .releasing)
    return true
  }

  func discardUnpublished() { writer.pointee.end = tail.pointee.load(ordering: .relaxed) }

  // MARK: - Reader

  /// Published entries from the reader's position up to the end of the memory.
  func readable(limit: Int) -> UnsafeBufferPointer<Entry> {
    let start = reader.pointee.start
    if reader.pointee.tail == start { reader.pointee.tail = tail.pointee.load(ordering: .acquiring) }
    let count = min(reader.pointee.tail - start, limit, capacity - (start & mask))
    return UnsafeBufferPointer(start: entries + (start & mask), count: max(0, count))
  }

  func release(_ count: Int) {
    reader.pointee.start += count
    head.pointee.store(reader.pointee.start, ordering: .releasing)
  }
}
