import Foundation

/// A high dynamic range histogram (log-linear classes, after Gil Tene's HdrHistogram): delays from a microsecond to hours
/// in fixed memory, each class within 1/64 of its value, so that far percentiles are as exact as near ones.
struct LatencyHistogram {
  /// Classes in each doubling; those below 64 µs are a microsecond wide.
  private static let classes: UInt64 = 64
  private var counts = [UInt64](repeating: 0, count: 64 * 32)
  private(set) var count: UInt64 = 0
  /// Seconds; the exact one, not that of a class.
  private(set) var maximum = 0.0

  init() {}

  init(_ delays: [Double]) { for delay in delays { add(delay) } }

  /// - Parameter delay: seconds; negative ones count as 0.
  mutating func add(_ delay: Double) {
    let index = Self.index(UInt64(max(0, delay) * 1e6))
    counts[min(index, counts.count - 1)] += 1
    count += 1
    maximum = max(maximum, delay)
  }

  /// The delay that `part` (0…1) of all delays do not exceed, seconds: the upper end of its class, at most the maximum.
  func percentile(_ part: Double) -> Double {
    guard count > 0 else { return 0 }
    let rank = max(1, UInt64((Double(count) * part).rounded(.up)))
    var passed: UInt64 = 0
    for index in counts.indices {
      passed += counts[index]
      if passed >= rank { return min(maximum, Double(Self.end(index)) / 1e6) }
    }
    return maximum
  }

  private static func index(_ microseconds: UInt64) -> Int {
    guard microseconds >= classes else { return Int(microseconds) }
    let shift = UInt64(63 - 6 - microseconds.leadingZeroBitCount)
    return Int((shift + 1) * classes + (microseconds >> shift) - classes)
  }

  /// The first microsecond behind a class.
  private static func end(_ index: Int) -> UInt64 {
    let index = UInt64(index)
    guard index >= classes else { return index + 1 }
    let shift = index / classes - 1
    return (index % classes + classes + 1) << shift
  }

  /// A bar for each doubling of the delay that occurred.
  var text: String {
    var groups: [(label: String, count: UInt64)] = []
    for group in 0..<32 {
      let sum = counts[group * 64..<(group + 1) * 64].reduce(0, +)
      if sum > 0 {
        let limit = Double(Self.end(group * 64 + 63)) / 1000
        groups.append(("< \(limit.formatted(.number.precision(.significantDigits(3)))) ms", sum))
      }
    }
    let most = groups.map(\.count).max() ?? 1
    let width = groups.map(\.label.count).max() ?? 0
    return groups.map { label, count in
      let space = String(repeating: " ", count: width - label.count)
      return "  \(space)\(label)  \(String(repeating: "█", count: max(1, Int(count * 50 / most)))) \(count)"
    }.joined(separator: "\n")
  }
}
