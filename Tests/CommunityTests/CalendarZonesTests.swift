// Time zones that a calendar defines itself, and calendars in the form of those that other programs export.
import ConfigFile
import Pipeline
import Testing

@testable import Community

@Suite struct CalendarZonesTests: CalendarSamples {
  /// As Exchange writes it.
  private static let westEurope = """
    BEGIN:VTIMEZONE
    TZID:W. Europe Standard Time
    BEGIN:STANDARD
    DTSTART:16010101T030000
    TZOFFSETFROM:+0200
    TZOFFSETTO:+0100
    RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
    END:STANDARD
    BEGIN:DAYLIGHT
    DTSTART:16010101T020000
    TZOFFSETFROM:+0100
    TZOFFSETTO:+0200
    RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
    END:DAYLIGHT
    END:VTIMEZONE
    """

  @Test func aZoneOfExchange() throws {
    let zone = ";TZID=W. Europe Standard Time:"
    // The definition may stand behind its use.
    let (events, log) = try read(
      event("DTSTART\(zone)20260105T090000\nDTEND\(zone)20260105T100000") + "\n" + Self.westEurope)
    #expect(log.problems.isEmpty, "\(log.problems)")
    let table = try #require(events.first?.zone)
    #expect(table.changes.first?.at == .distantPast)
    #expect(zip(table.changes, table.changes.dropFirst()).allSatisfy { $0.at < $1.at && $0.offset != $1.offset })
    // Since 1996 all of the European Union has changed its clocks so.
    let berlin = try #require(LocalTimeTable(named: "Europe/Berlin"))
    let since = try #require(Timestamp(rfc3339: "1996-12-31T00:00:00Z"))
    let end = try #require(Timestamp(rfc3339: "2099-12-31T00:00:00Z"))
    #expect(
      table.changes.filter { $0.at > since && $0.at < end } == berlin.changes.filter { $0.at > since && $0.at < end })
  }

  /// One that never changes, one whose changes are listed, one whose rule has ended.
  @Test(arguments: [
    (
      "BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0800\nTZOFFSETTO:+0800\nEND:STANDARD",
      "2026-07-05T00:00 60"
    ),
    (
      "BEGIN:STANDARD\nDTSTART:20251025T030000\nTZOFFSETFROM:+0900\nTZOFFSETTO:+0800\nRDATE:20261025T030000\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:20250330T020000\nTZOFFSETFROM:+0800\nTZOFFSETTO:+0900\nRDATE:20260329T020000\nEND:DAYLIGHT",
      "2026-07-04T23:00 60"
    ),
    (
      "BEGIN:DAYLIGHT\nDTSTART:20000401T020000\nTZOFFSETFROM:-033000\nTZOFFSETTO:-0230\nRRULE:FREQ=YEARLY;UNTIL=20250401T053000Z\nEND:DAYLIGHT\nBEGIN:STANDARD\nDTSTART:20001001T020000\nTZOFFSETFROM:-0230\nTZOFFSETTO:-0330\nRRULE:FREQ=YEARLY\nEND:STANDARD",
      "2026-07-05T11:30 60"
    ),
  ])
  func definitions(parts: String, found: String) throws {
    let zone = "BEGIN:VTIMEZONE\nTZID:/x/Somewhere\n\(parts)\nEND:VTIMEZONE"
    let (events, log) = try read(
      zone + "\n" + event("DTSTART;TZID=\"/x/Somewhere\":20260705T080000\nDURATION:PT1H"), zone: "UTC")
    #expect(log.problems.isEmpty, "\(log.problems)")
    #expect(try occurrences(events, from: "2026-07-01T00:00:00Z", days: 10) == [found])
  }

  @Test(arguments: [
    ("", "x.ics:3:1: error: VTIMEZONE without STANDARD"),
    (
      "BEGIN:STANDARD\nTZOFFSETFROM:+0800\nTZOFFSETTO:+0800\nEND:STANDARD\n",
      "x.ics:5:1: error: STANDARD has no DTSTART"
    ),
    ("BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETTO:+0800\nEND:STANDARD\n", "has no TZOFFSETFROM"),
    ("BEGIN:STANDARD\nTZOFFSETFROM:+0800\nTZOFFSETTO:08:00\nEND:STANDARD\n", "x.ics:7:1: error: TZOFFSETTO: \"08:00\""),
    (
      "BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0800\nTZOFFSETTO:+0900\nRRULE:FREQ=DAILY\nEND:STANDARD\n",
      "changes more than 5000 times"
    ),
    (
      "BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0800\nTZOFFSETTO:+0900\nRRULE:FREQ=HOURLY\nEND:STANDARD\n",
      "x.ics:9:1: error: RRULE: FREQ=HOURLY"
    ),
  ])
  func wrongDefinitions(parts: String, message: String) throws {
    let zone = "BEGIN:VTIMEZONE\nTZID:X\n\(parts)END:VTIMEZONE"
    let (_, log) = try read(zone + "\n" + event("DTSTART;TZID=X:20260705T080000\nDURATION:PT1H"))
    #expect(log.problems.map(\.description).joined(separator: "\n").contains(message), "\(log.problems)")
    // Nobody asks for it: nothing is wrong.
    let (_, other) = try read(zone + "\n" + event("DTSTART:20260705T080000Z\nDURATION:PT1H"))
    #expect(other.problems.isEmpty)
  }

  @Test func tooManyZones() throws {
    let zones = (0...100).map { number in
      "BEGIN:VTIMEZONE\nTZID:Z\(number)\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0800\nTZOFFSETTO:+0800\nEND:STANDARD\nEND:VTIMEZONE\n"
        + event("DTSTART;TZID=Z\(number):20260705T080000\nDURATION:PT1H", uid: "\(number)")
    }
    let (events, log) = try read(zones.joined(separator: "\n"))
    #expect(events.count == 100 && log.problems.count == 1)
    #expect(log.problems[0].description.contains("more than 100 time zones"))
  }

  /// In the form of Exchange's exports: a shift on the second Monday of the month, one moved and one called off.
  @Test func inTheFormOfExchange() throws {
    let zone = ";TZID=W. Europe Standard Time:"
    let (events, log) = try read(
      """
      \(Self.westEurope)
      BEGIN:VEVENT
      RRULE:FREQ=MONTHLY;UNTIL=20260413T070000Z;INTERVAL=1;BYDAY=2MO
      EXDATE\(zone)20260209T090000
      UID:040000008200E00074C5B7101A82E008
      SUMMARY:王强
      DTSTART\(zone)20260112T090000
      DTEND\(zone)20260112T170000
      CLASS:PUBLIC
      SEQUENCE:2
      X-MICROSOFT-CDO-BUSYSTATUS:BUSY
      END:VEVENT
      BEGIN:VEVENT
      UID:040000008200E00074C5B7101A82E008
      RECURRENCE-ID\(zone)20260309T090000
      SUMMARY:b
      DTSTART\(zone)20260310T090000
      DTEND\(zone)20260310T170000
      SEQUENCE:2
      END:VEVENT
      """)
    #expect(log.problems.isEmpty, "\(log.problems)")
    #expect(
      try occurrences(events, from: "2026-01-01T00:00:00Z", days: 150, who: true) == [
        "2026-01-12T08:00 480 a", "2026-03-10T08:00 480 b", "2026-04-13T07:00 480 a",
      ])
  }

  /// In the form of Grafana OnCall's: turns of weeks in UTC, a swap as an event of its own.
  @Test func inTheFormOfOnCall() throws {
    let (events, log) = try read(
      """
      BEGIN:VEVENT
      SUMMARY:a
      DTSTART;VALUE=DATE-TIME:20260105T080000Z
      DTEND;VALUE=DATE-TIME:20260112T080000Z
      DTSTAMP;VALUE=DATE-TIME:20260101T000000Z
      UID:oncall-1-0
      RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=MO
      SEQUENCE:1
      END:VEVENT
      BEGIN:VEVENT
      SUMMARY:b
      DTSTART;VALUE=DATE-TIME:20260112T080000Z
      DURATION:P7D
      UID:oncall-1-1
      RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=MO;UNTIL=20260201T000000Z
      END:VEVENT
      """)
    #expect(log.problems.isEmpty, "\(log.problems)")
    #expect(
      try occurrences(events, from: "2026-01-05T08:00:00Z", days: 32, who: true) == [
        "2026-01-05T08:00 10080 a", "2026-01-12T08:00 10080 b", "2026-01-19T08:00 10080 a", "2026-01-26T08:00 10080 b",
        "2026-02-02T08:00 10080 a",
      ])
  }
}
