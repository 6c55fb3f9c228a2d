import Glibc

/// Lines of a file descriptor, one after the other, in one buffer that grows to the longest line and never beyond a limit.
final class LineReader {
  enum Line {
    /// Without its line break; valid until the next call..
    case bytes(UnsafeRawBufferPointer)
    /// Its bytes were skipped.
    case tooLong
    case end
  }

  private let descriptor: Int32
  private let owns: Bool
  let limit: Int
  private var buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var filled = 0
  private var atEnd = false

  init(descriptor: Int32, owns: Bool, limit: Int) {
    self.descriptor = descriptor
    self.owns = owns
    self.limit = limit
    buffer = .allocate(byteCount: 1 << 16, alignment: 8)
  }

  deinit {
    buffer.deallocate()
    if owns { close(descriptor) }
  }

  func next() throws(TapeProblem) -> Line {
    var searched = start
    while true {
      if let end = newline(from: searched) {
        let line = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
        start = end + 1
        return line.count > limit ? .tooLong : .bytes(line)
      }
      if atEnd {
        let line = UnsafeRawBufferPointer(rebasing: buffer[start..<filled])
        start = filled
        if line.isEmpty { return .end }
        return line.count > limit ? .tooLong : .bytes(line)
      }
      if filled - start > limit {
        try skipLine()
        return .tooLong
      }
      let scanned = filled - start
      try fill()
      searched = start + scanned
    }
  }

  private func newline(from position: Int) -> Int? {
    guard position < filled, let base = buffer.baseAddress,
      let found = memchr(base + position, 0x0a, filled - position)
    else { return nil }
    return UnsafeMutableRawPointer(found) - base
  }

  /// Drops everything up to the next line break.
  private func skipLine() throws(TapeProblem) {
    while true {
      start = filled
      try fill()
      if let end = newline(from: start) {
        start = end + 1
        return
      }
      if atEnd { return }
    }
  }

  /// Reads more behind what is there; makes room first.
  private func fill() throws(TapeProblem) {
    if start > 0 {
      if filled > start, let base = buffer.baseAddress { memmove(base, base + start, filled - start) }
      filled -= start
      start = 0
    }
    if filled == buffer.count {
      let grown = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 8)
      grown.copyMemory(from: UnsafeRawBufferPointer(buffer))
      buffer.deallocate()
      buffer = grown
    }
    while true {
      let count = read(descriptor, buffer.baseAddress! + filled, buffer.count - filled)
      if count > 0 { filled += count }
      if count == 0 { atEnd = true }
      if count >= 0 { return }
      if errno != EINTR { throw .unreadable(String(cString: strerror(errno))) }
    }
  }
}
