package import Pipeline

/// On which days an event begins again: `RRULE` (RFC 5545 §3.3.10, §3.8.5.3) of the frequencies whose parts choose whole days.
/// The time of day is the event's.
package struct RecurrenceRule: Sendable, Equatable {
  package enum Frequency: String, Sendable, CaseIterable {
    case daily = "DAILY"
    case weekly = "WEEKLY"
    case monthly = "MONTHLY"
    case yearly = "YEARLY"
  }

  package enum End: Sendable, Equatable {
    case never
    /// The last day on which one may begin; what COUNT means is worked out when the file is read.
    case day(LocalDay)
    /// None begins after this instant.
    case instant(Timestamp)

    func includes(_ day: LocalDay, _ begin: Timestamp) -> Bool {
      switch self {
      case .never: true
      case .day(let last): day <= last
      case .instant(let last): begin <= last
      }
    }
  }

  /// An element of BYDAY: every Monday, or the first one (1), the last but one (-2) of the month or year.
  package struct Weekday: Sendable, Equatable {
    var ordinal: Int?
    /// 0 = Monday
    var number: Int
  }

  package var frequency: Frequency
  /// 1…1000
  package var interval = 1
  /// BYMONTH: 1…12; empty: not given.
  package var months: [Int] = []
  /// BYMONTHDAY: 1…31, from the end -1…-31; empty: not given.
  package var monthDays: [Int] = []
  /// BYDAY; empty: not given.
  package var weekdays: [Weekday] = []
  /// BYSETPOS: 1…366, from the end -1…-366; empty: all.
  package var positions: [Int] = []
  /// WKST, 0 = Monday; matters to weeks with an interval or a BYSETPOS.
  package var weekStart = 0
  package var end = End.never

  package init(_ frequency: Frequency) { self.frequency = frequency }

  /// What the rule leaves open is as on the event's first day (§3.3.10, "derived from DTSTART").
  mutating func complete(from start: LocalDay) {
    guard weekdays.isEmpty && monthDays.isEmpty else { return }
    let (_, month, day) = start.components
    switch frequency {
    case .daily: break
    case .weekly: weekdays = [Weekday(number: start.weekday)]
    case .monthly: monthDays = [day]
    case .yearly:
      monthDays = [day]
      if months.isEmpty { months = [month] }
    }
  }

  /// The days from `first` to `last` that the rule chooses for an event whose first day is `start` (≤ `first`), oldest first.
  /// They are worked out as they are asked for; `end` is not looked at.
  package func days(from first: LocalDay, through last: LocalDay, start: LocalDay) -> some Sequence<LocalDay> {
    let range = first.number..<max(first.number, last.number + 1)
    let origin = period(of: start)
    let steps = (period(of: first) - origin + interval - 1) / interval
    return stride(from: origin + steps * interval, through: period(of: last), by: interval).lazy
      .flatMap { days(ofPeriod: $0, within: range) }
  }

  // MARK: - Periods

  /// Which day, week, month or year a day lies in, counted through.
  private func period(of day: LocalDay) -> Int {
    switch frequency {
    case .daily: return day.number
    case .weekly: return (day.number - (day.weekday - weekStart + 7) % 7 + 3 - weekStart) / 7
    case .monthly:
      let (year, month, _) = day.components
      return year * 12 + month - 1
    case .yearly: return day.components.year
    }
  }

  /// The day numbers of a period.
  private func span(ofPeriod period: Int) -> Range<Int> {
    func month(_ number: Int) -> Int {
      CivilDate(year: number / 12, month: number % 12 + 1, day: 1).daysSince1970
    }
    switch frequency {
    case .daily: return period..<period + 1
    case .weekly: return period * 7 - 3 + weekStart..<period * 7 + 4 + weekStart
    case .monthly: return month(period)..<month(period + 1)
    case .yearly: return month(period * 12)..<month((period + 1) * 12)
    }
  }

  /// BYSETPOS counts within the whole period, also in the part before the event's first day.
  private func days(ofPeriod period: Int, within range: Range<Int>) -> [LocalDay] {
    let span = span(ofPeriod: period)
    if positions.isEmpty { return span.clamped(to: range).filter(chooses).map { LocalDay(number: $0) } }
    let days = span.filter(chooses)
    return days.indices.filter { positions.contains($0 + 1) || positions.contains($0 - days.count) }
      .map { LocalDay(number: days[$0]) }.filter { range.contains($0.number) }
  }

  /// Whether BYMONTH, BYMONTHDAY and BYDAY all let a day through. Whole days being all there is, what the table of §3.3.10 calls
  /// to expand and to limit is the same.
  private func chooses(_ number: Int) -> Bool {
    let date = CivilDate(daysSince1970: number)
    guard months.isEmpty || months.contains(date.month) else { return false }
    let length = CivilDate.days(in: date.month, of: date.year)
    guard monthDays.isEmpty || monthDays.contains(date.day) || monthDays.contains(date.day - length - 1) else {
      return false
    }
    if weekdays.isEmpty { return true }
    var (index, count) = (date.day - 1, length)
    if frequency == .yearly && months.isEmpty {
      index = number - CivilDate(year: date.year, month: 1, day: 1).daysSince1970
      count = CivilDate.isLeap(date.year) ? 366 : 365
    }
    let weekday = LocalDay(number: number).weekday
    let (fromStart, fromEnd) = (index / 7 + 1, (index - count + 1) / 7 - 1)
    return weekdays.contains {
      $0.number == weekday && ($0.ordinal == nil || $0.ordinal == fromStart || $0.ordinal == fromEnd)
    }
  }
}
