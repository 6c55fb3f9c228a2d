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
    try cutTail(scanner, path)
    // What a killed process has written may still be in memory only, and a second coming of it will be acknowledged.
    try syscall("fdatasync", path) { files.sync(descriptor) }
    nextPosition = max(nextPosition, newest.first, scanner.lastPosition + 1)
    if counters.tornBytes > 0 {
      // A damaged end looks like a torn one. Positions that may have been in it are not used again.
      nextPosition += UInt64(counters.tornBytes / JournalRecord.fixedBytes) + 1
    }
    counters.segments = segments.count
    counters.bytes = segments.reduce(0) { $0 + $1.bytes }
    counters.oldestArrival = try firstArrival(segments[0].first)
    runStart = (0, segments[segments.count - 1].bytes)
  }

  /// Arrival of the first good record of a segment.
  func firstArrival(_ first: JournalPosition) throws(JournalError) -> Timestamp? {
    try SegmentScanner(path: SegmentNames.path(directory, first), first: first).firstArrival()
  }

  /// Reads the newest segment, and the one before it where that does not fill the memory for second comings.
  private func rememberLast(_ newest: Segment, _ path: String) throws(JournalError) -> SegmentScanner {
    var scanner = try SegmentScanner(path: path, first: newest.first)
    let sessionLost = try remember(scanner)
    if segments.count > 1, !sessionLost, secondComings.count < secondComings.capacity {
      secondComings.forgetAll()
      let before = segments[segments.count - 2].first
      _ = try remember(SegmentScanner(path: SegmentNames.path(directory, before), first: before))
      scanner = try SegmentScanner(path: path, first: newest.first)
      _ = try remember(scanner)
    }
    counters.damagedRecords = scanner.recordsLost
    counters.damagedPlaces = scanner.gapCount
    damage = scanner.gaps.map { Self.words($0, path) }
    return scanner
  }

  private func remember(_ scanner: SegmentScanner) throws(JournalError) -> Bool {
    var sessionLost = false
    while let record = try scanner.next() {
      switch record.kind {
      case .message: if record.message.qos == 1 { secondComings.remember(record.message) }
      case .sessionLost:
        secondComings.forgetAll()
        sessionLost = true
      }
    }
    return sessionLost
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
