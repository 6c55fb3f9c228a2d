/// From the leaves of an instance up to its root: what changed is taken over by all leaves first, then by the conditions
/// above, so that no rule ever sees half a reading. What needs readings of several points – a window over them, `all`, `any`
/// – is worked out when the moment is over (INTERFACE §4: condition times are event times), so it never sees half a moment.
extension LaneCore {
  /// Something of the leaf changed: its truth is taken over at the next `flush`.
  func mark(_ node: Int) {
    if !rules.states[node].isPending {
      rules.states[node].isPending = true
      pendingNodes.append(Int32(node))
    }
  }

  func setEdge(_ edge: Int, _ truth: Truth) {
    let old = rules.edges[edge].truth
    guard truth != old else { return }
    rules.edges[edge].truth = truth
    let node = Int(rules.edges[edge].node)
    let state = rules.states.base + node
    if old == .yes { state.pointee.trueEdges -= 1 }
    if old == .unknown { state.pointee.unknownEdges -= 1 }
    if truth == .yes { state.pointee.trueEdges += 1 }
    if truth == .unknown { state.pointee.unknownEdges += 1 }
    state.pointee.lastEdge = Int32(edge)
    mark(node)
  }

  /// Takes over all marked leaves and evaluates what stands above them.
  /// - Parameter isPulse: of an event, which is over at once: what stands above it cannot wait.
  func flush(at time: Int64, isPulse: Bool = false, isOver: Bool = false) {
    if !pendingNodes.isEmpty { flushPending(at: time, isPulse: isPulse, isOver: isOver) }
  }

  /// - Parameter isOver: no more readings of this moment will come.
  func takeOverLeaves(at time: Int64, isOver: Bool) {
    // By index: a step may mark further nodes.
    var next = 0
    while next < pendingNodes.count {
      let node = Int(pendingNodes[next])
      next += 1
      if node < 0 {
        settleFault(FaultTable.Key(~Int32(node)), at: time)
        continue
      }
      let instance = Int(rules.nodes[node].instance)
      rules.states[node].isPending = false
      if !isOver && waits(node) {
        rules.states[node].leafDue = min(rules.states[node].leafDue, time)
      } else {
        if rules.code(node).pointee.kind == .window { evaluateWindow(node, at: time) }
        let output = rules.states[node].output
        setRaw(node, leafTruth(node), at: time)
        if rules.states[node].output != output { rules.instances[instance].isTurned = true }
      }
      if !rules.instances[instance].isDirty {
        rules.instances[instance].isDirty = true
        pendingInstances.append(Int32(instance))
      }
    }
    pendingNodes.removeAll()
  }

  /// A window over several points: others of them may have a reading of the same moment.
  private func waits(_ node: Int) -> Bool {
    rules.code(node).pointee.kind == .window && rules.edges(of: node).count > 1
  }

  func flushPending(at time: Int64, isPulse: Bool = false, isOver: Bool = false) {
    takeOverLeaves(at: time, isOver: isOver)
    for next in 0..<pendingInstances.count {
      let instance = Int(pendingInstances[next])
      rules.instances[instance].isDirty = false
      if rules.instances[instance].isTurned {
        rules.instances[instance].isTurned = false
        let root = rules.nodeRange(instance).upperBound - 1
        if isPulse || isOver {
          propagate(instance, at: time)
        } else if !rules.code(root).pointee.isLeaf {
          rules.states[root].leafDue = min(rules.states[root].leafDue, time)
        }
      }
      rearm(instance)
    }
    pendingInstances.removeAll()
  }

  func leafTruth(_ node: Int) -> Truth {
    let state = rules.states[node]
    let code = rules.code(node)
    let all = Int32(rules.edges(of: node).count)
    // A leaf that found no points can never be true.
    if all == 0 { return .no }
    if code.pointee.kind == .window || code.pointee.kind == .silent { return state.nextRaw }
    let count = all - state.unheardEdges
    let unknown = state.unknownEdges - state.unheardEdges
    if count == 0 { return .unknown }
    if code.pointee.joinsByAnd {
      if state.trueEdges == count { return .yes }
      return state.trueEdges + unknown == count ? .unknown : .no
    }
    if state.trueEdges > 0 { return .yes }
    return unknown > 0 ? .unknown : .no
  }

