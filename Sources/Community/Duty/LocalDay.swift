// Days of the calendar as numbers, and the way from local time to true time: what rotas and calendars count with.
package import Pipeline

/// A day of the proleptic Gregorian calendar, whatever the zone: days since 1970-01-01.
package struct LocalDay: Hashable, Comparable, Sendable {
  package var number: Int

  package init(number: Int) { self.number = number }

  /// nil when there is no such day. Years 1…9999. (Howard Hinnant, chrono-compatible low-level date algorithms.)
  package init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    number = era * 146_097 + dayOfEra - 719_468
    guard components == (year, month, day) else { return nil }
  }

  /// `2026-02-15`; with `compact`, `20260215`.
  package init?(_ text: some StringProtocol, compact: Bool = false) {
    let bytes = Array(text.utf8)
    let marks = compact ? [] : [4, 7]
    guard bytes.count == (compact ? 8 : 10), marks.allSatisfy({ bytes[$0] == UInt8(ascii: "-") }) else { return nil }
    let digits = bytes.indices.filter { !marks.contains($0) }.map { Int(bytes[$0]) - 48 }
    guard digits.allSatisfy({ (0...9).contains($0) }) else { return nil }
    func number(_ range: Range<Int>) -> Int { digits[range].reduce(0) { $0 * 10 + $1 } }
    self.init(year: number(0..<4), month: number(4..<6), day: number(6..<8))
  }

  package var components: (year: Int, month: Int, day: Int) {
    let shifted = number + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let civil = month < 10 ? month + 3 : month - 9
    return (yearOfEra + era * 400 + (civil <= 2 ? 1 : 0), civil, day)
  }

  /// 0 = Monday.
  package var weekday: Int { ((number + 3) % 7 + 7) % 7 }

  /// `2026-02-15`.
  package var text: String {
    let (year, month, day) = components
    func pad(_ value: Int, _ width: Int) -> String {
      let digits = String(value)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))"
  }

  package static func < (a: LocalDay, b: LocalDay) -> Bool { a.number < b.number }
  package static func + (a: LocalDay, days: Int) -> LocalDay { LocalDay(number: a.number + days) }
  package static func - (a: LocalDay, b: LocalDay) -> Int { a.number - b.number }
}

extension LocalTimeTable {
  private static let dayLength: Int64 = 86_400_000

  /// Local time minus UTC at a time, ms.
  package func offset(at time: Timestamp) -> Int64 { changes[index(at: time)].offset }

  /// The local day at a time.
  package func day(at time: Timestamp) -> LocalDay {
    let local = time.milliseconds + offset(at: time)
    return LocalDay(number: Int((local - (local % Self.dayLength + Self.dayLength) % Self.dayLength) / Self.dayLength))
  }

  /// When the clocks on the wall show so many ms after midnight of a day; ms may be beyond the day. A time that the clocks
  /// skip counts from before the change, one that they show twice is the first (RFC 5545 §3.3.5).
  package func instant(_ day: LocalDay, milliseconds: Int64 = 0) -> Timestamp {
    let local = Int64(day.number) * Self.dayLength + milliseconds
    var index = index(at: Timestamp(milliseconds: local - 26 * 3_600_000))
    while true {
      let time = Timestamp(milliseconds: local - changes[index].offset)
      if index > 0, time < changes[index].at { return Timestamp(milliseconds: local - changes[index - 1].offset) }
      if index + 1 == changes.count || time < changes[index + 1].at { return time }
      index += 1
    }
  }

  private func index(at time: Timestamp) -> Int {
    var (low, high) = (0, changes.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if changes[middle].at <= time { low = middle } else { high = middle }
    }
    return low
  }
}
