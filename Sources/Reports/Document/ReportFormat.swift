package import Community
import Foundation

/// The forms in which a report leaves.
package enum ReportFormat: String, Sendable, CaseIterable {
  case html, csv, md, json

  package var contentType: String {
    switch self {
    case .html: "text/html; charset=utf-8"
    case .csv: "text/csv; charset=utf-8"
    case .md: "text/markdown; charset=utf-8"
    case .json: "application/json; charset=utf-8"
    }
  }
}

extension Report {
  /// The whole file. The same report gives the same bytes.
  package func written(as format: ReportFormat, in language: Language) -> String {
    switch format {
    case .html: HTMLReport(self, language).text
    case .csv: CSVReport(self, language).text
    case .md: MarkdownReport(self, language).text
    case .json: JSONReport(self, language).text
    }
  }
}
