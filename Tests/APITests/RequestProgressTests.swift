import Testing

@testable import API

/// When a client keeps us waiting, and for how long it may.
struct RequestProgressTests {
  enum Step: Sendable { case bytes(Int), head, end, answered }

  private static func take(_ steps: [Step]) -> RequestProgress {
    var progress = RequestProgress()
    for step in steps {
      switch step {
      case .bytes(let count): progress.received(bytes: count)
      case .head: progress.receivedHead()
      case .end: progress.receivedEnd()
      case .answered: progress.answered()
      }
    }
    return progress
  }

  @Test(
    arguments: [
      ([], false), ([.bytes(1)], true), ([.bytes(60), .head], true), ([.bytes(60), .head, .bytes(1)], true),
      // The whole request is there: it is our turn.
      ([.bytes(60), .head, .end], false), ([.bytes(60), .head, .end, .answered], false),
      // Answered before its end, as where the credential is missing.
      ([.bytes(60), .head, .answered], true), ([.bytes(60), .head, .answered, .bytes(9), .end], false),
      // The next one waits for the answer to the one before.
      ([.bytes(60), .head, .end, .bytes(9)], false), ([.bytes(60), .head, .end, .bytes(9), .answered], true),
      ([.bytes(90), .head, .end, .head], false), ([.bytes(90), .head, .end, .head, .answered], true),
    ] as [([Step], Bool)])
  func whoWaitsForWhom(steps: [Step], isWaiting: Bool) {
    #expect(Self.take(steps).isWaiting == isWaiting)
  }

  @Test func whatComesSlowlyButComesIsLeftAlone() {
    let enough = RequestProgress.bytesOfStretch
    var progress = Self.take([.bytes(60), .head])
    for _ in 0..<(RequestProgress.bytesMax / enough) {
      progress.received(bytes: enough - 60)
      progress.received(bytes: 60)
      let verdict = progress.stretchIsOver()
      if progress.isWaiting == false { Issue.record("it is on its way") }
      #expect(verdict == .patience)
    }
    // Longer than any request: it is only there to go on.
    progress.received(bytes: enough)
    let verdict = progress.stretchIsOver()
    #expect(verdict == .cut)
  }

  @Test func whatTricklesIsCut() {
    var progress = Self.take([.bytes(60), .head, .bytes(RequestProgress.bytesOfStretch - 61)])
    let verdict = progress.stretchIsOver()
    #expect(verdict == .cut)
  }

  /// Each request has a time and a length of its own.
  @Test func theNextOneBeginsAnew() {
    var progress = Self.take([.bytes(RequestProgress.bytesMax), .head, .end, .answered, .bytes(9)])
    progress.received(bytes: RequestProgress.bytesOfStretch)
    let verdict = progress.stretchIsOver()
    #expect(verdict == .patience)
  }
}
