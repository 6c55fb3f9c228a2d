import Community
import Pipeline
import Reports
import Testing

@Suite struct ReportPeriodTests {
  private static let shanghai = LocalTimeTable(
    name: "Asia/Shanghai", changes: [.init(at: .distantPast, offset: 8 * 3_600_000)])

  private static func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

  @Test(arguments: ["2026-00", "2026-13", "2026-5", "26-05", "2026-05-01", "1969-12", "", "2026/05"])
  func noMonth(text: String) { #expect(ReportMonth(text) == nil) }

  @Test func neighbours() throws {
    let january = try #require(ReportMonth("2026-01"))
    #expect("\(january.previous)" == "2025-12" && "\(january.next)" == "2026-02")
    let february = try #require(ReportMonth("2028-02"))
    #expect("\(february.next)" == "2028-03" && "\(february.previous)" == "2028-01")
  }

  @Test func aMonthThatIsOverIsWhole() throws {
    let month = try #require(ReportMonth("2026-05"))
    let period = try #require(month.period(in: Self.shanghai, now: try Self.time("2027-01-01T00:00:00Z")))
    #expect(period.from == (try Self.time("2026-05-01T00:00:00+08:00")))
    #expect(period.to == (try Self.time("2026-06-01T00:00:00+08:00")))
    #expect(!period.isPartial && period.days.count == 31)
  }

  @Test func aRunningMonthCountsFullDays() throws {
    let month = try #require(ReportMonth("2026-05"))
    for now in ["2026-05-10T00:00:00+08:00", "2026-05-10T23:59:59+08:00"] {
      let period = try #require(month.period(in: Self.shanghai, now: try Self.time(now)))
      #expect(period.to == (try Self.time("2026-05-10T00:00:00+08:00")) && period.isPartial && period.days.count == 9)
    }
    let first = try #require(month.period(in: Self.shanghai, now: try Self.time("2026-05-01T05:00:00+08:00")))
    #expect(first.length == 0 && first.days.isEmpty && first.isPartial)
    #expect(month.period(in: Self.shanghai, now: try Self.time("2026-04-30T15:59:59Z")) == nil)
  }

  @Test func aChangeOfTheClocksChangesTheLength() throws {
    let berlin = try #require(LocalTimeTable(named: "Europe/Berlin"))
    let month = try #require(ReportMonth("2026-03"))
    let period = try #require(month.period(in: berlin, now: try Self.time("2026-05-01T00:00:00Z")))
    #expect(period.length == (31 * 24 - 1) * 3_600_000)
    #expect(period.days.count == 31)
  }
}
