// Due by the calendar, in local time: every so many days, weeks, months or years from a day on, or on given days of the year.
package import Community
import ConfigFile
package import Pipeline

package struct MaintenanceCalendar: Sendable, Equatable {
  package static let everyKeys = ["days", "weeks", "months", "years"]

  package enum Rhythm: Sendable, Equatable {
    case days(Int)
    case months(Int)
    /// Month and day of every year.
    case yearly([YearDay])
  }

  package struct YearDay: Sendable, Equatable {
    package var month: Int
    package var day: Int
  }

  package var rhythm: Rhythm
  /// The first day; what comes before does not count.
  package var from: LocalDay
  /// Minutes after local midnight.
  package var minutes: Int

  package init(_ rhythm: Rhythm, from: LocalDay, minutes: Int = 480) {
    self.rhythm = rhythm
    self.from = from
    self.minutes = minutes
  }

  init?(_ reader: MappingReader) {
    let log = reader.log
    minutes = Self.minutes(reader) ?? 480
    var rhythm: Rhythm?
    if let every = reader.reader("every", keys: Self.everyKeys) {
      let given = Self.everyKeys.filter(every.has)
      if given.count == 1, let count = every.int(given[0], in: 1...3_650) {
        switch given[0] {
        case "days": rhythm = .days(count)
        case "weeks": rhythm = .days(count * 7)
        case "months": rhythm = .months(count)
        default: rhythm = .months(count * 12)
        }
      } else if given.count != 1 {
        log.error(
          at: every.location, zh: "every：请写 days、weeks、months、years 中的一个",
          en: "every: say one of days, weeks, months, years", hint: .init("every: {months: 1}"))
      }
    } else if let on = reader.strings("on") {
      let days = on.compactMap(Self.yearDay)
      if days.count == on.count, (1...60).contains(days.count) {
        rhythm = .yearly(days)
      } else {
        log.error(
          at: reader.location(of: "on"), zh: "on：应为一年中的日期", en: "on: expected days of the year",
          hint: .init(zh: "请写 [04-15, 10-15]", en: "write [04-15, 10-15]"))
      }
    }
    guard let rhythm else { return nil }
    self.rhythm = rhythm
    from = LocalDay(number: 0)
    if let text = reader.string("from") {
      guard let day = LocalDay(text) else {
        log.error(
          at: reader.location(of: "from"), zh: "from：应为日期", en: "from: expected a day",
          hint: .init(zh: "请写 2026-01-15", en: "write 2026-01-15"))
        return nil
      }
      from = day
    } else if case .yearly = rhythm {
    } else {
      log.error(
        at: reader.location, zh: "缺少“from”", en: "missing \"from\"",
        hint: .init(zh: "请写第一天：from: 2026-01-15", en: "the first day: from: 2026-01-15"))
      return nil
    }
  }

  private static func minutes(_ reader: MappingReader) -> Int? {
    guard let text = reader.string("at") else { return nil }
    let parts = text.split(separator: ":").map { Int($0) }
    if parts.count == 2, let hour = parts[0], let minute = parts[1], (0..<24).contains(hour), (0..<60).contains(minute)
    {
      return hour * 60 + minute
    }
    reader.log.error(
      at: reader.location(of: "at"), zh: "at：应为时间，如“08:00”", en: "at: expected a time like \"08:00\"")
    return nil
  }

  /// `04-15`; 02-29 counts as 02-28 in other years.
  private static func yearDay(_ text: String) -> YearDay? {
    let parts = text.split(separator: "-").map { Int($0) }
    guard parts.count == 2, let month = parts[0], let day = parts[1],
      LocalDay(year: 2024, month: month, day: day) != nil
    else { return nil }
    return YearDay(month: month, day: day)
  }

  /// The first due time after `time`.
  package func next(after time: Timestamp, _ zone: LocalTimeTable) -> Timestamp {
    var step = firstStep(around: zone.day(at: time), zone)
    while true {
      let due = zone.instant(day(step), milliseconds: Int64(minutes) * 60_000)
      if due > time, day(step) >= from { return due }
      step += 1
    }
  }

  /// A step whose day is not after a day, near it.
  private func firstStep(around day: LocalDay, _ zone: LocalTimeTable) -> Int {
    switch rhythm {
    case .days(let count): return max(0, (day - from) / count - 1)
    case .months(let count):
      let (a, b) = (from.components, day.components)
      return max(0, ((b.year - a.year) * 12 + b.month - a.month) / count - 1)
    case .yearly(let days): return (max(day, from).components.year - 1) * days.count
    }
  }

  private func day(_ step: Int) -> LocalDay {
    switch rhythm {
    case .days(let count): return from + step * count
    case .months(let count):
      let (year, month, day) = from.components
      let months = year * 12 + month - 1 + step * count
      return Self.day(year: months / 12, month: months % 12 + 1, day: day)
    case .yearly(let days):
      let sorted = days.sorted { ($0.month, $0.day) < ($1.month, $1.day) }
      let day = sorted[step % sorted.count]
      return Self.day(year: step / sorted.count, month: day.month, day: day.day)
    }
  }

  /// The last day of the month where it has no such day.
  private static func day(year: Int, month: Int, day: Int) -> LocalDay {
    for candidate in stride(from: day, through: 1, by: -1) {
      if let found = LocalDay(year: year, month: month, day: candidate) { return found }
    }
    return LocalDay(number: 0)
  }
}
