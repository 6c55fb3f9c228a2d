package import ConfigFile
package import Pipeline

/// A unit test of rules (INTERFACE §6): readings that arrive, and the alert changes that must follow.
package struct RuleTest: Sendable {
  /// Readings of one point at equal distances.
  package struct Series: Sendable {
    package enum Value: Sendable, Equatable {
      /// `_`: nothing arrives.
      case none
      /// A number or a word, as written.
      case text(String)
      /// `!sensor-fault`: a reading of that bad quality.
      case bad(QualityReason)
    }

    package var point: String
    package var location: SourceLocation
    /// Offset of the first value from the test's start, ms.
    package var from: Int64
    /// Distance of the values, ms.
    package var every: Int64
    /// Each value with how often it is repeated.
    package var values: [(value: Value, count: Int)]
  }

  package struct Expectation: Sendable {
    package enum Kind: Sendable, Equatable {
      case change(ConditionChange.Kind)
      /// `silent: RULE`: the rule changes nowhere (at `subject`, if given).
      case silent
    }

    package var kind: Kind
    package var rule: String
    package var subject: String?
    package var value: Double?
    /// Offset from the start, ms; nil only for `silent`.
    package var at: Int64?
    package var location: SourceLocation
  }

  package var name: String
  package var location: SourceLocation
  package var start: Timestamp
  package var series: [Series]
  package var expectations: [Expectation]
  /// How long the clock runs, ms from the start; by default to the last reading or expectation.
  package var until: Int64?
}
