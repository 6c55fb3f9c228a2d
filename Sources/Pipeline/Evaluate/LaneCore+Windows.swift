/// Window functions and `changes`: exact at every moment, also when something only leaves the window.
extension LaneCore {
  func pushWindow(
    _ node: Int, _ code: UnsafePointer<ConditionCode>, _ reading: Reading, _ previous: Double?
  ) {
    let window = Int(rules.nodes[node].extra)
    rules.windows[window].first = min(rules.windows[window].first, reading.time)
    let start = max(reading.time, rules.states[node].clock) - code.pointee.span
    rules.windows[window].slide(to: start)
    guard reading.time > start else { return }
    var value = reading.value
    switch code.pointee.function {
    case .count:
      if value == 0 { return }
      value = 1
    case .increase, .ratePerHour:
      guard let previous else { return }
      // A meter that starts anew counts from zero (Prometheus' `increase`).
      value = value >= previous ? value - previous : value
      if value == 0 { return }
    case .average, .minimum, .maximum, .sum: break
    }
    rules.windows[window].insert(.init(time: reading.time, value: value, weight: 1))
  }

  /// Called by `flush`, once for all that happened to the node's points at this moment.
  func evaluateWindow(_ node: Int, at requested: Int64) {
    let code = rules.code(node)
    let number = Int(rules.nodes[node].extra)
    let time = max(requested, rules.states[node].clock)
    rules.states[node].clock = time
    rules.windows[number].slide(to: time - code.pointee.span)
    let truth = windowTruth(node, code, rules.windows[number], at: time)
    if truth != .unknown { rules.states[node].isLatched = truth == .yes }
    rules.states[node].nextRaw = truth
    let window = rules.windows[number]
    var due = window.front.map { $0.time + code.pointee.span } ?? .max
    if window.first != .max && window.first + code.pointee.span > time {
      due = min(due, window.first + code.pointee.span)
    }
    rules.states[node].leafDue = due
  }

  private func windowTruth(
    _ node: Int, _ code: UnsafePointer<ConditionCode>, _ window: SlidingWindow, at time: Int64
  ) -> Truth {
    let state = rules.states[node]
    let count = rules.edgeRange(node).count
    guard window.first != .max, count > 0, Int(state.unknownEdges) < count else { return .unknown }
    let comparison = code.pointee.comparison
    let deadband = code.pointee.deadband
    let value = windowValue(node)
    let latched = state.isLatched && state.isActive
    if time - window.first >= code.pointee.span && state.unknownEdges == 0 {
      guard let value else { return .unknown }
      return Truth(comparison.holds(value, deadband: deadband, latched: latched))
    }
    // Part of the window is not known: can it still change the answer?
    guard let value else { return .unknown }
    if code.pointee.growsOnly || code.pointee.function == .maximum {
      return comparison.certain(atLeast: value, deadband: deadband, latched: latched)
    }
    if code.pointee.function == .minimum {
      return comparison.certain(atMost: value, deadband: deadband, latched: latched)
    }
    return .unknown
  }

  /// The function's value over what the window holds; nil where an empty window has none.
  func windowValue(_ node: Int) -> Double? {
    let window = rules.windows[Int(rules.nodes[node].extra)]
    let code = rules.code(node)
    switch code.pointee.function {
    case .count, .sum, .increase: return window.total
    case .ratePerHour: return window.total * 3_600_000 / Double(code.pointee.span)
    case .average: return window.count > 0 ? window.total / window.weight : nil
    case .minimum, .maximum: return window.front?.value
    }
  }

  // MARK: - changes

  /// The newest value holds until the next reading, so it leaves the window when that one's time does.
  func pushChange(_ edge: Int, _ node: Int, _ reading: Reading) {
    let window = rules.extra(ofEdge: edge, of: node)
    rules.windows[window].slide(to: max(reading.time, rules.states[node].clock) - rules.code(node).pointee.span)
    rules.windows[window].closeBack(at: reading.time)
    rules.windows[window].insert(.init(time: .max, value: reading.value, weight: 1))
  }

  func refreshChanges(_ edge: Int, _ node: Int, at requested: Int64) {
    let code = rules.code(node)
    let number = rules.extra(ofEdge: edge, of: node)
    let point = Int(rules.edgePoint[edge])
    let time = max(requested, rules.states[node].clock)
    rules.windows[number].slide(to: time - code.pointee.span)
    guard points.states[point].hasValue, let front = rules.windows[number].front else {
      setEdge(edge, of: node, .unknown)
      return
    }
    if front.time != .max { expect(node, at: front.time + code.pointee.span) }
    if isBad(point) {
      setEdge(edge, of: node, .unknown)
      return
    }
    let by = code.pointee.by
    let difference = by >= 0 ? points.states[point].value - front.value : front.value - points.states[point].value
    let limit = abs(by) - (holdsOn(edge, node) ? code.pointee.deadband : 0)
    rules.edges[edge].isLatched = difference >= limit
    setEdge(edge, of: node, Truth(difference >= limit))
  }

  // MARK: - A new rule

  /// What the point's last readings say about a leaf that begins now.
  func beginEdge(_ edge: Int, of node: Int, at time: Int64) {
    let code = rules.code(node)
    let point = Int(rules.edgePoint[edge])
    let state = points.states[point]
    if state.hasValue {
      switch code.pointee.kind {
      case .window, .changes:
        var previous: Double?
        for stored in points.readings(of: point) where stored.reason.quality != .bad {
          let reading = Reading(
            point: point, time: stored.time.milliseconds, value: stored.value, reason: stored.reason)
          if code.pointee.kind == .window {
            pushWindow(node, code, reading, previous)
          } else {
            pushChange(edge, node, reading)
          }
          previous = stored.value
        }
      case .quiet where rules.states[node].isInside && !isBad(point) && !code.pointee.hasPeriod:
        rules.clocks[rules.extra(ofEdge: edge, of: node)].since =
          pointKinds[point].isEvent ? state.usableTime : state.changedAt
      default: break
      }
    }
    refreshEdge(edge, node, at: time)
  }
}
