import Pipeline

/// The definition of the rules, as slow and plain as it can be said: time goes step by step, and at every step every
/// condition is worked out again from the whole list of readings. It shares no code with the evaluation.
///
/// At one moment, in this order: periods begin and end; messages arrive, and what looks at one point sees each reading; then
/// everything is worked out from the leaves to the root, and holds complete where their input is true still; devices fall
/// silent; points get stuck.
final class NaiveOracle {
  enum Value { case no, yes, unknown }

  struct Change: Equatable, Comparable {
    var at: Int64
    var rule: String
    var raised: Bool
    static func < (a: Change, b: Change) -> Bool { (a.at, a.rule) < (b.at, b.rule) }
  }

  struct Known {
    var time: Int64
    var value: Double
    var reason: QualityReason
    var usable: Bool { reason.quality != .bad }
  }

  final class Condition {
    let plan: ConditionPlan
    let points: [Int]
    var raw = Value.unknown
    var active = false
    var counter: Int64 = 0
    var inside = true
    var output = Value.unknown
    /// What each point says; of windows and `silent` the last one, for all of them.
    var truths: [Value]
    var latched: [Bool]
    var quiet: [Int64]
    init(_ plan: ConditionPlan, _ points: [Int]) {
      self.plan = plan
      self.points = points
      latched = Array(repeating: false, count: points.count + 1)
      truths = Array(repeating: .unknown, count: points.count + 1)
      quiet = Array(repeating: 0, count: points.count)
    }

    var isLeaf: Bool {
      switch plan.predicate {
      case .all, .any, .not: false
      default: true
      }
    }
    func say() {
      if active {
        output = raw == .unknown && inside ? .unknown : .yes
      } else {
        output = raw == .unknown && inside ? .unknown : .no
      }
    }
    var isCounting: Bool { active ? raw == .no || !inside : raw == .yes && inside }
  }

  let plan: LanePlan
  let unit: Int64
  var trees: [[Condition]]
  var known: [[Known]]
  var heard: [Int64]
  var silent: [Bool]
  var unseen: [Bool]
  var stuck: [Bool]
  var returning: [Int] = []
  var pulse: Int?
  var now: Int64 = 0
  var changes: [Change] = []

  init(_ plan: LanePlan, unit: Int64) {
    self.plan = plan
    self.unit = unit
    trees = plan.rules.map { rule in
      rule.conditions.indices.map { index in
        Condition(rule.conditions[index], rule.instances[0].inputs[index].map { Int($0) })
      }
    }
    known = plan.points.map { _ in [] }
    heard = plan.devices.map { _ in 0 }
    silent = plan.devices.map { _ in false }
    unseen = plan.points.map { _ in false }
    stuck = plan.points.map { _ in false }
  }

  func run(_ messages: [Scene.Message], until end: Int64) -> [Change] {
    for tree in trees.indices {
      for node in trees[tree] {
        node.inside = node.plan.during.map { inside($0, 0) } ?? true
        settle(node, tree)
      }
    }
    lookAtAll()
    var next = 0
    for step in 0...end {
      now = step * unit
      if step > 0 { letTimePass() }
      while next < messages.count && messages[next].at == step {
        take(messages[next])
        next += 1
      }
      endMoment()
    }
    return changes
  }

  // MARK: - Time

  private func letTimePass() {
    for node in trees.joined() {
      if node.isCounting { node.counter += unit }
      if case .quiet = node.plan.predicate { countQuiet(node) }
      if let during = node.plan.during { node.inside = inside(during, now) }
    }
  }

  private func endMoment() {
    for device in returning {
      for point in points(of: device) {
        unseen[point] = false
        _ = becomesStuck(point)
      }
      hear(points(of: device))
    }
    returning = []
    lookAtAll()
    for (device, plan) in plan.devices.enumerated() {
      guard let after = plan.silentAfter, !silent[device], heard[device] + after <= now else { continue }
      silent[device] = true
      for point in points(of: device) { unseen[point] = true }
      hear(points(of: device))
      lookAtAll()
    }
    for point in known.indices where becomesStuck(point) {
      hear([point])
      lookAtAll()
    }
  }

  private func countQuiet(_ node: Condition) {
    for (index, point) in node.points.enumerated() {
      if node.inside && !isBad(point) && known[point].contains(where: \.usable) { node.quiet[index] += unit }
    }
  }

