import Glibc

/// Walks the records of one segment file from the front, in bounded memory, over damaged places to the next good record.
/// Takes any bytes. The file may grow meanwhile; what was there at the start is read.
final class SegmentScanner {
  /// A stretch of bytes that are no record.
  struct Gap {
    var offset: Int
    var bytes: Int
    /// Messages that were in it, by the positions around; at least 0.
    var records: UInt64
  }

  /// Damaged places that have been passed. What stands after the last good record is in `tail` instead.
  private(set) var gaps: [Gap] = []
  private(set) var gapCount: UInt64 = 0
  private(set) var recordsLost: UInt64 = 0
  /// Everything before this offset has been looked at; after the end: where the last good record ends.
  private(set) var goodEnd: Int
  private(set) var lastPosition: JournalPosition
  let bytes: Int

  private let path: String
  private let descriptor: CInt
  private var window = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
  private var windowStart = 0
  private var windowBytes = 0
  private var offset: Int
  /// Bytes that may still be checked at false beginnings: a payload full of them must not cost quadratic time.
  private var effort: Int

  private static let gapsKept = 100

  /// - Parameters:
  ///   - first: the position the file is named by.
  ///   - offset: where a record begins; that of the first one unless given.
  ///   - lastPosition: of the record before `offset`.
  init(
    path: String, first: JournalPosition, offset: Int = SegmentHeader.bytes, lastPosition: JournalPosition? = nil
  ) throws(JournalError) {
    self.path = path
    descriptor = try syscall("open", path) { open(path, O_RDONLY | O_CLOEXEC) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      window.deallocate()
      throw JournalError(call: "fstat", path: path, code: code)
    }
    bytes = Int(status.st_size)
    self.lastPosition = lastPosition ?? (first > 0 ? first - 1 : 0)
    self.offset = offset
    goodEnd = offset
    effort = 8 * max(0, bytes - offset)
  }

  deinit {
    close(descriptor)
    window.deallocate()
  }

  /// Bytes after the last good record; valid once `next()` has returned nil.
  var tail: Int { max(0, bytes - goodEnd) }

  /// The next good record; its buffers are valid until the next call.
  func next() throws(JournalError) -> (kind: JournalRecord.Kind, message: RawMessage)? {
    while let total = try recordBytes() {
      let start = offset
      if let record = JournalRecord.decode(window.baseAddress! + (start - windowStart), total), isNext(record) {
        note(record, from: start)
        offset = start + total
        goodEnd = offset
        return record
      }
      effort -= total
      offset += 1
    }
    return nil
  }

  /// Arrival of the first good message; for a scanner that has not moved yet.
  func firstArrival() throws(JournalError) -> Timestamp? {
    while let record = try next() {
      if record.kind == .message { return record.message.arrival }
    }
    return nil
  }

  /// Positions go up within a file; a record that breaks this is a copy inside a payload, not one of ours.
  private func isNext(_ record: (kind: JournalRecord.Kind, message: RawMessage)) -> Bool {
    record.message.position > lastPosition
  }

  private func note(_ record: (kind: JournalRecord.Kind, message: RawMessage), from start: Int) {
    let position = record.message.position
    if start > goodEnd {
      let lost = position - lastPosition - 1
      gapCount += 1
      recordsLost &+= lost
      if gaps.count < Self.gapsKept { gaps.append(Gap(offset: goodEnd, bytes: start - goodEnd, records: lost)) }
    }
    lastPosition = record.kind == .message ? position : position - 1
  }

  /// Moves `offset` to the next place where a record can begin and brings all of it into the window.
  private func recordBytes() throws(JournalError) -> Int? {
    while offset + JournalRecord.fixedBytes <= bytes, effort >= 0 {
      guard try fill(JournalRecord.fixedBytes) else { return nil }
      if let total = JournalRecord.claimedBytes(window.baseAddress! + (offset - windowStart)),
        offset + total <= bytes
      {
        return try fill(total) ? total : nil
      }
      skipToMagic()
    }
    return nil
  }

  /// To the next byte of the window that could begin a record, at least one further.
  private func skipToMagic() {
    offset += 1
    let rest = windowBytes - (offset - windowStart)
    guard rest > 0 else { return }
    let from = window.baseAddress! + (offset - windowStart)
    let firstByte = CInt(JournalRecord.magic & 0xff)
    offset += memchr(from, firstByte, rest).map { UnsafeRawPointer($0) - UnsafeRawPointer(from) } ?? rest
  }

  /// Makes `count` bytes from `offset` available in the window; false when the file has become shorter.
  private func fill(_ count: Int) throws(JournalError) -> Bool {
    if offset >= windowStart, offset + count <= windowStart + windowBytes { return true }
    if count > window.count {
      window.deallocate()
      window = .allocate(byteCount: count, alignment: 16)
    }
    windowStart = offset
    windowBytes = 0
    let wanted = min(window.count, bytes - offset)
    while windowBytes < wanted {
      let got = try syscall("pread", path) {
        pread(descriptor, window.baseAddress! + windowBytes, wanted - windowBytes, off_t(windowStart + windowBytes))
      }
      if got == 0 { break }
      windowBytes += got
    }
    return windowBytes >= count
  }
}
