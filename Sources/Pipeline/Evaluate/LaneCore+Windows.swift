/// Window functions and `changes`: exact at every moment, also when something only leaves the window.
extension LaneCore {
  func pushWindow(
    _ node: Int, _ code: UnsafePointer<ConditionCode>, _ reading: Reading, _ previous: Double?
  ) {
    let window = rules.windows.base + Int(rules.nodes[node].window)
    window.pointee.first = min(window.pointee.first, reading.time)
    let start = max(reading.time, rules.states[node].clock) - code.pointee.span
    slide(window, to: start)
    guard reading.time > start else { return }
    var value = reading.value
    switch code.pointee.function {
    case .count:
      if value == 0 { return }
      value = 1
    case .increase, .ratePerHour:
      guard let previous else { return }
      // A meter that starts anew counts from zero (Prometheus' `increase`).
      if value >= previous { value = Decimals.sum(value, -previous) }
      if value == 0 { return }
    case .average, .minimum, .maximum, .sum: break
    }
    insert(.init(time: reading.time, value: value, weight: 1), into: window)
  }

  func insert(_ bucket: SlidingWindow.Bucket, into window: UnsafeMutablePointer<SlidingWindow>) {
    let merges = window.pointee.merges
    let hasRoom = rules.takenRoom < SlidingWindow.roomOfLane
    window.pointee.insert(bucket, limit: hasRoom ? SlidingWindow.capacityLimit : SlidingWindow.assured)
    if window.pointee.merges != merges { counts.windowMerges += 1 }
    countRoom(of: window)
  }

  private func slide(_ window: UnsafeMutablePointer<SlidingWindow>, to start: Int64) {
    window.pointee.slide(to: start)
    countRoom(of: window)
  }

  /// After each change, so that a restored core has as much room left as the one that wrote the checkpoint.
  private func countRoom(of window: UnsafeMutablePointer<SlidingWindow>) {
    let excess = window.pointee.excess
    guard excess != window.pointee.taken else { return }
    rules.takenRoom += Int(excess - window.pointee.taken)
    window.pointee.taken = excess
  }

  /// Called by `flush`, once for all that happened to the node's points at this moment.
  func evaluateWindow(_ node: Int, at requested: Int64) {
    let code = rules.code(node)
    let state = rules.states.base + node
    let window = rules.windows.base + Int(rules.nodes[node].window)
    let time = max(requested, state.pointee.clock)
    state.pointee.clock = time
    slide(window, to: time - code.pointee.span)
    let truth = windowTruth(node, code, window, at: time)
    if truth != .unknown { state.pointee.isLatched = truth == .yes }
    state.pointee.nextRaw = truth
    let isKnown = window.pointee.first != .max && time - window.pointee.first >= code.pointee.span
    // What cannot turn by sliding is looked at when a reading comes, or when the window is empty.
    let mayWait = isKnown && truth == .no && window.pointee.isCalm
    let next = mayWait ? window.pointee.back : window.pointee.front
    var due = next.map { $0.time + code.pointee.span } ?? .max
    if window.pointee.first != .max && !isKnown { due = min(due, window.pointee.first + code.pointee.span) }
    state.pointee.leafDue = due
  }

  private func windowTruth(
    _ node: Int, _ code: UnsafePointer<ConditionCode>, _ window: UnsafePointer<SlidingWindow>, at time: Int64
  ) -> Truth {
    let state = rules.states.base + node
    let count = rules.edges(of: node).count
    guard window.pointee.first != .max, count > 0, Int(state.pointee.unknownEdges) < count else { return .unknown }
    let value = windowValue(code, window)
    let latched = state.pointee.isLatched && state.pointee.isActive
    let comparison = latched ? code.pointee.widened : code.pointee.comparison
    if time - window.pointee.first >= code.pointee.span && state.pointee.unknownEdges == 0 {
      guard let value else { return .unknown }
      return Truth(comparison.holds(value))
    }
    // Part of the window is not known: can it still change the answer?
    guard let value else { return .unknown }
    if code.pointee.growsOnly || code.pointee.function == .maximum {
      return comparison.certain(atLeast: value)
    }
    if code.pointee.function == .minimum {
      return comparison.certain(atMost: value)
    }
    return .unknown
  }

  /// The function's value over what the window holds; nil where an empty window has none.
  func windowValue(_ node: Int) -> Double? {
    windowValue(rules.code(node), rules.windows.base + Int(rules.nodes[node].window))
  }

  private func windowValue(
    _ code: UnsafePointer<ConditionCode>, _ window: UnsafePointer<SlidingWindow>
  ) -> Double? {
    func rounded(_ value: Double) -> Double {
      Decimals.rounded(value, largest: value.magnitude, places: Decimals.ofSums)
    }
    switch code.pointee.function {
    case .count: return window.pointee.total
    case .sum, .increase: return rounded(window.pointee.total)
    case .ratePerHour: return rounded(window.pointee.total * 3_600_000 / Double(code.pointee.span))
    case .average: return window.pointee.count > 0 ? rounded(window.pointee.total / window.pointee.weight) : nil
    case .minimum, .maximum: return window.pointee.front.map { Decimals.rounded($0.value) }
    }
  }

  // MARK: - changes

  /// The newest value holds until the next reading, so it leaves the window when that one's time does.
  func pushChange(_ edge: Int, _ reading: Reading) {
    let node = Int(rules.edges[edge].node)
    let window = rules.windows.base + Int(rules.edges[edge].extra)
    slide(window, to: max(reading.time, rules.states[node].clock) - rules.code(node).pointee.span)
    window.pointee.closeBack(at: reading.time)
    insert(.init(time: .max, value: reading.value, weight: 1), into: window)
  }

  func refreshChanges(_ edge: Int, at requested: Int64) {
    let node = Int(rules.edges[edge].node)
    let code = rules.code(node)
    let window = rules.windows.base + Int(rules.edges[edge].extra)
    let point = Int(rules.edges[edge].point)
    let time = max(requested, rules.states[node].clock)
    slide(window, to: time - code.pointee.span)
    guard points.states[point].hasValue, let front = window.pointee.front, !isBad(point) else {
      setEdge(edge, .unknown)
      return
    }
    let rise = Decimals.sum(points.states[point].value, -front.value)
    let holds =
      (code.pointee.rises ? rise : -rise) >= (holdsOn(edge) ? code.pointee.widenedBy : code.pointee.by)
    // What leaves the window makes the difference smaller: only what is true can turn by it.
    if holds && front.time != .max { expect(node, at: front.time + code.pointee.span) }
    rules.edges[edge].isLatched = holds
    setEdge(edge, Truth(holds))
  }

  // MARK: - A new rule

  /// What the point's last readings say about a leaf that begins now.
  func beginEdge(_ edge: Int, of node: Int, at time: Int64) {
    let code = rules.code(node)
    let point = Int(rules.edges[edge].point)
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
            pushChange(edge, reading)
          }
          previous = stored.value
        }
      case .quiet where rules.states[node].isInside && !isBad(point) && !code.pointee.hasPeriod:
        rules.clocks[Int(rules.edges[edge].extra)].since = quietSince(point)
      default: break
      }
    }
    refreshEdge(edge, at: time)
  }
}