  private func inside(_ during: DuringPlan, _ time: Int64) -> Bool {
    let zone = plan.zones[0]
    let offset = zone.changes.last { $0.at.milliseconds <= time }?.offset ?? 0
    let minutes = (time + offset) / 60_000 + 7 * 1440
    let minute = Int(minutes % 1440)
    let weekday = Int((minutes / 1440 + 3) % 7)
    let today = during.days >> UInt8(weekday) & 1 == 1
    let yesterday = during.days >> UInt8((weekday + 6) % 7) & 1 == 1
    if during.from < during.to { return today && during.from <= minute && minute < during.to }
    return today && minute >= during.from || yesterday && minute < during.to
  }

  // MARK: - Messages

  private func points(of device: Int) -> [Int] {
    plan.points.indices.filter { Int(plan.points[$0].device) == device }
  }

  private func take(_ message: Scene.Message) {
    heard[message.device] = now
    if silent[message.device] { returning.append(message.device) }
    silent[message.device] = false
    hear(points(of: message.device), isSignOfLife: true)
    for item in message.readings {
      let point = item.point
      let before = known[point].last(where: \.usable)
      known[point].append(Known(time: now, value: item.value, reason: item.reason))
      unseen[point] = false
      let usable = item.reason.quality != .bad
      let moved = usable && before?.value != item.value
      if moved { stuck[point] = false } else if usable { _ = becomesStuck(point) }
      if usable { noteActivity(point, moved: moved, first: known[point].count == 1, value: item.value) }
      if usable && plan.points[point].event { pulse = point }
      hear([point])
      if pulse != nil {
        hear([point], isEnd: true)
        pulse = nil
      }
    }
  }

  private func noteActivity(_ point: Int, moved: Bool, first: Bool, value: Double) {
    guard plan.points[point].values == .boolean ? first || value != 0 : plan.points[point].event || moved else {
      return
    }
    for node in trees.joined() {
      for index in node.points.indices where node.points[index] == point { node.quiet[index] = 0 }
    }
  }

  private func becomesStuck(_ point: Int) -> Bool {
    guard let limit = plan.points[point].mustChangeWithin, !stuck[point], !silent[Int(plan.points[point].device)],
      stoodStill(point, for: limit) == .yes
    else { return false }
    stuck[point] = true
    return true
  }

  /// The last move (or first reading) is so long ago, and a usable reading came after it; the newest is usable.
  private func stoodStill(_ point: Int, for span: Int64) -> Value {
    let usable = known[point].filter(\.usable)
    guard let last = usable.last, known[point].last!.usable else { return .unknown }
    var moved = usable[0].time
    var movedIndex = 0
    for index in usable.indices.dropFirst() where usable[index].value != usable[index - 1].value {
      moved = usable[index].time
      movedIndex = index
    }
    return now - moved >= span && movedIndex < usable.count - 1 && last.time > moved ? .yes : .no
  }

  private func isBad(_ point: Int) -> Bool { stuck[point] || isFaulty(point) }

  private func isFaulty(_ point: Int) -> Bool {
    silent[Int(plan.points[point].device)] || unseen[point] || known[point].last.map { !$0.usable } ?? false
  }

  // MARK: - Conditions

  /// The moment is over: every condition of every rule.
  private func lookAtAll() {
    for (number, tree) in trees.enumerated() {
      for node in tree {
        if node.isLeaf {
          for index in node.truths.indices { look(node, index, isOver: true) }
          node.raw = leaf(node)
        } else {
          node.raw = join(node, tree)
        }
        let wasActive = node.active
        settle(node, number)
        if wasActive && !node.active && node.raw == .yes { reconsider(node, number) }
      }
    }
  }

  /// Something is known of these points: what looks at one point only sees it at once.
  /// - Parameter isEnd: the event is over.
  private func hear(_ points: [Int], isSignOfLife: Bool = false, isEnd: Bool = false) {
    for (number, tree) in trees.enumerated() {
      var isTurned = false
      for node in tree where node.isLeaf && node.points.contains(where: { points.contains($0) }) {
        for (index, point) in node.points.enumerated() where points.contains(point) {
          look(node, index, isSignOfLife: isSignOfLife, isEnd: isEnd)
        }
        if !isSignOfLife || isSilence(node) { look(node, node.points.count) }
        let output = node.output
        let truth = leaf(node)
        guard truth != node.raw else { continue }
        node.raw = truth
        let wasActive = node.active
        settle(node, number)
        if wasActive && !node.active && node.raw == .yes { reconsider(node, number) }
        if node.output != output { isTurned = true }
      }
      guard isTurned && pulse != nil else { continue }
      for node in tree where !node.isLeaf {
        let truth = join(node, tree)
        guard truth != node.raw else { continue }
        node.raw = truth
        settle(node, number)
      }
    }
  }

