// Lengths, further dates and exceptions of recurring events, as the calendars of this world export them.
import ConfigFile
import Pipeline
import Testing

@testable import Community

@Suite struct CalendarExceptionsTests: CalendarSamples {
  // MARK: - Lengths

  /// Berlin, 2026-03-29 02:00 → 03:00: weeks and days of DURATION follow the calendar, hours and DTEND are exact.
  @Test(arguments: [
    ("DTSTART:20260328T200000\nDURATION:P1D", 1_380), ("DTSTART:20260328T200000\nDURATION:PT24H", 1_440),
    ("DTSTART:20260328T200000\nDURATION:P1DT2H", 1_500), ("DTSTART:20260328T200000\nDURATION:+P1W", 10_020),
    ("DTSTART:20260328T200000\nDURATION:PT1H30M30S", 90), ("DTSTART:20260328T200000\nDURATION:P0DT8H0M0S", 480),
    ("DTSTART:20260328T200000\nDTEND:20260329T200000", 1_380), ("DTSTART:20260328T190000Z\nDURATION:P1D", 1_440),
    ("DTSTART;VALUE=DATE:20260328\nDURATION:P1W", 10_020), ("DTSTART;VALUE=DATE:20260328\nDURATION:P2D", 2_820),
  ])
  func lengths(lines: String, minutes: Int) throws {
    let (events, log) = try read(event(lines), zone: "Europe/Berlin")
    #expect(log.problems.isEmpty, "\(log.problems)")
    let found = try occurrences(events, from: "2026-03-27T00:00:00Z", days: 10)
    #expect(found.count == 1 && found[0].hasSuffix(" \(minutes)"), "\(found)")
  }

