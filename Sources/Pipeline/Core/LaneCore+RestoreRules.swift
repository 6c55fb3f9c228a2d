/// Rule instances out of a checkpoint, matched by rule, subject and conditions.
extension LaneCore {
  private struct Key: Hashable {
    var rule: String
    var subject: String
    var digest: UInt64
  }

  /// - Parameters:
  ///   - points: index in this plan of every point of the checkpoint.
  ///   - zones: names of the zones that the checkpoint's instances refer to.
  /// - Returns: for every instance of the plan whether its state was found.
  func loadInstances(
    from reader: inout CheckpointReader, points: [Int?], zones: [String]
  ) throws(CheckpointError) -> [Bool] {
    let digests = plan.rules.map(\.digest)
    var finder = PlanFinder(count: rules.instances.count) { [self] number in
      let name = name(ofInstance: number)
      return Key(rule: name.rule, subject: name.subject, digest: digests[Int(rules.instances[number].rule)])
    }
    let faultRules = Set(
      rules.faults.planRules.map { Key(rule: plan.rules[$0].id, subject: "", digest: digests[$0]) })
    freshEdges = [Bool](repeating: true, count: rules.edges.count)
    var known = [Bool](repeating: false, count: rules.instances.count)
    for _ in 0..<(try reader.count(ofSize: 25)) {
      let rule = try reader.text()
      let subject = try reader.text()
      let digest: UInt64 = try reader.integer()
      let zone = Int(try reader.integer(UInt32.self))
      let isRaised = try reader.bool()
      let nodeCount = try reader.count(ofSize: 63)
      let isFault = nodeCount == 1 && faultRules.contains(Key(rule: rule, subject: "", digest: digest))
      var instance = isFault ? nil : finder.find(Key(rule: rule, subject: subject, digest: digest))
      if let found = instance, known[found] || rules.nodeRange(found).count != nodeCount { instance = nil }
      if isFault {
        let name = Key(rule: rule, subject: subject, digest: digest)
        if try loadFault(name, from: &reader, points: points, digests) { continue }
        counts.droppedAtRestore += 1
        if isRaised { orphans.append(RuleSubject(rule: rule, subject: subject)) }
        continue
      }
      for node in 0..<nodeCount {
        let target = instance.map { rules.nodeRange($0).lowerBound + node }
        try loadNode(target, from: &reader, points: points)
      }
      guard let instance else {
        counts.droppedAtRestore += 1
        if isRaised { orphans.append(RuleSubject(rule: rule, subject: subject)) }
        continue
      }
      known[instance] = true
      let number = Int(rules.instances[instance].zone)
      let name = plan.zones.indices.contains(number) ? plan.zones[number].name : nil
      if !zones.indices.contains(zone) || zones[zone] != name { moveToZone(instance) }
    }
    return known
  }

  /// A plain fault, which an older format has for every point.
  /// - Returns: whether it is one at its point in this plan, too.
  private func loadFault(
    _ name: Key, from reader: inout CheckpointReader, points: [Int?], _ digests: [UInt64]
  ) throws(CheckpointError) -> Bool {
    guard try reader.integer(UInt8.self) == ConditionCode.Kind.bad.rawValue else { throw .damaged }
    let state = try loadState(from: &reader)
    _ = try reader.integer(Int32.self)
    var target: Int?
    for _ in 0..<(try reader.count(ofSize: 6)) {
      let point = Int(try reader.integer(UInt32.self))
      target = points.indices.contains(point) ? points[point] : nil
      try loadEdge(nil, .bad, from: &reader)
    }
    guard let target else { return false }
    let found = rules.faults.keys(at: target).first { key in
      let rule = Int(rules.faults.rule(key).rule)
      return digests[rule] == name.digest && plan.rules[rule].id == name.rule
    }
    guard let key = found, instance(key)?.subject == name.subject else { return false }
    // What never was raised has no state.
    if state.isActive || state.clock > startedAt.milliseconds {
      rules.faults.states[key] = FaultTable.State(isActive: state.isActive, clock: state.clock)
    }
    return true
  }

  private func moveToZone(_ instance: Int) {
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

  /// - Parameter node: where it goes; nil = it is only read over.
  private func loadNode(
    _ node: Int?, from reader: inout CheckpointReader, points: [Int?]
  ) throws(CheckpointError) {
    guard let kind = ConditionCode.Kind(rawValue: try reader.integer()) else { throw .damaged }
    if let node, rules.code(node).pointee.kind != kind { throw .damaged }
    var state = try loadState(from: &reader)
    // Where there is no period nothing would ever move this time on, and what is due would stay so.
    if let node, !rules.code(node).pointee.hasPeriod, state.edgeDue != .max { throw .damaged }
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
    let isSame = unmatched == 0 && count == edges.count
    state.lastEdge = isSame && lastEdge >= 0 && lastEdge < count ? edges[Int(lastEdge)] : -1
    state.isPending = !isSame
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
      if let window { rules.windows[window].insert(bucket) }
    }
  }
}
