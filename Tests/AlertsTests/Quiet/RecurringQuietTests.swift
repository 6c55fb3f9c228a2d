// Maintenance windows by the clock on the wall.
import Community
import ConfigFile
import Foundation
import Pipeline
import Testing

@testable import Alerts

@Suite struct RecurringQuietTests {
  private func window(_ yaml: String, zone: String = "Asia/Shanghai") throws -> RecurringQuiet {
    let table = try #require(LocalTimeTable(named: zone))
    return try #require(QuietSample.settings("maintenance: [\(yaml)]", zone: table).maintenance.first)
  }

  private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

  @Test func weeklyAndAcrossMidnight() throws {
    let window = try window(#"{id: w, place: d, days: [fri], from: "22:00", to: "02:00", reason: 电梯保养}"#)
    // 2026-01-09 is a Friday.
    #expect(window.occurrence(at: try time("2026-01-09T21:59:59+08:00")) == nil)
    let occurrence = try #require(window.occurrence(at: try time("2026-01-10T01:59:59+08:00")))
    #expect(occurrence.from == (try time("2026-01-09T22:00:00+08:00")))
    #expect(occurrence.until == (try time("2026-01-10T02:00:00+08:00")))
    #expect(window.occurrence(at: occurrence.until) == nil)
    #expect(window.next(after: occurrence.from)?.from == occurrence.from + 7 * 86_400_000)
    #expect(window.next(after: occurrence.from - 1)?.from == occurrence.from)
  }

  @Test func clockChanges() throws {
    // Berlin: 2026-03-29 02:00 → 03:00, 2026-10-25 03:00 → 02:00.
    let window = try window(
      #"{id: w, place: d, days: [sun], from: "01:30", to: "03:30", reason: x}"#, zone: "Europe/Berlin")
    let spring = try #require(window.occurrence(at: try time("2026-03-29T00:45:00Z")))
    #expect(spring.until - spring.from == 3_600_000)
    let autumn = try #require(window.occurrence(at: try time("2026-10-25T00:45:00Z")))
    #expect(autumn.until - autumn.from == 3 * 3_600_000)
    #expect(autumn.until == (try time("2026-10-25T02:30:00Z")))
  }

  /// A month second by second would say the same: a window holds exactly between its beginnings and ends.
  @Test func beginningsAndEndsAgree() throws {
    let window = try window(
      #"{id: w, place: d, days: [mon, sat, sun], from: "23:15", to: "00:45", reason: x}"#, zone: "Europe/Berlin")
    var clock = try time("2026-03-20T00:00:00Z")
    var found: [Timestamp] = []
    let end = clock + 20 * 86_400_000
    while clock < end {
      let next = try #require(window.next(after: clock))
      #expect(window.occurrence(at: next.from)?.from == next.from && window.occurrence(at: next.from - 1) == nil)
      #expect(window.occurrence(at: next.until - 1)?.until == next.until)
      found.append(next.from)
      clock = next.from
    }
    #expect(found.count == 10)
  }

  @Test func hidesAndLetsSpeakEachWeek() throws {
    var settings = QuietSample.settings(
      #"{maintenance: [{id: lift, device: lift-1, days: [tue], from: "09:00", to: "11:00", reason: {zh: 保养, en: service}}], damp: off}"#
    )
    settings.isGiven = true
    var book = AlertBook(quiet: QuietPolicy(settings: settings))
    let start = try time("2026-01-05T12:00:00+08:00")
    _ = book.advance(to: start)
    _ = book.happen(.raised, "lift-fault", "lift-1/fault", at: (start - at(0)) / 1000)
    let events = book.advance(to: start + 14 * 86_400_000)
    #expect(events.map(\.kind) == [.suppressed, .released, .suppressed, .released])
    #expect(events[0].at == (try time("2026-01-06T09:00:00+08:00")))
    #expect(events[3].at == (try time("2026-01-13T11:00:00+08:00")))
    #expect(events[0].alert.suppression?.by == "lift" && events[0].comment == Remark(zh: "保养", en: "service"))
  }
}
