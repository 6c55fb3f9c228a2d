// The schedule of a day of failures.
import Notify
import Pipeline
import TestSupport
import Testing

@Suite struct RetryPolicyTests {
  let policy = RetryPolicy()

  @Test(arguments: 1...60) func pausesGrow(attempt: Int) {
    let base = min(600_000.0, 1_000.0 * Double(1 << min(attempt - 1, 30)))
    for key in ["a", "b", "c"] {
      let pause = Double(policy.pause(afterAttempt: attempt, key: key))
      #expect(pause >= base * 0.79 && pause <= min(600_000, base * 1.21))
    }
  }

  @Test func jitterSpreadsAndRepeats() {
    let pauses = (0..<50).map { policy.pause(afterAttempt: 5, key: "key-\($0)") }
    #expect(Set(pauses).count > 40)
    #expect(pauses == (0..<50).map { policy.pause(afterAttempt: 5, key: "key-\($0)") })
  }

  /// Computed apart (FNV-1a, MurmurHash3's finalizer): an entry keeps its schedule over an update.
  @Test func theJitterOfAKeyStaysAsItIs() { #expect(policy.pause(afterAttempt: 5, key: "key-0") == 17_062) }

  /// From its first attempt on: what waited for the morning has its day, too.
  @Test(arguments: [0, 23 * 3_600_000]) func givesUpAfterADay(waited: Int64) {
    var entry = Sample.entry()
    let start = Sample.start + waited
    var now = start
    var attempts = 0
    while case .postponed(let next) = policy.outcome(of: .retry(after: nil, reason: "down"), for: entry, at: now) {
      attempts += 1
      #expect(next.attempts == attempts && next.lastError == "down" && next.nextAttemptAt > now)
      entry = next
      now = next.nextAttemptAt
      #expect(attempts < 1_000)
    }
    #expect(now - start > 23 * 3_600_000 && now - start <= 86_400_000)
    #expect(entry.failingSince == start)
    #expect(attempts > 140 && attempts < 220)
  }

  @Test func refusalIsFinalAndBansAreKept() {
    guard case .failed(let failed) = policy.outcome(of: .refused(reason: "no"), for: Sample.entry(), at: Sample.start)
    else {
      Issue.record("not failed")
      return
    }
    #expect(failed.lastError == "no" && failed.attempts == 1)
    guard
      case .postponed(let later) = policy.outcome(
        of: .retry(after: 600_000, reason: "ban"), for: Sample.entry(), at: Sample.start)
    else {
      Issue.record("not postponed")
      return
    }
    #expect(later.nextAttemptAt >= Sample.start + 600_000)
  }

  @Test func fallback() {
    var entry = Sample.entry()
    #expect(policy.fallback(for: .delivered(Sample.entry()), to: "b", at: Sample.start) == nil)
    for attempts in 1...6 {
      entry.attempts = attempts
      let fallback = policy.fallback(for: .postponed(entry), to: "b", at: Sample.start)
      #expect((fallback != nil) == (attempts == 3))
    }
    let fallback = policy.fallback(for: .failed(entry), to: "b", at: Sample.start)
    #expect(fallback?.idempotencyKey == "7ZQ4M1X0AB-1-c-via-b" && fallback?.channel == "b" && fallback?.attempts == 0)
  }
}
