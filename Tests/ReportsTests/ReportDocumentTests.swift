import Alerts
import Community
import Foundation
import Pipeline
import TestSupport
import Testing

@testable import Reports

/// The forms in which reports leave: escaped, complete in both languages, the same bytes each time.
@Suite struct ReportDocumentTests {
  private typealias Sample = ReportSample

  private static func events() -> [AlertEvent] {
    (0..<40).flatMap { number -> [AlertEvent] in
      let day = Int64(number % 29)
      var story = Sample.Story(
        "a\(number)", rule: number % 3 == 0 ? "lift-fault" : "water|leak", subject: "lift-\(number % 4)/stuck",
        priority: Priority.allCases[number % 4], at: Sample.at(day, Int64(number)), people: ["王强", "O'Brien & <b>"])
      if number % 5 == 0 { story.climbs(at: Sample.at(day, Int64(number) + 10)) }
      story.answered(at: Sample.at(day, Int64(number) + 12), by: "=1+1")
      story.clears(at: Sample.at(day, Int64(number) + 30 + (number % 7 == 0 ? 3_000 : 0)))
      story.closes(at: Sample.at(day, Int64(number) + 30 + (number % 7 == 0 ? 3_000 : 0)))
      return story.events
    }
  }

  private static func reports() -> [Report] {
    let log = Sample.log(events())
    let scope = Sample.places.reportName("d/s/c/y")
    let equipment = [
      Equipment(kind: .lift, id: "lift-0", name: LocalizedText(zh: "0号电梯", en: "Lift 0"), place: "d/s/c/y/b3"),
      Equipment(kind: .carPark, id: "d/s/c/y/parking", name: LocalizedText("P"), place: "d/s/c/y/parking"),
    ]
    let occupancy = Occupancy(
      carPark: LocalizedText("P"), what: LocalizedText(zh: "在场车辆", en: "cars inside"), point: "gate/inside",
      isShare: false, mean: 12.34, peak: 40, peakAt: Sample.at(4, 500))
    return [
      .kpi(log, Sample.period, scope: scope),
      .assessment(
        log, Sample.period, orders: OrderAssessment([], Sample.period, scope: ""), equipment: equipment,
        places: Sample.places, below: "", scope: scope),
      .availability(
        log, Sample.period, equipment: equipment, occupancy: [occupancy], places: Sample.places, scope: scope),
    ]
  }

  @Test func theSameDataGivesTheSameBytes() {
    for (one, other) in zip(Self.reports(), Self.reports()) {
      for format in ReportFormat.allCases {
        for language in Language.allCases {
          #expect(one.written(as: format, in: language) == other.written(as: format, in: language))
        }
      }
    }
  }

  @Test func everyRowIsAsLongAsItsHeading() {
    for report in Self.reports() {
      #expect(Set(report.sections.map(\.key)).count == report.sections.count)
      for section in report.sections {
        #expect(Set(section.table.columns.map(\.key)).count == section.table.columns.count, "\(section.key)")
        for row in section.table.rows { #expect(row.count == section.table.columns.count, "\(section.key)") }
      }
    }
  }

  /// Every word of Linli's own is there in both languages: no heading, measure or note is empty or Chinese in English.
  @Test func bothLanguagesAreComplete() {
    func isChinese(_ text: String) -> Bool { text.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) } }
    for report in Self.reports() {
      let texts =
        report.sections.flatMap { [$0.title, $0.note].compactMap { $0 } + $0.table.columns.map(\.title) }
        + report.notes + report.facts.map(\.name) + [report.title]
      for text in texts { #expect(!text.zh.isEmpty && !text.en.isEmpty && !isChinese(text.en), "\(text)") }
      for text in texts where !["MTBF", "MTTR"].contains(text.en) { #expect(isChinese(text.zh), "\(text)") }
    }
  }

  @Test func htmlIsWholeAndHarmless() throws {
    for report in Self.reports() {
      for language in Language.allCases {
        let html = report.written(as: .html, in: language)
        #expect(
          !html.contains("<script") && !html.contains("http") && !html.contains("<b>") && !html.contains("Title <"))
        #expect(html.contains("@page { size: A4;"))
        // Well-formed once what HTML leaves open is taken out.
        let xml = html.replacingOccurrences(of: "<!DOCTYPE html>\n", with: "")
          .replacingOccurrences(of: #"<meta [^>]*>"#, with: "", options: .regularExpression)
        #expect(Self.isBalanced(xml))
      }
    }
  }

  private static func isBalanced(_ text: String) -> Bool {
    var open: [Substring] = []
    for part in text.split(separator: "<").dropFirst(text.hasPrefix("<") ? 0 : 1) {
      guard let end = part.firstIndex(of: ">") else { return false }
      let tag = part[..<end]
      if tag.hasSuffix("/") { continue }
      let name = tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber }
      if tag.hasPrefix("/") {
        guard open.popLast() == name else { return false }
      } else {
        open.append(name)
      }
    }
    return open.isEmpty
  }

