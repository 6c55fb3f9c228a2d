/// Rule instances out of a checkpoint, matched by rule and subject. Where the conditions are still the same everything goes on;
/// where they were edited, what can still be used goes on (`adapt`).
extension LaneCore {
  private struct Key: Hashable {
    var rule: String
    var subject: String
  }

  private struct FaultRule: Hashable {
    var id: String
    var digest: UInt64
  }

  /// What stands before the nodes of an instance.
  private struct Head {
    let key: Key
    let digest: UInt64
    let zone: Int
    let isRaised: Bool
    let nodeCount: Int

    init(from reader: inout CheckpointReader) throws(CheckpointError) {
      key = Key(rule: try reader.text(), subject: try reader.text())
      digest = try reader.integer()
      zone = Int(try reader.integer(UInt32.self))
      isRaised = try reader.bool()
      nodeCount = try reader.count(ofSize: 63)
    }
  }

  enum Origin { case new, same, edited }

  struct LoadedInstances {
    /// Of each instance of the plan.
    var instances: [Origin]
    /// Plain faults whose rule was edited.
    var editedFaults: [FaultTable.Key] = []
  }

  /// What the rules of the checkpoint measured (`RulePlan.measures`), by their digests.
  func loadMeasures(from reader: inout CheckpointReader) throws(CheckpointError) -> [UInt64: [UInt64]] {
    var found: [UInt64: [UInt64]] = [:]
    for _ in 0..<(try reader.count(ofSize: 12)) {
      let digest: UInt64 = try reader.integer()
      var measures: [UInt64] = []
      for _ in 0..<(try reader.count(ofSize: 8)) { measures.append(try reader.integer()) }
      found[digest] = measures
    }
    return found
  }

  /// - Parameters:
  ///   - points: index in this plan of every point of the checkpoint.
  ///   - zones: names of the zones that the checkpoint's instances refer to.
  ///   - measures: see `loadMeasures`.
  func loadInstances(
    from reader: inout CheckpointReader, points: [Int?], zones: [String], measures: [UInt64: [UInt64]]
  ) throws(CheckpointError) -> LoadedInstances {
    let digests = plan.rules.map(\.digest)
    let ownMeasures = plan.rules.map(\.measures)
    let plainFaults = rules.faults.planRules
    let faultRules = Set(plainFaults.map { FaultRule(id: plan.rules[$0].id, digest: digests[$0]) })
    let faultIDs = Set(faultRules.map(\.id))
    var finder = PlanFinder(count: rules.instances.count) { [self] number in
      let name = name(ofInstance: number)
      return Key(rule: name.rule, subject: name.subject)
    }
    freshEdges = [Bool](repeating: true, count: rules.edges.count)
    var loaded = LoadedInstances(instances: [Origin](repeating: .new, count: rules.instances.count))
    /// The instance of that name, unless it has its state already.
    func find(_ key: Key) -> Int? {
      finder.find(key).flatMap { loaded.instances[$0] == .new ? $0 : nil }
    }
    for _ in 0..<(try reader.count(ofSize: 25)) {
      let head = try Head(from: &reader)
      let wasFault = head.nodeCount == 1 && faultRules.contains(FaultRule(id: head.key.rule, digest: head.digest))
      let instance = wasFault ? nil : find(head.key)
      if let instance {
        let rule = Int(rules.instances[instance].rule)
        let range = rules.nodeRange(instance)
        let isSame = digests[rule] == head.digest && range.count == head.nodeCount
        // Of a tree that is another one nothing is known to be the same.
        let old = isSame ? ownMeasures[rule] : measures[head.digest] ?? []
        let fits = old.count == range.count && old.count == head.nodeCount
        for node in 0..<head.nodeCount {
          let goesOn = fits && old[node] == ownMeasures[rule][node]
          try loadNode(goesOn ? range.lowerBound + node : nil, isSame, from: &reader, points: points)
        }
        loaded.instances[instance] = isSame ? .same : .edited
        if isSame {
          moveToZone(instance, from: zones.indices.contains(head.zone) ? zones[head.zone] : nil)
        } else {
          rules.states[range.upperBound - 1].isActive = head.isRaised
        }
        continue
      }
      // It may have been edited until it had no instances any more, or until it needed them.
      let isFault =
        wasFault
        || (head.nodeCount == 1 && faultIDs.contains(head.key.rule)
          && measures[head.digest] == ownMeasures[plainFaults[0]])
      if isFault, let fault = try loadFault(head.key, from: &reader, points: points) {
        if !wasFault { loaded.editedFaults.append(fault) }
        continue
      }
      if !isFault {
        for _ in 0..<head.nodeCount { try loadNode(nil, false, from: &reader, points: points) }
      } else if head.isRaised, let found = find(head.key) {
        loaded.instances[found] = .edited
        rules.states[rules.nodeRange(found).upperBound - 1].isActive = true
        continue
      }
      counts.droppedAtRestore += 1
      if head.isRaised { orphans.append(RuleSubject(rule: head.key.rule, subject: head.key.subject)) }
    }
    return loaded
  }

