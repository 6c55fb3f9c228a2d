package import Community
package import ConfigFile

/// What became of one rule test.
package struct RuleTestResult: Sendable {
  /// An alert change, as expected or as it happened.
  package struct Line: Sendable, Equatable {
    /// Offset from the test's start, ms; nil where any time would do.
    package var at: Int64?
    package var change: String
    package var rule: String
    package var subject: String?
    package var value: Double?

    /// `11m  raised  care-room-cold  care-301-env/temperature  15.2`
    package var text: String {
      var parts = [at.map(DurationText.text) ?? "", change, rule]
      if let subject { parts.append(subject) }
      if let value { parts.append(NumberText.plain(value)) }
      return parts.joined(separator: "  ")
    }
  }

  package enum Difference: Sendable, Equatable {
    /// Expected there, did not happen.
    case missing(Line, SourceLocation)
    /// Happened, was not expected.
    case unexpected(Line)
  }

  package var name: String
  package var location: SourceLocation
  /// In time order; empty when the test passed.
  package var differences: [Difference]

  package var passed: Bool { differences.isEmpty }

  /// For people: the test, and a line for every difference, `-` expected and `+` got.
  package func text(in language: Language) -> String {
    let place = "\(location.file):\(location.line)"
    let isChinese = language == .zh
    let (pass, fail) = isChinese ? ("通过", "失败") : ("ok", "FAILED")
    let (expected, got) = isChinese ? ("应有", "实际") : ("expected", "got")
    guard !passed else { return "\(pass)  \(name)" }
    var lines = ["\(fail)  \(name)  (\(place))"]
    for difference in differences {
      switch difference {
      case .missing(let line, let at): lines.append("  - \(expected)  \(line.text)  (\(at.file):\(at.line))")
      case .unexpected(let line): lines.append("  + \(got)  \(line.text)")
      }
    }
    return lines.joined(separator: "\n")
  }
}
