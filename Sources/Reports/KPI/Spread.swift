/// Median and 90th percentile of durations.
package struct Spread: Sendable, Equatable, Codable {
  package var count: Int
  /// Ms; nearest-rank percentiles (NIST Handbook 148, 7.2.6.2 names others): a value that did occur.
  package var median: Int64
  package var p90: Int64

  /// nil without values.
  package init?(_ values: [Int64]) {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    count = sorted.count
    median = Self.rank(sorted, percent: 50)
    p90 = Self.rank(sorted, percent: 90)
  }

  private static func rank(_ sorted: [Int64], percent: Int) -> Int64 {
    sorted[max(0, (sorted.count * percent + 99) / 100 - 1)]
  }
}
