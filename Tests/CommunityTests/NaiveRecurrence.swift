// RRULE once more, day by day and by looking around: what the real one is compared with.
import Foundation
import Testing

/// Foundation's calendar of some years, a day an element.
struct Almanac: Sendable {
  struct Day: Sendable {
    var year: Int
    var month: Int
    var day: Int
    /// MO … SU
    var weekday: String
  }

  /// Since 1970-01-01, of the first element.
  let firstNumber: Int
  let days: [Day]

  init(years: ClosedRange<Int>) throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    var date = try #require(calendar.date(from: DateComponents(year: years.lowerBound, month: 1, day: 1, hour: 12)))
    firstNumber = Int(date.timeIntervalSince1970) / 86_400
    var days: [Day] = []
    while true {
      let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: date)
      guard let year = parts.year, years.contains(year) else { break }
      let names = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
      days.append(
        Day(year: year, month: parts.month ?? 0, day: parts.day ?? 0, weekday: names[(parts.weekday ?? 1) - 1]))
      date = date.addingTimeInterval(86_400)
    }
    self.days = days
  }
}

/// A rule as drawn by lot.
struct NaiveRecurrence: Sendable {
  var frequency: String
  var interval: Int
  var months: [Int]
  var monthDays: [Int]
  /// With the ordinal in front, or 0.
  var weekdays: [(ordinal: Int, name: String)]
  var positions: [Int]
  var weekStart: String

  init(using dice: inout some RandomNumberGenerator) {
    func some<Value>(_ values: [Value], _ most: Int, _ chance: Double, _ dice: inout some RandomNumberGenerator)
      -> [Value]
    {
      guard Double.random(in: 0..<1, using: &dice) < chance else { return [] }
      return Array(values.shuffled(using: &dice).prefix(Int.random(in: 1...most, using: &dice)))
    }
    let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
    frequency = ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"].randomElement(using: &dice) ?? ""
    interval = Int.random(in: 1...(frequency == "YEARLY" ? 2 : 5), using: &dice)
    months = some(Array(1...12), 4, 0.4, &dice)
    monthDays = frequency == "WEEKLY" ? [] : some(Array(-31 ... -1) + Array(1...31), 8, 0.35, &dice)
    let most = ["MONTHLY": 5, "YEARLY": 53][frequency] ?? 0
    weekdays = some(names, 4, 0.5, &dice).map { name in
      (most > 0 && Bool.random(using: &dice) ? Int.random(in: -most...most, using: &dice) : 0, name)
    }
    positions = some([1, 2, 3, 5, 20, -1, -2, -4], 3, 0.3, &dice)
    weekStart = names.randomElement(using: &dice) ?? ""
  }

  var text: String {
    var parts = ["FREQ=\(frequency)", "INTERVAL=\(interval)", "WKST=\(weekStart)"]
    func list(_ name: String, _ values: [String]) {
      if !values.isEmpty { parts.append("\(name)=\(values.joined(separator: ","))") }
    }
    list("BYMONTH", months.map(String.init))
    list("BYMONTHDAY", monthDays.map(String.init))
    list("BYDAY", weekdays.map { ($0.ordinal == 0 ? "" : String($0.ordinal)) + $0.name })
    list("BYSETPOS", positions.map(String.init))
    return parts.joined(separator: ";")
  }

  /// The chosen days after `start`, as indices of the almanac; it begins at least a year before and is looked at up to `end`.
  func days(after start: Int, to end: Int, in almanac: [Almanac.Day]) -> [Int] {
    func isFirst(_ index: Int) -> Bool {
      let day = almanac[index]
      switch frequency {
      case "DAILY": return true
      case "WEEKLY": return day.weekday == weekStart
      case "MONTHLY": return day.day == 1
      default: return day.day == 1 && day.month == 1
      }
    }
    var index = start
    while !isFirst(index) { index -= 1 }
    var found: [Int] = []
    var turn = -1
    var period: [Int] = []
    func close() {
      let picked = positions.isEmpty ? period : pick(period)
      found += picked.filter { $0 > start && $0 <= end }
      period = []
    }
    while index <= end || !isFirst(index) {
      if isFirst(index) {
        close()
        turn += 1
      }
      if turn % interval == 0, fits(index, start, almanac) { period.append(index) }
      index += 1
    }
    close()
    return found
  }

  private func pick(_ period: [Int]) -> [Int] {
    var picked: Set<Int> = []
    for position in positions where abs(position) <= period.count {
      picked.insert(position > 0 ? period[position - 1] : period.reversed()[-position - 1])
    }
    return picked.sorted()
  }

  private func fits(_ index: Int, _ start: Int, _ almanac: [Almanac.Day]) -> Bool {
    let (day, first) = (almanac[index], almanac[start])
    if !months.isEmpty && !months.contains(day.month) { return false }
    if monthDays.isEmpty && weekdays.isEmpty {
      switch frequency {
      case "WEEKLY": return day.weekday == first.weekday
      case "MONTHLY": return day.day == first.day
      case "YEARLY": return day.day == first.day && (!months.isEmpty || day.month == first.month)
      default: return true
      }
    }
    let daysToGo = (1...31).first { almanac[index + $0].day == 1 } ?? 0
    if !monthDays.isEmpty && !monthDays.contains(where: { $0 > 0 ? $0 == day.day : -$0 == daysToGo }) { return false }
    if weekdays.isEmpty { return true }
    let isMonthly = frequency == "MONTHLY" || !months.isEmpty
    /// How many of this day of the week there are, this one among them, going by `step` to the edge of the month or year.
    func count(_ step: Int) -> Int {
      var (other, count) = (index, 0)
      while almanac[other].year == day.year && (!isMonthly || almanac[other].month == day.month) {
        count += 1
        other += step
      }
      return count
    }
    return weekdays.contains { weekday in
      guard weekday.name == day.weekday else { return false }
      return weekday.ordinal == 0 || weekday.ordinal == (weekday.ordinal > 0 ? count(-7) : -count(7))
    }
  }
}
