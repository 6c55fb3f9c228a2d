/// The predicates: what each kind of leaf makes of a reading, of passing time and of a point that became good or bad.
extension LaneCore {
  // MARK: - A reading

  func applyToValueEdges(_ reading: Reading, previous: Double?, moved: Bool) {
    let start = Int(rules.pointStart[2 * reading.point])
    let end = Int(rules.pointStart[2 * reading.point + 1])
    for index in start..<end {
      let edge = Int(rules.pointEdges[index])
      let node = Int(rules.edgeNode[edge])
      let code = rules.code(node)
      switch code.pointee.kind {
      case .last: applyLast(edge, node, code, reading)
      case .window:
        if reading.isUsable { pushWindow(node, code, reading, previous) }
        setEdge(edge, of: node, isBad(reading.point) ? .unknown : .no)
        mark(node)
      case .changes:
        if reading.isUsable { pushChange(edge, node, reading) }
        refreshChanges(edge, node, at: reading.time)
      case .quiet: applyQuiet(edge, node, code, reading, moved)
      default: refreshEdge(edge, node, at: reading.time)
      }
    }
  }

  private func applyLast(_ edge: Int, _ node: Int, _ code: UnsafePointer<ConditionCode>, _ reading: Reading) {
    guard !isBad(reading.point) else {
      setEdge(edge, of: node, .unknown)
      return
    }
    let holds = code.pointee.comparison.holds(
      reading.value, deadband: code.pointee.deadband, latched: holdsOn(edge, node))
    rules.edges[edge].isLatched = holds
    setEdge(edge, of: node, holds ? .yes : .no)
  }

  /// Whether the deadband counts: only what is active stays so until the value is back by that much (INTERFACE §4). While a
  /// hold still runs, a reading that does not satisfy the comparison itself breaks it.
  func holdsOn(_ edge: Int, _ node: Int) -> Bool { rules.edges[edge].isLatched && rules.states[node].isActive }

  /// An event is over at once: it is a condition of its own moment only.
  func endEvent(_ point: Int) {
    for index in Int(rules.pointStart[2 * point])..<Int(rules.pointStart[2 * point + 1]) {
      let edge = Int(rules.pointEdges[index])
      let node = Int(rules.edgeNode[edge])
      guard rules.code(node).pointee.kind == .last, rules.edges[edge].truth == .yes else { continue }
      rules.edges[edge].isLatched = false
      setEdge(edge, of: node, .no)
    }
  }

  private func applyQuiet(
    _ edge: Int, _ node: Int, _ code: UnsafePointer<ConditionCode>, _ reading: Reading, _ moved: Bool
  ) {
    let isActivity = reading.isUsable && isActivity(reading, moved)
    let clock = rules.extra(ofEdge: edge, of: node)
    // The usual case: nothing happened, and the clock runs on.
    if !isActivity && !isBad(reading.point) && rules.edges[edge].truth == .no
      && rules.clocks[clock].since != NodeState.stopped
    {
      return
    }
    refreshQuiet(edge, node, at: reading.time, isActivity: isActivity)
  }

  /// What `quiet` waits for: an event; of other points a change (a true value that stays true has its own rule).
  private func isActivity(_ reading: Reading, _ moved: Bool) -> Bool {
    let kind = pointKinds[reading.point]
    guard kind.isEvent else { return moved }
    return !kind.isBoolean || reading.value != 0 || points.states[reading.point].arrivals == 1
  }

  // MARK: - Time, or a point that became good or bad

  func refreshValueEdges(_ point: Int, at time: Int64) {
    for index in Int(rules.pointStart[2 * point])..<Int(rules.pointStart[2 * point + 1]) {
      let edge = Int(rules.pointEdges[index])
      refreshEdge(edge, Int(rules.edgeNode[edge]), at: time)
    }
  }

  func refreshFaultEdges(_ point: Int, at time: Int64) {
    for index in Int(rules.pointStart[2 * point + 1])..<Int(rules.pointStart[2 * point + 2]) {
      let edge = Int(rules.pointEdges[index])
      refreshEdge(edge, Int(rules.edgeNode[edge]), at: time)
    }
  }

