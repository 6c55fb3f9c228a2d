// Calendars written in a test, and when somebody is on duty by them.
import ConfigFile
import Pipeline
import Testing

@testable import Community

protocol CalendarSamples {}

extension CalendarSamples {
  /// - Parameter events: components, without VCALENDAR.
  func read(_ events: String, zone: String = "Asia/Shanghai") throws -> (events: [CalendarEvent], log: ProblemLog) {
    let log = ProblemLog()
    let reader = CalendarReader(
      file: "x.ics", zone: zone == "UTC" ? .utc : try #require(LocalTimeTable(named: zone)),
      people: ["a": "a", "b": "b", "王强": "a"], log: log)
    let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + events.replacing("\n", with: "\r\n") + "\r\nEND:VCALENDAR\r\n"
    return (reader.read(Array(text.utf8)), log)
  }

  /// A VEVENT; its first line is the calendar's third, that of the first property the sixth.
  func event(_ lines: String, who: String = "王强", uid: String = "1") -> String {
    "BEGIN:VEVENT\nUID:\(uid)\nSUMMARY:\(who)\n\(lines)\nEND:VEVENT"
  }

  /// Beginnings in UTC and lengths in minutes, looked for hour by hour; `who` also the people.
  func occurrences(_ events: [CalendarEvent], from: String, days: Int, who: Bool = false) throws -> [String] {
    let start = try #require(Timestamp(rfc3339: from))
    var found: [String] = []
    for hour in 0..<days * 24 {
      for event in events {
        for (begin, end) in event.occurrences(around: start + Int64(hour) * 3_600_000, reach: 0) {
          let people = who ? " " + event.people.joined(separator: ",") : ""
          let text = "\(begin.rfc3339.prefix(16)) \((end - begin) / 60_000)\(people)"
          if !found.contains(text) { found.append(text) }
        }
      }
    }
    return found.sorted()
  }
}
