// Markdown with aligned columns: readable as it stands, on a terminal, too.
import Community
import Pipeline

struct MarkdownReport {
  let text: String

  init(_ report: Report, _ language: Language) {
    var lines = ["# " + Self.escape(report.title[language]), ""]
    lines += report.facts.map { "- \($0.name[language]): \(Self.escape($0.value[language]))" }
    for note in report.notes { lines += ["", "> " + Self.escape(note[language])] }
    let cells = CellText(language: language, zone: report.period.zone)
    for section in report.sections {
      lines += ["", "## " + Self.escape(section.title[language]), ""]
      if let note = section.note { lines += [Self.escape(note[language]), ""] }
      if section.table.rows.isEmpty {
        lines.append(Report.noRows[language])
      } else {
        lines += Self.table(section.table, cells)
      }
      if section.table.omitted > 0 { lines += ["", section.table.omission[language]] }
    }
    text = lines.joined(separator: "\n") + "\n"
  }

  private static func table(_ table: ReportTable, _ cells: CellText) -> [String] {
    let columns = table.shown.map { table.columns[$0] }
    let head = columns.map { escape($0.title[cells.language]) }
    let rows = table.rows.map { row in table.shown.map { escape(cells.shown(row[$0])) } }
    let widths = head.indices.map { column in
      max(3, ([head] + rows).map { DisplayWidth.columns($0[column]) }.max() ?? 0)
    }
    func line(_ row: [String]) -> String {
      let padded = row.indices.map { column in
        let gap = String(repeating: " ", count: widths[column] - DisplayWidth.columns(row[column]))
        return columns[column].isNumber ? gap + row[column] : row[column] + gap
      }
      return "| " + padded.joined(separator: " | ") + " |"
    }
    let rule = widths.indices.map { column in
      let dashes = String(repeating: "-", count: widths[column] - 1)
      return columns[column].isNumber ? dashes + ":" : dashes + "-"
    }
    return [line(head), "| " + rule.joined(separator: " | ") + " |"] + rows.map(line)
  }

  /// Whatever names people gave stays text, on one line.
  private static func escape(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    // By scalars: a bracket with a combining mark behind it is one character, and still a bracket.
    for scalar in text.unicodeScalars {
      if Character(scalar).isNewline {
        escaped.append(" ")
      } else {
        if "\\`*_[]<>|#".unicodeScalars.contains(scalar) { escaped.append("\\") }
        escaped.append(scalar)
      }
    }
    return String(escaped)
  }
}

extension Report {
  static let noRows = LocalizedText(zh: "无。", en: "None.")
}

extension ReportTable {
  var omission: LocalizedText {
    LocalizedText(zh: "另有 \(omitted) 行未列出。", en: "\(omitted) more rows are not shown.")
  }
}
