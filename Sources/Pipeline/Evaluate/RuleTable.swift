/// All rules at all their subjects as flat arrays: instances → nodes → edges (a leaf's points), and from each point and
/// device to what watches it; plain faults apart (`FaultTable`). What one reading touches lies together: the edges stand in the order of their points.
struct RuleTable: ~Copyable {
  struct Instance: BitwiseCopyable {
    var rule: Int32
    /// Which of the rule's instances.
    var number: Int32
    var firstNode: Int32
    var nodeCount: Int32
    var zone: Int32
    var isDirty = false
    /// A leaf says something else to what stands above it.
    var isTurned = false
    /// Looks at so many points that they are not told of its deadlines: their readings ask it each time.
    var isCrowded = false
    /// When something happens here by itself.
    var due = Int64.max
  }

  struct Node: BitwiseCopyable {
    var code: Int32
    var instance: Int32
    /// Its edges are `nodeEdges[firstEdge ..< (next node).firstEdge]`.
    var firstEdge: Int32
    /// The window of a window function.
    var window: Int32
  }

  /// What looks at one point: edges `first ..< valueEnd` at its values, from there to `end` at its faults; each in the order
  /// of the nodes.
  struct Watchers: BitwiseCopyable {
    /// Nothing happens by itself at the instances of these edges before this time, ms; it may be early.
    var due = Int64.max
    var first: Int32 = 0
    var valueEnd: Int32 = 0
    var end: Int32 = 0
  }

  /// An instance with more edges is crowded.
  static let crowd = 32

  let codes: Slab<ConditionCode>
  let children: Slab<Int32>
  let instances: Slab<Instance>
  /// One more than there are, so that the last one's edges end somewhere.
  let nodes: Slab<Node>
  let states: Slab<NodeState>
  let edges: Slab<Edge>
  let nodeEdges: Slab<Int32>
  let windows: Slab<SlidingWindow>
  let clocks: Slab<QuietClock>
  let watchers: Slab<Watchers>
  /// `silent` nodes of device d: `deviceNodes[deviceStart[d] ..< deviceStart[d+1]]`.
  let deviceStart: Slab<Int32>
  let deviceNodes: Slab<Int32>
  var faults: FaultTable
  /// Buckets that windows have beyond what each is assured of.
  var takenRoom = 0

  init(_ plan: LanePlan, at time: Int64) {
    var faults = FaultTableBuilder(points: plan.points.count)
    let others = plan.rules.indices.filter { !faults.add(plan.rules[$0], $0) }
    self.faults = FaultTable(faults)
    var builder = RuleTableBuilder(plan, others, at: time)
    for index in others { builder.add(plan.rules[index], index) }
    builder.nodes.append(Node(code: -1, instance: -1, firstEdge: Int32(builder.edges.count), window: -1))
    watchers = Slab(builder.sortEdges())
    let (deviceStart, deviceNodes) = builder.watchersOfDevices()
    codes = Slab(builder.codes)
    children = Slab(builder.children)
    instances = Slab(builder.instances)
    nodes = Slab(builder.nodes)
    states = Slab(builder.states)
    edges = Slab(builder.edges)
    nodeEdges = Slab(builder.nodeEdges)
    windows = Slab(builder.windows)
    clocks = Slab(builder.clockCount, filledWith: QuietClock())
    self.deviceStart = Slab(deviceStart)
    self.deviceNodes = Slab(deviceNodes)
  }

  deinit { for index in windows.indices { windows[index].free() } }

  /// The edges of a node in the order of the rule's inputs.
  func edges(of node: Int) -> UnsafeBufferPointer<Int32> {
    let first = Int(nodes[node].firstEdge)
    return UnsafeBufferPointer(start: nodeEdges.base + first, count: Int(nodes[node + 1].firstEdge) - first)
  }

  func nodeRange(_ instance: Int) -> Range<Int> {
    let first = Int(instances[instance].firstNode)
    return first..<first + Int(instances[instance].nodeCount)
  }

  func code(_ node: Int) -> UnsafePointer<ConditionCode> { UnsafePointer(codes.base + Int(nodes[node].code)) }
}
