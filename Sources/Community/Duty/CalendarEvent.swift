package import Pipeline

/// An event of an iCalendar file (RFC 5545 §3.6.1): these people are on duty from its beginning to its end, and again as its
/// rule says.
package struct CalendarEvent: Sendable, Equatable {
  package var people: [String]
  package var zone: LocalTimeTable
  package var start: LocalMoment
  /// Of each occurrence. What DTEND says is exact, but for whole days; weeks and days of DURATION are nominal (§3.8.5.3).
  package var length: CalendarDuration
  package var rule: RecurrenceRule?
  /// Beginnings of occurrences that do not take place: called off, moved, or in somebody else's hands.
  package var excluded: Set<Timestamp> = []

  /// When the first one begins.
  package var begin: Timestamp { zone.instant(start.day, milliseconds: start.milliseconds) }

  /// The occurrences that began not after `time` and ended not more than `reach` ms before it, oldest first.
  package func occurrences(around time: Timestamp, reach: Int64) -> [(begin: Timestamp, end: Timestamp)] {
    let last = zone.day(at: time) + 1
    let first = last + -(length.days + Int((length.milliseconds + reach) / 86_400_000) + 3)
    var days = (first...last).contains(start.day) ? [start.day] : []
    if let rule {
      days += rule.days(from: max(first, start.day + 1), through: last, start: start.day)
    }
    return days.compactMap { occurrence(on: $0, time, reach) }
  }

  private func occurrence(on day: LocalDay, _ time: Timestamp, _ reach: Int64) -> (begin: Timestamp, end: Timestamp)? {
    let begin = zone.instant(day, milliseconds: start.milliseconds)
    if begin > time || excluded.contains(begin) || !(rule?.end.includes(day, begin) ?? true) { return nil }
    let end = zone.instant(day + length.days, milliseconds: start.milliseconds) + length.milliseconds
    return time < end + reach ? (begin, end) : nil
  }
}
