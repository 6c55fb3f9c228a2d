// A maintenance window that comes back every week, as alerts.yaml gives it: by the clock on the wall, across midnight and clock
// changes like the shifts of a rota.
package import Community
package import ConfigFile
package import Pipeline

package struct RecurringQuiet: Sendable {
  package var id: String
  package var matcher: AlertMatcher
  /// Bit 0 = Monday: the days on which it begins.
  package var days: UInt8
  /// Minutes after local midnight, 0…1440; across midnight when `to` ≤ `from`.
  package var from: Int
  package var to: Int
  package var reason: LocalizedText
  package var critical: Bool
  package var zone: LocalTimeTable
  package var location: SourceLocation

  package func hides(_ alert: Alert) -> Bool {
    (critical || alert.traits.priority != .critical) && matcher.matches(alert)
  }

  /// The occurrence that holds at a time; its end is not included.
  package func occurrence(at time: Timestamp) -> (from: Timestamp, until: Timestamp)? {
    let today = zone.day(at: time)
    for day in [today, today + -1] {
      if let found = occurrence(on: day), found.from <= time, time < found.until { return found }
    }
    return nil
  }

  /// The first occurrence that begins after a time. nil: days on which the clocks leave it out, for weeks.
  package func next(after time: Timestamp) -> (from: Timestamp, until: Timestamp)? {
    let first = zone.day(at: time) + -1
    for offset in 0...16 {
      if let found = occurrence(on: first + offset), found.from > time { return found }
    }
    return nil
  }

  private func occurrence(on day: LocalDay) -> (from: Timestamp, until: Timestamp)? {
    guard days & (1 << UInt8(day.weekday)) != 0 else { return nil }
    let begin = zone.instant(day, milliseconds: Int64(from) * 60_000)
    let end = zone.instant(to <= from ? day + 1 : day, milliseconds: Int64(to) * 60_000)
    return begin < end ? (begin, end) : nil
  }
}
