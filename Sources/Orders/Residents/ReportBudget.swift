// How many reports an address and a compound may send: buckets that fill evenly over an hour. Pure and bounded.
package import Pipeline

package struct ReportBudget: Sendable {
  /// Keys remembered; above it the fullest buckets, which are as good as new ones, go first.
  static let keysMax = 10_000
  static let window: Int64 = 3_600_000

  private struct Bucket {
    var tokens: Double
    var at: Timestamp
  }

  private var buckets: [String: Bucket] = [:]

  package init() {}

  package var count: Int { buckets.count }

  /// Takes one from each of the keys if all of them have one. nil: taken; else ms until the next try makes sense.
  package mutating func take(_ keys: [(key: String, perHour: Int)], at now: Timestamp) -> Int64? {
    var wait: Int64 = 0
    var filled: [(String, Bucket)] = []
    for (key, perHour) in keys {
      let rate = Double(perHour) / Double(Self.window)
      var bucket = buckets[key] ?? Bucket(tokens: Double(perHour), at: now)
      bucket.tokens = min(Double(perHour), bucket.tokens + Double(max(0, now - bucket.at)) * rate)
      bucket.at = max(bucket.at, now)
      // A hair below one is one: sums of fractions are never exact.
      if bucket.tokens < 1 - 1e-9 { wait = max(wait, Int64(((1 - bucket.tokens) / rate - 0.01).rounded(.up))) }
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

  /// The half that has been quiet longest.
  private mutating func forget(at now: Timestamp) {
    let quiet = buckets.sorted { ($0.value.at, $0.key) < ($1.value.at, $1.key) }
    for (key, _) in quiet.prefix(quiet.count / 2) { buckets[key] = nil }
  }
}
