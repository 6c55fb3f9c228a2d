import Glibc

/// Several tapes as one: their messages in the order of their times, those of equal times in the order of the tapes. Each tape
/// stays in its own order: a line out of order comes as soon as it is seen. Keeps one message of each tape.
package final class TapeMerge {
  package enum Step: Equatable {
    case message
    /// The line was skipped; line 0: the tape cannot be read (any further).
    case malformed(tape: String, line: Int, TapeProblem)
    case end
  }

  /// Their next message is not known yet; the next to read is the last.
  private var unread: [TapeHead]
  /// The earliest message is the last.
  private var waiting: [TapeHead] = []

  /// - Parameter paths: files, or `-` for standard input.
  package init(_ paths: [String]) {
    var heads: [TapeHead] = []
    // Standard input can be read once only.
    for path in paths where path != "-" || !heads.contains(where: { $0.path == "-" }) {
      heads.append(TapeHead(path: path, number: heads.count))
    }
    unread = heads.reversed()
  }

  /// Calls `body` with the next message, or says why there is none; throws only what `body` throws.
  package func next(_ body: (RawMessage) throws -> Void) throws -> Step {
    while let tape = unread.last {
      let step = tape.advance()
      if case .malformed(_, line: 1..., _) = step { return step }
      unread.removeLast()
      switch step {
      case .message: insert(tape)
      case .malformed: return step
      case .end: tape.close()
      }
    }
    guard let tape = waiting.popLast() else { return .end }
    unread.append(tape)
    try tape.give(body)
    return .message
  }

  private func insert(_ tape: TapeHead) {
    var index = waiting.endIndex
    while index > 0, waiting[index - 1].comesBefore(tape) { index -= 1 }
    waiting.insert(tape, at: index)
  }
}

/// The next message of one tape. A file whose first message is not due yet is closed again: a year of tapes, one a day, must
/// not need a year of open files.
private final class TapeHead {
  let path: String
  private let number: Int
  private var reader: TapeReader?
  private var isBegun = false
  /// Lines read so far.
  private var line = 0
  private var topic: [UInt8] = []
  private var payload: [UInt8] = []
  private var arrival = Timestamp.distantPast
  private var qos: UInt8 = 0
  private var isRetained = false

  init(path: String, number: Int) {
    self.path = path
    self.number = number
  }

  func comesBefore(_ other: TapeHead) -> Bool { (arrival, number) < (other.arrival, other.number) }

  func advance() -> TapeMerge.Step {
    do {
      let reader = try open()
      let step = try reader.next(keep)
      line = reader.line
      switch step {
      case .message:
        if !isBegun && isFile { close() }
        isBegun = true
        return .message
      case .malformed(let line, let problem): return .malformed(tape: path, line: line, problem)
      case .end: return .end
      }
    } catch let problem as TapeProblem {
      return .malformed(tape: path, line: 0, problem)
    } catch {
      // `keep` throws nothing.
      return .malformed(tape: path, line: 0, .unreadable("\(error)"))
    }
  }

  func give(_ body: (RawMessage) throws -> Void) rethrows {
    try topic.withUnsafeBytes { topic in
      try payload.withUnsafeBytes { payload in
        try body(RawMessage(topic: topic, payload: payload, arrival: arrival, qos: qos, retained: isRetained))
      }
    }
  }

  func close() { reader = nil }

  /// Opened again, it stands behind the last line read.
  private func open() throws -> TapeReader {
    if let reader { return reader }
    let opened = try TapeReader(path: path)
    while opened.line < line, try opened.next({ _ in }) != .end {}
    reader = opened
    return opened
  }

  private func keep(_ message: RawMessage) {
    topic.removeAll(keepingCapacity: true)
    topic.append(contentsOf: message.topic)
    payload.removeAll(keepingCapacity: true)
    payload.append(contentsOf: message.payload)
    arrival = message.arrival
    qos = message.qos
    isRetained = message.retained
  }

  /// What can be opened again and is then the same.
  private var isFile: Bool {
    var status = stat()
    return path != "-" && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }
}
