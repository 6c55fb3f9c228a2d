/// Collects every problem of a configuration, so that `linli check` can name all of them at once.
package final class ProblemLog {
  package private(set) var problems: [Problem] = []

  package init() {}

  package func error(at location: SourceLocation, _ message: String, hint: String? = nil) {
    problems.append(Problem(.error, at: location, message, hint: hint))
  }

  package func warning(at location: SourceLocation, _ message: String, hint: String? = nil) {
    problems.append(Problem(.warning, at: location, message, hint: hint))
  }

  package var hasErrors: Bool { problems.contains { $0.severity == .error } }
}
