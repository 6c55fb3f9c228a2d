import Alerts
import Community
import Foundation
import Pipeline
import Reports
import TestSupport
import Testing

@testable import App

/// Reports of a month of the simulated year, looked at by a browser where there is one. `LINLI_REPORTS_TO=DIR` keeps them.
@Suite struct YearReportTests {
  /// October, from the steps that the year left behind.
  private static func reports(_ language: Language) throws -> [Report] {
    let configuration = SimulatedYearTests.configuration
    let year = YearOfAlerts(configuration, days: 310, seed: 6)
    var run = YearRun(year, configuration)
    try run.run()
    let zone = LocalTimeTable(zone: configuration.settings.timeZone)
    let period = try #require(ReportMonth("2026-10")?.period(in: zone, now: year.end))
    let places = configuration.community.places
    var log = ReportLog(period, scope: "") { place, _ in
      places.chain(from: place).prefix(1).compactMap { $0.duty?.unit[language] }
    }
    for event in run.events { log.add(event) }
    let scope = LocalizedText(zh: "全部", en: "everything")
    let car = Occupancy(
      carPark: LocalizedText(zh: "地下车库", en: "Underground car park"),
      what: LocalizedText(zh: "在场车辆", en: "cars inside"),
      point: "gate-north/inside", isShare: false, mean: 41.3, peak: 78, peakAt: period.from + 40_000_000)
    return [
      .kpi(log, period, scope: scope),
      .assessment(
        log, period, orders: OrderAssessment([], period, scope: ""),
        equipment: Equipment.all(in: configuration.community, below: ""), places: places, below: "",
        scope: scope),
      .availability(
        log, period, equipment: Equipment.all(in: configuration.community, below: ""), occupancy: [car],
        places: places, scope: scope),
    ]
  }

  @Test func theFiguresOfTheReportsAgree() throws {
    let reports = try Self.reports(.en)
    for (report, again) in zip(reports, try Self.reports(.en)) {
      #expect(report.written(as: .html, in: .zh) == again.written(as: .html, in: .zh))
    }
    func rows(_ report: Report, _ section: String) -> [[ReportCell]] {
      report.sections.first { $0.key == section }?.table.rows ?? []
    }
    func sum(_ rows: [[ReportCell]], _ column: Int) -> Int {
      rows.reduce(0) { sum, row in if case .count(let count) = row[column] { sum + count } else { sum } }
    }
    // By rule, by day and by place they are the same alerts.
    let alerts = sum(rows(reports[0], "rules"), 2)
    #expect(alerts > 100 && sum(rows(reports[0], "days"), 1) == alerts)
    #expect(sum(rows(reports[1], "places"), 2) == alerts)
    // Levels are the units put together.
    for column in [2, 3, 5, 7] {
      let units = sum(rows(reports[1], "units"), column + 1)
      #expect(units == sum(rows(reports[1], "levels"), column - 1), "\(column)")
    }
    #expect(rows(reports[2], "lifts").count == 2 && rows(reports[2], "pumps").count == 2)
    #expect(rows(reports[2], "car_parks").count == 1)
    guard let folder = ProcessInfo.processInfo.environment["LINLI_REPORTS_TO"] else { return }
    for language in Language.allCases {
      for report in try Self.reports(language) {
        for format in ReportFormat.allCases {
          let file = "\(folder)/\(report.kind.rawValue)-\(language).\(format.rawValue)"
          try Data(report.written(as: format, in: language).utf8).write(to: URL(fileURLWithPath: file))
        }
      }
    }
  }

  /// No Chinese word in English but people's own names, no English heading in Chinese, and in both the same figures.
  @Test func theyAreWholeInBothLanguages() throws {
    let names = Set(SimulatedYearTests.configuration.duty.people.values.map(\.name))
    func counts(_ report: Report) -> [Int] {
      report.sections.flatMap(\.table.rows).joined()
        .compactMap { cell in if case .count(let count) = cell { count } else { nil } }.sorted()
    }
    for (english, chinese) in zip(try Self.reports(.en), try Self.reports(.zh)) {
      var text = english.written(as: .md, in: .en)
      for name in names { text = text.replacing(name, with: "") }
      text = text.replacing(/\S+ \([a-z]+\)/, with: "")
      let left = text.split(separator: "\n").filter { line in
        line.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }
      }
      #expect(left.isEmpty, "\(english.kind): \(left.prefix(5))")
      let headings = chinese.written(as: .md, in: .zh).split(separator: "\n").filter { $0.hasPrefix("#") }
      #expect(headings.count == english.sections.count + 1)
      for heading in headings {
        #expect(heading.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) }, "\(heading)")
      }
      #expect(!counts(english).isEmpty && counts(english) == counts(chinese))
    }
  }

  /// A real browser takes the page in as it was meant and prints it.
  @Test(.enabled(if: Browser.here != nil, "no Chromium here"))
  func aBrowserShowsAndPrintsThem() async throws {
    let folder = try TemporaryDirectory()
    let browser = try #require(Browser.here)
    for report in try Self.reports(.zh) {
      let page = folder.file("\(report.kind.rawValue).html")
      try Data(report.written(as: .html, in: .zh).utf8).write(to: URL(fileURLWithPath: page))
      let shown = try await browser.document("file://\(page)")
      for section in report.sections { #expect(shown.contains("<h2>\(section.title.zh)</h2>"), "\(section.key)") }
      #expect(shown.contains("</svg>") && !shown.contains("parsererror"))
      let printed = try await browser.printed("file://\(page)")
      #expect(printed.starts(with: Data("%PDF".utf8)) && printed.range(of: Data("/Type /Page".utf8)) != nil)
    }
  }
}
