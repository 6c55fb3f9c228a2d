package import Words

/// A place in a configuration file. Line and column count from 1; 0 where there is none.
package struct SourceLocation: Hashable, Sendable, Comparable {
  package var file: String
  // Four bytes each: everything that is read keeps its place.
  private var lineNumber: Int32
  private var columnNumber: Int32

  package var line: Int {
    get { Int(lineNumber) }
    set { lineNumber = Int32(clamping: newValue) }
  }

  package var column: Int {
    get { Int(columnNumber) }
    set { columnNumber = Int32(clamping: newValue) }
  }

  package init(file: String, line: Int = 0, column: Int = 0) {
    self.file = file
    lineNumber = Int32(clamping: line)
    columnNumber = Int32(clamping: column)
  }

  package static func < (a: SourceLocation, b: SourceLocation) -> Bool {
    (a.file, a.line, a.column) < (b.file, b.line, b.column)
  }
}

/// Something that is wrong with the configuration, where, and what to do about it.
package struct Problem: Sendable, Equatable, CustomStringConvertible {
  package enum Severity: String, Sendable { case error, warning }

  package var severity: Severity
  package var location: SourceLocation
  package var message: LocalizedText
  /// What to do, e.g. `did you mean "temperature"?`
  package var hint: LocalizedText?

  package init(
    _ severity: Severity, at location: SourceLocation, _ message: LocalizedText, hint: LocalizedText? = nil
  ) {
    self.severity = severity
    self.location = location
    self.message = message
    self.hint = hint
  }

  /// `file:line:column: error: message; hint`. Place and severity read the same in both languages: editors look for them.
  package func text(in language: Language) -> String {
    let place =
      location.line > 0 ? "\(location.file):\(location.line):\(location.column)" : location.file
    let separator = language == .zh ? "；" : "; "
    return "\(place): \(severity.rawValue): \(message[language])" + (hint.map { separator + $0[language] } ?? "")
  }

  /// In English, for logs.
  package var description: String { text(in: .en) }
}
