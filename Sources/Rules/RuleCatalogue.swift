/// What the alert side needs to know about every rule, by its id: how urgent, what to say, whom it concerns.
package struct RuleCatalogue: Sendable {
  private var traits: [String: RuleTraits] = [:]

  /// The rules of the configuration and the built-in device faults.
  package init(_ rules: [Rule] = []) {
    for fault in DeviceFault.allCases { traits[fault.rawValue] = fault.traits }
    for rule in rules where rule.enabled { traits[rule.id] = rule.traits }
  }

  /// nil for a rule that is gone.
  package subscript(rule: String) -> RuleTraits? { traits[rule] }

  /// Ids in alphabetical order.
  package var ids: [String] { traits.keys.sorted() }

  package static func isBuiltIn(_ rule: String) -> Bool { DeviceFault(rawValue: rule) != nil }
}
