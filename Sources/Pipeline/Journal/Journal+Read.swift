// Reading a journal back, also one that a running service is writing: replay, tape, history.
import Glibc

extension Journal {
  /// What a reading met.
  package struct ReadReport: Sendable, Equatable {
    /// Messages given to the caller.
    package var messages: UInt64 = 0
    /// Messages lost in damaged places, and the number of those places.
    package var damagedRecords: UInt64 = 0
    package var damagedPlaces: UInt64 = 0
    /// The places in words, at most 100.
    package var damage: [String] = []
    /// Oldest position the ring may still hold; above the one asked for when the ring has given up what lay before.
    package var oldest: JournalPosition = 0
  }

  /// Gives the messages from a position on to `body`, in order, until it returns false. The buffers are valid during the
  /// call only. Damage is skipped and reported; memory is bounded by the largest message.
  /// - Parameter clock: called where the lane was opened again, with the time at which its clock stood (`Journal.opened`).
  package static func read(
    directory: String, from: JournalPosition = 1, clock: (Timestamp) throws -> Void = { _ in },
    body: (RawMessage) throws -> Bool
  ) throws -> ReadReport {
    let firsts = try SegmentNames.list(directory)
    var report = ReadReport()
    report.oldest = firsts.first ?? 0
    let start = firsts.lastIndex { $0 <= from } ?? 0
    for index in firsts.indices.dropFirst(start) {
      let path = SegmentNames.path(directory, firsts[index])
      let opened = try open(path, firsts[index])
      guard let scanner = opened else { continue }
      let goesOn = try give(scanner, from, &report, clock, body)
      report.take(scanner, path, next: index + 1 < firsts.count ? firsts[index + 1] : nil, whole: goesOn)
      if !goesOn { break }
    }
    return report
  }

  /// False when `body` wants no more.
  private static func give(
    _ scanner: SegmentScanner, _ from: JournalPosition, _ report: inout ReadReport,
    _ clock: (Timestamp) throws -> Void, _ body: (RawMessage) throws -> Bool
  ) throws -> Bool {
    while let record = try scanner.next() {
      guard record.message.position >= from else { continue }
      if record.kind == .clock { try clock(record.message.arrival) }
      guard record.kind == .message else { continue }
      report.messages += 1
      let goesOn = try body(record.message)
      if !goesOn { return false }
    }
    return true
  }

  /// nil when the ring has given the segment up meanwhile.
  private static func open(_ path: String, _ first: JournalPosition) throws(JournalError) -> SegmentScanner? {
    do {
      return try SegmentScanner(path: path, first: first)
    } catch {
      if error.code == ENOENT { return nil }
      throw error
    }
  }

  /// A position from which on everything that arrived at or after `since` can be read; may begin up to a segment earlier.
  package static func position(directory: String, since: Timestamp) throws -> JournalPosition {
    let firsts = try SegmentNames.list(directory)
    for first in firsts.reversed() {
      let opened = try open(SegmentNames.path(directory, first), first)
      let arrival = try opened?.firstArrival()
      if let arrival, arrival < since { return first }
    }
    return firsts.first ?? 1
  }
}

extension Journal.ReadReport {
  /// - Parameter next: the following segment's first position; in the newest segment the tail is still being written.
  fileprivate mutating func take(
    _ scanner: SegmentScanner, _ path: String, next: JournalPosition?, whole: Bool
  ) {
    damagedRecords &+= scanner.recordsLost
    damagedPlaces += scanner.gapCount
    damage += scanner.gaps.map { Journal.words($0, path) }
    if whole, let next, scanner.tail > 0 {
      let lost = next > scanner.lastPosition ? next - scanner.lastPosition - 1 : 0
      damagedRecords &+= lost
      damagedPlaces += 1
      damage.append(Journal.words(.init(offset: scanner.goodEnd, bytes: scanner.tail, records: lost), path))
    }
    if damage.count > 100 { damage.removeLast(damage.count - 100) }
  }
}
