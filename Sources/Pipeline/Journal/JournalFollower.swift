// Reading along behind the writer of a journal: each piece costs what is new in it, however large the files are.
import Glibc

/// Gives out a journal's messages piece by piece and remembers the place where it stopped. It never reads past what was
/// committed, so it sees each message once and in order. Used from one thread.
package final class JournalFollower {
  package struct Counters: Sendable, Equatable {
    package init() {}
    /// Messages given out.
    package var messages: UInt64 = 0
    /// Messages that the ring gave up before they were read (at most so many: positions can be left out).
    package var lost: UInt64 = 0
    /// Messages lost in damaged places, and the number of those places.
    package var damagedRecords: UInt64 = 0
    package var damagedPlaces: UInt64 = 0

    package static func + (a: Self, b: Self) -> Self {
      var sum = a
      sum.messages += b.messages
      sum.lost += b.lost
      sum.damagedRecords &+= b.damagedRecords
      sum.damagedPlaces += b.damagedPlaces
      return sum
    }
  }

  /// What one piece may be at most; the last message may go over `bytes`.
  package struct Portion: Sendable {
    package var messages: Int
    package var bytes: Int
    package init(messages: Int, bytes: Int) {
      self.messages = messages
      self.bytes = bytes
    }
  }

  private enum Stop { case limit, end, segmentRead }

  package let directory: String
  package private(set) var counters = Counters()
  /// Everything up to here was given out or is no longer there.
  package private(set) var position: JournalPosition

  /// The segment that is being read, by its name; nil when that must be looked up.
  private var segment: JournalPosition?
  /// Where its next record begins.
  private var offset = SegmentHeader.bytes
  /// A follower that begins with nothing has lost nothing.
  private var countsLosses: Bool

  /// - Parameter position: the last message that need not be given out; 0 begins with the oldest there is.
  package init(directory: String, after position: JournalPosition) {
    self.directory = directory
    self.position = position
    countsLosses = position > 0
  }

  /// Gives the messages behind `position` up to `end` to `body`, in order, no more than `portion`. A message that `body`
  /// does not take (false) ends the piece and comes again with the next one.
  /// - Parameter end: a position that the journal has committed (`Journal.committed`).
  /// - Returns: bytes of the records given out.
  package func read(
    to end: JournalPosition, atMost portion: Portion, body: (RawMessage) -> Bool
  ) throws(JournalError) -> Int {
    var rest = portion
    // A segment may go between two looks at the directory, but not for ever.
    var tries = 16
    while position < end, tries > 0 {
      guard let first = try currentSegment() else {
        position = end
        break
      }
      guard let scanner = try open(first) else {
        tries -= 1
        continue
      }
      switch try drain(scanner, to: end, &rest, body) {
      case .limit: return portion.bytes - rest.bytes
      case .end: position = end
      case .segmentRead: try leave(scanner, first, end)
      }
    }
    return portion.bytes - rest.bytes
  }

  private func drain(
    _ scanner: SegmentScanner, to end: JournalPosition, _ rest: inout Portion, _ body: (RawMessage) -> Bool
  ) throws(JournalError) -> Stop {
    var noted = (records: UInt64(0), places: UInt64(0))
    while position < end {
      guard rest.messages > 0, rest.bytes > 0 else { return .limit }
      guard let record = try scanner.next() else { return .segmentRead }
      guard record.message.position <= end else { return .end }
      if record.kind == .message, record.message.position > position {
        guard body(record.message) else { return .limit }
        counters.messages += 1
        position = record.message.position
        rest.messages -= 1
        rest.bytes -= JournalRecord.bytes(record.message)
        countsLosses = true
      }
      offset = scanner.goodEnd
      counters.damagedRecords &+= scanner.recordsLost &- noted.records
      counters.damagedPlaces += scanner.gapCount - noted.places
      noted = (scanner.recordsLost, scanner.gapCount)
    }
    return .end
  }

  /// The segment has no more records: on to the next, unless it has grown meanwhile. In the newest one everything that was
  /// committed has then been seen.
  private func leave(
    _ scanner: SegmentScanner, _ first: JournalPosition, _ end: JournalPosition
  ) throws(JournalError) {
    let firsts = try SegmentNames.list(directory)
    guard let next = firsts.first(where: { $0 > first }) else {
      position = end
      return
    }
    var status = stat()
    let path = SegmentNames.path(directory, first)
    // Only now is it certain that nobody writes to it any more.
    if stat(path, &status) == 0, Int(status.st_size) > scanner.bytes { return }
    if scanner.tail > 0 {
      counters.damagedRecords &+= next > position ? next - position - 1 : 0
      counters.damagedPlaces += 1
    }
    if !firsts.contains(first) { noteLoss(before: next) }
    segment = next
    offset = SegmentHeader.bytes
  }

  /// Where the next message is or would be; nil when there is no segment at all.
  private func currentSegment() throws(JournalError) -> JournalPosition? {
    if let segment { return segment }
    let firsts = try SegmentNames.list(directory)
    guard let oldest = firsts.first else { return nil }
    noteLoss(before: oldest)
    segment = firsts.last { $0 <= position + 1 } ?? oldest
    offset = SegmentHeader.bytes
    return segment
  }

  private func noteLoss(before oldest: JournalPosition) {
    guard oldest > position + 1 else { return }
    if countsLosses { counters.lost += oldest - position - 1 }
    position = oldest - 1
  }

  /// nil when the ring has given it up.
  private func open(_ first: JournalPosition) throws(JournalError) -> SegmentScanner? {
    do {
      let isBegun = offset > SegmentHeader.bytes
      return try SegmentScanner(
        path: SegmentNames.path(directory, first), first: first, offset: offset, lastPosition: isBegun ? position : nil)
    } catch {
      guard error.code == ENOENT else { throw error }
      segment = nil
      return nil
    }
  }
}
