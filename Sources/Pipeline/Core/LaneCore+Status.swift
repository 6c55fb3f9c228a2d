/// What a status page asks: snapshots of points and devices, and what changed since it last asked.
extension LaneCore {
  /// A point as it stands.
  package struct PointSnapshot: Sendable, Equatable {
    /// Newest usable value, canonical unit, and its event time.
    package var value: Double?
    package var time: Timestamp?
    /// Event time of the newest reading of any quality.
    package var newest: Timestamp?
    /// Nil = never heard, nor missed yet.
    package var quality: Quality?
    /// Silent before what the newest reading says, that before stuck.
    package var reason: QualityReason
    /// Readings taken in, and the arrival of the newest.
    package var arrivals: UInt64
    package var arrival: Timestamp?
    /// `LaneCore.version` when it last changed.
    package var version: UInt64
  }

  /// A device as it stands.
  package struct DeviceSnapshot: Sendable, Equatable {
    /// Arrival of the last message that was a sign of life.
    package var lastHeard: Timestamp?
    package var isSilent: Bool
    package var messages: UInt64
    package var version: UInt64
  }

  package func snapshot(ofPoint point: PointID) -> PointSnapshot {
    let state = points.states[Int(point)]
    let isSilent = isSilent(Int(point))
    let reason: QualityReason =
      isSilent ? .silent : state.reason.quality != .bad && state.isStuck ? .stuck : state.reason
    return PointSnapshot(
      value: state.hasValue ? state.value : nil, time: Self.timestamp(state.usableTime),
      newest: Self.timestamp(state.time), quality: state.isHeard || isSilent ? reason.quality : nil, reason: reason,
      arrivals: UInt64(state.arrivals), arrival: Self.timestamp(state.arrival), version: state.version)
  }

  package func snapshot(ofDevice device: DeviceID) -> DeviceSnapshot {
    let state = devices[Int(device)]
    return DeviceSnapshot(
      lastHeard: state.isHeard ? Timestamp(milliseconds: state.heardAt) : nil, isSilent: state.isSilent,
      messages: state.messages, version: state.version)
  }

  /// The last readings of a point, oldest first, at most 64.
  package func readings(ofPoint point: PointID) -> [StoredReading] { points.readings(of: Int(point)) }

  /// Points whose version is above `version`, in plan order.
  package func points(changedSince version: UInt64) -> [PointID] {
    points.states.indices.lazy.filter { self.points.states[$0].version > version }.map { PointID($0) }
  }

  package var silentDevices: Int { devices.indices.lazy.filter { self.devices[$0].isSilent }.count }

  /// Every rule instance that is raised now, in plan order.
  package var raised: [RuleSubject] {
    inPlanOrder(
      rules.instances.indices.filter { isRaised($0) }.map { ($0, name(ofInstance: $0)) },
      rules.faults.active.map { ($0, name(of: $0)) })
  }

  func isRaised(_ instance: Int) -> Bool {
    let range = rules.nodeRange(instance)
    return !range.isEmpty && rules.states[range.upperBound - 1].isActive
  }

  /// What instances and plain faults tell, by rule and then by subject as the plan has them.
  func inPlanOrder<Told>(_ instances: [(Int, Told)], _ faults: [(FaultTable.Key, Told)]) -> [Told] {
    let byInstance = instances.map { (rule: rules.instances[$0.0].rule, told: $0.1) }
    let byFault = faults.map { (rule: rules.faults.rule($0.0).rule, told: $0.1) }
    // A rule has either instances or plain faults, and both come in the order of their subjects.
    return (byInstance + byFault).enumerated().sorted { ($0.element.rule, $0.offset) < ($1.element.rule, $1.offset) }
      .map(\.element.told)
  }

  func name(of key: FaultTable.Key) -> RuleSubject {
    RuleSubject(rule: plan.rules[Int(rules.faults.rule(key).rule)].id, subject: instance(key)?.subject ?? "")
  }

  func name(ofInstance number: Int) -> RuleSubject {
    let instance = rules.instances[number]
    let rule = plan.rules[Int(instance.rule)]
    return RuleSubject(rule: rule.id, subject: rule.instances[Int(instance.number)].subject)
  }

  private static func timestamp(_ time: Int64) -> Timestamp? {
    time == PointState.never ? nil : Timestamp(milliseconds: time)
  }
}
