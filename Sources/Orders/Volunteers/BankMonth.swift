import Community
package import Pipeline

/// A month of the calendar in local time.
package enum BankMonth {
  /// `2026-01` → from its first instant until before the next month's; nil: that is no month.
  package static func range(_ text: String, _ zone: LocalTimeTable) -> Range<Timestamp>? {
    let parts = text.split(separator: "-").map { Int($0) }
    guard text.utf8.count == 7, parts.count == 2, let year = parts[0], let month = parts[1],
      let first = LocalDay(year: year, month: month, day: 1),
      let next = LocalDay(year: month == 12 ? year + 1 : year, month: month % 12 + 1, day: 1)
    else { return nil }
    return zone.instant(first)..<zone.instant(next)
  }
}
