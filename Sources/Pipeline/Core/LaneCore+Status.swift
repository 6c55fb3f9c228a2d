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
    rules.instances.indices.compactMap { isRaised($0) ? name(ofInstance: $0) : nil }
  }

  func isRaised(_ instance: Int) -> Bool {
    let range = rules.nodeRange(instance)
    return !range.isEmpty && rules.states[range.upperBound - 1].isActive
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
