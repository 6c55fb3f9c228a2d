// The part of iCalendar that rotas are imported from, and what is refused.
import ConfigFile
import Foundation
import Pipeline
import Testing

@testable import Community

@Suite struct CalendarReaderTests {
  private func read(_ events: String, zone: String = "Asia/Shanghai") throws -> (
    events: [CalendarEvent], log: ProblemLog
  ) {
    let log = ProblemLog()
    let reader = CalendarReader(
      file: "x.ics", zone: try #require(LocalTimeTable(named: zone)), people: ["a": "a", "b": "b", "王强": "a"], log: log)
    let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + events.replacing("\n", with: "\r\n") + "\r\nEND:VCALENDAR\r\n"
    return (reader.read(Array(text.utf8)), log)
  }

  /// Beginnings and lengths in minutes, looked for hour by hour.
  private func occurrences(_ events: [CalendarEvent], from: String, days: Int) throws -> [String] {
    let start = try #require(Timestamp(rfc3339: from))
    var found: [String] = []
    for hour in 0..<days * 24 {
      for event in events {
        for (begin, end) in event.occurrences(around: start + Int64(hour) * 3_600_000, reach: 0) {
          let text = "\(begin.rfc3339.prefix(16)) \((end - begin) / 60_000)"
          if !found.contains(text) { found.append(text) }
        }
      }
    }
    return found
  }

  private func event(_ lines: String, who: String = "王强") -> String {
    "BEGIN:VEVENT\nUID:1\nSUMMARY:\(who)\n\(lines)\nEND:VEVENT"
  }

  @Test func oneEventInItsZone() throws {
    let (events, log) = try read(
      event("DTSTART;TZID=Europe/Berlin:20260105T080000\nDTEND;TZID=Europe/Berlin:20260105T200000", who: "a\\, b"))
    #expect(log.problems.isEmpty)
    #expect(events.first?.people == ["a", "b"])
    #expect(try occurrences(events, from: "2026-01-01T00:00:00Z", days: 10) == ["2026-01-05T07:00 720"])
  }

  @Test func dailyWithCountAndException() throws {
    let (events, log) = try read(
      event(
        "DTSTART:20260105T000000Z\nDTEND:20260105T060000Z\nRRULE:FREQ=DAILY;INTERVAL=2;COUNT=4\nEXDATE:20260107T000000Z"
      ))
    #expect(log.problems.isEmpty)
    #expect(
      try occurrences(events, from: "2026-01-01T00:00:00Z", days: 60) == [
        "2026-01-05T00:00 360", "2026-01-09T00:00 360", "2026-01-11T00:00 360",
      ])
  }

