// The part of iCalendar that rotas are imported from, and what is refused.
import ConfigFile
import Foundation
import Pipeline
import Testing

@testable import Community

@Suite struct CalendarReaderTests: CalendarSamples {
  private static let hour = "DTSTART:20260105T080000Z\nDTEND:20260105T090000Z"

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
    ("\(Self.hour)\nRRULE:FREQ=HOURLY", "x.ics:8:1", "FREQ=HOURLY is not understood; DAILY, WEEKLY, MONTHLY"),
    ("\(Self.hour)\nRRULE:COUNT=3", "x.ics:8:1", "FREQ= is not understood"),
    ("\(Self.hour)\nRRULE:FREQ=WEEKLY;BYDAY=2MO", "x.ics:8:1", "BYDAY=2MO"),
    ("\(Self.hour)\nRRULE:FREQ=MONTHLY;BYDAY=0MO", "x.ics:8:1", "BYDAY=0MO is not understood; MO, 1MO, -1FR"),
    ("\(Self.hour)\nRRULE:FREQ=DAILY;BYHOUR=3", "x.ics:8:1", "BYHOUR is not understood"),
    ("\(Self.hour)\nRRULE:FREQ=YEARLY;BYWEEKNO=20", "x.ics:8:1", "or list the dates as RDATE"),
    ("\(Self.hour)\nRRULE:FREQ=YEARLY;BYYEARDAY=-1", "x.ics:8:1", "BYYEARDAY is not understood"),
    ("\(Self.hour)\nRRULE:FREQ=MONTHLY;BYMONTHDAY=0", "x.ics:8:1", "BYMONTHDAY=0 is not between -31 and 31"),
    ("\(Self.hour)\nRRULE:FREQ=MONTHLY;BYMONTHDAY=1,", "x.ics:8:1", "BYMONTHDAY=1, is not between"),
    ("\(Self.hour)\nRRULE:FREQ=WEEKLY;BYMONTHDAY=1", "x.ics:8:1", "BYMONTHDAY in a WEEKLY rule"),
    ("\(Self.hour)\nRRULE:FREQ=YEARLY;BYMONTH=13", "x.ics:8:1", "BYMONTH=13 is not between 1 and 12"),
    ("\(Self.hour)\nRRULE:FREQ=YEARLY;BYMONTH=2;BYSETPOS=367", "x.ics:8:1", "BYSETPOS=367"),
    ("\(Self.hour)\nRRULE:FREQ=DAILY;INTERVAL=1001", "x.ics:8:1", "INTERVAL=1001 is not between 1 and 1000"),
    ("\(Self.hour)\nRRULE:FREQ=DAILY;COUNT=99999999999999999999", "x.ics:8:1", "COUNT is no number"),
    ("\(Self.hour)\nRRULE:FREQ=DAILY;COUNT=2;UNTIL=20270101", "x.ics:8:1", "both COUNT and UNTIL"),
    ("\(Self.hour)\nRRULE:FREQ=DAILY;COUNT=2;COUNT=3", "x.ics:8:1", "COUNT is there twice"),
    ("\(Self.hour)\nRRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY", "x.ics:9:1", "a second RRULE"),
    ("\(Self.hour)\nEXRULE:FREQ=WEEKLY", "x.ics:8:1", "EXRULE is not understood; list its dates as EXDATE"),
    ("\(Self.hour)\nRDATE:2026010", "x.ics:8:1", "RDATE: \"2026010\" is no time"),
    ("\(Self.hour)\nRDATE;VALUE=PERIOD:20260106T080000Z/20260106T080000Z", "x.ics:8:1", "RDATE is not after"),
    ("\(Self.hour)\nRDATE;VALUE=PERIOD:20260106T080000Z/P1M", "x.ics:8:1", "\"P1M\" is no duration"),
    ("DTSTART;VALUE=DATE:20260105\nRDATE:20260106T080000Z", "x.ics:7:1", "RDATE is no date"),
    (
      "\(Self.hour)\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260105T080000Z", "x.ics:8:1", "end the event's rule with UNTIL"
    ),
    ("\(Self.hour)\nRECURRENCE-ID:20260105T080000Z\nRRULE:FREQ=DAILY", "x.ics:9:1", "RRULE beside RECURRENCE-ID"),
    ("DTSTART:20260105T080000Z\nDURATION:PT0S", "x.ics:7:1", "DURATION is not after DTSTART"),
    ("DTSTART:20260105T080000Z\nDURATION:-PT1H", "x.ics:7:1", "\"-PT1H\" is no duration"),
    ("DTSTART:20260105T080000Z\nDURATION:P3661D", "x.ics:7:1", "too long after it"),
    ("DTSTART;VALUE=DATE:20260105\nDURATION:PT8H", "x.ics:7:1", "P1D or P1W: whole days have no hours"),
    ("\(Self.hour)\nDURATION:PT1H", "x.ics:8:1", "both DTEND and DURATION"),
    ("DTSTART:20260105T080000Z", "x.ics:3:1", "no DTEND; or DURATION"),
    ("DTSTART:20260105T080000Z\nDTEND:20260105T080000Z", "x.ics:7:1", "DTEND is not after DTSTART"),
    ("DTSTART:20260105T080000Z\nDTEND:PT1H", "x.ics:7:1", "\"PT1H\" is no time"),
    ("DTSTART:20260105T080000Z\nDTEND;VALUE=DATE:20260106", "x.ics:7:1", "DTEND does not fit DTSTART"),
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