  /// A plain fault, which an older format has for every point.
  /// - Returns: the fault that it is in this plan, if it is a plain one there, too.
  private func loadFault(
    _ name: Key, from reader: inout CheckpointReader, points: [Int?]
  ) throws(CheckpointError) -> FaultTable.Key? {
    guard try reader.integer(UInt8.self) == ConditionCode.Kind.bad.rawValue else { throw .damaged }
    let state = try loadState(from: &reader)
    _ = try reader.integer(Int32.self)
    var target: Int?
    for _ in 0..<(try reader.count(ofSize: 6)) {
      let point = Int(try reader.integer(UInt32.self))
      target = points.indices.contains(point) ? points[point] : nil
      try loadEdge(nil, .bad, from: &reader)
    }
    guard let target else { return nil }
    let found = rules.faults.keys(at: target).first { plan.rules[Int(rules.faults.rule($0).rule)].id == name.rule }
    guard let key = found, instance(key)?.subject == name.subject else { return nil }
    // What never was raised has no state.
    if state.isActive || state.clock > startedAt.milliseconds {
      rules.faults.states[key] = FaultTable.State(isActive: state.isActive, clock: state.clock)
    }
    return key
  }

  /// - Parameter old: name of the zone in which its place was.
  private func moveToZone(_ instance: Int, from old: String?) {
    let number = Int(rules.instances[instance].zone)
    let name = plan.zones.indices.contains(number) ? plan.zones[number].name : nil
    if old != nil && old == name { return }
    for node in rules.nodeRange(instance) where rules.code(node).pointee.hasPeriod {
      // The new local time holds from now on; the machine hears of it when the instance resumes.
      rules.states[node].edgeDue = now.milliseconds
    }
  }

  /// Arms an instance that was found, and looks at inputs that it did not have before.
  func resume(_ instance: Int) {
    let time = now.milliseconds
    for node in rules.nodeRange(instance) where rules.states[node].isPending {
      rules.states[node].isPending = false
      mark(node)
      for edge in rules.edges(of: node) where freshEdges[Int(edge)] { beginEdge(Int(edge), of: node, at: time) }
      if rules.code(node).pointee.kind == .silent { refreshSilent(node, at: time) }
    }
    // Earlier versions let what was never heard take part.
    for node in rules.nodeRange(instance)
    where rules.states[node].unheardEdges > 0 && leafTruth(node) != rules.states[node].raw { mark(node) }
    flush(at: time, isOver: true)
    rearm(instance)
  }

  /// An instance whose rule was edited. What is kept of its points and since when it has held goes on where `RulePlan.measures` are
  /// the same, its alert in any case; what that means the new conditions say, now.
  func adapt(_ instance: Int) {
    let time = now.milliseconds
    let range = rules.nodeRange(instance)
    for node in range {
      rules.states[node].isInside = true
      rules.states[node].edgeDue = .max
      rules.states[node].leafDue = .max
      rules.states[node].isPending = false
      enterPeriod(node, at: time)
      guard rules.code(node).pointee.isLeaf else { continue }
      mark(node)
      rules.states[node].unheardEdges = unheardEdges(node)
      if rules.code(node).pointee.kind == .silent { refreshSilent(node, at: time) }
      for edge in rules.edges(of: node) {
        if freshEdges[Int(edge)] { beginEdge(Int(edge), of: node, at: time) } else { refreshEdge(Int(edge), at: time) }
      }
    }
    flush(at: time, isOver: true)
    propagate(instance, at: time)
    // The times that it has to hold may be others.
    for node in range { step(node, at: time) }
    propagate(instance, at: time)
    rearm(instance)
  }

