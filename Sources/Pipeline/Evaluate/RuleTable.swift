/// All rules at all their subjects as flat arrays: instances → nodes → edges (a leaf's points), and from each point and
/// device back to what watches it.
struct RuleTable: ~Copyable {
  struct Instance: BitwiseCopyable {
    var rule: Int32
    /// Which of the rule's instances.
    var number: Int32
    var firstNode: Int32
    var nodeCount: Int32
    var zone: Int32
    var isDirty = false
    /// When something happens here by itself.
    var due = Int64.max
  }

  struct Node: BitwiseCopyable {
    var code: Int32
    var instance: Int32
    /// Edges `firstEdge ..< (next node).firstEdge`.
    var firstEdge: Int32
    /// First window (`window`, one for each edge of `changes`) or first clock (`quiet`).
    var extra: Int32
  }

  let codes: Slab<ConditionCode>
  let children: Slab<Int32>
  let instances: Slab<Instance>
  /// One more than there are, so that the last one's edges end somewhere.
  let nodes: Slab<Node>
  let states: Slab<NodeState>
  let edges: Slab<Edge>
  let edgePoint: Slab<Int32>
  let edgeNode: Slab<Int32>
  let windows: Slab<SlidingWindow>
  let clocks: Slab<QuietClock>
  /// Edges of point p that look at values: `pointEdges[pointStart[2p] ..< pointStart[2p+1]]`, at its faults: up to
  /// `pointStart[2p+2]`; each in the order of the nodes.
  let pointStart: Slab<Int32>
  let pointEdges: Slab<Int32>
  /// `silent` nodes of device d: `deviceNodes[deviceStart[d] ..< deviceStart[d+1]]`.
  let deviceStart: Slab<Int32>
  let deviceNodes: Slab<Int32>

  init(_ plan: LanePlan, at time: Int64) {
    var builder = RuleTableBuilder(plan, at: time)
    for (index, rule) in plan.rules.enumerated() { builder.add(rule, index) }
    builder.nodes.append(Node(code: -1, instance: -1, firstEdge: Int32(builder.edgePoint.count), extra: -1))
    let (pointStart, pointEdges) = builder.watchersOfPoints()
    let (deviceStart, deviceNodes) = builder.watchersOfDevices()
    codes = Slab(builder.codes)
    children = Slab(builder.children)
    instances = Slab(builder.instances)
    nodes = Slab(builder.nodes)
    states = Slab(builder.states)
    edges = Slab(builder.edgePoint.count, filledWith: Edge())
    edgePoint = Slab(builder.edgePoint)
    edgeNode = Slab(builder.edgeNode)
    windows = Slab(builder.windows)
    clocks = Slab(builder.clockCount, filledWith: QuietClock())
    self.pointStart = Slab(pointStart)
    self.pointEdges = Slab(pointEdges)
    self.deviceStart = Slab(deviceStart)
    self.deviceNodes = Slab(deviceNodes)
  }

  deinit { for index in windows.indices { windows[index].free() } }

  func edgeRange(_ node: Int) -> Range<Int> { Int(nodes[node].firstEdge)..<Int(nodes[node + 1].firstEdge) }

  func nodeRange(_ instance: Int) -> Range<Int> {
    let first = Int(instances[instance].firstNode)
    return first..<first + Int(instances[instance].nodeCount)
  }

  func code(_ node: Int) -> UnsafePointer<ConditionCode> { UnsafePointer(codes.base + Int(nodes[node].code)) }

  /// The window or clock of an edge (`changes`, `quiet`).
  func extra(ofEdge edge: Int, of node: Int) -> Int { Int(nodes[node].extra) + edge - Int(nodes[node].firstEdge) }
}

/// Collects the arrays of a `RuleTable`.
private struct RuleTableBuilder {
  let plan: LanePlan
  let time: Int64
  var codes: [ConditionCode] = []
  var children: [Int32] = []
  var instances: [RuleTable.Instance] = []
  var nodes: [RuleTable.Node] = []
  var states: [NodeState] = []
  var edgePoint: [Int32] = []
  var edgeNode: [Int32] = []
  var windows: [SlidingWindow] = []
  var clockCount = 0

  init(_ plan: LanePlan, at time: Int64) {
    self.plan = plan
    self.time = time
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
      instances.append(
        RuleTable.Instance(
          rule: Int32(index), number: Int32(number), firstNode: Int32(nodes.count),
          nodeCount: Int32(rule.conditions.count), zone: Int32(instance.zone)))
      for condition in rule.conditions.indices {
        let points = condition < instance.inputs.count ? instance.inputs[condition] : []
        addNode(firstCode + condition, position, points.filter { Int($0) < plan.points.count })
      }
    }
  }

  private mutating func addNode(_ code: Int, _ instance: Int32, _ points: [PointID]) {
    let firstEdge = edgePoint.count
    for point in points {
      edgePoint.append(Int32(point))
      edgeNode.append(Int32(nodes.count))
    }
    var extra = -1
    switch codes[code].kind {
    case .window:
      extra = windows.count
      windows.append(SlidingWindow(kind: codes[code].windowKind, width: codes[code].span))
    case .changes:
      extra = windows.count
      for _ in points { windows.append(SlidingWindow(kind: codes[code].windowKind, width: codes[code].span)) }
    case .quiet:
      extra = clockCount
      clockCount += points.count
    default: break
    }
    nodes.append(
      RuleTable.Node(code: Int32(code), instance: instance, firstEdge: Int32(firstEdge), extra: Int32(extra)))
    var state = NodeState(at: time)
    state.unknownEdges = Int32(points.count)
    states.append(state)
  }

  /// Two passes over the edges: count, then place. Slot 2p = values of point p, slot 2p + 1 = its faults.
  func watchersOfPoints() -> (start: [Int32], edges: [Int32]) {
    var start = [Int32](repeating: 0, count: 2 * plan.points.count + 1)
    func slot(_ edge: Int) -> Int? {
      switch codes[Int(nodes[Int(edgeNode[edge])].code)].kind {
      case .silent: nil
      case .bad: 2 * Int(edgePoint[edge]) + 1
      default: 2 * Int(edgePoint[edge])
      }
    }
    for edge in edgePoint.indices { if let slot = slot(edge) { start[slot + 1] += 1 } }
    for index in 1..<start.count { start[index] += start[index - 1] }
    var fill = start
    var edges = [Int32](repeating: 0, count: Int(start.last ?? 0))
    for edge in edgePoint.indices {
      guard let slot = slot(edge) else { continue }
      edges[Int(fill[slot])] = Int32(edge)
      fill[slot] += 1
    }
    return (start, edges)
  }

  func watchersOfDevices() -> (start: [Int32], nodes: [Int32]) {
    var lists = [[Int32]](repeating: [], count: plan.devices.count)
    for edge in edgePoint.indices where codes[Int(nodes[Int(edgeNode[edge])].code)].kind == .silent {
      let device = Int(plan.points[Int(edgePoint[edge])].device)
      if lists[device].last != edgeNode[edge] { lists[device].append(edgeNode[edge]) }
    }
    var start: [Int32] = [0]
    for list in lists { start.append(start[start.count - 1] + Int32(list.count)) }
    return (start, lists.flatMap { $0 })
  }
}
