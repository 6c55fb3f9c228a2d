/// Whether a request that has begun gets anywhere. Pure: it hears what passes on a connection and says when time is to be measured, and
/// what is to become of the connection when a stretch of it is over. Time in which the client waits for an answer is not measured.
struct RequestProgress: Sendable {
  enum Verdict: Equatable {
    /// It may go on for another stretch.
    case patience
    case cut
  }

  /// What a stretch must bring where it does not bring the end: 8 KiB a second for a minute, a weak telephone with a photo.
  static let bytesOfStretch = 60 * (8 << 10)
  /// No request is longer than that; what goes on is only there to go on.
  static let bytesMax = 6 << 20

  /// Bytes of a request have come, and not yet its end.
  private var isArriving = false
  private var hasHead = false
  private var total = 0
  private var ofStretch = 0
  /// Requests, as far as their heads are known, whose answers are not through.
  private var owed = 0

  /// Whether the client keeps us waiting, and not we it.
  var isWaiting: Bool { isArriving && owed <= (hasHead ? 1 : 0) }

  mutating func received(bytes: Int) {
    if !isArriving { begin() }
    total += bytes
    ofStretch += bytes
  }

  mutating func receivedHead() {
    if !isArriving { begin() }
    hasHead = true
    owed += 1
  }

  mutating func receivedEnd() { isArriving = false }

  mutating func answered() { owed = max(0, owed - 1) }

  /// To be asked when a stretch is over in which it was waited all the time.
  mutating func stretchIsOver() -> Verdict {
    defer { ofStretch = 0 }
    return ofStretch >= Self.bytesOfStretch && total <= Self.bytesMax ? .patience : .cut
  }

  private mutating func begin() {
    isArriving = true
    hasHead = false
    total = 0
    ofStretch = 0
  }
}
