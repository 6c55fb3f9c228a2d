/// The predicates: what each kind of leaf makes of a reading, of passing time and of a point that became good or bad.
extension LaneCore {
  // MARK: - A reading

  func applyToValueEdges(_ reading: Reading, previous: Double?, moved: Bool) {
    let watchers = rules.watchers[reading.point]
    guard watchers.first < watchers.valueEnd else { return }
    let isBad = isBad(reading.point)
    for number in Int(watchers.first)..<Int(watchers.valueEnd) {
      let edge = rules.edges.base + number
      switch edge.pointee.kind {
      case .last:
        // The usual case: false, and it stays so.
        if !isBad && edge.pointee.truth == .no && !edge.pointee.isLatched && reading.value >= edge.pointee.low
          && reading.value <= edge.pointee.high
        {
          continue
        }
        applyLast(number, reading, isBad)
      case .window:
        let node = Int(edge.pointee.node)
        if reading.isUsable { pushWindow(node, rules.code(node), reading, previous) }
        setEdge(number, isBad ? .unknown : .no)
        mark(node)
      case .changes:
        if reading.isUsable { pushChange(number, reading) }
        refreshChanges(number, at: reading.time)
      case .quiet: applyQuiet(number, reading, moved, isBad)
      default: refreshEdge(number, at: reading.time)
      }
    }
  }

  private func applyLast(_ edge: Int, _ reading: Reading, _ isBad: Bool) {
    guard !isBad else {
      setEdge(edge, .unknown)
      return
    }
    let code = rules.code(Int(rules.edges[edge].node))
    let holds = (holdsOn(edge) ? code.pointee.widened : code.pointee.comparison).holds(reading.value)
    rules.edges[edge].isLatched = holds
    setEdge(edge, holds ? .yes : .no)
  }

  /// Whether the deadband counts: only what is active stays so until the value is back by that much (INTERFACE §4). While a
  /// hold still runs, a reading that does not satisfy the comparison itself breaks it.
  func holdsOn(_ edge: Int) -> Bool {
    rules.edges[edge].isLatched && rules.states[Int(rules.edges[edge].node)].isActive
  }

  /// An event is over at once: it is a condition of its own moment only.
  func endEvent(_ point: Int) {
    for edge in valueEdges(point) where rules.edges[edge].kind == .last && rules.edges[edge].truth == .yes {
      rules.edges[edge].isLatched = false
      setEdge(edge, .no)
    }
  }

  private func applyQuiet(_ edge: Int, _ reading: Reading, _ moved: Bool, _ isBad: Bool) {
    let isActivity = reading.isUsable && isActivity(reading, moved)
    // The usual case: nothing happened, and the clock runs on.
    if !isActivity && !isBad && rules.edges[edge].truth == .no
      && rules.clocks[Int(rules.edges[edge].extra)].since != NodeState.stopped
    {
      return
    }
    refreshQuiet(edge, at: reading.time, isActivity: isActivity)
  }

  /// What `quiet` waits for (INTERFACE §4): of yes/no points a reading that is true, of others a change, and every event. With
  /// the first reading it begins to wait.
  private func isActivity(_ reading: Reading, _ moved: Bool) -> Bool {
    let kind = pointKinds[reading.point]
    if kind.isBoolean { return reading.value != 0 || points.states[reading.point].arrivals == 1 }
    return kind.isEvent || moved
  }

  /// Since when a point that is known already has been quiet.
  func quietSince(_ point: Int) -> Int64 {
    let state = points.states[point]
    guard pointKinds[point].isBoolean else { return pointKinds[point].isEvent ? state.usableTime : state.changedAt }
    let last = points.readings(of: point).last { $0.reason.quality != .bad && $0.value != 0 }
    return last?.time.milliseconds ?? state.changedAt
  }

  // MARK: - Time, or a point that became good or bad

  func refreshValueEdges(_ point: Int, at time: Int64) {
    for edge in valueEdges(point) { refreshEdge(edge, at: time) }
  }

