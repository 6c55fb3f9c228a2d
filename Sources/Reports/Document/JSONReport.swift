// A report for scripts: each section an array of objects whose keys are those of the columns.
import Community
import Foundation
import Pipeline

struct JSONReport {
  let text: String

  init(_ report: Report, _ language: Language) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    let document = Document(report: report, cells: CellText(language: language, zone: report.period.zone))
    // Nothing in it can fail to be encoded: numbers are finite, everything else is text.
    text = (try? encoder.encode(document)).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? "{}\n"
  }

  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private struct Document: Encodable {
    var report: Report
    var cells: CellText

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(report.kind.rawValue, forKey: Key("kind"))
      try container.encode(report.title[cells.language], forKey: Key("title"))
      try container.encode("\(report.period.month)", forKey: Key("month"))
      try container.encode(cells.rfc3339(report.period.from), forKey: Key("from"))
      try container.encode(cells.rfc3339(report.period.to), forKey: Key("to"))
      try container.encode(report.period.isPartial, forKey: Key("partial"))
      try container.encode(report.notes.map { $0[cells.language] }, forKey: Key("notes"))
      for fact in report.facts where fact.key != "period" {
        try container.encode(fact.value[cells.language], forKey: Key(fact.key))
      }
      for section in report.sections {
        try container.encode(
          section.table.rows.map { Row(columns: section.table.columns, row: $0, cells: cells) },
          forKey: Key(section.key))
      }
    }
  }

  private struct Row: Encodable {
    var columns: [ReportTable.Column]
    var row: [ReportCell]
    var cells: CellText

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      for (column, cell) in zip(columns, row) {
        let key = Key(column.key)
        switch cell {
        case .text(let text): try container.encode(text[cells.language], forKey: key)
        case .name(let name): try container.encode(name, forKey: key)
        case .count(let count): try container.encode(count, forKey: key)
        case .decimal(let value, let places):
          try number(value.map { FigureText.decimals($0, places) }, key, &container)
        case .share(let value, _): try number(value.map { FigureText.decimals($0, 5) }, key, &container)
        case .duration(let value):
          try number(value.map { FigureText.decimals(Double($0) / 1_000, 3) }, Key(column.key + "_seconds"), &container)
        case .time(let time): try container.encode(time.map(cells.rfc3339), forKey: key)
        case .verdict(let verdict): try container.encode(verdict.rawValue, forKey: key)
        case .measure(_, let value): try number(value.map { FigureText.decimals($0, 5) }, key, &container)
        }
      }
    }

    /// Rounded as people see it, so that a sum in another order gives the same bytes.
    private func number(_ text: String?, _ key: Key, _ container: inout KeyedEncodingContainer<Key>) throws {
      try container.encode(text.flatMap(Double.init), forKey: key)
    }
  }
}
