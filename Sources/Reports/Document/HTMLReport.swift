// One self-contained page that prints on A4: tables, charts as inline SVG, no script, nothing fetched.
import Community
import Pipeline

struct HTMLReport {
  /// Tables with more columns are set smaller.
  private static let wideFrom = 7

  let text: String

  init(_ report: Report, _ language: Language) {
    let cells = CellText(language: language, zone: report.period.zone)
    var lines = [
      "<!DOCTYPE html>",
      "<html lang=\"\(language == .zh ? "zh-CN" : "en")\">",
      "<head>",
      "<meta charset=\"utf-8\">",
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
      "<title>\(Self.escape(report.title[language]))</title>",
      "<style>\n\(Self.style)</style>",
      "</head>",
      "<body>",
      "<header>",
      "<h1>\(Self.escape(report.title[language]))</h1>",
      "<dl>",
    ]
    for fact in report.facts {
      lines.append("<div><dt>\(fact.name[language])</dt><dd>\(Self.escape(fact.value[language]))</dd></div>")
    }
    lines += ["</dl>", "</header>"]
    for note in report.notes { lines.append("<p class=\"notice\">\(Self.escape(note[language]))</p>") }
    for section in report.sections { lines += Self.section(section, cells) }
    lines += ["</body>", "</html>"]
    text = lines.joined(separator: "\n") + "\n"
  }

  private static func section(_ section: ReportSection, _ cells: CellText) -> [String] {
    let language = cells.language
    var lines = ["<section id=\"\(escape(section.key))\">", "<h2>\(escape(section.title[language]))</h2>"]
    if let note = section.note { lines.append("<p class=\"note\">\(escape(note[language]))</p>") }
    if section.table.rows.isEmpty {
      return lines + ["<p class=\"none\">\(Report.noRows[language])</p>", "</section>"]
    }
    if let chart = section.chart { lines.append(SVGChart(chart, language).text) }
    let (table, shown) = (section.table, section.table.shown)
    lines += [shown.count > wideFrom ? "<table class=\"wide\">" : "<table>", "<thead><tr>"]
    lines += shown.map { index in
      "<th\(table.columns[index].isNumber ? " class=\"n\"" : "")>\(escape(table.columns[index].title[language]))</th>"
    }
    lines += ["</tr></thead>", "<tbody>"]
    for row in table.rows {
      lines.append("<tr>" + shown.map { cell(table.columns[$0], row[$0], cells) }.joined() + "</tr>")
    }
    lines += ["</tbody>", "</table>"]
    if section.table.omitted > 0 { lines.append("<p class=\"note\">\(section.table.omission[language])</p>") }
    return lines + ["</section>"]
  }

  private static func cell(_ column: ReportTable.Column, _ cell: ReportCell, _ cells: CellText) -> String {
    let shown = escape(cells.shown(cell))
    if case .verdict(let verdict) = cell, verdict != .none {
      return "<td><span class=\"verdict \(verdict.rawValue)\">\(shown)</span></td>"
    }
    return column.isNumber ? "<td class=\"n\">\(shown)</td>" : "<td>\(shown)</td>"
  }

  /// Text as content or attribute of HTML and SVG; characters that XML knows not are left out.
  static func escape(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: if scalar.value >= 32 || scalar == "\n" || scalar == "\t" { escaped.unicodeScalars.append(scalar) }
      }
    }
    return escaped
  }

  private static let style = """
    @page { size: A4; margin: 16mm 14mm; @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt; } }
    :root { color-scheme: light; }
    * { box-sizing: border-box; }
    body { margin: 0 auto; max-width: 190mm; padding: 8mm 4mm; color: #1c2430; background: #fff;
      font: 10pt/1.45 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif;
      -webkit-print-color-adjust: exact; print-color-adjust: exact; }
    header { border-bottom: 2px solid #1f5d8f; margin-bottom: 5mm; padding-bottom: 2mm; }
    h1 { font-size: 18pt; margin: 0 0 2mm; }
    h2 { font-size: 12pt; margin: 7mm 0 1.5mm; color: #1f5d8f; break-after: avoid; }
    dl { display: flex; flex-wrap: wrap; gap: 0 8mm; margin: 0; }
    dl div { display: flex; gap: 2mm; }
    dt { color: #5b6675; }
    dd { margin: 0; }
    p { margin: 0 0 2mm; }
    .notice { background: #fff4d6; border-left: 3px solid #d9a400; padding: 1.5mm 3mm; }
    .note, .none { color: #5b6675; font-size: 9pt; break-after: avoid; }
    svg { display: block; width: 100%; height: auto; margin: 1mm 0 3mm; break-inside: avoid; }
    table { width: 100%; border-collapse: collapse; font-size: 9pt; font-variant-numeric: tabular-nums; }
    thead { display: table-header-group; }
    tr { break-inside: avoid; }
    th { text-align: left; font-weight: 600; vertical-align: bottom; border-bottom: 1px solid #1f5d8f; padding: 1mm 1.5mm; }
    td { vertical-align: top; border-bottom: 1px solid #e1e6ec; padding: 0.8mm 1.5mm; overflow-wrap: break-word; }
    td:first-child, th:first-child { min-width: 24mm; }
    .wide { font-size: 7.5pt; }
    .wide td, .wide th { padding-left: 0.8mm; padding-right: 0.8mm; }
    .n { text-align: right; }
    td.n { white-space: nowrap; }
    tbody tr:nth-child(even) { background: #f6f8fa; }
    .verdict { display: inline-block; padding: 0 2mm; border-radius: 2mm; font-size: 8.5pt; white-space: nowrap; }
    .good { background: #dcf1e1; color: #14602b; }
    .tolerable { background: #fff0c7; color: #6e5200; }
    .poor { background: #fbdcd9; color: #8c1d18; }
    @media print { body { max-width: none; padding: 0; } h2 { margin-top: 5mm; } }

    """
}
