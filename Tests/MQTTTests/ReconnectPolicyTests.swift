import Testing

@testable import MQTT

@Suite struct ReconnectPolicyTests {
  private func started() -> ReconnectPolicy {
    var policy = ReconnectPolicy()
    #expect(policy.handle(.start, now: 0, jitter: 0) == .connect)
    return policy
  }

  @Test func pausesDoubleUpToTheLongest() {
    var policy = started()
    var now: Int64 = 0
    var pauses: [Int64] = []
    for _ in 0..<9 {
      guard case .wait(let pause) = policy.handle(.failed(.network), now: now, jitter: 0) else { return }
      pauses.append(pause)
      #expect(policy.handle(.tick, now: now + pause - 1, jitter: 0) == .none)
      now += pause
      #expect(policy.handle(.tick, now: now, jitter: 0) == .connect)
    }
    #expect(pauses == [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  }

  @Test(arguments: [0, 0.3, 0.999, 5, -1]) func jitterShortensByAtMostHalf(jitter: Double) {
    var policy = started()
    guard case .wait(let pause) = policy.handle(.failed(.network), now: 0, jitter: jitter) else {
      Issue.record("no pause")
      return
    }
    #expect((250...500).contains(pause))
  }

  @Test(arguments: [ReconnectPolicy.Failure.network, .refused, .takenOver])
  func eachFailureHasItsOwnPause(failure: ReconnectPolicy.Failure) {
    var policy = started()
    let (first, longest) = ReconnectPolicy.pauses(failure)
    #expect(policy.handle(.failed(failure), now: 0, jitter: 0) == .wait(first))
    for _ in 0..<100 {
      _ = policy.handle(.tick, now: .max / 2, jitter: 0)
      guard case .wait(let pause) = policy.handle(.failed(failure), now: 0, jitter: 0) else {
        Issue.record("no pause")
        return
      }
      #expect(pause <= longest)
    }
  }

  @Test func onlyAStableConnectionStartsAfresh() {
    var policy = started()
    for _ in 0..<4 {
      _ = policy.handle(.failed(.network), now: 0, jitter: 0)
      _ = policy.handle(.tick, now: 1_000_000, jitter: 0)
    }
    _ = policy.handle(.accepted, now: 0, jitter: 0)
    #expect(policy.handle(.failed(.network), now: 1000, jitter: 0) == .wait(8000), "flapping")
    _ = policy.handle(.tick, now: 1_000_000, jitter: 0)
    _ = policy.handle(.accepted, now: 0, jitter: 0)
    #expect(policy.handle(.failed(.network), now: ReconnectPolicy.stableAfter, jitter: 0) == .wait(500))
  }

  @Test func nothingHappensOutOfTurn() {
    var policy = ReconnectPolicy()
    #expect(policy.handle(.tick, now: 0, jitter: 0) == .none)
    #expect(policy.handle(.failed(.network), now: 0, jitter: 0) == .none)
    _ = policy.handle(.start, now: 0, jitter: 0)
    #expect(policy.handle(.start, now: 0, jitter: 0) == .none)
    _ = policy.handle(.stop, now: 0, jitter: 0)
    for event in [ReconnectPolicy.Event.start, .tick, .accepted, .failed(.network)] {
      #expect(policy.handle(event, now: .max, jitter: 0) == .none)
    }
    #expect(policy.state == .stopped)
  }
}
