import Community
import ConfigFile
import Pipeline
package import Rules

/// A rule with one of its numbers changed: another hold, deadband or threshold.
package struct RuleVariant: Sendable {
  package enum Knob: String, Sendable, CaseIterable { case hold = "for", deadband, threshold }

  /// nil: the rule as it stands.
  package var knob: Knob?
  /// The new number as people read it.
  package var value: String
  package var rule: Rule

  /// The rule itself first, then the variants of each knob that it has, in rising order. What is given replaces the steps
  /// that are tried otherwise: half, double and so on.
  /// - Parameters:
  ///   - holds: `for`, ms.
  ///   - deadbands, thresholds: in the canonical unit; thresholds only where there is a single one.
  package static func all(
    of rule: Rule, holds: [Int64] = [], deadbands: [Double] = [], thresholds: [Double] = []
  ) -> [RuleVariant] {
    let current = rule.condition
    var variants = [RuleVariant(knob: nil, value: "", rule: rule)]
    for hold in holds.isEmpty ? holdSteps(current.hold) : holds where hold != current.hold {
      variants.append(
        variant(rule, .hold, FigureText.duration(hold).en, variants.count) { $0.condition.hold = hold })
    }
    guard case .compare(let measure, let operand) = current.test, case .number(let comparison) = operand.value else {
      return variants
    }
    if comparison.takesDeadband {
      let steps = deadbands.isEmpty ? deadbandSteps(current.deadband, comparison) : deadbands
      for deadband in steps where deadband != current.deadband && deadband >= 0 {
        variants.append(
          variant(rule, .deadband, NumberText.plain(deadband), variants.count) { $0.condition.deadband = deadband })
      }
    }
    let moved = thresholds.isEmpty ? comparison.steps : thresholds.compactMap(comparison.at)
    for other in moved where other != comparison {
      var operand = operand
      operand.value = .number(other)
      let test = Condition.Test.compare(measure, operand)
      variants.append(variant(rule, .threshold, other.numbers, variants.count) { $0.condition.test = test })
    }
    return variants
  }

  private static func variant(
    _ rule: Rule, _ knob: Knob, _ value: String, _ number: Int, _ change: (inout Rule) -> Void
  ) -> RuleVariant {
    var copy = rule
    copy.id = "\(rule.id)~\(number)"
    copy.enabled = true
    change(&copy)
    return RuleVariant(knob: knob, value: value, rule: copy)
  }

  private static func holdSteps(_ hold: Int64) -> [Int64] {
    if hold == 0 { return [60_000, 300_000, 900_000, 3_600_000] }
    return [0, hold / 4, hold / 2, hold * 2, hold * 4]
  }

  private static func deadbandSteps(_ deadband: Double, _ comparison: Comparison) -> [Double] {
    if deadband > 0 { return [0, deadband / 2, deadband * 2, deadband * 4] }
    return [0.01, 0.02, 0.05, 0.1].map { $0 * comparison.size }
  }
}

extension Comparison {
  fileprivate var takesDeadband: Bool {
    switch self {
    case .above, .below, .outside, .inside: true
    case .equals, .notEquals: false
    }
  }

  /// What a change of a few parts in a hundred is taken of; never 0.
  fileprivate var size: Double {
    switch self {
    case .above(let x), .below(let x), .equals(let x), .notEquals(let x): x == 0 ? 1 : abs(x)
    case .outside(let a, let b), .inside(let a, let b): b > a ? b - a : 1
    }
  }

  /// A twentieth and a tenth less and more; of a range, both ends.
  fileprivate var steps: [Comparison] {
    let parts = [-0.1, -0.05, 0.05, 0.1].map { $0 * size }
    switch self {
    case .above(let x): return parts.map { .above(x + $0) }
    case .below(let x): return parts.map { .below(x + $0) }
    case .outside(let a, let b): return parts.map { .outside(a - $0, b + $0) }
    case .inside(let a, let b): return parts.map { .inside(a - $0, b + $0) }
    case .equals, .notEquals: return []
    }
  }

  fileprivate func at(_ threshold: Double) -> Comparison? {
    switch self {
    case .above: .above(threshold)
    case .below: .below(threshold)
    case .outside, .inside, .equals, .notEquals: nil
    }
  }

  fileprivate var numbers: String {
    func text(_ value: Double) -> String { NumberText.plain((value * 1e6).rounded() / 1e6) }
    switch self {
    case .above(let x): return "> \(text(x))"
    case .below(let x): return "< \(text(x))"
    case .outside(let a, let b), .inside(let a, let b): return "[\(text(a)), \(text(b))]"
    case .equals(let x), .notEquals(let x): return text(x)
    }
  }
}