  /// How many points of a leaf were never heard. Faults are known of them, too.
  func unheardEdges(_ node: Int) -> Int32 {
    switch rules.code(node).pointee.kind {
    case .last, .changes, .quiet, .stuck:
      Int32(rules.edges(of: node).count { !points.states[Int(rules.edges[Int($0)].point)].isHeard })
    case .window, .silent, .bad, .all, .any, .not: 0
    }
  }

  /// With its first reading a point begins to take part in its groups.
  func beginHearing(_ point: Int) {
    for edge in valueEdges(point) {
      let node = Int(rules.edges[edge].node)
      guard rules.states[node].unheardEdges > 0 else { continue }
      rules.states[node].unheardEdges -= 1
      mark(node)
    }
  }

  private func setRaw(_ node: Int, _ raw: Truth, at time: Int64) {
    guard raw != rules.states[node].raw else { return }
    rules.states[node].raw = raw
    step(node, at: time)
  }

  /// Runs the hold machine of a node; at the root a change of `isActive` is a condition change.
  func step(_ node: Int, at time: Int64) {
    let wasActive = rules.states[node].isActive
    turnPeriod(node, at: time)
    rules.states[node].step(rules.code(node).pointee, at: time)
    let isActive = rules.states[node].isActive
    guard isActive != wasActive else { return }
    if wasActive && rules.states[node].raw == .yes { lookAgain(node, at: time) }
    let instance = Int(rules.nodes[node].instance)
    if node == rules.nodeRange(instance).upperBound - 1 { emit(instance, isRaised: isActive, node) }
  }

  /// The period ended while the value was back, but not by the deadband: that is no longer true of what is not active.
  private func lookAgain(_ node: Int, at time: Int64) {
    let code = rules.code(node)
    guard code.pointee.isLeaf, code.pointee.deadband > 0 else { return }
    for edge in rules.edges(of: node) { refreshEdge(Int(edge), at: time) }
    mark(node)
  }

  /// Evaluates `all`, `any` and `not`, children before parents.
  /// - Parameter isOver: what is due there by time alone, too.
  func propagate(_ instance: Int, at time: Int64, isOver: Bool = false) {
    let range = rules.nodeRange(instance)
    guard range.count > 1 else { return }
    for node in range where !rules.code(node).pointee.isLeaf {
      let (truth, since) = join(node, first: range.lowerBound)
      guard truth != rules.states[node].raw else {
        if isOver { stepIfDue(node, at: time) }
        continue
      }
      rules.states[node].isTurning = false
      // Inputs with clocks of their own: what needs all children began with the latest of them.
      let needsAll = rules.code(node).pointee.kind == (truth == .yes ? .all : .any)
      setRaw(node, truth, at: needsAll && truth != .unknown ? max(time, since) : time)
    }
  }

  private func join(_ node: Int, first: Int) -> (truth: Truth, since: Int64) {
    let code = rules.code(node)
    var yes = 0
    var unknown = 0
    var since = Int64.min
    for index in 0..<Int(code.pointee.childCount) {
      let child = first + Int(rules.children[Int(code.pointee.firstChild) + index])
      since = max(since, rules.states[child].since)
      switch rules.states[child].output {
      case .yes: yes += 1
      case .unknown: unknown += 1
      case .no: break
      }
    }
    let count = Int(code.pointee.childCount)
    switch code.pointee.kind {
    case .all: return (yes == count ? .yes : yes + unknown == count ? .unknown : .no, since)
    case .any: return (yes > 0 ? .yes : unknown > 0 ? .unknown : .no, since)
    default: return (yes > 0 ? .no : unknown > 0 ? .unknown : .yes, since)
    }
  }

  /// First look at an instance that is new: its leaves by what the points say now.
  func begin(_ instance: Int, at time: Int64) {
    for node in rules.nodeRange(instance) {
      enterPeriod(node, at: time)
      step(node, at: time)
      guard rules.code(node).pointee.isLeaf else { continue }
      mark(node)
      rules.states[node].unheardEdges = unheardEdges(node)
      if rules.code(node).pointee.kind == .silent { refreshSilent(node, at: time) }
      for edge in rules.edges(of: node) { beginEdge(Int(edge), of: node, at: time) }
    }
    flush(at: time, isOver: true)
    propagate(instance, at: time)
    // Nothing has happened yet where nothing is known: a first reading may be older than the start of the lane.
    for node in rules.nodeRange(instance)
    where rules.states[node].raw == .unknown && !rules.code(node).pointee.hasPeriod {
      rules.states[node].clock = .min
    }
    rearm(instance)
  }
}
