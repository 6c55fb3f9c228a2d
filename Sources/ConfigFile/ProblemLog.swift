package import Words

/// Collects every problem of a configuration, so that `linli check` can name all of them at once.
package final class ProblemLog {
  /// In the order in which they were found.
  package private(set) var problems: [Problem] = []
  private var seen: Set<String> = []

  package init() {}

  package func error(at location: SourceLocation, _ message: LocalizedText, hint: LocalizedText? = nil) {
    add(Problem(.error, at: location, message, hint: hint))
  }

  package func error(at location: SourceLocation, zh: String, en: String, hint: LocalizedText? = nil) {
    error(at: location, LocalizedText(zh: zh, en: en), hint: hint)
  }

  package func warning(at location: SourceLocation, zh: String, en: String, hint: LocalizedText? = nil) {
    add(Problem(.warning, at: location, LocalizedText(zh: zh, en: en), hint: hint))
  }

  /// The same problem at the same place is kept once.
  package func add(_ problem: Problem) {
    if seen.insert(problem.description).inserted { problems.append(problem) }
  }

  package var hasErrors: Bool { problems.contains { $0.severity == .error } }

  package var errorCount: Int { problems.count { $0.severity == .error } }

  /// By file, line and column; what `linli check` prints.
  package var sorted: [Problem] {
    problems.sorted { a, b in
      a.location == b.location ? a.description < b.description : a.location < b.location
    }
  }
}
