package import Pipeline

/// An event of an iCalendar file (RFC 5545): these people are on duty from its beginning to its end, and again as its rule
/// says.
package struct CalendarEvent: Sendable, Equatable {
  /// `RRULE` with FREQ=DAILY or WEEKLY.
  package struct Recurrence: Sendable, Equatable {
    package enum End: Sendable, Equatable {
      case never
      /// The last day on which one may begin; what COUNT means is worked out when the file is read.
      case day(LocalDay)
      /// None begins after this instant.
      case instant(Timestamp)
    }
    package var isWeekly: Bool
    /// 1…1000
    package var interval = 1
    /// Bit 0 = Monday; 0: not given.
    package var days: UInt8 = 0
    /// First day of the week, 0 = Monday; matters with an interval.
    package var weekStart = 0
    package var end = End.never
  }

  package var people: [String]
  package var zone: LocalTimeTable
  package var start: LocalMoment
  /// All day: so many days, from midnight to midnight whatever the clocks do. Otherwise ms, exactly (RFC 5545 §3.8.5.3).
  package var days: Int?
  package var milliseconds: Int64 = 0
  package var recurrence: Recurrence?
  /// Beginnings of occurrences that do not take place.
  package var excluded: Set<Timestamp> = []

  /// The occurrences that began not after `time` and ended not more than `reach` ms before it, oldest first.
  package func occurrences(around time: Timestamp, reach: Int64) -> [(begin: Timestamp, end: Timestamp)] {
    let first: LocalDay
    let last = zone.day(at: time)
    if recurrence == nil {
      first = start.day
      guard first <= last else { return [] }
      return occurrence(on: first, time, reach).map { [$0] } ?? []
    }
    let length = Int64(days ?? 0) * 86_400_000 + milliseconds + reach
    first = max(start.day, last + -Int(length / 86_400_000 + 2))
    guard first <= last else { return [] }
    return (first.number...last.number).compactMap { occurrence(on: LocalDay(number: $0), time, reach) }
  }

  private func occurrence(on day: LocalDay, _ time: Timestamp, _ reach: Int64) -> (begin: Timestamp, end: Timestamp)? {
    guard repeats(on: day) else { return nil }
    let begin = zone.instant(day, milliseconds: start.milliseconds)
    if case .instant(let last)? = recurrence?.end, begin > last { return nil }
    if begin > time || excluded.contains(begin) { return nil }
    let end = days.map { zone.instant(day + $0) } ?? begin + milliseconds
    return time < end + reach ? (begin, end) : nil
  }

  /// Whether one begins on that day, by the rule. The first one always does.
  func repeats(on day: LocalDay) -> Bool {
    if day == start.day { return true }
    guard let rule = recurrence, day > start.day else { return false }
    if case .day(let last) = rule.end, day > last { return false }
    let isListed = rule.days == 0 || rule.days & (1 << UInt8(day.weekday)) != 0
    if !rule.isWeekly { return isListed && (day - start.day) % rule.interval == 0 }
    if rule.days == 0, day.weekday != start.day.weekday { return false }
    func week(_ day: LocalDay) -> Int { day.number - (day.weekday - rule.weekStart + 7) % 7 }
    return isListed && (week(day) - week(start.day)) / 7 % rule.interval == 0
  }
}