  /// - Parameters:
  ///   - node: where it goes; nil = it is only read over.
  ///   - isSame: its rule was not edited.
  private func loadNode(
    _ node: Int?, _ isSame: Bool, from reader: inout CheckpointReader, points: [Int?]
  ) throws(CheckpointError) {
    guard let kind = ConditionCode.Kind(rawValue: try reader.integer()) else { throw .damaged }
    if let node, rules.code(node).pointee.kind != kind { throw .damaged }
    var state = try loadState(from: &reader)
    // Where there is no period nothing would ever move this time on, and what is due would stay so.
    if let node, isSame, !rules.code(node).pointee.hasPeriod, state.edgeDue != .max { throw .damaged }
    let lastEdge: Int32 = try reader.integer()
    if kind == .window {
      try loadWindow(node.map { Int(rules.nodes[$0].window) }, isOpen: false, from: &reader)
    }
    let count = try reader.count(ofSize: 6)
    let edges = node.map { rules.edges(of: $0) }
    var unmatched = count
    for place in 0..<count {
      let point = Int(try reader.integer(UInt32.self))
      let target = points.indices.contains(point) ? points[point] : nil
      let edge = edges.flatMap { find(target, in: $0, near: place) }
      if edge != nil { unmatched -= 1 }
      try loadEdge(edge, kind, from: &reader)
    }
    guard let node, let edges else { return }
    counts.droppedAtRestore += UInt64(unmatched)
    let isWhole = unmatched == 0 && count == edges.count
    state.lastEdge = isWhole && lastEdge >= 0 && lastEdge < count ? edges[Int(lastEdge)] : -1
    state.isPending = !isWhole
    state.trueEdges = Int32(edges.count { rules.edges[Int($0)].truth == .yes })
    state.unknownEdges = Int32(edges.count { rules.edges[Int($0)].truth == .unknown })
    state.unheardEdges = unheardEdges(node)
    rules.states[node] = state
  }

  private func loadState(from reader: inout CheckpointReader) throws(CheckpointError) -> NodeState {
    var state = NodeState(at: now.milliseconds)
    state.raw = try reader.truth()
    state.output = try reader.truth()
    state.nextRaw = try reader.truth()
    state.isActive = try reader.bool()
    state.isInside = try reader.bool()
    state.isLatched = try reader.bool()
    state.clock = try reader.milliseconds(or: .min)
    state.since = try reader.milliseconds(or: .min)
    state.mark = try reader.milliseconds(or: NodeState.stopped)
    state.held = try reader.milliseconds()
    state.leafDue = try reader.milliseconds(or: .max)
    state.edgeDue = try reader.milliseconds(or: .max)
    // A period's edges are crossed one by one, day after day: nothing that is right is so far behind.
    guard state.edgeDue >= now.milliseconds - 366 * 86_400_000 else { throw .damaged }
    return state
  }

  /// The edge for a point: in its old place nearly always. An edge that is found is not fresh any more.
  private func find(_ point: Int?, in edges: UnsafeBufferPointer<Int32>, near place: Int) -> Int? {
    guard let point else { return nil }
    func fits(_ edge: Int32) -> Bool { Int(rules.edges[Int(edge)].point) == point && freshEdges[Int(edge)] }
    let isHere = edges.indices.contains(place) && fits(edges[place])
    guard let found = isHere ? edges[place] : edges.first(where: fits) else { return nil }
    freshEdges[Int(found)] = false
    return Int(found)
  }

  private func loadEdge(
    _ edge: Int?, _ kind: ConditionCode.Kind, from reader: inout CheckpointReader
  ) throws(CheckpointError) {
    let truth = try reader.truth()
    let isLatched = try reader.bool()
    var extra: Int?
    if let edge {
      rules.edges[edge].truth = truth
      rules.edges[edge].isLatched = isLatched
      extra = Int(rules.edges[edge].extra)
    }
    if kind == .changes { try loadWindow(extra, isOpen: true, from: &reader) }
    if kind == .quiet {
      let clock = QuietClock(since: try reader.milliseconds(or: NodeState.stopped), held: try reader.milliseconds())
      if let extra { rules.clocks[extra] = clock }
    }
  }

  /// - Parameter isOpen: the newest bucket may be one that has not begun to leave (`changes`).
  private func loadWindow(
    _ window: Int?, isOpen: Bool, from reader: inout CheckpointReader
  ) throws(CheckpointError) {
    let first = try reader.milliseconds(or: .max)
    if let window { rules.windows[window].first = first }
    for _ in 0..<(try reader.count(ofSize: 24)) {
      let time = isOpen ? try reader.milliseconds(or: .max) : try reader.milliseconds()
      let bucket = SlidingWindow.Bucket(time: time, value: try reader.double(), weight: try reader.double())
      if let window { insert(bucket, into: rules.windows.base + window) }
    }
  }
}
