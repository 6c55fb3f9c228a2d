// What follows from the result of an attempt: a pure function, so that the schedule of a whole day is a table in a test.
import Alerts
package import Pipeline

package struct RetryPolicy: Sendable {
  /// First pause, ms; each further one doubles.
  package var firstPause: Int64 = 1_000
  package var longestPause: Int64 = 600_000
  /// Pauses vary by up to this part, so that entries that failed together do not come back together.
  package var jitter = 0.2
  /// From the first attempt, ms; after that it has failed. What waited for its group or for the morning has its day, too.
  package var giveUpAfter: Int64 = 86_400_000
  /// Failed attempts after which the fallback channel is asked as well.
  package var attemptsBeforeFallback = 3
  /// Ms for which a blocked channel may keep a notification; what it would keep for longer goes to the fallback without further
  /// attempts. Of critical and high alerts: as long as three attempts take that nobody answers. Of others: a robot's pause of a
  /// minute is not worth a text message, a ban of ten is.
  package var urgentPatience: Int64 = 30_000
  package var ordinaryPatience: Int64 = 180_000

  package init() {}

  package enum Outcome: Sendable, Equatable {
    case delivered(OutboxEntry)
    case postponed(OutboxEntry)
    case failed(OutboxEntry)

    package var entry: OutboxEntry {
      switch self {
      case .delivered(let entry), .postponed(let entry), .failed(let entry): entry
      }
    }

    func settlement(at now: Timestamp) -> Settlement {
      switch self {
      case .delivered(let entry): .delivered(entry, at: now)
      case .postponed(let entry): .postponed(entry)
      case .failed(let entry): .failed(entry, at: now)
      }
    }
  }

  /// The pause after the `attempt`-th failure (from 1), ms: 1 s, 2 s, 4 s … 10 min, each ± `jitter`. `key` varies it, always
  /// the same way for the same entry.
  package func pause(afterAttempt attempt: Int, key: String) -> Int64 {
    let doublings = min(max(attempt - 1, 0), 40)
    let base = min(Double(longestPause), Double(firstPause) * Double(1 << doublings))
    var hash = FNV1a.hash(key) &+ UInt64(attempt & 0xffff) &* 0x9e37_79b9_7f4a_7c15
    // FNV spreads the last bytes of a key badly; MurmurHash3's finalizer mixes them into the high bits.
    hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
    hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
    let unit = Double(hash >> 32) / Double(UInt32.max)
    return Int64(min(Double(longestPause), base * (1 - jitter + 2 * jitter * unit)))
  }

  /// For all entries of one message. What failed together is tried again together.
  package func outcomes(of result: DeliveryResult, for entries: [OutboxEntry], at now: Timestamp) -> [Outcome] {
    let most = entries.max { $0.attempts < $1.attempts }
    return entries.map { outcome(of: result, for: $0, at: now, pausingLike: most) }
  }

  /// - Parameter pausingLike: the entry whose attempts and key decide about the pause; nil: its own.
  package func outcome(
    of result: DeliveryResult, for entry: OutboxEntry, at now: Timestamp, pausingLike: OutboxEntry? = nil
  ) -> Outcome {
    let like = pausingLike ?? entry
    var entry = entry
    switch result {
    case .delivered:
      return .delivered(entry)
    case .refused(let reason), .unfit(let reason):
      entry.attempts += 1
      entry.lastError = reason
      return .failed(entry)
    case .retry(let after, let reason):
      entry.attempts += 1
      entry.lastError = reason
      let pause = max(after ?? 0, self.pause(afterAttempt: like.attempts + 1, key: like.idempotencyKey))
      entry.nextAttemptAt = now + pause
      let since = entry.failingSince ?? now
      entry.failingSince = since
      if entry.nextAttemptAt - since > giveUpAfter { return .failed(entry) }
      return .postponed(entry)
    }
  }

  func patience(of entry: OutboxEntry) -> Int64 {
    switch entry.event.alert.traits.priority {
    case .critical, .high: urgentPatience
    case .medium, .low: ordinaryPatience
    }
  }

  /// The entry for the fallback channel that goes with an outcome; nil when none is due.
  package func fallback(for outcome: Outcome, to channel: String, at now: Timestamp) -> OutboxEntry? {
    let old: OutboxEntry
    switch outcome {
    case .delivered: return nil
    case .postponed(let entry):
      // The first pauses are short, unless the receiver asked for a longer one or others of the message failed before.
      let isKept = entry.attempts < attemptsBeforeFallback && entry.nextAttemptAt - now > patience(of: entry)
      guard isKept || entry.attempts == attemptsBeforeFallback else { return nil }
      old = entry
    case .failed(let entry): old = entry
    }
    return old.second(way: channel, at: now)
  }
}
