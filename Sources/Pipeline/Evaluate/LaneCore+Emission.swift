/// Condition changes with the value and the point that decided them.
extension LaneCore {
  func emit(_ number: Int, isRaised: Bool, _ root: Int) {
    let at = Timestamp(milliseconds: rules.states[root].clock)
    changes.append(change(number, isRaised: isRaised, root, at: at))
    ordinal += 1
  }

  /// Every condition that holds now, as the change that would raise it, in plan order.
  package var standing: [ConditionChange] {
    inPlanOrder(
      rules.instances.indices.filter { isRaised($0) }.map { number in
        let root = rules.nodeRange(number).upperBound - 1
        return (number, change(number, isRaised: true, root, at: Timestamp(milliseconds: rules.states[root].since)))
      },
      rules.faults.active.compactMap { key in rules.faults.states[key].map { (key, change(key, $0)) } })
  }

  private func change(_ number: Int, isRaised: Bool, _ root: Int, at: Timestamp) -> ConditionChange {
    let instance = rules.instances[number]
    let rule = plan.rules[Int(instance.rule)]
    let subject = rule.instances[Int(instance.number)]
    let leaf = decider(root, first: Int(instance.firstNode), isTrue: isRaised)
    let edge = decidingEdge(leaf, isTrue: isRaised)
    let point = edge.map { Int(rules.edges[$0].point) }
    let (value, unit) = decidingValue(leaf, point)
    return ConditionChange(
      kind: isRaised ? .raised : .cleared, rule: rule.id, subject: subject.subject, place: subject.place, at: at,
      noticedAt: now, value: value, unit: unit, point: point.map { plan.points[$0].id }, position: position,
      ordinal: ordinal)
  }

  /// The leaf that tipped the scales: of the children that matter the one that changed last.
  private func decider(_ node: Int, first: Int, isTrue: Bool) -> Int {
    let code = rules.code(node).pointee
    if code.isLeaf { return node }
    let wanted = code.kind == .not ? !isTrue : isTrue
    var best = -1
    for index in 0..<Int(code.childCount) {
      let child = first + Int(rules.children[Int(code.firstChild) + index])
      let matters = (rules.states[child].output == .yes) == wanted
      if !matters { continue }
      if best < 0 || rules.states[child].since > rules.states[best].since { best = child }
    }
    return best < 0 ? node : decider(best, first: first, isTrue: wanted)
  }

  /// Of a leaf over several points the one that changed last, if it says what the leaf says; else the first that does.
  private func decidingEdge(_ node: Int, isTrue: Bool) -> Int? {
    let code = rules.code(node).pointee
    let edges = rules.edges(of: node)
    guard code.isLeaf, code.kind != .silent, !edges.isEmpty else { return nil }
    if edges.count == 1 { return Int(edges[0]) }
    let last = Int(rules.states[node].lastEdge)
    if code.kind == .window { return last >= 0 ? last : nil }
    let wanted: Truth = isTrue ? .yes : .no
    if last >= 0 && rules.edges[last].truth == wanted { return last }
    return edges.first { rules.edges[Int($0)].truth == wanted }.map { Int($0) }
  }

  private func decidingValue(_ node: Int, _ point: Int?) -> (Double?, String) {
    let code = rules.code(node).pointee
    guard code.isLeaf, let first = rules.edges(of: node).first else { return (nil, "") }
    let unit = plan.points[point ?? Int(rules.edges[Int(first)].point)].unit
    switch code.kind {
    case .last, .changes, .stuck:
      guard let point, points.states[point].hasValue else { return (nil, unit) }
      return (points.states[point].value, unit)
    case .window:
      // A sum of huge numbers may be none.
      let value = windowValue(node).flatMap { $0.isFinite ? $0 : nil }
      switch code.function {
      case .count: return (value, "1")
      case .ratePerHour: return (value, unit + "/h")
      default: return (value, unit)
      }
    case .bad:
      let value = point.flatMap { valueOutOfRange($0, code.reasons) }
      return (value, value == nil ? "" : unit)
    default: return (nil, "")
    }
  }
}
