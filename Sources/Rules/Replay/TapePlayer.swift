package import Pipeline

/// Plays tape files through a replay and says what comes of them, as it comes.
package final class TapePlayer {
  /// What the player has to say; the caller prints it.
  package enum Event {
    case change(ReplayChange)
    case reading(ReplayReading)
    /// A line that is no message was skipped; or a file could not be read (line 0).
    case malformed(tape: String, line: Int, TapeProblem)
  }

  private let rules: RuleSet
  private let until: Timestamp?
  /// From the first message to the end of the clock; nil before `play` and without any message.
  package private(set) var span: ClosedRange<Timestamp>?
  private let tellsReadings: Bool

  /// - Parameters:
  ///   - until: the clock runs on to this time after the last message.
  ///   - tellsReadings: without, no `.reading` is made: most of what a replay costs.
  package init(_ rules: RuleSet, until: Timestamp? = nil, tellsReadings: Bool = true) {
    self.rules = rules
    self.until = until
    self.tellsReadings = tellsReadings
  }

  /// Plays the files (`-` is standard input) as one tape, in the order of their lines' times.
  /// - Throws: what `emit` throws.
  /// - Returns: how many lines or files were malformed; the exit status is 1 if any were.
  package func play(_ paths: [String], _ emit: (Event) throws -> Void) throws -> Int {
    var replay = Replay(rules)
    let tapes = TapeMerge(paths)
    var malformed = 0
    reading: while true {
      switch try tapes.next({ replay.take($0) }) {
      case .end: break reading
      case .malformed(let tape, let line, let problem):
        malformed += 1
        try emit(.malformed(tape: tape, line: line, problem))
      case .message:
        if tellsReadings { for reading in replay.readings { try emit(.reading(reading)) } }
        for change in replay.takeChanges() { try emit(.change(change)) }
      }
    }
    replay.finish(until: until)
    if let first = replay.began, let last = replay.clock { span = first...max(last, until ?? last) }
    for change in replay.takeChanges() { try emit(.change(change)) }
    return malformed
  }
}