  @Test func everyOtherWeekOnSomeDaysUntil() throws {
    // 2026-01-05 is a Monday; local time of Shanghai.
    let (events, log) = try read(
      event(
        "DTSTART:20260105T200000\nDTEND:20260106T080000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20260121T235959Z"
      ))
    #expect(log.problems.isEmpty)
    #expect(
      try occurrences(events, from: "2026-01-01T00:00:00Z", days: 60) == [
        "2026-01-05T12:00 720", "2026-01-07T12:00 720", "2026-01-19T12:00 720", "2026-01-21T12:00 720",
      ])
  }

  @Test func weeklyCountOverDays() throws {
    let (events, _) = try read(
      event("DTSTART;VALUE=DATE:20260106\nDTEND;VALUE=DATE:20260107\nRRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=3"))
    #expect(
      try occurrences(events, from: "2026-01-01T00:00:00Z", days: 40) == [
        "2026-01-05T16:00 1440", "2026-01-07T16:00 1440", "2026-01-12T16:00 1440",
      ])
  }

  /// A shift that recurs keeps the clock on the wall; its length is exact (RFC 5545 §3.8.5.3). All-day events follow the days.
  @Test func clockChanges() throws {
    let (events, _) = try read(
      event("DTSTART:20260328T200000\nDTEND:20260329T070000\nRRULE:FREQ=DAILY;COUNT=2"), zone: "Europe/Berlin")
    // The first one runs over the change: 10 hours true time, which is then the length of each.
    #expect(
      try occurrences(events, from: "2026-03-28T00:00:00Z", days: 4) == [
        "2026-03-28T19:00 600", "2026-03-29T18:00 600",
      ])
    let (days, _) = try read(event("DTSTART;VALUE=DATE:20260329"), zone: "Europe/Berlin")
    #expect(try occurrences(days, from: "2026-03-28T00:00:00Z", days: 4) == ["2026-03-28T23:00 1380"])
  }

  @Test func foldedLinesAndWhatIsPassedOver() throws {
    let (events, log) = try read(
      """
      BEGIN:VTIMEZONE
      TZID:Asia/Shanghai
      BEGIN:STANDARD
      DTSTART:19700101T000000
      END:STANDARD
      END:VTIMEZONE
      BEGIN:VEVENT
      SUMM
       ARY;LANGUAGE="zh:CN":王
       强
      DTSTART:2026
       0105T080000Z
      DTEND:20260105T090000Z
      DESCRIPTION:x
      BEGIN:VALARM
      DTSTART:nonsense
      END:VALARM
      END:VEVENT
      \(event("DTSTART:20260105T080000Z\nDTEND:20260105T090000Z\nSTATUS:CANCELLED"))
      """)
    #expect(log.problems.isEmpty, "\(log.problems)")
    #expect(events.count == 1 && events[0].people == ["a"])
  }

  @Test(arguments: [
    (
      "DTSTART:20260105T080000Z\nDTEND:20260105T090000Z\nRRULE:FREQ=MONTHLY", "x.ics:8:1",
      "FREQ=MONTHLY is not understood"
    ),
    ("DTSTART:20260105T080000Z\nDTEND:20260105T090000Z\nRRULE:FREQ=WEEKLY;BYDAY=2MO", "x.ics:8:1", "BYDAY=2MO"),
    (
      "DTSTART:20260105T080000Z\nDTEND:20260105T090000Z\nRRULE:FREQ=DAILY;BYHOUR=3", "x.ics:8:1",
      "BYHOUR is not understood"
    ),
    (
      "DTSTART:20260105T080000Z\nDTEND:20260105T090000Z\nRRULE:FREQ=DAILY;COUNT=2;UNTIL=20270101", "x.ics:8:1",
      "both COUNT and UNTIL"
    ),
    (
      "DTSTART:20260105T080000Z\nDTEND:20260105T090000Z\nRDATE:20260106T080000Z", "x.ics:8:1", "RDATE is not understood"
    ),
    ("DTSTART:20260105T080000Z\nDURATION:PT1H", "x.ics:7:1", "give DTEND"),
    ("DTSTART:20260105T080000Z", "x.ics:3:1", "no DTEND"),
    ("DTSTART:20260105T080000Z\nDTEND:20260105T080000Z", "x.ics:7:1", "DTEND is not after DTSTART"),
    ("DTSTART;TZID=Mars/Base:20260105T080000\nDTEND:20260105T090000Z", "x.ics:6:1", "unknown time zone"),
    ("DTSTART:2026-01-05\nDTEND:20260105T090000Z", "x.ics:6:1", "is no time"),
    ("DTSTART:20260230T080000Z\nDTEND:20260305T090000Z", "x.ics:6:1", "is no time"),
    ("nonsense", "x.ics:6:1", "no \":\""),
  ])
  func refused(lines: String, place: String, message: String) throws {
    let (events, log) = try read(event(lines))
    #expect(events.isEmpty)
    let text = log.problems.map(\.description).joined(separator: "\n")
    #expect(text.contains(message) && text.contains(place), "\(text)")
  }

  @Test func strangersAndNoCalendar() throws {
    let (events, log) = try read(event("DTSTART;VALUE=DATE:20260105", who: "王磊"))
    #expect(events.isEmpty && log.problems[0].description.contains("there is no person \"王磊\""))
    let other = ProblemLog()
    let reader = CalendarReader(file: "x", zone: .utc, people: [:], log: other)
    #expect(reader.read(Array("a: b\n".utf8)).isEmpty && other.problems.count == 1)
    #expect(reader.read([0xff, 0xfe, 0x00]).isEmpty)
    #expect(reader.read(Array("BEGIN:VCALENDAR\nBEGIN:VEVENT\n".utf8)).isEmpty)
  }
}
