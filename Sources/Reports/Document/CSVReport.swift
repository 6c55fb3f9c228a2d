// Comma-separated values (RFC 4180) for spreadsheets: the tables of a report one below the other.
import Community
import Pipeline

struct CSVReport {
  /// Excel takes a file for UTF-8 only with this mark.
  private static let byteOrderMark = "\u{FEFF}"

  let text: String

  init(_ report: Report, _ language: Language) {
    let cells = CellText(language: language, zone: report.period.zone)
    var records = [[report.title[language]]]
    records += report.facts.map { [$0.name[language], $0.value[language]] }
    records += report.notes.map { [$0[language]] }
    for section in report.sections {
      records.append([])
      records.append([section.title[language]])
      records.append(section.table.columns.indices.map { Self.heading(section.table, $0, language) })
      records += section.table.rows.map { $0.map(cells.plain) }
    }
    // All records of a file have the same number of fields.
    let width = records.map(\.count).max() ?? 1
    text =
      Self.byteOrderMark
      + records.map { record in
        (record + Array(repeating: "", count: width - record.count)).map(Self.field).joined(separator: ",") + "\r\n"
      }.joined()
  }

  /// With the unit that the plain numbers of the column have.
  private static func heading(_ table: ReportTable, _ index: Int, _ language: Language) -> String {
    let title = table.columns[index].title[language]
    let isDuration = table.rows.contains { if case .duration = $0[index] { true } else { false } }
    guard isDuration else { return title }
    return language == .zh ? "\(title)（秒）" : "\(title) (s)"
  }

  /// A text that a spreadsheet would take for a formula begins with an apostrophe instead (OWASP, CSV injection).
  private static func field(_ text: String) -> String {
    var text = text
    if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first), Double(text) == nil {
      text = "'" + text
    }
    guard text.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else { return text }
    // By scalars: a quote with a combining mark behind it is one character, and still a quote to a spreadsheet.
    var field = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "\"" { field.append(scalar) }
      field.append(scalar)
    }
    return "\"" + String(field) + "\""
  }
}
