/// State into a plan that may be another one: a restart, or a new configuration while running.
extension LaneCore {
  /// A core that goes on where a checkpoint stood. What fell due since fires with its true time at the next `advance`.
  package convenience init(plan: LanePlan, restoring checkpoint: [UInt8]) throws(CheckpointError) {
    self.init(empty: plan, at: .distantPast)
    try load(checkpoint)
  }

  /// Takes a new plan at time `at`. Points and devices keep their state by id, rule instances by rule and subject; where the
  /// conditions were edited, what they kept is looked at anew (`adapt`). New ones begin now. Raised instances that are gone are told
  /// by `takeOrphans`, not by a change.
  package func install(_ plan: LanePlan, at time: Timestamp) {
    // A moment that is not over goes on under the new plan.
    if time > now { advance(to: time) }
    let state = checkpoint()
    self.plan = plan
    points = PointTable(count: plan.points.count)
    devices = Slab(plan.devices.count, filledWith: DeviceState(heardAt: now.milliseconds))
    pointKinds = Slab(plan.points.map { PointKind($0) })
    rules = RuleTable(plan, at: now.milliseconds)
    returning.removeAll()
    do { try load(state) } catch { preconditionFailure("a checkpoint just made cannot be read: \(error)") }
  }

  private func load(_ checkpoint: [UInt8]) throws(CheckpointError) {
    var reader = try CheckpointReader(checkpoint)
    guard try reader.integer(UInt32.self) == Self.magic else { throw .notACheckpoint }
    let format = try reader.integer(UInt32.self)
    guard (Self.oldestFormat...Self.formatVersion).contains(format) else { throw .unknownVersion(format) }
    startedAt = try reader.timestamp()
    now = try reader.timestamp()
    position = try reader.counter()
    ordinal = try reader.integer()
    guard ordinal <= UInt32.max / 2 else { throw .damaged }
    version = try reader.counter()
    try loadCounters(from: &reader, format)
    var zones: [String] = []
    for _ in 0..<(try reader.count(ofSize: 4)) { zones.append(try reader.text()) }
    wheel = TimerWheel(
      owners: devices.count + points.states.count + rules.instances.count, clock: now.milliseconds)
    try loadDevices(from: &reader)
    let oldPoints = try loadPoints(from: &reader, format)
    // Another restore before they are looked at must find them in the same order.
    returning = Set(returning).sorted()
    let measures = format < 4 ? [:] : try loadMeasures(from: &reader)
    let loaded = try loadInstances(from: &reader, points: oldPoints, zones: zones, measures: measures)
    for device in devices.indices { armDevice(device) }
    for point in points.states.indices { rearmStuck(point) }
    for instance in rules.instances.indices {
      switch loaded.instances[instance] {
      case .new: begin(instance, at: now.milliseconds)
      case .same: resume(instance)
      case .edited: adapt(instance)
      }
    }
    beginFaults(edited: loaded.editedFaults)
    freshEdges = []
  }

  private func loadCounters(from reader: inout CheckpointReader, _ format: UInt32) throws(CheckpointError) {
    counts.messages = try reader.counter()
    counts.readings = try reader.counter()
    counts.late = try reader.counter()
    counts.retainedIgnored = try reader.counter()
    counts.timersFired = try reader.counter()
    counts.unknownIndex = try reader.counter()
    counts.droppedAtRestore = try reader.counter()
    counts.windowMerges = format < 2 ? 0 : try reader.counter()
    for reason in QualityReason.allCases {
      let count = try reader.counter()
      badReadings[Int(reason.rawValue)] = count
    }
  }

  private func loadDevices(from reader: inout CheckpointReader) throws(CheckpointError) {
    for device in devices.indices { devices[device].heardAt = now.milliseconds }
    var finder = PlanFinder(count: devices.count) { [plan] in plan.devices[$0].id }
    for _ in 0..<(try reader.count(ofSize: 31)) {
      let device = finder.find(try reader.text())
      var state = DeviceState(heardAt: try reader.milliseconds())
      state.isHeard = try reader.bool()
      state.isSilent = try reader.bool()
      var isReturning = try reader.bool()
      state.messages = try reader.counter()
      state.version = try reader.counter()
      guard let device else {
        counts.droppedAtRestore += 1
        continue
      }
      // A longer patience with the device: it is not silent any more.
      if state.isSilent && (plan.devices[device].silentAfter.map { state.heardAt + $0 > now.milliseconds } ?? true) {
        state.isSilent = false
        isReturning = true
      }
      devices[device] = state
      if isReturning { returning.append(Int32(device)) }
    }
  }

  /// - Returns: for every point of the checkpoint its index in this plan, if it has one.
  private func loadPoints(
    from reader: inout CheckpointReader, _ format: UInt32
  ) throws(CheckpointError) -> [Int?] {
    var finder = PlanFinder(count: plan.points.count) { [plan] in plan.points[$0].id }
    var found: [Int?] = []
    for _ in 0..<(try reader.count(ofSize: 13)) {
      let point = finder.find(try reader.text())
      if point == nil { counts.droppedAtRestore += 1 }
      found.append(point)
      var state = PointState()
      state.version = try reader.counter()
      if try reader.bool() {
        try loadPoint(&state, into: point, from: &reader, format)
      } else if let point {
        points.states[point] = state
      }
    }
    return found
  }

  private func loadPoint(
    _ loaded: inout PointState, into point: Int?, from reader: inout CheckpointReader, _ format: UInt32
  ) throws(CheckpointError) {
    loaded.time = try reader.milliseconds()
    loaded.usableTime = try reader.milliseconds(or: PointState.never)
    loaded.value = try reader.value()
    loaded.changedAt = try reader.milliseconds(or: PointState.never)
    // Both come with the first usable reading.
    guard loaded.hasValue == (loaded.changedAt != PointState.never) else { throw .damaged }
    loaded.arrival = try reader.milliseconds()
    loaded.stuckDue = try reader.milliseconds(or: .max)
    let limit: Int64 = try reader.integer()
    loaded.arrivals = UInt32(clamping: try reader.counter())
    loaded.reason = try reader.reason()
    loaded.isStuck = try reader.bool()
    var previous = PointState.never
    func keep(_ time: Int64, _ value: Double, _ reason: QualityReason) {
      guard let point else { return }
      points.remember(point, time: time, previous: previous, value: value, reason: reason)
      previous = time
    }
    if format < 3 {
      // Beside a bad reason any bits may stand.
      for _ in 0..<(try reader.count(ofSize: 17)) {
        keep(try reader.milliseconds(), try reader.double(), try reader.reason())
      }
    } else {
      try PointTable.read(from: &reader, keep)
    }
    guard let point else { return }
    loaded.ring = points.states[point].ring
    if pointKinds[point].mustChangeWithin != limit { applyNewLimit(to: &loaded, of: point) }
    points.states[point] = loaded
  }

  private func applyNewLimit(to state: inout PointState, of point: Int) {
    let limit = pointKinds[point].mustChangeWithin
    let device = pointKinds[point].device
    state.stuckDue = limit == .max || !state.hasValue ? .max : state.changedAt + limit
    if state.isStuck { state.isStuck = state.stuckDue <= now.milliseconds }
    if !returning.contains(device) { returning.append(device) }
  }
}
