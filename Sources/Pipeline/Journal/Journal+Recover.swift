// Opening a journal that somebody else, perhaps killed or without power, has written.
import Glibc

extension Journal {
  func recover() throws(JournalError) {
    try Self.makeDirectory(directory, files: files)
    for first in try SegmentNames.list(directory) {
      var status = stat()
      guard stat(SegmentNames.path(directory, first), &status) == 0 else { continue }
      segments.append(Segment(first: first, bytes: Int(status.st_size)))
    }
    guard let newest = segments.last else { return }
    let path = SegmentNames.path(directory, newest.first)
    descriptor = try syscall("open", path) { files.create(path) }
    let scanner = try rememberLast(newest, path)
    nextPosition = max(nextPosition, newest.first, scanner.lastPosition + 1)
    // A damaged end looks like a torn one. Positions that may have been in it are not used again.
    if scanner.tail > 0 { nextPosition += UInt64(scanner.tail / JournalRecord.fixedBytes) + 1 }
    try requirePositionsLeft(path)
    try cutTail(scanner, path)
    try rewriteTail(path)
    // What a killed process has written may still be in memory only, and a second coming of it will be acknowledged.
    try syscall("fdatasync", path) { files.sync(descriptor) }
    // …and so may its name, if the process died between making the file and making that safe.
    try Self.syncDirectory(directory, files)
    counters.segments = segments.count
    counters.bytes = segments.reduce(0) { $0 + $1.bytes }
    counters.oldestArrival = try firstArrival(segments[0].first)
    runStart = (0, segments[segments.count - 1].bytes)
  }

  /// - Parameter path: what claims the position that was reached. Nothing has been written to it.
  func requirePositionsLeft(_ path: String) throws(JournalError) {
    guard nextPosition > Self.positionsMost - Self.positionsLeft else { return }
    let claim = "it claims the position \(nextPosition - 1), where no journal comes"
    throw JournalError(path: path, reason: "\(claim): it is damaged; move it away and start again")
  }

  /// Arrival of the first good record of a segment.
  func firstArrival(_ first: JournalPosition) throws(JournalError) -> Timestamp? {
    try SegmentScanner(path: SegmentNames.path(directory, first), first: first).firstArrival()
  }

  /// Reads the newest segment, and as many before it as the memory for second comings needs.
  private func rememberLast(_ newest: Segment, _ path: String) throws(JournalError) -> SegmentScanner {
    var from = segments.count - 1
    var wanted = secondComings.capacity
    while from > 0 {
      let (messages, sessionLost) = try count(segments[from].first)
      wanted -= messages
      if wanted <= 0 || sessionLost { break }
      from -= 1
    }
    for segment in segments[from..<segments.count - 1] {
      try remember(SegmentScanner(path: SegmentNames.path(directory, segment.first), first: segment.first))
    }
    let scanner = try SegmentScanner(path: path, first: newest.first)
    try remember(scanner)
    counters.damagedRecords = scanner.recordsLost
    counters.damagedPlaces = scanner.gapCount
    damage = scanner.gaps.map { Self.words($0, path) }
    return scanner
  }

  /// QoS 1 messages of a segment, and whether a session was lost in it.
  private func count(_ first: JournalPosition) throws(JournalError) -> (messages: Int, sessionLost: Bool) {
    let scanner = try SegmentScanner(path: SegmentNames.path(directory, first), first: first)
    var messages = 0
    var sessionLost = false
    while let record = try scanner.next() {
      if record.kind == .message, record.message.qos == 1 { messages += 1 }
      if record.kind == .sessionLost { sessionLost = true }
    }
    return (messages, sessionLost)
  }

  private func remember(_ scanner: SegmentScanner) throws(JournalError) {
    while let record = try scanner.next() {
      switch record.kind {
      case .message:
        if record.message.qos == 1 { secondComings.remember(record.message) }
        newestArrival = max(newestArrival ?? .distantPast, record.message.arrival)
      case .sessionLost: secondComings.forgetAll()
      case .clock: break
      }
    }
  }

  /// Bytes after the last good record are what was being written when the power failed; they were never acknowledged.
  private func cutTail(_ scanner: SegmentScanner, _ path: String) throws(JournalError) {
    let end = max(scanner.goodEnd, SegmentHeader.bytes)
    counters.tornBytes = scanner.tail
    if scanner.tail > 0 { try syscall("ftruncate", path) { files.truncate(descriptor, end) } }
    if scanner.bytes < SegmentHeader.bytes {
      try writeHeader(segments[segments.count - 1].first, descriptor, path)
    }
    segments[segments.count - 1].bytes = end
  }

  /// Writes the end of the newest segment once more. When a sync has failed and the process then died, the kernel shows
  /// bytes that it has given up writing, and the next sync would say yes to them; written again they are dirty again.
  private func rewriteTail(_ path: String) throws(JournalError) {
    let end = segments[segments.count - 1].bytes
    var offset = max(0, end - Self.rewrittenBytes)
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: min(end - offset, 1 << 20), alignment: 16)
    defer { chunk.deallocate() }
    while offset < end {
      let got = try syscall("pread", path) {
        pread(descriptor, chunk.baseAddress, min(chunk.count, end - offset), off_t(offset))
      }
      guard got > 0 else { return }
      var done = 0
      while done < got {
        done += try syscall("write", path) {
          files.write(descriptor, chunk.baseAddress! + done, got - done, offset + done)
        }
      }
      offset += got
    }
  }

  /// More than one batch of QoS 1 messages can be (`ConnectionSettings.batchBytes` and one largest payload): no more than
  /// that can be written and not synced when a process dies.
  private static let rewrittenBytes = 24 << 20

  /// Makes a directory and those above it that are missing, each so that a power cut does not take it back.
  package static func makeDirectory(
    _ directory: String, files: JournalFiles = JournalFiles()
  ) throws(JournalError) {
    var path = ""
    for component in directory.split(separator: "/", omittingEmptySubsequences: false) {
      let parent = path.isEmpty ? (directory.hasPrefix("/") ? "/" : ".") : path
      path += path.isEmpty && !directory.hasPrefix("/") ? String(component) : "/" + component
      guard !component.isEmpty else {
        path = path == "/" ? "" : path
        continue
      }
      if mkdir(path, 0o750) == 0 {
        try syncDirectory(parent, files)
      } else if errno != EEXIST {
        throw JournalError(call: "mkdir", path: path, code: errno)
      }
    }
  }

  /// Makes the entries of a directory safe.
  static func syncDirectory(_ path: String, _ files: JournalFiles) throws(JournalError) {
    let folder = try syscall("open", path) { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    defer { close(folder) }
    try syscall("fdatasync", path) { files.sync(folder) }
  }

  static func words(_ gap: SegmentScanner.Gap, _ path: String) -> String {
    "\(path): \(gap.bytes) damaged bytes at offset \(gap.offset), \(gap.records) messages lost"
  }
}
