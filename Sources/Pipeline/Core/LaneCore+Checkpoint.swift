/// The core's whole state as bytes, by ids instead of indices, so that it can move into another plan. Version 4:
/// magic, version, clock, counters, devices, points with their last readings, what the rules measured, rule instances, plain
/// faults that were ever raised (in the form of instances), CRC-32C.
extension LaneCore {
  static let magic: UInt32 = 0x4c4c_4e43
  static let formatVersion: UInt32 = 4
  /// Still read: 3 does not say what the rules measured, 2 has all plain faults and each reading at its full width, too, 1 is without
  /// `CoreCounters.windowMerges` besides.
  static let oldestFormat: UInt32 = 1

  /// The state as it stands between two entries.
  package func checkpoint() -> [UInt8] {
    // An array that grows by doubling would for a while take three times what it needs.
    var writer = CheckpointWriter(size: checkpointBytes + checkpointBytes / 16)
    defer { checkpointBytes = writer.bytes.count }
    writer.put(Self.magic)
    writer.put(Self.formatVersion)
    writer.put(startedAt)
    writer.put(now)
    writer.put(position)
    writer.put(ordinal)
    writer.put(version)
    write(counters, to: &writer)
    writer.put(UInt32(plan.zones.count))
    for zone in plan.zones { writer.put(zone.name) }
    writeDevices(to: &writer)
    writePoints(to: &writer)
    writeMeasures(to: &writer)
    writeInstances(to: &writer)
    return writer.sealed()
  }

  private func write(_ counters: CoreCounters, to writer: inout CheckpointWriter) {
    for value in [
      counters.messages, counters.readings, counters.late, counters.retainedIgnored, counters.timersFired,
      counters.unknownIndex, counters.droppedAtRestore, counters.windowMerges,
    ] { writer.put(value) }
    for reason in QualityReason.allCases { writer.put(counters.bad[reason] ?? 0) }
  }

  private func writeDevices(to writer: inout CheckpointWriter) {
    writer.put(UInt32(devices.count))
    for device in devices.indices {
      let state = devices[device]
      writer.put(plan.devices[device].id)
      writer.put(state.heardAt)
      writer.put(state.isHeard)
      writer.put(state.isSilent)
      writer.put(returning.contains(Int32(device)))
      writer.put(state.messages)
      writer.put(state.version)
    }
  }

  private func writePoints(to writer: inout CheckpointWriter) {
    writer.put(UInt32(points.states.count))
    for point in points.states.indices {
      let state = points.states[point]
      writer.put(plan.points[point].id)
      writer.put(state.version)
      writer.put(state.isHeard)
      guard state.isHeard else { continue }
      writer.put(state.time)
      writer.put(state.usableTime)
      writer.put(state.value)
      writer.put(state.changedAt)
      writer.put(state.arrival)
      writer.put(state.stuckDue)
      writer.put(pointKinds[point].mustChangeWithin)
      writer.put(UInt64(state.arrivals))
      writer.put(state.reason.rawValue)
      writer.put(state.isStuck)
      points.write(readingsOf: point, to: &writer)
    }
  }

  /// Of each rule, by its digest.
  private func writeMeasures(to writer: inout CheckpointWriter) {
    writer.put(UInt32(plan.rules.count))
    for rule in plan.rules {
      writer.put(rule.digest)
      writer.put(UInt32(rule.conditions.count))
      for measure in rule.measures { writer.put(measure) }
    }
  }

  private func writeInstances(to writer: inout CheckpointWriter) {
    writer.put(UInt32(rules.instances.count + rules.faults.states.count))
    let digests = plan.rules.map(\.digest)
    for number in rules.instances.indices {
      let instance = rules.instances[number]
      let name = name(ofInstance: number)
      writer.put(name.rule)
      writer.put(name.subject)
      writer.put(digests[Int(instance.rule)])
      writer.put(UInt32(clamping: instance.zone))
      writer.put(isRaised(number))
      let range = rules.nodeRange(number)
      writer.put(UInt32(range.count))
      for node in range { write(node, to: &writer) }
    }
    for (key, state) in rules.faults.states.sorted(by: { $0.key < $1.key }) {
      write(key, state, digests[Int(rules.faults.rule(key).rule)], to: &writer)
    }
  }

  /// As an instance of one leaf at one point would be written.
  private func write(
    _ key: FaultTable.Key, _ fault: FaultTable.State, _ digest: UInt64, to writer: inout CheckpointWriter
  ) {
    let name = name(of: key)
    writer.put(name.rule)
    writer.put(name.subject)
    writer.put(digest)
    writer.put(UInt32(clamping: instance(key)?.zone ?? 0))
    writer.put(fault.isActive)
    writer.put(UInt32(1))
    var state = NodeState(at: fault.clock)
    state.raw = Truth(fault.isActive)
    state.output = state.raw
    state.isActive = fault.isActive
    write(state, .bad, to: &writer)
    writer.put(Int32(0))
    writer.put(UInt32(1))
    writer.put(UInt32(key.point))
    writer.put(state.raw.rawValue)
    writer.put(false)
  }

  private func write(_ state: NodeState, _ kind: ConditionCode.Kind, to writer: inout CheckpointWriter) {
    writer.put(kind.rawValue)
    for truth in [state.raw, state.output, state.nextRaw] { writer.put(truth.rawValue) }
    for flag in [state.isActive, state.isInside, state.isLatched] { writer.put(flag) }
    for time in [state.clock, state.since, state.mark, state.held, state.leafDue, state.edgeDue] { writer.put(time) }
  }

  private func write(_ node: Int, to writer: inout CheckpointWriter) {
    let state = rules.states[node]
    let kind = rules.code(node).pointee.kind
    write(state, kind, to: &writer)
    let edges = rules.edges(of: node)
    writer.put(Int32(edges.firstIndex(of: state.lastEdge) ?? -1))
    if kind == .window { write(rules.windows[Int(rules.nodes[node].window)], to: &writer) }
    writer.put(UInt32(edges.count))
    for number in edges {
      let edge = rules.edges[Int(number)]
      writer.put(UInt32(edge.point))
      writer.put(edge.truth.rawValue)
      writer.put(edge.isLatched)
      if kind == .changes { write(rules.windows[Int(edge.extra)], to: &writer) }
      if kind == .quiet {
        let clock = rules.clocks[Int(edge.extra)]
        writer.put(clock.since)
        writer.put(clock.held)
      }
    }
  }

  private func write(_ window: SlidingWindow, to writer: inout CheckpointWriter) {
    writer.put(window.first)
    writer.put(UInt32(window.count))
    for index in 0..<window.count {
      writer.put(window[index].time)
      writer.put(window[index].value)
      writer.put(window[index].weight)
    }
  }
}
