/// When to connect (again): a pure state machine. An event goes in, an action comes out; the loop performs it.
///
///     idle ──start──► connecting ──accepted──► connected
///                      ▲     │failed               │lost
///                      │     ▼                     │
///                      └── waiting ◄───────────────┘          any ──stop──► stopped
///                     due
///
/// Pauses double from the first to the longest, each shortened by up to half at random so that a thousand boxes do not
/// come back in the same second. A connection that held
/// for `stableAfter` starts again with the first pause.
struct ReconnectPolicy: Equatable {
  enum State: Equatable {
    case idle
    case connecting
    /// Since when.
    case connected(Int64)
    /// Until when.
    case waiting(Int64)
    case stopped
  }

  enum Failure: Equatable {
    /// Refused TCP, lost connection, timeout, DNS, TLS.
    case network
    /// The broker said no (password, permission, version): somebody has to change something.
    case refused
    /// Another client with the same id pushed us out; coming back at once would push it out in turn, without end.
    case takenOver
  }

  enum Event: Equatable {
    case start
    case accepted
    case failed(Failure)
    case tick
    case stop
  }

  enum Action: Equatable {
    case none
    case connect
    /// Wait so many ms; said once.
    case wait(Int64)
  }

  private(set) var state = State.idle
  /// Failures in a row.
  private(set) var failures = 0

  /// Milliseconds.
  static let stableAfter: Int64 = 30_000
  static func pauses(_ failure: Failure) -> (first: Int64, longest: Int64) {
    switch failure {
    case .network: (500, 30_000)
    case .refused: (5_000, 60_000)
    case .takenOver: (30_000, 300_000)
    }
  }

  /// - Parameters:
  ///   - now: monotonic ms.
  ///   - jitter: 0..<1.
  mutating func handle(_ event: Event, now: Int64, jitter: Double) -> Action {
    switch (state, event) {
    case (.stopped, _): return .none
    case (_, .stop):
      state = .stopped
      return .none
    case (.idle, .start):
      state = .connecting
      return .connect
    case (.connecting, .accepted):
      state = .connected(now)
      return .none
    case (.connected(let since), .failed(let failure)):
      if now - since >= Self.stableAfter { failures = 0 }
      return wait(failure, now, jitter)
    case (.connecting, .failed(let failure)):
      return wait(failure, now, jitter)
    case (.waiting(let until), .tick) where now >= until:
      state = .connecting
      return .connect
    default: return .none
    }
  }

  private mutating func wait(_ failure: Failure, _ now: Int64, _ jitter: Double) -> Action {
    let (first, longest) = Self.pauses(failure)
    let whole = min(first << Int64(min(failures, 20)), longest)
    failures += 1
    let pause = whole - Int64(Double(whole / 2) * min(max(jitter, 0), 1))
    state = .waiting(now + pause)
    return .wait(pause)
  }
}
