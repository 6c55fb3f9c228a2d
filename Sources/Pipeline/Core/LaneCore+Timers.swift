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

  /// The same for all instances that look at the point. Nearly always one look at `Watchers.due` is enough.
  func settleWatchers(_ point: Int, upTo time: Int64) {
    let watchers = rules.watchers.base + point
    guard watchers.pointee.due <= time else { return }
    let edges = Int(watchers.pointee.first)..<Int(watchers.pointee.end)
    for edge in edges { settle(instance(ofEdge: edge), upTo: time) }
    // An instance tells its points of a deadline when it arms a wheel timer for it, so that timer's time is the bound.
    var due = Int64.max
    for edge in edges {
      let instance = instance(ofEdge: edge)
      due = min(due, rules.instances[instance].isCrowded ? .min : wheel.due(of: wheelOwner(ofInstance: instance)))
    }
    watchers.pointee.due = due
  }

  func instance(ofEdge edge: Int) -> Int { Int(rules.nodes[Int(rules.edges[edge].node)].instance) }

  func wheelOwner(ofInstance instance: Int) -> Int { devices.count + points.states.count + instance }

  /// At one moment, in this order: periods begin and end; holds complete, by what was true until now, the outermost
  /// first; windows slide and absences begin.
  private func fire(_ instance: Int, at time: Int64) {
    counts.timersFired += 1
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
    let owner = wheelOwner(ofInstance: instance)
    guard due < wheel.due(of: owner) else { return }
    wheel.schedule(owner, at: due)
    if rules.instances[instance].isCrowded { return }
    for node in rules.nodeRange(instance) {
      for edge in rules.edges(of: node) {
        let point = Int(rules.edges[Int(edge)].point)
        if due < rules.watchers[point].due { rules.watchers[point].due = due }
      }
    }
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