  /// Each instance has the nominal length, whatever the clocks make of it (§3.8.5.3).
  @Test func nominalLengthsRecur() throws {
    let (events, _) = try read(
      event("DTSTART:20260327T080000\nDURATION:P1D\nRRULE:FREQ=DAILY;COUNT=3"), zone: "Europe/Berlin")
    #expect(
      try occurrences(events, from: "2026-03-27T00:00:00Z", days: 5) == [
        "2026-03-27T07:00 1440", "2026-03-28T07:00 1380", "2026-03-29T06:00 1440",
      ])
  }

  /// 02:30 does not exist on the 29th: the instance takes place half an hour after the change, and counts (decision 74).
  @Test func aTimeThatTheClocksSkip() throws {
    let (events, _) = try read(
      event("DTSTART:20260328T023000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3"), zone: "Europe/Berlin")
    #expect(
      try occurrences(events, from: "2026-03-27T00:30:00Z", days: 5) == [
        "2026-03-28T01:30 60", "2026-03-29T01:30 60", "2026-03-30T00:30 60",
      ])
  }

  @Test(arguments: [
    "", "P", "PT", "P1", "1D", "P1H", "P1M", "P1DT", "PT1D", "P1D1W", "PT1S1M", "PT-1H", "-P1D", "P1.5D", "P1Y", "P1dT",
    "P9999999999D", "PTT1H", "P１D",
  ])
  func noDuration(text: String) { #expect(CalendarDuration(text) == nil) }

  // MARK: - RDATE, EXDATE

  @Test func furtherDates() throws {
    let (events, log) = try read(
      event(
        """
        DTSTART;TZID=Europe/Berlin:20260105T090000
        DTEND;TZID=Europe/Berlin:20260105T100000
        RRULE:FREQ=DAILY;COUNT=2
        RDATE;TZID=Europe/Berlin:20260110T120000,20260111T120000
        RDATE:20260112T120000Z
        RDATE;VALUE=DATE:20260113
        RDATE;VALUE=PERIOD:20260114T120000Z/20260114T140000Z,20260115T120000Z/PT3H
        EXDATE:20260111T110000Z
        """))
    #expect(log.problems.isEmpty, "\(log.problems)")
    #expect(
      try occurrences(events, from: "2026-01-01T00:00:00Z", days: 20) == [
        "2026-01-05T08:00 60", "2026-01-06T08:00 60", "2026-01-10T11:00 60", "2026-01-12T12:00 60",
        "2026-01-13T08:00 60", "2026-01-14T12:00 120", "2026-01-15T12:00 180",
      ])
  }

  /// An instance that RRULE and RDATE both have is one; a period says how long it is.
  @Test func aPeriodForAnInstanceOfTheRule() throws {
    let (events, _) = try read(
      event(
        """
        DTSTART:20260105T080000Z
        DTEND:20260105T090000Z
        RRULE:FREQ=DAILY;COUNT=3
        RDATE;VALUE=PERIOD:20260106T080000Z/PT4H
        RDATE:20260107T080000Z
        """))
    #expect(
      try occurrences(events, from: "2026-01-01T00:00:00Z", days: 20) == [
        "2026-01-05T08:00 60", "2026-01-06T08:00 240", "2026-01-07T08:00 60",
      ])
  }

  @Test func wholeDays() throws {
    let (events, log) = try read(
      event("DTSTART;VALUE=DATE:20260105\nRDATE;VALUE=DATE:20260110,20260112\nEXDATE;VALUE=DATE:20260105,20260112"),
      zone: "UTC")
    #expect(log.problems.isEmpty, "\(log.problems)")
    #expect(try occurrences(events, from: "2026-01-01T00:00:00Z", days: 20) == ["2026-01-10T00:00 1440"])
  }

  // MARK: - RECURRENCE-ID

  private static let series = "DTSTART;TZID=Europe/Berlin:20260105T090000\nDURATION:PT8H\nRRULE:FREQ=WEEKLY;COUNT=4"

  /// Moved, given to somebody else, called off; the exceptions may stand before their event, and name instances in any zone.
  @Test(arguments: [
    (
      "RECURRENCE-ID;TZID=Europe/Berlin:20260112T090000\nDTSTART;TZID=Europe/Berlin:20260113T120000\nDURATION:PT4H",
      "b",
      "2026-01-13T11:00 240 b"
    ),
    (
      "RECURRENCE-ID:20260112T080000Z\nDTSTART;TZID=Europe/Berlin:20260112T090000\nDTEND;TZID=Europe/Berlin:20260112T170000",
      "b", "2026-01-12T08:00 480 b"
    ),
    (
      "RECURRENCE-ID;VALUE=DATE:20260112\nDTSTART;VALUE=DATE:20260112", "a, b", "2026-01-11T16:00 1440 a,b"
    ),
    ("RECURRENCE-ID;TZID=Asia/Shanghai:20260112T160000\nSTATUS:CANCELLED", "Canceled: 王强", ""),
    ("RECURRENCE-ID;TZID=Europe/Berlin:20260112T090000\nDTSTART:nonsense\nSTATUS:cancelled", "王强", ""),
  ])
  func exceptions(lines: String, who: String, found: String) throws {
    let (series, exception) = (event(Self.series), event(lines, who: who))
    let expected = ["2026-01-05T08:00 480 a", found, "2026-01-19T08:00 480 a", "2026-01-26T08:00 480 a"]
    for calendar in [series + "\n" + exception, exception + "\n" + series] {
      let (events, log) = try read(calendar)
      #expect(log.problems.isEmpty, "\(log.problems)")
      #expect(
        try occurrences(events, from: "2026-01-01T00:00:00Z", days: 40, who: true) == expected.filter { !$0.isEmpty })
    }
  }

  /// An exception is for the event of its UID only; it also takes the place of the first instance and of one that RDATE has.
  @Test func whatIsReplaced() throws {
    let (events, log) = try read(
      [
        event(Self.series + "\nRDATE:20260107T120000Z", uid: "x"), event(Self.series, who: "b", uid: "y"),
        event("RECURRENCE-ID:20260105T080000Z\nSTATUS:CANCELLED", uid: "x"),
        event("RECURRENCE-ID:20260107T120000Z\nDTSTART:20260108T120000Z\nDURATION:PT1H", uid: "x"),
        // Of an event that is not in this file, and of one that was called off as a whole.
        event("RECURRENCE-ID:20260109T120000Z\nDTSTART:20260109T120000Z\nDURATION:PT1H", uid: "z"),
        event("STATUS:CANCELLED", uid: "w"), event("RECURRENCE-ID:20260109T120000Z\nSTATUS:CANCELLED", uid: "w"),
      ].joined(separator: "\n"))
    #expect(log.problems.isEmpty, "\(log.problems)")
    #expect(
      try occurrences(events, from: "2026-01-01T00:00:00Z", days: 12, who: true) == [
        "2026-01-05T08:00 480 b", "2026-01-08T12:00 60 a", "2026-01-09T12:00 60 a", "2026-01-12T08:00 480 a",
        "2026-01-12T08:00 480 b",
      ])
  }

  @Test func exceptionsOfNothing() throws {
    // Nine o'clock in Berlin, not in London: both would be on duty.
    let (events, log) = try read(
      event(Self.series) + "\n"
        + event(
          "RECURRENCE-ID;TZID=Europe/London:20260112T090000\nDTSTART:20260112T080000Z\nDURATION:PT8H", who: "b"))
    #expect(events.count == 2 && !log.hasErrors)
    #expect(log.problems.map(\.description).joined().contains("x.ics:10:1: warning: RECURRENCE-ID: no instance"))
    let (_, twice) = try read(
      [
        event(Self.series), event(Self.series, who: "b"), event("RECURRENCE-ID:20260112T080000Z\nSTATUS:CANCELLED"),
      ]
      .joined(separator: "\n"))
    #expect(twice.problems.map(\.description).joined().contains("two events have this UID"))
    let (_, nameless) = try read(
      "BEGIN:VEVENT\nRECURRENCE-ID:20260112T080000Z\nSTATUS:CANCELLED\nEND:VEVENT")
    #expect(nameless.problems.map(\.description).joined().contains("x.ics:4:1: error: RECURRENCE-ID without a UID"))
  }

  // MARK: - Limits

  @Test func manyDates() throws {
    let dates = (0..<6_000).map { "2026010\(1 + $0 % 9)T\(1000 + $0 % 60)00Z" }.joined(separator: ",")
    let (one, log) = try read(event("DTSTART:20260105T080000Z\nDURATION:PT1H\nRDATE:\(dates)"))
    #expect(log.problems.isEmpty && one.count > 6_000, "folded or not, a line may be long: \(log.problems)")
    let lines = "DTSTART:20260105T080000Z\nDURATION:PT1H\nRDATE:\(dates)"
    let (_, two) = try read(event(lines, uid: "1") + "\n" + event(lines, uid: "2"))
    #expect(two.problems.map(\.description).joined().contains("x.ics:10:1: error: more than 10000 events"))
    let (_, three) = try read(event("DTSTART:20260105T080000Z\nDURATION:PT1H\nRDATE:\(dates),\(dates)"))
    #expect(three.problems.map(\.description).joined().contains("x.ics:8:1: error: more than 10000 dates"))
  }

  /// A long list is folded into many lines; none is lost on the way.
  @Test func aLongFoldedLine() throws {
    let dates = (0..<9_000).map { index in
      LocalDay(number: 20_000 + index).text.replacing("-", with: "") + "T080000Z"
    }
    let (events, log) = try read(
      event("DTSTART:20240930T080000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY\nEXDATE:" + dates.joined(separator: ",\n ")))
    #expect(log.problems.isEmpty, "\(log.problems)")
    #expect(events.first?.excluded.count == 9_000)
  }
}
