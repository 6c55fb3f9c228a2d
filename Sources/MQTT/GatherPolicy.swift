/// How long to let messages gather after the socket has become readable, so that one wake-up, one sync and one packet of
/// acknowledgements serve many of them: not at all when messages are rare, up to a few milliseconds under load.
///
/// Aims at about `target` messages a batch. A broker that sends no more than N unacknowledged messages (mosquitto's default
/// is 20) stands still while we wait; that shows as batches of exactly the same size one after the other, and then
/// waiting is given up for a while.
struct GatherPolicy {
  /// Messages a batch is worth waiting for.
  static let target = 40.0
  /// Batches of one size in a row, at least so large, that count as a full window.
  static let sameBatches = 4
  static let sameBatchMessages = 8
  /// Batches without waiting before it is tried again.
  static let restBatches = 256

  /// Seconds over which the rate is averaged.
  static let memory = 0.05

  /// Messages a second.
  private(set) var rate = 0.0
  private var lastBatch: Int64 = 0
  private var lastCount = 0
  private var sameInARow = 0
  private var rest = 0

  /// Pause before reading, µs. What has passed since the last batch (its sync, the wait for the socket) counts: messages
  /// have gathered in the socket meanwhile.
  /// - Parameters:
  ///   - maximum: µs.
  ///   - now: monotonic µs.
  mutating func pause(maximum: Int64, now: Int64) -> Int64 {
    if rest > 0 {
      rest -= 1
      return 0
    }
    guard rate * Double(maximum) / 1e6 >= 2 else { return 0 }
    return max(0, min(maximum, Int64(Self.target / rate * 1e6)) - (now - lastBatch))
  }

  /// A batch was taken in.
  /// - Parameter now: monotonic µs.
  mutating func took(_ count: Int, now: Int64) {
    defer { lastBatch = now }
    guard lastBatch > 0, now > lastBatch else { return }
    let seconds = Double(now - lastBatch) / 1e6
    rate += (Double(count) / seconds - rate) * min(seconds / Self.memory, 1)
    sameInARow = count == lastCount && count >= Self.sameBatchMessages ? sameInARow + 1 : 0
    lastCount = count
    if sameInARow >= Self.sameBatches {
      sameInARow = 0
      rest = Self.restBatches
    }
  }
}
