import Community
package import Pipeline

/// What the alert side needs to know about every rule, by its id: how urgent, what to say, whom it concerns.
package struct RuleCatalogue: Sendable {
  /// Of the built-in faults.
  private var faults: [String: RuleTraits] = [:]
  /// Those of the configuration, shared with who made the catalogue, and where the enabled ones stand, by id. Asked once an alert:
  /// a dictionary would be fifty bytes a rule.
  private let rules: [Rule]
  private let order: [Int32]
  /// Priorities of built-in faults that profiles change: rule → device → priority.
  private var priorities: [String: [String: String]] = [:]
  /// Ids of the rules that people raise themselves.
  private var manual: Set<String> = []

  /// The rules of the configuration, and the built-in device faults as the profiles at the site want them.
  /// - Parameter plans: the rules as compiled for the site.
  package init(_ rules: [Rule] = [], site: Site? = nil, plans: [RulePlan] = []) {
    self.rules = rules
    for fault in BuiltInFault.allCases { faults[fault.rawValue] = fault.traits }
    order = rules.indices.filter { rules[$0].enabled }.sorted { rules[$0].id < rules[$1].id }.map(Int32.init)
    guard let site else { return }
    let found = plans.filter { !$0.isManual(site.plan.points) }.map(\.id)
    manual = Set(plans.map(\.id)).subtracting(found)
    for (device, facts) in zip(site.plan.devices, site.devices) {
      for (fault, setting) in facts.faults {
        if let priority = setting.priority { priorities[fault.rawValue, default: [:]][device.id] = priority }
      }
    }
  }

  /// - Parameter subject: of the alert; a profile may give a device fault another priority.
  /// - Returns: nil for a rule that is gone.
  package func traits(of rule: String, subject: String) -> RuleTraits? {
    guard var result = self[rule] else { return nil }
    if let byDevice = priorities[rule] {
      let device = subject.lastIndex(of: "/").map { String(subject[..<$0]) } ?? subject
      if let priority = byDevice[device] ?? byDevice[subject] { result.priority = priority }
    }
    return result
  }

  /// The same for any subject.
  package subscript(rule: String) -> RuleTraits? {
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if rules[Int(order[middle])].id < rule { low = middle + 1 } else { high = middle }
    }
    guard low < order.count, rules[Int(order[low])].id == rule else { return faults[rule] }
    var traits = rules[Int(order[low])].traits
    traits.isManual = manual.contains(rule)
    return traits
  }

  /// Ids in alphabetical order.
  package var ids: [String] { Set(order.map { rules[Int($0)].id }).union(faults.keys).sorted() }

  package static func isBuiltIn(_ rule: String) -> Bool { BuiltInFault(rawValue: rule) != nil }
}

extension RulePlan {
  /// One comparison, of buttons alone. "Not pressed for a month" (`quiet`) is found by the rule, not raised by a person.
  fileprivate func isManual(_ points: [PointPlan]) -> Bool {
    guard conditions.count == 1, case .compare = conditions[0].predicate else { return false }
    return instances.allSatisfy { $0.inputs.joined().allSatisfy { points[Int($0)].quantity == "pressed" } }
  }
}
