import Synchronization

/// The way of entries from the ingest thread to the core thread: one writer, one reader, fixed capacity.
///
/// The writer appends privately and publishes after the journal's commit, so the reader never sees what a crash could
/// take back. Methods marked *writer* belong to one thread, those marked *reader* to another; counters are for all.
package final class EntryRing: @unchecked Sendable {
  private let handle: RingHandle
  private let written = Doorbell()
  private let drained = Doorbell()

  private let refusals = Atomic<Int>(0)
  private let waits = Atomic<Int>(0)

  /// Entries refused because the ring was full.
  package var refused: Int { refusals.load(ordering: .relaxed) }
  /// How often the writer had to wait for space.
  package var fullWaits: Int { waits.load(ordering: .relaxed) }

  /// - Parameter capacity: entries; rounded up to a power of two, 2…2^28.
  package init(capacity: Int) {
    var rounded = 2
    while rounded < min(capacity, 1 << 28) { rounded *= 2 }
    handle = RingHandle(capacity: rounded)
  }

  package var capacity: Int { handle.capacity }

  /// Published entries that the reader has not taken yet.
  package var count: Int { handle.publishedCount }

  /// Entries that the reader has taken since the start, and those shown to it; both only grow.
  package var taken: Int { handle.takenEnd }
  package var published: Int { handle.publishedEnd }

  // MARK: - Writer

  /// *Writer.* Puts an entry behind the unpublished ones. False, and counted, when the ring is full: then publish, wait
  /// for space and try again.
  package func append(_ entry: Entry) -> Bool {
    if handle.append(entry) { return true }
    refusals.add(1, ordering: .relaxed)
    return false
  }

  /// *Writer.* Entries appended since the last publish.
  package var unpublished: Int { handle.unpublished }

  /// *Writer.* Free places behind the unpublished entries.
  package var space: Int { handle.space }

  /// *Writer.* Shows all appended entries to the reader and wakes it if it sleeps.
  package func publish() {
    if handle.publish() { written.ring() }
  }

  /// *Writer.* Takes back what was appended since the last publish: their commit failed.
  package func discardUnpublished() { handle.discardUnpublished() }

  /// *Writer.* Sleeps until `count` places are free or the time is over; false when it is over.
  /// - Parameter milliseconds: at most so long; negative = for ever.
  package func waitForSpace(_ count: Int = 1, milliseconds: Int) -> Bool {
    if space >= count { return true }
    waits.add(1, ordering: .relaxed)
    return drained.wait(milliseconds: milliseconds) { handle.space >= min(count, handle.capacity) }
  }

  // MARK: - Reader

  /// *Reader.* Hands over at most `limit` entries where they lie and frees their places afterwards.
  /// - Returns: how many; 0 = nothing published.
  package func drain(limit: Int = .max, _ body: (UnsafeBufferPointer<Entry>) throws -> Void) rethrows -> Int {
    let entries = handle.readable(limit: limit)
    guard !entries.isEmpty else { return 0 }
    try body(entries)
    handle.release(entries.count)
    drained.ring()
    return entries.count
  }

  /// *Reader.* Sleeps until something is published, `wake` is called or the time is over.
  /// - Parameter milliseconds: at most so long; negative = for ever.
  /// - Returns: whether there is something to drain.
  package func sleep(milliseconds: Int) -> Bool {
    _ = written.wait(milliseconds: milliseconds) { handle.publishedCount > 0 }
    return handle.publishedCount > 0
  }

  /// Any thread: lets the reader's present or next `sleep` return at once.
  package func wake() { written.ringAlways() }
}
