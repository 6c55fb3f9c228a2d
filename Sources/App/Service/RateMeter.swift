/// Messages a second over the last ten seconds, from a counter that somebody reads now and then.
struct RateMeter: Sendable {
  private static let window: Int64 = 10_000
  private var samples: [(at: Int64, total: UInt64)] = []

  /// Notes the counter at `now` (ms); at most one note a half second is kept.
  mutating func note(_ total: UInt64, at now: Int64) {
    // A clock that was set back begins anew; else the rate would be 0 until it has caught up.
    if let last = samples.last, now < last.at { samples = [] }
    if let last = samples.last, now - last.at < 500 { return }
    samples.append((now, total))
    while samples.count > 2, now - samples[1].at >= Self.window { samples.removeFirst() }
  }

  func perSecond(_ total: UInt64, at now: Int64) -> Double {
    guard let first = samples.first, now > first.at, total >= first.total else { return 0 }
    return Double(total - first.total) * 1_000 / Double(now - first.at)
  }
}
