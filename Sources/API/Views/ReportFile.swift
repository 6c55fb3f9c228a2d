package import Community

/// Which report is wanted: as words of the request, so that what is wrong with them is said in one place.
package struct ReportSelection: Sendable, Equatable {
  /// assessment, kpi, availability.
  package var kind: String
  /// `2026-05`; nil: the last month that is over.
  package var month: String?
  package var place: String?
  /// html, csv, md, json.
  package var format: String
  package var language: Language
  package init(kind: String, month: String? = nil, place: String? = nil, format: String = "json", language: Language) {
    self.kind = kind
    self.month = month
    self.place = place
    self.format = format
    self.language = language
  }
}

/// A report as it is sent and saved.
package struct ReportFile: Sendable, Equatable {
  package var name: String
  package var contentType: String
  package var text: String
  package init(name: String, contentType: String, text: String) {
    self.name = name
    self.contentType = contentType
    self.text = text
  }
}
