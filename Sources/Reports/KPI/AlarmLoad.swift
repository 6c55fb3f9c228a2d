// How much one person hears: the ten-minute bins of ISA-18.2 / IEC 62682 §16 and EEMUA 191.
package import Pipeline

/// The calls of one person over a period, in bins of ten minutes that begin with the period.
package struct AlarmLoad: Sendable, Equatable {
  /// Ten minutes, ms.
  package static let bin: Int64 = 600_000
  /// More calls than this in a bin are a flood.
  package static let floodAbove = 10
  /// A flood is over with the first bin of fewer calls than this.
  package static let calmBelow = 5

  package struct Flood: Sendable, Equatable {
    package var from: Timestamp
    /// Begin of the first calm bin, or the end of the period.
    package var to: Timestamp
    package var calls: Int
  }

  package var person: String
  package var calls: Int
  package var bins: Int
  /// Calls in the fullest bin.
  package var peak: Int
  /// Bins of more than ten calls.
  package var floodBins: Int
  package var floods: [Flood]

  /// Calls a bin.
  package var mean: Double { bins > 0 ? Double(calls) / Double(bins) : 0 }
  /// Share of bins that are a flood, 0…1.
  package var floodShare: Double { bins > 0 ? Double(floodBins) / Double(bins) : 0 }
  /// Time within floods, until they have calmed down, as a share of the period, 0…1.
  package var floodTimeShare: Double {
    let time = floods.reduce(0) { $0 + ($1.to - $1.from) }
    return bins > 0 ? Double(time) / Double(Int64(bins) * Self.bin) : 0
  }

  /// - Parameters:
  ///   - times: when the person was called, in any order; those outside of the period do not count.
  ///   - from: begin of the first bin.
  ///   - to: end of the period; the last bin may be shorter.
  package init(person: String, times: [Timestamp], from: Timestamp, to: Timestamp) {
    self.person = person
    bins = Int(max(0, (to - from + Self.bin - 1) / Self.bin))
    var counts: [Int: Int] = [:]
    for time in times where time >= from && time < to { counts[Int((time - from) / Self.bin), default: 0] += 1 }
    calls = counts.values.reduce(0, +)
    peak = counts.values.max() ?? 0
    floodBins = counts.values.filter { $0 > Self.floodAbove }.count
    floods = Self.floods(counts, from: from, to: to)
  }

  private static func floods(_ counts: [Int: Int], from: Timestamp, to: Timestamp) -> [Flood] {
    var floods: [Flood] = []
    for start in counts.filter({ $0.value > floodAbove }).keys.sorted() {
      let begin = from + Int64(start) * bin
      if let last = floods.last, begin < last.to { continue }
      var (end, calls) = (start, 0)
      while let count = counts[end], count >= calmBelow {
        calls += count
        end += 1
      }
      floods.append(Flood(from: begin, to: min(to, from + Int64(end) * bin), calls: calls))
    }
    return floods
  }
}
