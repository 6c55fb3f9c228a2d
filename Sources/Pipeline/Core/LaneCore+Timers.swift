/// Firing what is due: the wheel across the lane, and what is due within one rule instance.
extension LaneCore {
  func fireTimers(upTo limit: Int64) {
    let firstInstance = devices.count + points.states.count
    while let (owner, due) = wheel.pop(upTo: limit) {
      if owner >= firstInstance {
        let instance = owner - firstInstance
        settle(instance, upTo: due)
        rearm(instance)
      } else if owner >= devices.count {
        fireStuck(owner - devices.count, at: due)
      } else {
        fireSilence(owner, at: due)
      }
    }
  }

  /// Before anything new reaches an instance, all that was due there up to that time happens.
  func settle(_ instance: Int, upTo time: Int64) {
    while rules.instances[instance].due <= time { fire(instance, at: rules.instances[instance].due) }
  }

  func settleWatchers(_ point: Int, upTo time: Int64) {
    for index in Int(rules.pointStart[2 * point])..<Int(rules.pointStart[2 * point + 2]) {
      let node = Int(rules.edgeNode[Int(rules.pointEdges[index])])
      settle(Int(rules.nodes[node].instance), upTo: time)
    }
  }

  /// At one moment, in this order: periods begin and end; holds complete, by what was true until now, the outermost
  /// first; windows slide and absences begin.
  private func fire(_ instance: Int, at time: Int64) {
    counters.timersFired += 1
    let range = rules.nodeRange(instance)
    for node in range where rules.states[node].edgeDue <= time { crossPeriodEdge(node, at: time) }
    for node in range.reversed() where rules.states[node].holdDue(rules.code(node).pointee) <= time {
      step(node, at: time)
    }
    propagate(instance, at: time)
    for node in range where rules.states[node].leafDue <= time { refreshLeaf(node, at: time) }
    flush(at: time)
    rearm(instance)
  }

  /// Notes when the instance is due next. A wheel timer that would come earlier stays: it will look again.
  func rearm(_ instance: Int) {
    var due = Int64.max
    for node in rules.nodeRange(instance) { due = min(due, rules.states[node].nextDue(rules.code(node).pointee)) }
    rules.instances[instance].due = due
    let owner = devices.count + points.states.count + instance
    if due < wheel.due(of: owner) { wheel.schedule(owner, at: due) }
  }

  private func crossPeriodEdge(_ node: Int, at time: Int64) {
    let code = rules.code(node)
    enterPeriod(node, at: time)
    if code.pointee.kind == .quiet { refreshLeaf(node, at: time) }
    step(node, at: time)
  }

  /// Looks up whether `time` is inside the node's period and when that changes.
  func enterPeriod(_ node: Int, at time: Int64) {
    let code = rules.code(node)
    guard code.pointee.hasPeriod else { return }
    let number = Int(rules.instances[Int(rules.nodes[node].instance)].zone)
    let zone = plan.zones.indices.contains(number) ? plan.zones[number] : .utc
    rules.states[node].isInside = code.pointee.period.contains(time, in: zone)
    rules.states[node].edgeDue = code.pointee.period.nextEdge(after: time, in: zone)
  }
}
