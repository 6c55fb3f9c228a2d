/// Collects the arrays of a `RuleTable` from a plan.
struct RuleTableBuilder {
  let plan: LanePlan
  let time: Int64
  var codes: [ConditionCode] = []
  var children: [Int32] = []
  var instances: [RuleTable.Instance] = []
  var nodes: [RuleTable.Node] = []
  var states: [NodeState] = []
  var edges: [Edge] = []
  var nodeEdges: [Int32] = []
  var windows: [SlidingWindow] = []
  var clockCount = 0

  /// - Parameter rules: those of the plan that will be added.
  init(_ plan: LanePlan, _ rules: [Int], at time: Int64) {
    self.plan = plan
    self.time = time
    // As large as they will be: arrays that grow by doubling would stand beside their copies for a while.
    let nodeCount = rules.reduce(0) { $0 + plan.rules[$1].conditions.count * plan.rules[$1].instances.count }
    instances.reserveCapacity(rules.reduce(0) { $0 + plan.rules[$1].instances.count })
    nodes.reserveCapacity(nodeCount + 1)
    states.reserveCapacity(nodeCount)
  }

  mutating func add(_ rule: RulePlan, _ index: Int) {
    let firstCode = codes.count
    for condition in rule.conditions { codes.append(ConditionCode(condition, children: &children)) }
    for parent in rule.conditions.indices where !codes[firstCode + parent].isLeaf {
      let code = codes[firstCode + parent]
      for child in 0..<Int(code.childCount) {
        codes[firstCode + Int(children[Int(code.firstChild) + child])].parent = Int32(parent)
      }
    }
    for (number, instance) in rule.instances.enumerated() {
      let position = Int32(instances.count)
      let firstEdge = edges.count
      instances.append(
        RuleTable.Instance(
          rule: Int32(index), number: Int32(number), firstNode: Int32(nodes.count),
          nodeCount: Int32(rule.conditions.count), zone: Int32(instance.zone)))
      let inputs = instance.inputs
      for condition in rule.conditions.indices {
        let points = condition < inputs.count ? inputs[condition] : []
        addNode(firstCode + condition, position, points.filter { Int($0) < plan.points.count })
      }
      instances[Int(position)].isCrowded = edges.count - firstEdge > RuleTable.crowd
    }
  }

  private mutating func addNode(_ code: Int, _ instance: Int32, _ points: [PointID]) {
    let kind = codes[code].kind
    let firstEdge = edges.count
    var window = -1
    if kind == .window {
      window = windows.count
      windows.append(SlidingWindow(codes[code]))
    }
    for point in points {
      var edge = Edge(kind: kind, node: Int32(nodes.count), point: Int32(point))
      switch kind {
      case .last: (edge.low, edge.high) = codes[code].comparison.calm
      case .window: edge.extra = Int32(window)
      case .changes:
        edge.extra = Int32(windows.count)
        windows.append(SlidingWindow(codes[code]))
      case .quiet:
        edge.extra = Int32(clockCount)
        clockCount += 1
      default: break
      }
      edges.append(edge)
    }
    nodes.append(
      RuleTable.Node(code: Int32(code), instance: instance, firstEdge: Int32(firstEdge), window: Int32(window)))
    var state = NodeState(at: time)
    state.unknownEdges = Int32(points.count)
    states.append(state)
  }

  /// Puts the edges in the order of their points and tells each node where its own went. Two passes: count, then place.
  /// Places 2p = values of point p, 2p + 1 = its faults; `silent` looks at no point itself and stands behind them all.
  mutating func sortEdges() -> [RuleTable.Watchers] {
    let count = plan.points.count
    var start = [Int32](repeating: 0, count: 2 * count + 2)
    func place(_ edge: Edge) -> Int {
      switch edge.kind {
      case .silent: 2 * count
      case .bad: 2 * Int(edge.point) + 1
      default: 2 * Int(edge.point)
      }
    }
    for edge in edges { start[place(edge) + 1] += 1 }
    for index in 1..<start.count { start[index] += start[index - 1] }
    var fill = start
    var sorted = edges
    nodeEdges = edges.map { edge in
      let number = fill[place(edge)]
      fill[place(edge)] += 1
      sorted[Int(number)] = edge
      return number
    }
    edges = sorted
    return (0..<count).map { point in
      var watchers = RuleTable.Watchers(
        first: start[2 * point], valueEnd: start[2 * point + 1], end: start[2 * point + 2])
      let isCrowded = edges[Int(watchers.first)..<Int(watchers.end)].contains {
        instances[Int(nodes[Int($0.node)].instance)].isCrowded
      }
      if isCrowded { watchers.due = .min }
      return watchers
    }
  }

  func watchersOfDevices() -> (start: [Int32], nodes: [Int32]) {
    var lists = [[Int32]](repeating: [], count: plan.devices.count)
    for edge in nodeEdges.lazy.map({ edges[Int($0)] }) where edge.kind == .silent {
      let device = Int(plan.points[Int(edge.point)].device)
      if lists[device].last != edge.node { lists[device].append(edge.node) }
    }
    var start: [Int32] = [0]
    for list in lists { start.append(start[start.count - 1] + Int32(list.count)) }
    return (start, lists.flatMap { $0 })
  }
}