  private func isSilence(_ node: Condition) -> Bool {
    if case .silent = node.plan.predicate { return true }
    return false
  }

  /// What is not active any more has no deadband.
  private func reconsider(_ node: Condition, _ number: Int) {
    for index in node.truths.indices { look(node, index) }
    node.raw = leaf(node)
    settle(node, number)
  }

  private func join(_ node: Condition, _ tree: [Condition]) -> Value {
    switch node.plan.predicate {
    case .all(let list): all(list.map { tree[$0].output })
    case .any(let list): not(all(list.map { not(tree[$0].output) }))
    case .not(let child): not(tree[child].output)
    default: .unknown
    }
  }

  private func settle(_ node: Condition, _ number: Int) {
    let before = node.active
    if node.active {
      if node.raw == .yes && node.inside { node.counter = 0 }
      if (node.raw == .no || !node.inside) && node.counter >= node.plan.clearHold {
        node.active = false
        node.counter = 0
      }
    }
    if !node.active {
      if node.raw == .no { node.counter = 0 }
      if node.raw == .yes && node.inside && node.counter >= node.plan.hold {
        node.active = true
        node.counter = 0
      }
    }
    node.say()
    if node.active != before && node === trees[number].last {
      changes.append(Change(at: now / unit, rule: plan.rules[number].id, raised: node.active))
    }
  }

  private func not(_ a: Value) -> Value { a == .yes ? .no : a == .no ? .yes : .unknown }

  private func all(_ values: [Value]) -> Value {
    values.contains(.no) ? .no : values.contains(.unknown) ? .unknown : .yes
  }

  /// All that the leaf says, by what its points were last seen to say.
  private func leaf(_ node: Condition) -> Value {
    if node.points.isEmpty { return .no }
    var truths = Array(node.truths.dropLast())
    switch node.plan.predicate {
    case .compare(.window, _), .silent: return node.truths.last!
    case .bad: break
    default:
      // What was never heard takes no part.
      truths = node.points.indices.filter { !known[node.points[$0]].isEmpty }.map { node.truths[$0] }
      if truths.isEmpty { return .unknown }
    }
    switch node.plan.predicate {
    case .quiet, .stuck: return all(truths)
    default: return not(all(truths.map { not($0) }))
    }
  }

  /// Looks at one point of a leaf; at `points.count` at what is said of all of them.
  /// - Parameters:
  ///   - isSignOfLife: nothing but a message came: faults may be over.
  ///   - isEnd: of an event.
  ///   - isOver: no more readings of this moment will come.
  private func look(
    _ node: Condition, _ index: Int, isSignOfLife: Bool = false, isEnd: Bool = false, isOver: Bool = false
  ) {
    let isWhole = index == node.points.count
    if node.points.isEmpty { return }
    switch node.plan.predicate {
    case .all, .any, .not: break
    case .compare(.window(let function, let width), let comparison):
      if isWhole && (isOver || node.points.count == 1) {
        node.truths[index] = window(node, function, width, comparison)
      }
    case .silent(let span):
      let last = node.points.map { heard[Int(plan.points[$0].device)] }.max()!
      // Before the moment is over silence can only end.
      let truth: Value = now - last >= span ? .yes : .no
      if isWhole && (isOver || truth == .no) { node.truths[index] = truth }
    case .bad(let reasons):
      if !isWhole { node.truths[index] = fault(node.points[index], reasons) ? .yes : .no }
    case _ where isWhole || isSignOfLife: break
    case .compare(.last, let comparison):
      if isEnd {
        if node.truths[index] == .yes { (node.truths[index], node.latched[index]) = (.no, false) }
      } else {
        node.truths[index] = last(node, index, comparison)
      }
    case _ where isEnd: break
    case .changes(let by, let within): node.truths[index] = moved(node, index, by, within)
    case .quiet(let span):
      let point = node.points[index]
      guard known[point].contains(where: \.usable), !isBad(point) else {
        node.truths[index] = .unknown
        return
      }
      // It begins with the end of a moment: another reading of it may end it.
      let waits = !isOver && node.truths[index] == .no
      node.truths[index] = node.quiet[index] >= span && !waits ? .yes : .no
    case .stuck(let span):
      let point = node.points[index]
      node.truths[index] = isFaulty(point) ? .unknown : stoodStill(point, for: span)
    }
  }

