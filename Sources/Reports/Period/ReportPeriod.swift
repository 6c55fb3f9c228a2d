// The month that a report is about, in the local time of the site.
package import Community
package import Pipeline

/// A month of the calendar; written `2026-05`.
package struct ReportMonth: Sendable, Hashable, LosslessStringConvertible {
  /// 1970…9998.
  package let year: Int
  /// 1…12.
  package let month: Int

  package init?(_ description: String) {
    guard description.utf8.count == 7, let day = LocalDay(description + "-01") else { return nil }
    self.init(day)
    guard (1970...9998).contains(year) else { return nil }
  }

  package init(_ day: LocalDay) {
    year = day.components.year
    month = day.components.month
  }

  package var description: String { String(firstDay.text.dropLast(3)) }

  package var firstDay: LocalDay { LocalDay(year: year, month: month, day: 1) ?? LocalDay(number: 0) }
  /// The month after and the month before.
  package var next: ReportMonth { ReportMonth(firstDay + 31) }
  package var previous: ReportMonth { ReportMonth(firstDay + -1) }

  /// The part of the month that lies behind: all of it, or of a month that still runs the full days, so that two reports of
  /// one day have the same bytes. nil: it has not begun.
  package func period(in zone: LocalTimeTable, now: Timestamp) -> ReportPeriod? {
    let from = zone.instant(firstDay)
    let end = zone.instant(next.firstDay)
    guard from <= now else { return nil }
    return ReportPeriod(month: self, from: from, to: min(end, max(from, zone.dayStart(now))), end: end, zone: zone)
  }
}

/// A month as far as a report covers it.
package struct ReportPeriod: Sendable {
  package var month: ReportMonth
  package var from: Timestamp
  /// Exclusive. What happened later is not in the report, also to alerts that are.
  package var to: Timestamp
  /// End of the month.
  package var end: Timestamp
  package var zone: LocalTimeTable

  package init(month: ReportMonth, from: Timestamp, to: Timestamp, end: Timestamp, zone: LocalTimeTable) {
    self.month = month
    self.from = from
    self.to = to
    self.end = end
    self.zone = zone
  }

  /// The month still runs.
  package var isPartial: Bool { to < end }
  /// Ms.
  package var length: Int64 { to - from }
  package func contains(_ time: Timestamp) -> Bool { time >= from && time < to }

  /// The local days that it covers.
  package var days: [LocalDay] {
    var days: [LocalDay] = []
    var day = month.firstDay
    while zone.instant(day) < to {
      days.append(day)
      day = day + 1
    }
    return days
  }
}

/// What a report may be about.
package enum ReportKind: String, Sendable, CaseIterable {
  /// 考核: who answered and finished what, in time or not.
  case assessment
  /// What the alarms were like for people (ISA-18.2).
  case kpi
  /// Of lifts, pumps and car parks.
  case availability

  package var title: LocalizedText {
    switch self {
    case .assessment: LocalizedText(zh: "考核报告", en: "Assessment")
    case .kpi: LocalizedText(zh: "报警指标报告", en: "Alarm KPI")
    case .availability: LocalizedText(zh: "设备可用率报告", en: "Availability")
    }
  }
}
