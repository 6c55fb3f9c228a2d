// Days as numbers against Foundation's calendar, and local times in both directions.
import Foundation
import Pipeline
import Testing

@testable import Community

@Suite struct LocalDayTests {
  @Test func daysAreFoundations() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    for number in stride(from: -40_000, to: 60_000, by: 17) {
      let date = Date(timeIntervalSince1970: Double(number) * 86_400 + 43_200)
      let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: date)
      let day = LocalDay(number: number)
      #expect(day.components == (parts.year ?? 0, parts.month ?? 0, parts.day ?? 0))
      #expect(day.weekday == ((parts.weekday ?? 0) + 5) % 7)
      #expect(LocalDay(day.text) == day)
    }
    for text in ["2026-02-29", "2026-13-01", "2026-00-10", "26-01-01", "2026-1-01", "2026-01-01x", ""] {
      #expect(LocalDay(text) == nil)
    }
  }

  @Test(arguments: ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Shanghai", "Pacific/Apia"])
  func timesOfDay(zone: String) throws {
    let table = try #require(LocalTimeTable(named: zone))
    var now = try #require(Timestamp(rfc3339: "2010-01-01T00:00:00Z"))
    let end = try #require(Timestamp(rfc3339: "2012-03-01T00:00:00Z"))
    while now < end {
      let day = table.day(at: now)
      let milliseconds = now.milliseconds + table.offset(at: now) - Int64(day.number) * 86_400_000
      #expect((0..<86_400_000).contains(milliseconds))
      let back = table.instant(day, milliseconds: milliseconds)
      // The same, or the first of two times that the clocks show twice.
      #expect(back == now || (back < now && now - back <= 3_600_000))
      now = now + 1_700_000
    }
  }
}
