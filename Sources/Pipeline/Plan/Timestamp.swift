/// A point in time as milliseconds since 1970-01-01T00:00:00Z, the one clock unit of Linli.
///
/// Range: years 1 to 9999. Finer device times (µs, ns) are cut to milliseconds.
package struct Timestamp: BitwiseCopyable, Comparable, Hashable, Codable, Sendable {
  package var milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }
  package init(seconds: Double) { self.milliseconds = Int64((seconds * 1000).rounded()) }

  package static let distantPast = Timestamp(milliseconds: -62_135_596_800_000)
  package static let distantFuture = Timestamp(milliseconds: 253_402_300_799_999)

  package static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }
  package static func + (a: Timestamp, milliseconds: Int64) -> Timestamp {
    let (sum, overflow) = a.milliseconds.addingReportingOverflow(milliseconds)
    return overflow ? (milliseconds > 0 ? .distantFuture : .distantPast) : Timestamp(milliseconds: sum)
  }
  package static func - (a: Timestamp, milliseconds: Int64) -> Timestamp { a + (0 &- milliseconds) }
  /// Milliseconds from `b` to `a`.
  package static func - (a: Timestamp, b: Timestamp) -> Int64 { a.milliseconds &- b.milliseconds }
}
