/// Where the local day of a time begins and ends. A day begins when the clock on the wall first shows its midnight, or jumps
/// over it; an hour that comes twice around midnight stays in the day that has begun.
extension LocalTimeTable {
  private static let day: Int64 = 86_400_000

  /// The local midnight at or before `time`.
  package func dayStart(_ time: Timestamp) -> Timestamp { day(around: time).start }

  /// The local midnight after `time`.
  package func dayEnd(_ time: Timestamp) -> Timestamp { day(around: time).end }

  func day(around time: Timestamp) -> (start: Timestamp, end: Timestamp) {
    let time = time.milliseconds
    let local = Self.floored(time + segment(at: time).offset, by: Self.day)
    let next = begin(local + Self.day)
    if next <= time { return (Timestamp(milliseconds: next), Timestamp(milliseconds: begin(local + 2 * Self.day))) }
    return (Timestamp(milliseconds: begin(local)), Timestamp(milliseconds: next))
  }

  /// The first instant at which local clocks show `local` or more, ms.
  func begin(_ local: Int64) -> Int64 {
    // No place on earth is two days off UTC.
    var time = local - 2 * Self.day
    while true {
      let (offset, until) = segment(at: time)
      if local - offset < until { return max(local - offset, time) }
      time = until
    }
  }

  /// The largest multiple of `step` that is not above `value`.
  static func floored(_ value: Int64, by step: Int64) -> Int64 {
    let rest = value % step
    return value - (rest < 0 ? rest + step : rest)
  }
}
