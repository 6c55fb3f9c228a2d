// How many reports an address and a compound may send: buckets that fill evenly over an hour. Pure and bounded.
package import Pipeline

package struct ReportBudget: Sendable {
  /// Keys remembered; above it the fullest buckets, which are as good as new ones, go first.
  static let keysMax = 10_000
  static let window: Int64 = 3_600_000

  private struct Bucket {
    let size: Double
    var tokens: Double
    var at: Timestamp

    init(perHour: Int, at time: Timestamp) {
      (size, tokens, at) = (Double(perHour), Double(perHour), time)
    }

    /// Tokens a millisecond.
    var rate: Double { size / Double(ReportBudget.window) }

    mutating func fill(until now: Timestamp) {
      tokens = min(size, tokens + Double(max(0, now - at)) * rate)
      at = max(at, now)
    }
  }

  private var buckets: [String: Bucket] = [:]

  package init() {}

  package var count: Int { buckets.count }

  /// Takes one from each of the keys if all of them have one. nil: taken; else ms until the next try makes sense.
  package mutating func take(_ keys: [(key: String, perHour: Int)], at now: Timestamp) -> Int64? {
    var wait: Int64 = 0
    var filled: [(String, Bucket)] = []
    for (key, perHour) in keys {
      var bucket = buckets[key].flatMap { $0.size == Double(perHour) ? $0 : nil } ?? Bucket(perHour: perHour, at: now)
      bucket.fill(until: now)
      // A hair below one is one: sums of fractions are never exact.
      if bucket.tokens < 1 - 1e-9 { wait = max(wait, Int64(((1 - bucket.tokens) / bucket.rate - 0.01).rounded(.up))) }
      filled.append((key, bucket))
    }
    for (key, bucket) in filled {
      var bucket = bucket
      if wait == 0 { bucket.tokens -= 1 }
      buckets[key] = bucket
    }
    if buckets.count > Self.keysMax { forget(at: now) }
    return wait == 0 ? nil : wait
  }

  /// The fuller half: an empty one must not become new because many others come.
  private mutating func forget(at now: Timestamp) {
    let shares = buckets.map { key, bucket in
      var bucket = bucket
      bucket.fill(until: now)
      return (key: key, share: bucket.tokens / bucket.size)
    }
    for (key, _) in shares.sorted(by: { ($0.share, $1.key) > ($1.share, $0.key) }).prefix(shares.count / 2) {
      buckets[key] = nil
    }
  }
}