  @Test func csvIsARectangleThatExcelReads() throws {
    for report in Self.reports() {
      let csv = report.written(as: .csv, in: .zh)
      #expect(csv.unicodeScalars.first == "\u{FEFF}")
      let records = try #require(Self.parsed(String(csv.unicodeScalars.dropFirst())))
      #expect(Set(records.map(\.count)).count == 1)
      #expect(!records.joined().contains { $0.hasPrefix("=") })
    }
  }

  /// A mark behind a quote or a bracket makes both one character to Swift; a spreadsheet and a reader of Markdown see two.
  @Test func combiningMarksHideNothing() throws {
    let name = "x\"\u{301},=cmd [\u{301}a](b)"
    var report = Self.reports()[0]
    report.notes = [LocalizedText(name)]
    let csv = report.written(as: .csv, in: .en)
    let records = try #require(Self.parsed(String(csv.unicodeScalars.dropFirst())))
    #expect(Set(records.map(\.count)).count == 1)
    #expect(report.written(as: .md, in: .en).unicodeScalars.contains { $0 == "\u{301}" })
    #expect(String(report.written(as: .md, in: .en)).utf8.starts(with: "# ".utf8))
    #expect(Array(report.written(as: .md, in: .en).utf8).firstRange(of: Array("\\[\u{301}a\\]".utf8)) != nil)
  }

  /// RFC 4180, read strictly; nil when it is not.
  private static func parsed(_ text: String) -> [[String]]? {
    var records: [[String]] = []
    var record: [String] = []
    var field = ""
    var rest = Array(text.unicodeScalars)[...]
    func starts(_ text: String) -> Bool { rest.starts(with: text.unicodeScalars) }
    while !rest.isEmpty {
      if starts("\"") {
        rest.removeFirst()
        while !rest.isEmpty {
          if starts("\"\"") {
            field += "\""
            rest = rest.dropFirst(2)
          } else if starts("\"") {
            rest.removeFirst()
            break
          } else {
            field.unicodeScalars.append(rest.removeFirst())
          }
        }
      } else {
        while let next = rest.first, !",\r\"".unicodeScalars.contains(next) {
          field.unicodeScalars.append(next)
          rest.removeFirst()
        }
      }
      record.append(field)
      field = ""
      if starts(",") {
        rest.removeFirst()
        continue
      }
      guard starts("\r\n") else { return nil }
      rest = rest.dropFirst(2)
      records.append(record)
      record = []
    }
    return records
  }

  @Test func markdownTablesKeepTheirColumns() {
    for report in Self.reports() {
      let tables = report.written(as: .md, in: .en).split(separator: "\n").filter { $0.hasPrefix("|") }
      for line in tables {
        let bars = line.replacingOccurrences(of: "\\|", with: "").filter { $0 == "|" }.count
        #expect(report.sections.contains { $0.table.shown.count == bars - 1 }, "\(line)")
      }
      #expect(!tables.isEmpty)
    }
  }

  @Test func jsonHasStableKeysAndNumbers() throws {
    let text = Self.reports()[0].written(as: .json, in: .en)
    let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(json["kind"] as? String == "kpi" && json["month"] as? String == "2026-05")
    #expect(json["from"] as? String == "2026-05-01T00:00:00.000+08:00" && json["partial"] as? Bool == false)
    let rules = try #require(json["rules"] as? [[String: Any]])
    #expect(rules.map { $0["alerts"] as? Int } == [26, 14])
    #expect(rules[0]["answer_median_seconds"] as? Double == 720)
    let measures = try #require(json["measures"] as? [[String: Any]])
    #expect(measures.allSatisfy { $0["verdict"] is String && $0["measure"] is String })
  }

  @Test func anEmptyMonthIsAReportToo() {
    let log = Sample.log([])
    let report = Report.kpi(log, Sample.period, scope: LocalizedText("–"))
    for format in ReportFormat.allCases { #expect(!report.written(as: format, in: .zh).isEmpty) }
    #expect(report.written(as: .md, in: .en).contains("None."))
  }
}
