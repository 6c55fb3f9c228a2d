// RFC 5545 §3.8.5.3 as it is printed, and rules by lot against a naive reading of §3.3.10.
import ConfigFile
import Pipeline
import TestSupport
import Testing

@testable import Community

@Suite struct RecurrenceRuleTests: CalendarSamples {
  /// The examples whose parts are understood, with their dates as printed; "..." at the end: it goes on.
  @Test(arguments: [
    ("19970902", "FREQ=DAILY;COUNT=10", "1997 September 2-11"),
    (
      "19970902", "FREQ=DAILY;UNTIL=19971224T000000Z",
      "1997 September 2-30;October 1-25;October 26-31;November 1-30;December 1-23"
    ),
    (
      "19970902", "FREQ=DAILY;INTERVAL=2",
      "1997 September 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30;October 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30;November 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29;December 1,3..."
    ),
    ("19970902", "FREQ=DAILY;INTERVAL=10;COUNT=5", "1997 September 2,12,22;October 2,12"),
    (
      "19980101", "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
      "1998 January 1-31;1999 January 1-31;2000 January 1-31"
    ),
    (
      "19980101", "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
      "1998 January 1-31;1999 January 1-31;2000 January 1-31"
    ),
    ("19970902", "FREQ=WEEKLY;COUNT=10", "1997 September 2,9,16,23,30;October 7,14,21;October 28;November 4"),
    (
      "19970902", "FREQ=WEEKLY;UNTIL=19971224T000000Z",
      "1997 September 2,9,16,23,30;October 7,14,21;October 28;November 4,11,18,25;December 2,9,16,23"
    ),
    (
      "19970902", "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
      "1997 September 2,16,30;October 14;October 28;November 11,25;December 9,23;1998 January 6,20;February 3,17..."
    ),
    (
      "19970902", "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
      "1997 September 2,4,9,11,16,18,23,25,30;October 2"
    ),
    (
      "19970902", "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
      "1997 September 2,4,9,11,16,18,23,25,30;October 2"
    ),
    (
      "19970901", "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
      "1997 September 1,3,5,15,17,19,29;October 1,3,13,15,17;October 27,29,31;November 10,12,14,24,26,28;December 8,10,12,22"
    ),
    (
      "19970902", "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
      "1997 September 2,4,16,18,30;October 2,14,16"
    ),
    (
      "19970905", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
      "1997 September 5;October 3;November 7;December 5;1998 January 2;February 6;March 6;April 3;May 1;June 5"
    ),
    (
      "19970905", "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
      "1997 September 5;October 3;November 7;December 5"
    ),
    (
      "19970907", "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
      "1997 September 7,28;November 2,30;1998 January 4,25;March 1,29;May 3,31"
    ),
    (
      "19970922", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
      "1997 September 22;October 20;November 17;December 22;1998 January 19;February 16"
    ),
    (
      "19970928", "FREQ=MONTHLY;BYMONTHDAY=-3",
      "1997 September 28;October 29;November 28;December 29;1998 January 29;February 26..."
    ),
    (
      "19970902", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
      "1997 September 2,15;October 2,15;November 2,15;December 2,15;1998 January 2,15"
    ),
    (
      "19970930", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
      "1997 September 30;October 1;October 31;November 1,30;December 1,31;1998 January 1,31;February 1"
    ),
    (
      "19970910", "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
      "1997 September 10,11,12,13,14,15;1999 March 10,11,12,13"
    ),
    (
      "19970902", "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
      "1997 September 2,9,16,23,30;November 4,11,18,25;1998 January 6,13,20,27;March 3,10,17,24,31..."
    ),
    (
      "19970610", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
      "1997 June 10;July 10;1998 June 10;July 10;1999 June 10;July 10;2000 June 10;July 10;2001 June 10;July 10"
    ),
    (
      "19970310", "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
      "1997 March 10;1999 January 10;February 10;March 10;2001 January 10;February 10;March 10;2003 January 10;February 10;March 10"
    ),
    ("19970519", "FREQ=YEARLY;BYDAY=20MO", "1997 May 19;1998 May 18;1999 May 17..."),
    (
      "19970313", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
      "1997 March 13,20,27;1998 March 5,12,19,26;1999 March 4,11,18,25..."
    ),
    (
      "19970605", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
      "1997 June 5,12,19,26;July 3,10,17,24,31;August 7,14,21,28;1998 June 4,11,18,25;July 2,9,16,23,30;August 6,13,20,27;1999 June 3,10,17,24;July 1,8,15,22,29;August 5,12,19,26..."
    ),
    (
      "19970902", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13\nEXDATE;TZID=America/New_York:19970902T090000",
      "1998 February 13;March 13;November 13;1999 August 13;2000 October 13..."
    ),
    (
      "19970913", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
      "1997 September 13;October 11;November 8;December 13;1998 January 10;February 7;March 7;April 11;May 9;June 13..."
    ),
    (
      "19961105", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
      "1996 November 5;2000 November 7;2004 November 2..."
    ),
    ("19970904", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997 September 4;October 7;November 6"),
    (
      "19970929", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
      "1997 September 29;October 30;November 27;December 30;1998 January 29;February 26;March 30..."
    ),
    ("19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997 August 5,10,19,24"),
    ("19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997 August 5,17,19,31"),
    ("20070115", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007 January 15,30;February 15;March 15,30"),
  ])
  func examplesOfTheStandard(start: String, rule: String, dates: String) throws {
    let zone = ";TZID=America/New_York:"
    let (events, log) = try read(event("DTSTART\(zone)\(start)T090000\nDTEND\(zone)\(start)T100000\nRRULE:\(rule)"))
    #expect(log.problems.isEmpty, "\(log.problems)")
    let event = try #require(events.first)
    let expected = try Self.days(dates)
    // Day by day at nine by the clocks of New York, for three years more where it ends.
    var found: [String] = []
    let last = try #require(expected.last) + (dates.hasSuffix("...") ? 0 : 1_100)
    for number in event.start.day.number...last.number {
      let nine = event.zone.instant(LocalDay(number: number), milliseconds: 9 * 3_600_000)
      let around = event.occurrences(around: nine, reach: 0)
      #expect(around.allSatisfy { $0 == (nine, nine + 3_600_000) } && around.count <= 1)
      if !around.isEmpty { found.append(LocalDay(number: number).text) }
    }
    #expect(found == expected.map(\.text))
  }

  /// `1997 September 2,9-11;October 1;1998 …`
  private static func days(_ text: String) throws -> [LocalDay] {
    let months = [
      "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
      "December",
    ]
    var days: [LocalDay] = []
    var year = 0
    for part in text.replacing("...", with: "").split(separator: ";") {
      var words = part.split(separator: " ")
      if let number = Int(words[0]) {
        year = number
        words.removeFirst()
      }
      let month = try #require(months.firstIndex(of: String(words[0]))) + 1
      for span in words[1].split(separator: ",") {
        let ends = span.split(separator: "-").compactMap { Int($0) }
        for day in try #require(ends.first)...(try #require(ends.last)) {
          days.append(try #require(LocalDay(year: year, month: month, day: day)))
        }
      }
    }
    return days
  }

  private static let almanac = Result { try Almanac(years: 2020...2042) }

  /// Rules by lot: the same days as the oracle's, from the first on and around any time.
  @Test(arguments: 0..<6)
  func asTheNaiveOneHasIt(seed: Int) throws {
    let almanac = try Self.almanac.get()
    var dice = SeededGenerator(seed: UInt64(seed))
    var count = 0
    for _ in 0..<50 {
      let naive = NaiveRecurrence(using: &dice)
      let start = Int.random(in: 400..<1_400, using: &dice)
      let end = Int.random(in: start + 1..<start + 4_000, using: &dice)
      let day = LocalDay(number: almanac.firstNumber + start)
      let expected = [start] + naive.days(after: start, to: end, in: almanac.days)
      var rule = naive.text
      // How it ends: by itself, never, after some or before some.
      var kept = expected
      switch Int.random(in: 0..<3, using: &dice) {
      case 0:
        kept = Array(expected.prefix(Int.random(in: 1...expected.count, using: &dice)))
        rule += ";COUNT=\(kept.count)"
      case 1:
        let until = Int.random(in: start...end, using: &dice)
        kept = expected.filter { $0 <= until }
        let text = LocalDay(number: almanac.firstNumber + until).text.replacing("-", with: "")
        rule += ";UNTIL=\(text)"
      default: break
      }
      let dtstart = "DTSTART;VALUE=DATE:" + day.text.replacing("-", with: "")
      let (events, log) = try read(event("\(dtstart)\nRRULE:\(rule)"), zone: "UTC")
      #expect(log.problems.isEmpty, "\(rule): \(log.problems)")
      let event = try #require(events.first)
      let last = LocalDay(number: almanac.firstNumber + end)
      let days = [event.start.day] + Array(try #require(event.rule).days(from: day + 1, through: last, start: day))
      #expect(days.map { $0.number - almanac.firstNumber } == expected, "\(day.text) \(rule)")
      for _ in 0..<20 {
        // Half of the times on a day of the rule.
        let any = Int.random(in: start...end, using: &dice)
        let index = Bool.random(using: &dice) ? any : expected.randomElement(using: &dice) ?? any
        let noon = Timestamp(milliseconds: Int64(almanac.firstNumber + index) * 86_400_000 + 43_200_000)
        let isThere = !event.occurrences(around: noon, reach: 0).isEmpty
        #expect(isThere == kept.contains(index), "\(day.text) \(rule): \(index - start) days after")
        count += isThere ? 1 : 0
      }
    }
    #expect(count > 150, "the lot should meet rules that choose something")
  }

  /// Rules that never come again, and counts beyond all measure, are read and asked at once.
  @Test(arguments: [
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", 1), ("FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2;COUNT=1000000000", 1),
    ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5", 1),
    ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6;COUNT=9223372036854775807", 1),
    ("FREQ=DAILY;COUNT=1000000000", 366), ("FREQ=YEARLY;INTERVAL=1000;COUNT=1000000000", 1),
    ("FREQ=DAILY;UNTIL=20251231", 0),
  ])
  func endsInAnyCase(rule: String, days: Int) throws {
    let (events, log) = try read(event("DTSTART;VALUE=DATE:20260105\nRRULE:\(rule)"), zone: "UTC")
    #expect(log.problems.isEmpty, "\(log.problems)")
    let event = try #require(events.first)
    let noon = try #require(Timestamp(rfc3339: "2026-01-05T12:00:00Z"))
    let found = (0..<366).filter { !event.occurrences(around: noon + Int64($0) * 86_400_000, reach: 0).isEmpty }
    #expect(found.count == days)
  }

  /// The day of a COUNT lies within a hundred years or does not matter: no such rule is looked at for longer.
  @Test func countsWithinAHundredYears() throws {
    let (events, _) = try read(
      event("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY;COUNT=25")
        + "\n" + event("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY;COUNT=26"), zone: "UTC")
    // Every four years but 2100.
    #expect(events.map(\.rule?.end) == [.day(try #require(LocalDay("2124-02-29"))), .never])
  }

  /// The same of a whole file: the work has an end, and says so.
  @Test func countsOfAFile() throws {
    let endless = "DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=YEARLY;INTERVAL=200;COUNT=2"
    let events = (0..<150).map { event(endless, uid: "\($0)") }
    let (found, log) = try read(events.joined(separator: "\n"), zone: "UTC")
    // 5,000,000 days are 136 times a hundred years.
    #expect(found.count == 136)
    #expect(log.problems.first?.description.contains("x.ics:823:1: error: the COUNTs of this file span") == true)
  }
}