  private func fault(_ point: Int, _ reasons: Set<QualityReason>) -> Bool {
    if reasons.contains(.silent) && silent[Int(plan.points[point].device)] { return true }
    if reasons.contains(.stuck) && stuck[point] { return true }
    guard let newest = known[point].last, !newest.usable else { return false }
    return reasons.contains(newest.reason)
  }

  private func last(_ node: Condition, _ index: Int, _ comparison: Comparison) -> Value {
    let point = node.points[index]
    guard !isBad(point), let newest = known[point].last(where: \.usable) else { return .unknown }
    if plan.points[point].event && pulse != point {
      node.latched[index] = false
      return .no
    }
    node.latched[index] = satisfied(
      comparison, newest.value, node.latched[index] && node.active ? node.plan.deadband : 0)
    return node.latched[index] ? .yes : .no
  }

  private func satisfied(_ comparison: Comparison, _ value: Double, _ d: Double) -> Bool {
    switch comparison {
    case .above(let x): !(value <= x - d)
    case .below(let x): !(value >= x + d)
    case .outside(let a, let b): !(a + d <= value && value <= b - d)
    case .inside(let a, let b): !(value < a - d || value > b + d)
    case .equals(let x): value == x
    case .notEquals(let x): value != x
    }
  }

  private func moved(_ node: Condition, _ index: Int, _ by: Double, _ within: Int64) -> Value {
    let point = node.points[index]
    let usable = known[point].filter(\.usable)
    guard !isBad(point), let newest = usable.last else { return .unknown }
    // At the start of the window the value that is valid there counts, so of several readings in one ms the last.
    var values = usable.filter { $0.time > now - within }.map(\.value)
    if let held = usable.last(where: { $0.time <= now - within }) { values.append(held.value) }
    let difference = by >= 0 ? newest.value - values.min()! : values.max()! - newest.value
    node.latched[index] = difference >= abs(by) - (node.latched[index] && node.active ? node.plan.deadband : 0)
    return node.latched[index] ? .yes : .no
  }

  private func window(
    _ node: Condition, _ function: WindowFunction, _ width: Int64, _ comparison: Comparison
  ) -> Value {
    let bad = node.points.filter { isBad($0) && !known[$0].isEmpty }.count
    guard bad < node.points.count else { return .unknown }
    var values: [Double] = []
    var first = Int64.max
    for point in node.points {
      var before: Double?
      for reading in known[point] where reading.usable {
        first = min(first, reading.time)
        if reading.time > now - width {
          switch function {
          case .count: values.append(reading.value == 0 ? 0 : 1)
          case .increase, .ratePerHour:
            values.append(before.map { reading.value >= $0 ? reading.value - $0 : reading.value } ?? 0)
          default: values.append(reading.value)
          }
        }
        before = reading.value
      }
    }
    guard first != .max else { return .unknown }
    let sum = values.reduce(0, +)
    let result: Double?
    switch function {
    case .count, .sum, .increase: result = sum
    case .ratePerHour: result = rate(sum, width)
    case .average: result = values.isEmpty ? nil : sum / Double(values.count)
    case .minimum: result = values.min()
    case .maximum: result = values.max()
    }
    let isComplete = bad == 0 && first <= now - width
    guard let result else { return .unknown }
    let truth =
      isComplete
      ? judged(comparison, node, result) : foreseen(comparison, node, function, function == .ratePerHour ? sum : result)
    if truth != .unknown { node.latched[node.points.count] = truth == .yes }
    return truth
  }

  private func rate(_ sum: Double, _ width: Int64) -> Double { sum * 3_600_000 / Double(width) }

  private func judged(_ comparison: Comparison, _ node: Condition, _ value: Double) -> Value {
    satisfied(comparison, value, node.latched[node.points.count] && node.active ? node.plan.deadband : 0) ? .yes : .no
  }

  /// Tries what the missing part could still make of the value; certain is what all of it agrees on.
  private func foreseen(
    _ comparison: Comparison, _ node: Condition, _ function: WindowFunction, _ value: Double
  ) -> Value {
    let steps = stride(from: 0.0, through: 400, by: 0.25).map { $0 } + [1e9]
    let possible: [Double]
    switch function {
    case .count, .increase, .maximum: possible = steps.map { value + $0 }
    case .ratePerHour:
      guard case .compare(.window(_, let width), _) = node.plan.predicate else { return .unknown }
      possible = steps.map { rate(value + $0, width) }
    case .minimum: possible = steps.map { value - $0 }
    case .sum, .average: return .unknown
    }
    let verdicts = possible.map { judged(comparison, node, $0) }
    return verdicts.allSatisfy { $0 == verdicts[0] } ? verdicts[0] : .unknown
  }
}
