// Dates and times as iCalendar writes them.
import Pipeline

extension CalendarReader {
  /// A DATE or DATE-TIME (RFC 5545 §3.3.4, §3.3.5).
  struct When {
    var moment: LocalMoment
    var zone: LocalTimeTable
    var isDay: Bool
    var isUTC = false
    var instant: Timestamp { zone.instant(moment.day, milliseconds: moment.milliseconds) }
  }

  /// `20260105`, `20260105T080000`, `20260105T000000Z`; with TZID the first two in that zone.
  /// - Parameter value: nil: the line's own.
  func when(_ line: Line, _ value: String? = nil) -> When? {
    guard let zone = zone(of: line) else { return nil }
    let text = value ?? line.value
    let isUTC = text.hasSuffix("Z")
    let parts = (isUTC ? text.dropLast() : text[...]).split(separator: "T", omittingEmptySubsequences: false)
    if let day = parts.first.flatMap({ LocalDay($0, compact: true) }) {
      if parts.count == 1, !isUTC { return When(moment: LocalMoment(day: day), zone: zone, isDay: true) }
      if parts.count == 2, parts[1].utf8.count == 6, parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
        let clock = Int(parts[1]), clock / 10_000 < 24, clock / 100 % 100 < 60, clock % 100 <= 60
      {
        let seconds = clock / 10_000 * 3_600 + clock / 100 % 100 * 60 + min(clock % 100, 59)
        let moment = LocalMoment(day: day, milliseconds: Int64(seconds) * 1000)
        return When(moment: moment, zone: isUTC ? .utc : zone, isDay: false, isUTC: isUTC)
      }
    }
    let shown = text.prefix(40)
    return error(
      line.number, LocalizedText(zh: "“\(shown)”不是时间", en: "\"\(shown)\" is no time").of(line.name),
      hint: .init(zh: "20260105T080000 或 20260105T000000Z", en: "20260105T080000 or 20260105T000000Z"), nil)
  }
}