  func refreshEdge(_ edge: Int, _ node: Int, at time: Int64) {
    let code = rules.code(node)
    let point = Int(rules.edgePoint[edge])
    switch code.pointee.kind {
    case .last: refreshLast(edge, node, code, point)
    case .window:
      setEdge(edge, of: node, isBad(point) ? .unknown : .no)
      mark(node)
    case .changes: refreshChanges(edge, node, at: time)
    case .quiet: refreshQuiet(edge, node, at: time, isActivity: false)
    case .stuck: refreshStuck(edge, node, at: time)
    case .bad: setEdge(edge, of: node, Truth(code.pointee.reasons & faults(of: point) != 0))
    case .silent, .all, .any, .not: break
    }
  }

  /// The leaf's own deadline came.
  func refreshLeaf(_ node: Int, at time: Int64) {
    rules.states[node].leafDue = .max
    mark(node)
    switch rules.code(node).pointee.kind {
    case .window: break
    case .silent: refreshSilent(node, at: time)
    default: for edge in rules.edgeRange(node) { refreshEdge(edge, node, at: time) }
    }
  }

  private func refreshLast(_ edge: Int, _ node: Int, _ code: UnsafePointer<ConditionCode>, _ point: Int) {
    let state = points.states[point]
    guard state.hasValue, !isBad(point) else {
      setEdge(edge, of: node, .unknown)
      return
    }
    let holds =
      !pointKinds[point].isEvent
      && code.pointee.comparison.holds(
        state.value, deadband: code.pointee.deadband, latched: holdsOn(edge, node))
    rules.edges[edge].isLatched = holds
    setEdge(edge, of: node, holds ? .yes : .no)
  }

  private func faults(of point: Int) -> UInt16 {
    let state = points.states[point]
    return (state.reason.quality == .bad ? ConditionCode.bit(state.reason) : 0)
      | (state.isStuck ? ConditionCode.bit(.stuck) : 0) | (isSilent(point) ? ConditionCode.bit(.silent) : 0)
  }

  func refreshQuiet(_ edge: Int, _ node: Int, at time: Int64, isActivity: Bool) {
    let code = rules.code(node)
    let point = Int(rules.edgePoint[edge])
    let number = rules.extra(ofEdge: edge, of: node)
    var clock = rules.clocks[number]
    if clock.since != NodeState.stopped {
      clock.held += max(0, time - clock.since)
      clock.since = NodeState.stopped
    }
    if isActivity { clock.held = 0 }
    let state = points.states[point]
    let kind = pointKinds[point]
    if !state.hasValue || isBad(point) {
      setEdge(edge, of: node, .unknown)
    } else if kind.isBoolean && !kind.isEvent && state.value != 0 {
      clock.held = 0
      setEdge(edge, of: node, .no)
    } else if clock.held >= code.pointee.span {
      setEdge(edge, of: node, .yes)
    } else {
      if rules.states[node].isInside {
        // A late reading does not start the clock before its period began.
        clock.since = code.pointee.hasPeriod ? max(time, rules.states[node].clock) : time
        expect(node, at: clock.since + code.pointee.span - clock.held)
      }
      setEdge(edge, of: node, .no)
    }
    rules.clocks[number] = clock
  }

  private func refreshStuck(_ edge: Int, _ node: Int, at time: Int64) {
    let point = Int(rules.edgePoint[edge])
    let state = points.states[point]
    guard state.hasValue, state.reason.quality != .bad, !isSilent(point) else {
      setEdge(edge, of: node, .unknown)
      return
    }
    let due = state.changedAt + rules.code(node).pointee.span
    if time < due { expect(node, at: due) }
    setEdge(edge, of: node, Truth(time >= due && state.usableTime > state.changedAt))
  }

  func refreshSilent(_ node: Int, at time: Int64) {
    var heard = Int64.min
    for edge in rules.edgeRange(node) {
      heard = max(heard, devices[Int(pointKinds[Int(rules.edgePoint[edge])].device)].heardAt)
    }
    guard heard != .min else { return }
    let due = heard + rules.code(node).pointee.span
    rules.states[node].nextRaw = Truth(due <= time)
    rules.states[node].leafDue = due <= time ? .max : due
    mark(node)
  }

  /// Something happens at the leaf at `time` if nothing happens before. An earlier deadline stays: it looks again.
  func expect(_ node: Int, at time: Int64) {
    if time < rules.states[node].leafDue {
      rules.states[node].leafDue = time
      mark(node)
    }
  }
}
