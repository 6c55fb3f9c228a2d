import Glibc

/// The flight recorder of a lane: a ring of segment files that holds every message as it arrived, and the place to which
/// an acknowledgement is true. Used from one thread.
///
/// `append` copies a message into memory, `commit` writes everything appended since with one write and one sync. A
/// failed commit changes nothing: the same bytes are written to the same place by the next one. The caller stops
/// acknowledging and reading meanwhile.
package final class Journal {
  package struct Options: Sendable {
    /// Bound on all segment files together, bytes; the oldest go first. At least 128 KiB.
    package var maximumBytes: Int
    /// A segment file's size, bytes. A message that is larger gets a file of its own.
    package var segmentBytes: Int
    /// Unacknowledged messages the broker may have with us (`SecondComings.capacity`), 1…65,535.
    package var receiveMaximum: Int

    /// - Parameter segmentBytes: default `maximumBytes / 16`, within 64 KiB…64 MiB.
    package init(maximumBytes: Int = 1 << 30, segmentBytes: Int? = nil, receiveMaximum: Int = 4096) {
      self.maximumBytes = max(maximumBytes, 128 << 10)
      let wanted = segmentBytes ?? min(max(maximumBytes / 16, 64 << 10), 64 << 20)
      self.segmentBytes = min(max(wanted, 4 << 10), self.maximumBytes / 2)
      self.receiveMaximum = receiveMaximum
    }
  }

  package struct Counters: Sendable, Equatable {
    package init() {}

    /// On disk now, all segments.
    package var bytes = 0
    package var segments = 0
    /// Messages committed since start.
    package var records: UInt64 = 0
    package var commits: UInt64 = 0
    package var syncs: UInt64 = 0
    package var failedCommits: UInt64 = 0
    /// Second comings recognised.
    package var secondComings: UInt64 = 0
    /// Damaged messages skipped when the journal was opened, and the places where they were.
    package var damagedRecords: UInt64 = 0
    package var damagedPlaces: UInt64 = 0
    /// Torn bytes cut off at the end when the journal was opened: never acknowledged.
    package var tornBytes = 0
    /// Messages the ring gave up although no checkpoint stood behind them yet.
    package var lostBeforeCheckpoint: UInt64 = 0
    /// Arrival of the oldest message still there.
    package var oldestArrival: Timestamp?
  }

  struct Segment {
    var first: JournalPosition
    var bytes: Int
  }

  /// Greater positions are nobody's: a record or file name that has one is damaged, and counting on never overflows.
  package static let positionsMost: JournalPosition = 1 << 62
  /// So many must be left above what a journal claims, or it is not opened: what would come to lie above `positionsMost` nobody would
  /// read. At a million messages a second no journal gets there in 100,000 years; a damaged or forged file may say so.
  package static let positionsLeft: JournalPosition = 1 << 40

  package let directory: String
  package let options: Options
  package internal(set) var counters = Counters()
  /// The damaged places found when the journal was opened, in words, at most 100.
  package internal(set) var damage: [String] = []
  /// Position of the newest checkpoint; segments after it that the bound takes away are counted. nil = none known.
  package var checkpoint: JournalPosition?
  /// The newest arrival among the last messages when the journal was opened; nil where there were none.
  package internal(set) var newestArrival: Timestamp?
  /// Every message up to here that is still there can be read from the files.
  package private(set) var committed: JournalPosition = 0

  var files: JournalFiles
  var segments: [Segment] = []
  /// The newest segment's, -1 while there is none.
  var descriptor: CInt = -1
  var nextPosition: JournalPosition
  var secondComings: SecondComings

  /// Records not on disk yet; `bufferBytes` of it used, `written` of those in files (but not synced).
  private var buffer: UnsafeMutableRawPointer
  private var bufferCapacity: Int
  private var bufferBytes = 0
  private var written = 0
  private var bufferRecords: UInt64 = 0
  /// Where the bytes of this batch in the newest segment begin: in the buffer, in the file.
  var runStart = (buffer: 0, file: 0)
  /// The newest segment has bytes that no sync covers. (QoS 0 bytes that a failed sync dropped are not written again.)
  private var unsynced = false

  private static let bufferBytesAtRest = 1 << 20

  /// Opens or makes the journal, cuts a torn end off, and continues above both its own last position and
  /// `nextPositionAtLeast`. Reads the newest segment, and of those before as much as second comings need.
  package init(
    directory: String, options: Options = Options(), nextPositionAtLeast: JournalPosition = 1,
    files: JournalFiles = JournalFiles()
  ) throws(JournalError) {
    self.directory = directory
    self.options = options
    self.files = files
    nextPosition = max(nextPositionAtLeast, 1)
    secondComings = SecondComings(capacity: options.receiveMaximum)
    bufferCapacity = Self.bufferBytesAtRest
    buffer = .allocate(byteCount: bufferCapacity, alignment: 16)
    try recover()
    try requirePositionsLeft(directory)
    committed = nextPosition - 1
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    buffer.deallocate()
  }

  /// Position the next message will get.
  package var next: JournalPosition { nextPosition }
  /// Bytes appended and not yet committed.
  package var pendingBytes: Int { bufferBytes }

  /// Copies the message into the batch and gives it its position. It is safe once `commit(sync: true)` has returned.
  package func append(_ message: RawMessage) -> JournalPosition {
    let position = nextPosition
    nextPosition += 1
    encode(message, .message, position)
    bufferRecords += 1
    if message.qos == 1 { secondComings.remember(message) }
    if counters.oldestArrival == nil { counters.oldestArrival = message.arrival }
    return position
  }

  /// A connection was accepted; to be said before its first message. Without a session the broker has forgotten what was
  /// in flight: that goes into the journal with the next commit, so that it holds after a restart too.
  package func connected(sessionPresent: Bool) {
    if !sessionPresent, secondComings.count > 0 {
      let empty = UnsafeRawBufferPointer(start: nil, count: 0)
      let marker = RawMessage(topic: empty, payload: empty, arrival: counters.oldestArrival ?? .distantPast)
      encode(marker, .sessionLost, nextPosition)
    }
    secondComings.connected(sessionPresent: sessionPresent)
  }

  /// Notes where the lane's clock stands when the lane is opened; to be said before the first message. Goes to disk with the
  /// next commit.
  package func opened(at clock: Timestamp) {
    let empty = UnsafeRawBufferPointer(start: nil, count: 0)
    encode(RawMessage(topic: empty, payload: empty, arrival: clock), .clock, nextPosition)
  }

  /// Whether this QoS 1 message is in the journal already because its acknowledgement got lost: acknowledge it and drop it.
  /// - Parameter redelivered: the DUP flag where it is known.
  package func isSecondComing(_ message: RawMessage, redelivered: Bool?) -> Bool {
    guard message.qos == 1, secondComings.recognises(message, redelivered: redelivered) else { return false }
    counters.secondComings += 1
    return true
  }

  /// A message is acknowledged without being kept.
  package func passedOver(_ message: RawMessage) { secondComings.forget(packetID: message.packetID) }

  /// Writes what was appended, in one write (more where a segment ends), and with `sync` makes it and everything before
  /// safe. When it throws nothing is lost or doubled: call it again later.
  package func commit(sync: Bool) throws(JournalError) {
    guard bufferBytes > 0 || (sync && unsynced) else { return }
    do {
      while written < bufferBytes { try writeRun() }
      if sync { try syncNewest() }
    } catch {
      counters.failedCommits += 1
      throw error
    }
    committed = nextPosition - 1
    counters.commits += 1
    counters.records += bufferRecords
    bufferRecords = 0
    bufferBytes = 0
    written = 0
    runStart = (0, segments.last?.bytes ?? 0)
    if bufferCapacity > 8 * Self.bufferBytesAtRest { reallocate(Self.bufferBytesAtRest) }
  }

  // MARK: - Buffer

  private func encode(_ message: RawMessage, _ kind: JournalRecord.Kind, _ position: JournalPosition) {
    let bytes = JournalRecord.bytes(message)
    if bufferBytes + bytes > bufferCapacity { reallocate(max(bufferBytes + bytes, 2 * bufferCapacity)) }
    JournalRecord.encode(message, kind: kind, position: position, to: buffer + bufferBytes)
    bufferBytes += bytes
  }

  private func reallocate(_ capacity: Int) {
    let new = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    new.copyMemory(from: buffer, byteCount: bufferBytes)
    buffer.deallocate()
    buffer = new
    bufferCapacity = capacity
  }

  // MARK: - Files

  /// Writes as many whole records as fit into the newest segment, into a new one when not even one fits.
  private func writeRun() throws(JournalError) {
    let firstBytes = JournalRecord.claimedBytes(buffer + written) ?? 0
    if segments.last.map({ !fits(firstBytes) && $0.first != position(at: written) }) ?? true { try roll() }
    var end = written
    while end < bufferBytes, let bytes = JournalRecord.claimedBytes(buffer + end),
      end == written || fits(end - written + bytes)
    { end += bytes }
    try makeRoom(end - written)
    let newest = segments.count - 1
    let path = SegmentNames.path(directory, segments[newest].first)
    var done = 0
    while done < end - written {
      done += try syscall("write", path) {
        files.write(descriptor, buffer + written + done, end - written - done, segments[newest].bytes + done)
      }
    }
    segments[newest].bytes += done
    counters.bytes += done
    written = end
    unsynced = true
  }

  private func fits(_ bytes: Int) -> Bool {
    segments[segments.count - 1].bytes + bytes <= options.segmentBytes
  }

  /// Makes the newest segment safe. When that fails the kernel may have dropped the pages (a second sync would lie): this
  /// batch's bytes count as not written and will be written again.
  private func syncNewest() throws(JournalError) {
    guard unsynced, let newest = segments.last else { return }
    do {
      try syscall("fdatasync", SegmentNames.path(directory, newest.first)) { files.sync(descriptor) }
    } catch {
      counters.bytes -= newest.bytes - runStart.file
      segments[segments.count - 1].bytes = runStart.file
      written = runStart.buffer
      throw error
    }
    counters.syncs += 1
    unsynced = false
  }

  /// Begins a new segment file; the one before is made safe first.
  private func roll() throws(JournalError) {
    if descriptor >= 0 { try syncNewest() }
    let first = position(at: written)
    try makeRoom(SegmentHeader.bytes)
    let path = SegmentNames.path(directory, first)
    let new = try syscall("open", path) { files.create(path) }
    do {
      try writeHeader(first, new, path)
      try Self.syncDirectory(directory, files)
    } catch {
      close(new)
      throw error
    }
    if descriptor >= 0 { close(descriptor) }
    descriptor = new
    segments.append(Segment(first: first, bytes: SegmentHeader.bytes))
    counters.bytes += SegmentHeader.bytes
    counters.segments = segments.count
    runStart = (written, SegmentHeader.bytes)
  }

  private func position(at offset: Int) -> JournalPosition {
    UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset + 12, as: UInt64.self))
  }

  func writeHeader(_ first: JournalPosition, _ descriptor: CInt, _ path: String) throws(JournalError) {
    let header = UnsafeMutableRawPointer.allocate(byteCount: SegmentHeader.bytes, alignment: 16)
    defer { header.deallocate() }
    SegmentHeader.encode(first, to: header)
    var done = 0
    while done < SegmentHeader.bytes {
      done += try syscall("write", path) {
        files.write(descriptor, UnsafeRawPointer(header) + done, SegmentHeader.bytes - done, done)
      }
    }
  }

  /// Deletes oldest segments until `bytes` more stay within the bound. The newest is never deleted.
  private func makeRoom(_ bytes: Int) throws(JournalError) {
    while counters.bytes + bytes > options.maximumBytes, segments.count > 1 {
      let path = SegmentNames.path(directory, segments[0].first)
      do {
        try syscall("unlink", path) { files.remove(path) }
      } catch {
        if error.code != ENOENT { throw error }
      }
      if let checkpoint, segments[1].first > checkpoint + 1 {
        counters.lostBeforeCheckpoint += segments[1].first - max(segments[0].first, checkpoint + 1)
      }
      counters.bytes -= segments[0].bytes
      segments.removeFirst()
      counters.segments = segments.count
      counters.oldestArrival = try firstArrival(segments[0].first) ?? counters.oldestArrival
    }
  }
}
