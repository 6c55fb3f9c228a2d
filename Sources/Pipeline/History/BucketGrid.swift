/// Stretches of equal length into which history is summed up. Below an hour they are counted in UTC; whole hours begin with
/// the local hour, an hour that comes twice being two; longer ones begin at multiples of their length on the local clock, so a
/// day is 23 to 25 hours where clocks are changed, and a week begins on Monday.
package struct BucketGrid: Sendable {
  private static let hour: Int64 = 3_600_000
  /// 1970-01-05, a Monday.
  private static let anchor: Int64 = 4 * 86_400_000

  /// Ms.
  package let step: Int64
  private let zone: LocalTimeTable

  /// - Parameter step: ms, at least 1.
  package init(step: Int64, zone: LocalTimeTable) {
    self.step = max(step, 1)
    self.zone = zone
  }

  /// The stretch that a time lies in: `start` ≤ time < `end`.
  package func bucket(_ time: Timestamp) -> (start: Timestamp, end: Timestamp) {
    let time = min(max(time, .distantPast), .distantFuture)
    if step <= Self.hour {
      let offset = step == Self.hour ? zone.segment(at: time.milliseconds).offset : 0
      let start = LocalTimeTable.floored(time.milliseconds + offset, by: step) - offset
      return (Timestamp(milliseconds: start), Timestamp(milliseconds: start + step))
    }
    let local = time.milliseconds + zone.segment(at: time.milliseconds).offset
    var from = LocalTimeTable.floored(local - Self.anchor, by: step) + Self.anchor
    // A clock set back can show the end of the stretch before once more.
    while zone.begin(from + step) <= time.milliseconds { from += step }
    return (Timestamp(milliseconds: zone.begin(from)), Timestamp(milliseconds: zone.begin(from + step)))
  }
}
