package import ConfigFile
package import Pipeline

/// One condition of `when` as written: a predicate, its timing and, when nested, its own `on`.
package struct Condition: Sendable {
  package indirect enum Test: Sendable {
    case compare(Measure, Operand)
    case changes(by: Double, within: Int64)
    case quiet(Int64)
    case silent(Int64)
    case stuck(Int64)
    case all([Condition])
    case any([Condition])
    case not(Condition)
  }

  package var test: Test
  /// The key that says what is tested, `above`, `average`, `all` …, and where it stands.
  package var key: String
  package var location: SourceLocation
  /// Only for nested conditions; empty otherwise.
  package var on = Selector()
  package var hold: Int64 = 0
  package var clearHold: Int64 = 0
  package var deadband: Double = 0
  package var during: DuringPlan?

  package init(test: Test, key: String, location: SourceLocation) {
    self.test = test
    self.key = key
    self.location = location
  }

  package var children: [Condition] {
    switch test {
    case .all(let children), .any(let children): children
    case .not(let child): [child]
    default: []
    }
  }

  package var isLeaf: Bool {
    switch test {
    case .all, .any, .not: false
    default: true
    }
  }

  /// Whether any condition of this tree brings an `on` of its own.
  package var hasOwnSelector: Bool { !on.isEmpty || children.contains(where: \.hasOwnSelector) }
}

/// A comparison as written. `equals` may name a value; which number that is depends on the point.
package struct Operand: Sendable {
  package enum Value: Sendable {
    case number(Comparison)
    /// `equals`, or `not_equals` when `negated`, with the text as it stands in the file.
    case word(String, negated: Bool)
  }

  package var value: Value
  /// `above`, `equals` …
  package var key: String
  package var location: SourceLocation

  package init(value: Value, key: String, location: SourceLocation) {
    self.value = value
    self.key = key
    self.location = location
  }
}
