import Community
package import ConfigFile
package import Pipeline

/// Turns rules into plans for the core: selects the points, checks that the conditions make sense there, and makes one
/// instance for every subject. Everything that is wrong goes to the log; a rule with an error gives no plan.
///
/// A rule may become several plans with the same id and different subjects, where the same named value has different
/// numbers at different points.
package struct RuleCompiler {
  let site: Site
  let log: ProblemLog
  let names: NameCheck

  package init(site: Site, log: ProblemLog) {
    self.site = site
    self.log = log
    names = NameCheck(site: site, log: log)
  }

  package func compile(_ rules: [Rule]) -> [RulePlan] {
    var first: [String: Rule] = [:]
    var plans: [RulePlan] = []
    for rule in rules {
      for selector in rule.refused ?? [] { _ = names.check(selector) }
      if rule.id.isEmpty { continue }
      if let earlier = first[rule.id] {
        let place = "\(earlier.location.file):\(earlier.location.line):\(earlier.location.column)"
        log.error(
          at: rule.location, zh: "规则“\(rule.id)”定义了两次；第一次在 \(place)",
          en: "rule \"\(rule.id)\" is defined twice; the first one is at \(place)",
          hint: .init(zh: "请给其中一条换一个 id", en: "give one of them another id"))
        continue
      }
      first[rule.id] = rule
      if BuiltInFault(rawValue: rule.id) != nil {
        log.error(
          at: rule.location, zh: "“\(rule.id)”是内置的设备故障", en: "\"\(rule.id)\" is a built-in device fault",
          hint: .init(zh: "请在设备模板的“faults”里调整它", en: "adjust it in the profile under \"faults\""))
        continue
      }
      if rule.refused == nil { plans += compile(rule) }
    }
    return plans
  }

  private func compile(_ rule: Rule) -> [RulePlan] {
    var tree = ConditionTree(rule)
    guard select(&tree, rule), let grouping = grouping(of: rule, tree) else { return [] }
    if grouping.by == nil, let plan = plan(ofSinglePoints: rule, tree) {
      warnAboutSilentPoints(rule, tree, nil)
      return rule.enabled ? [plan] : []
    }
    let subjects = gather(tree, grouping.by)
    if subjects.isEmpty, !tree.leaves.contains(where: { tree.nodes[$0].points.isEmpty }) {
      log.warning(
        at: rule.location, zh: "规则“\(rule.id)”永远不会报警：没有一个\(grouping.word.zh)具备它需要的全部测点",
        en: "rule \"\(rule.id)\" never raises: no \(grouping.word.en) has all the points it needs",
        hint: .init(zh: "请检查它的“per”和“on”", en: "look at its \"per\" and \"on\""))
    }
    warnAboutSilentPoints(rule, tree, grouping.by)
    guard rule.enabled else { return [] }
    return plans(rule, tree, subjects)
  }

  // MARK: - Selection

  /// Fills in the points of every leaf; false when something is wrong.
  private func select(_ tree: inout ConditionTree, _ rule: Rule) -> Bool {
    var fine = true
    for index in tree.leaves {
      let node = tree.nodes[index]
      if node.selector.isEmpty {
        log.error(
          at: node.condition.location, zh: "规则“\(rule.id)”的“\(node.condition.key)”没有“on”：是哪些测点？",
          en: "\"\(node.condition.key)\" of rule \"\(rule.id)\" has no \"on\": of which points?",
          hint: .init(
            zh: "请写明，例如 on: {quantity: temperature}", en: "say so, e.g. on: {quantity: temperature}"))
        fine = false
        continue
      }
      guard names.check(node.selector) else {
        fine = false
        continue
      }
      let points = site.select(node.selector)
      tree.nodes[index].points = points
      if points.isEmpty, !names.mayMissDevices(node.selector) {
        let own = node.selector.terms.values.flatMap { $0 }.map(\.location).min()
        log.warning(
          at: own ?? rule.location, zh: "规则“\(rule.id)”的“on”没有选中任何测点",
          en: "\"on\" of rule \"\(rule.id)\" selects no points",
          hint: names.hint(for: node.selector))
      }
      for point in points {
        guard let finding = KindCheck.finding(node.condition, at: site.plan.points[Int(point)]) else { continue }
        log.error(at: node.condition.location, finding.message, hint: finding.hint)
        fine = false
        break
      }
      fine = checkNames(node.condition, points) && fine
    }
    return fine
  }

  /// `equals: heet` where some points have names, but none of them this one.
  private func checkNames(_ condition: Condition, _ points: [PointID]) -> Bool {
    guard case .compare(.last, let operand) = condition.test, case .word(let text, _) = operand.value else {
      return true
    }
    var known: [String] = []
    for point in points {
      guard case .named(let names) = site.plan.points[Int(point)].values else { continue }
      if names.contains(text) { return true }
      known += names.filter { !known.contains($0) }
    }
    guard !known.isEmpty else { return true }
    log.error(
      at: operand.location, zh: "未知的值“\(text)”", en: "unknown value \"\(text)\"",
      hint: Suggestion.hint(for: text, among: known, listUpTo: 30))
    return false
  }

  // MARK: - Grouping

  private struct Join {
    var by: Grouping?
    /// "point", "device", "floor": for messages.
    var word: LocalizedText
  }

  /// By what the conditions are joined. Without `per:` that is the point itself as long as all conditions look at the same
  /// points, and the device where all points belong to one kind of device.
  private func grouping(of rule: Rule, _ tree: ConditionTree) -> Join? {
    switch rule.per {
    case .device: return Join(by: .device, word: Selector.Key.device.word)
    case .place: return Join(by: .place, word: Selector.Key.place.word)
    case .level(let level): return Join(by: .level(level), word: level.text)
    case nil: break
    }
    if tree.leaves.count == 1 || !rule.condition.hasOwnSelector {
      return Join(by: nil, word: Selector.Key.point.word)
    }
    let points = tree.leaves.flatMap { tree.nodes[$0].points }
    let kinds = Set(points.map { site.devices[site.device(of: $0)].kind }).sorted()
    if kinds.count <= 1 { return Join(by: .device, word: Selector.Key.device.word) }
    let (zh, en) = (kinds.joined(separator: "、"), kinds.joined(separator: ", "))
    log.error(
      at: rule.condition.location, zh: "规则“\(rule.id)”把不同设备（\(zh)）的条件合在一起，却没有“per”",
      en: "rule \"\(rule.id)\" joins conditions of different devices (\(en)) without \"per\"",
      hint: .init(zh: "请写明它们的共同之处，例如 per: room", en: "say what they have in common, e.g. per: room"))
    return nil
  }

  /// A subject and, for each condition, its points there.
  private struct Gathered {
    var subject: String
    var place: String
    var inputs: [[PointID]]
  }

  private func gather(_ tree: ConditionTree, _ grouping: Grouping?) -> [Gathered] {
    var index: [String: Int] = [:]
    var gathered: [Gathered] = []
    for leaf in tree.leaves {
      for point in tree.nodes[leaf].points {
        guard let subject = site.subject(of: point, grouping: grouping) else { continue }
        let slot: Int
        if let known = index[subject] {
          slot = known
        } else {
          slot = gathered.count
          index[subject] = slot
          var place = site.place(of: point)
          if grouping != nil, grouping != .device { place = subject }
          gathered.append(
            Gathered(subject: subject, place: place, inputs: Array(repeating: [], count: tree.nodes.count)))
        }
        gathered[slot].inputs[leaf].append(point)
      }
    }
    return gathered.filter { one in tree.isComplete { !one.inputs[$0].isEmpty } }
  }

  private func warnAboutSilentPoints(_ rule: Rule, _ tree: ConditionTree, _ grouping: Grouping?) {
    guard grouping == nil, tree.leaves.count == 1, let leaf = tree.leaves.first,
      case .silent = tree.nodes[leaf].condition.test
    else { return }
    let points = tree.nodes[leaf].points
    guard Set(points.map { site.device(of: $0) }).count < points.count else { return }
    log.warning(
      at: tree.nodes[leaf].condition.location,
      zh: "“silent”看的是整台设备；规则“\(rule.id)”会为失联设备的每个测点各发一个报警",
      en: "\"silent\" looks at whole devices; rule \"\(rule.id)\" raises an alert for every point of a silent one",
      hint: .init(zh: "请加上 per: device", en: "add per: device"))
  }

  // MARK: - Plans

  private func plans(_ rule: Rule, _ tree: ConditionTree, _ subjects: [Gathered]) -> [RulePlan] {
    var variants: [(comparisons: [Comparison?], plan: RulePlan)] = []
    for one in subjects {
      guard let comparisons = comparisons(tree, one) else { return [] }
      let instance = InstancePlan(subject: one.subject, place: one.place, zone: site.zone, inputs: one.inputs)
      if let index = variants.firstIndex(where: { $0.comparisons == comparisons }) {
        variants[index].plan.instances.append(instance)
      } else {
        let conditions = zip(tree.nodes, comparisons).map { condition($0, $1) }
        variants.append((comparisons, RulePlan(id: rule.id, conditions: conditions, instances: [instance])))
      }
    }
    return variants.map(\.plan)
  }

  /// The usual rule: one condition, the same for all of its points, each of which is a subject. Nil for any other.
  private func plan(ofSinglePoints rule: Rule, _ tree: ConditionTree) -> RulePlan? {
    guard tree.nodes.count == 1, let node = tree.nodes.first, node.condition.isLeaf, !node.points.isEmpty else {
      return nil
    }
    var comparison: Comparison?
    if case .compare(_, let operand) = node.condition.test {
      guard case .number(let number) = operand.value else { return nil }
      comparison = number
    }
    return RulePlan(
      id: rule.id, conditions: [condition(node, comparison)], instances: site.instances(at: node.points))
  }

  /// The comparison of every leaf that has one, at this subject; nil when a name means different numbers within it.
  private func comparisons(_ tree: ConditionTree, _ one: Gathered) -> [Comparison?]? {
    var result: [Comparison?] = []
    for (index, node) in tree.nodes.enumerated() {
      guard case .compare(_, let operand) = node.condition.test else {
        result.append(nil)
        continue
      }
      switch operand.value {
      case .number(let comparison): result.append(comparison)
      case .word(let text, let negated):
        // A name that a point does not know equals none of its values.
        // Where there is no point the number is never looked at: any will do.
        let points = one.inputs[index].isEmpty ? Array(node.points.prefix(1)) : one.inputs[index]
        let values = Set(
          points.map { ValueWord.value(of: text, in: site.plan.points[Int($0)].values) ?? -1 })
        guard values.count <= 1 else {
          log.error(
            at: operand.location, zh: "“\(text)”在“\(one.subject)”的各个测点上不是同一个值",
            en: "\"\(text)\" is not the same value at all points of \"\(one.subject)\"",
            hint: .init(
              zh: "请为每个设备模板各写一个条件，用“any”合起来", en: "use one condition for each profile, joined by \"any\""))
          return nil
        }
        let value = values.first ?? -1
        result.append(negated ? .notEquals(value) : .equals(value))
      }
    }
    return result
  }

  private func condition(_ node: ConditionTree.Node, _ comparison: Comparison?) -> ConditionPlan {
    let predicate: Predicate
    switch node.condition.test {
    case .compare(let measure, _): predicate = .compare(measure, comparison ?? .equals(-1))
    case .changes(let by, let within): predicate = .changes(by: by, within: within)
    case .quiet(let time): predicate = .quiet(time)
    case .silent(let time): predicate = .silent(time)
    case .stuck(let time): predicate = .stuck(time)
    case .all: predicate = .all(node.children)
    case .any: predicate = .any(node.children)
    case .not: predicate = .not(node.children[0])
    }
    return ConditionPlan(
      predicate: predicate, hold: node.condition.hold, clearHold: node.condition.clearHold,
      deadband: node.condition.deadband, during: node.condition.during)
  }
}
