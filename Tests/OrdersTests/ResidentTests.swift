import Alerts
import Community
import Pipeline
import Testing

@testable import Orders

@Suite struct ResidentTests {
  @Test func aReportIsCleanedAndBounded() throws {
    let report = try ResidentReport(text: " \u{202E}楼道灯\u{0}不亮\n二楼 ", contact: " \u{7}")
    #expect(report.text == "楼道灯 不亮\n二楼" && report.contact == nil)
    #expect(throws: ResidentReport.Refusal.empty) { try ResidentReport(text: " \n\u{200B}", contact: nil) }
    #expect(throws: ResidentReport.Refusal.tooLong(limit: 500)) {
      try ResidentReport(text: String(repeating: "灯", count: 501), contact: nil)
    }
    #expect(throws: ResidentReport.Refusal.contactTooLong(limit: 100)) {
      try ResidentReport(text: "x", contact: String(repeating: "1", count: 101))
    }
    #expect(try ResidentReport(text: String(repeating: "👩‍👩‍👧", count: 100), contact: nil).text.count <= 500)
    let draft = report.draft(place: "hedong", ticket: "t", settings: ReportSettings())
    #expect(draft.source == .resident && draft.title.zh == "居民报修：楼道灯 不亮" && draft.note == .typed(report.text))
  }

  @Test func addressesAndPlacesHaveTheirShare() {
    var budget = ReportBudget()
    let start = Timestamp(milliseconds: 1_000_000)
    func take(_ address: String, _ seconds: Int64) -> Int64? {
      budget.take([("a|\(address)", 2), ("p|x", 3)], at: start + seconds * 1_000)
    }
    #expect(take("1", 0) == nil && take("1", 0) == nil)
    #expect(take("1", 0) == 1_800_000)
    #expect(take("2", 0) == nil)
    // The place is used up, whoever asks; a refusal costs nothing.
    #expect(take("3", 0) == 1_200_000 && take("3", 1_199) == 1_000 && take("3", 1_200) == nil)
    // A clock that goes back gives nothing.
    #expect(take("3", -9_999) != nil)
    for index in 0..<50_000 { _ = budget.take([("a|\(index)", 2)], at: start) }
    #expect(budget.count <= 10_000)
  }

  /// Whoever comes under many addresses does not make a compound's budget new.
  @Test func whatIsUsedUpIsNotForgotten() {
    var budget = ReportBudget()
    let start = Timestamp(milliseconds: 1_000_000)
    for _ in 0..<3 { #expect(budget.take([("p|x", 3)], at: start) == nil) }
    for index in 0..<30_000 { _ = budget.take([("a|\(index)", 6)], at: start + 1) }
    #expect(budget.take([("p|x", 3)], at: start + 2) != nil)
  }
}
