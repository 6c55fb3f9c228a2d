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

  /// Before anything new reaches an instance, all that was due there before that time happens.
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

  /// The end of a moment: all its readings are in. Periods begin and end, windows slide and absences begin; then, from the
  /// leaves to the root, each condition is looked at once: a hold completes only if its input is still true now.
  private func fire(_ instance: Int, at time: Int64) {
    counts.timersFired += 1
    let range = rules.nodeRange(instance)
    for node in range {
      if rules.states[node].edgeDue <= time { crossPeriodEdge(node, at: time) }
      if rules.states[node].leafDue <= time { refreshLeaf(node, at: time) }
    }
    takeOverLeaves(at: time, isOver: true)
    for node in range where rules.code(node).pointee.isLeaf { stepIfDue(node, at: time) }
    propagate(instance, at: time, isOver: true)
    // A period that ends may have more to say (`lookAgain`).
    flushPending(at: time, isOver: true)
    rearm(instance)
  }

  /// What a node owes to time alone.
  func stepIfDue(_ node: Int, at time: Int64) {
    guard rules.states[node].isTurning || rules.states[node].holdDue(rules.code(node).pointee) <= time else { return }
    rules.states[node].isTurning = false
    step(node, at: time)
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
    enterPeriod(node, at: time)
    rules.states[node].isTurning = true
    if rules.code(node).pointee.kind == .quiet { refreshLeaf(node, at: time) }
  }

  /// A reading of the very moment at which a period begins or ends sees it begun or ended; the rest of that edge comes with
  /// the end of the moment.
  func turnPeriod(_ node: Int, at time: Int64) {
    guard rules.states[node].edgeDue <= time else { return }
    let due = rules.states[node].edgeDue
    enterPeriod(node, at: time)
    rules.states[node].edgeDue = due
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