  func refreshFaultEdges(_ point: Int, at time: Int64) {
    let watchers = rules.watchers[point]
    for edge in Int(watchers.valueEnd)..<Int(watchers.end) { refreshEdge(edge, at: time) }
    markFaults(point)
  }

  func valueEdges(_ point: Int) -> Range<Int> {
    Int(rules.watchers[point].first)..<Int(rules.watchers[point].valueEnd)
  }

  func refreshEdge(_ number: Int, at time: Int64) {
    let edge = rules.edges[number]
    let point = Int(edge.point)
    switch edge.kind {
    case .last: refreshLast(number, point)
    case .window:
      // What was never heard takes no part.
      setEdge(number, isBad(point) && points.states[point].isHeard ? .unknown : .no)
      mark(Int(edge.node))
    case .changes: refreshChanges(number, at: time)
    case .quiet: refreshQuiet(number, at: time, isActivity: false)
    case .stuck: refreshStuck(number, at: time)
    case .bad: setEdge(number, Truth(rules.code(Int(edge.node)).pointee.reasons & faults(of: point) != 0))
    case .silent, .all, .any, .not: break
    }
  }

  /// The leaf's own deadline came.
  func refreshLeaf(_ node: Int, at time: Int64) {
    rules.states[node].leafDue = .max
    let kind = rules.code(node).pointee.kind
    guard rules.code(node).pointee.isLeaf else { return }
    mark(node)
    switch kind {
    case .window: break
    case .silent: refreshSilent(node, at: time)
    default: for edge in rules.edges(of: node) { refreshEdge(Int(edge), at: time) }
    }
  }

  private func refreshLast(_ edge: Int, _ point: Int) {
    let state = points.states[point]
    guard state.hasValue, !isBad(point) else {
      setEdge(edge, .unknown)
      return
    }
    let code = rules.code(Int(rules.edges[edge].node))
    let holds =
      !pointKinds[point].isEvent
      && (holdsOn(edge) ? code.pointee.widened : code.pointee.comparison).holds(state.value)
    rules.edges[edge].isLatched = holds
    setEdge(edge, holds ? .yes : .no)
  }

  func refreshQuiet(_ edge: Int, at time: Int64, isActivity: Bool) {
    let node = Int(rules.edges[edge].node)
    turnPeriod(node, at: time)
    let code = rules.code(node)
    let point = Int(rules.edges[edge].point)
    let number = Int(rules.edges[edge].extra)
    var clock = rules.clocks[number]
    if clock.since != NodeState.stopped {
      clock.held += max(0, time - clock.since)
      clock.since = NodeState.stopped
    }
    if isActivity { clock.held = 0 }
    if !points.states[point].hasValue || isBad(point) {
      setEdge(edge, .unknown)
    } else if clock.held >= code.pointee.span {
      setEdge(edge, .yes)
    } else {
      if rules.states[node].isInside {
        // A late reading does not start the clock before its period began.
        clock.since = code.pointee.hasPeriod ? max(time, rules.states[node].clock) : time
        expect(node, at: clock.since + code.pointee.span - clock.held)
      }
      setEdge(edge, .no)
    }
    rules.clocks[number] = clock
  }

  private func refreshStuck(_ edge: Int, at time: Int64) {
    let node = Int(rules.edges[edge].node)
    let point = Int(rules.edges[edge].point)
    let state = points.states[point]
    guard state.hasValue, state.reason.quality != .bad, !isSilent(point) else {
      setEdge(edge, .unknown)
      return
    }
    let due = state.changedAt + rules.code(node).pointee.span
    if time < due { expect(node, at: due) }
    setEdge(edge, Truth(time >= due && state.usableTime > state.changedAt))
  }

  func refreshSilent(_ node: Int, at time: Int64) {
    var heard = Int64.min
    for edge in rules.edges(of: node) {
      heard = max(heard, devices[Int(pointKinds[Int(rules.edges[Int(edge)].point)].device)].heardAt)
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
