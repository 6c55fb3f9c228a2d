import ArgumentParser
import Community
import Foundation
import Reports

struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "A month in figures: assessment 考核 of units and people, alarm KPI (ISA-18.2), availability of equipment.")

  @Argument(help: "assessment, kpi or availability.")
  var kind: String
  @Option(help: "The month, e.g. 2026-05 (default: the last one that is over).")
  var month: String?
  @Option(help: "Only this place and what lies below.")
  var place: String?
  @Option(help: "html (prints on A4), csv (for spreadsheets) or md (default).")
  var format: String?
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if ReportKind(rawValue: kind) == nil {
      throw ValidationError(OptionText.choice("KIND", ["assessment", "kpi", "availability"], not: kind))
    }
    if let format, ![.html, .csv, .md].contains(ReportFormat(rawValue: format)) {
      throw ValidationError(OptionText.choice("--format", ["html", "csv", "md"], not: format))
    }
    if format != nil && output.json { throw ValidationError(OptionText.exclusive("--format", "--json")) }
    if let month, ReportMonth(month) == nil {
      throw ValidationError(
        zh: "--month：“\(month)”不是月份；请写成 2026-05 这样", en: "--month: '\(month)' is not a month; write it like 2026-05")
    }
  }

  func run() async throws {
    var file = Data()
    try await ServiceClient(service).stream(
      "GET", "/api/v1/reports/\(kind)",
      [
        "month": month, "place": place, "format": output.json ? "json" : format ?? "md",
        "lang": output.language.rawValue,
      ]
    ) { file.append($0) }
    // Markdown is what people read in a terminal.
    let isRead = !output.json && format ?? "md" == "md"
    Terminal.write(isRead ? Data(VisibleText.lines(String(decoding: file, as: UTF8.self)).utf8) : file)
  }
}
