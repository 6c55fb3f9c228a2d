/// The plain faults of points: raised and cleared with the reading, without instances (`FaultTable`).
extension LaneCore {
  /// Notes the faults of a point that no longer agree with it, for the next `flush`.
  func markFaults(_ point: Int) {
    let faults = faults(of: point)
    for key in rules.faults.keys(at: point) {
      if (rules.faults.rule(key).reasons & faults != 0) != rules.faults.isActive(key) {
        pendingNodes.append(~key.number)
      }
    }
  }

  /// Takes over what the point says about a fault of its own.
  func settleFault(_ key: FaultTable.Key, at time: Int64) {
    let isOn = rules.faults.rule(key).reasons & faults(of: key.point) != 0
    // Before its first raise nothing was known of it but that the lane began.
    var state = rules.faults.states[key] ?? FaultTable.State(clock: startedAt.milliseconds)
    guard isOn != state.isActive else { return }
    state.clock = max(time, state.clock)
    state.isActive = isOn
    rules.faults.states[key] = state
    changes.append(change(key, state))
    ordinal += 1
  }

  func change(_ key: FaultTable.Key, _ state: FaultTable.State) -> ConditionChange {
    let fault = rules.faults.rule(key)
    let rule = plan.rules[Int(fault.rule)]
    let instance = instance(key)
    let value = valueOutOfRange(key.point, fault.reasons)
    return ConditionChange(
      kind: state.isActive ? .raised : .cleared, rule: rule.id, subject: instance?.subject ?? "",
      place: instance?.place ?? "", at: Timestamp(milliseconds: state.clock), noticedAt: now, value: value,
      unit: value == nil ? "" : plan.points[key.point].unit, point: plan.points[key.point].id, position: position,
      ordinal: ordinal)
  }

  /// The reading that is out of range, if that is one of the reasons. It is the newest one, which the ring holds; a bad reading of
  /// another kind has no value.
  func valueOutOfRange(_ point: Int, _ reasons: UInt16) -> Double? {
    let reason = QualityReason.outOfRange
    guard reasons & ConditionCode.bit(reason) != 0, points.states[point].reason == reason else { return nil }
    return points.reading(point, age: 0).value
  }

  func instance(_ key: FaultTable.Key) -> InstancePlan? {
    let rule = plan.rules[Int(rules.faults.rule(key).rule)]
    return rule.instances.index(of: PointID(key.point)).map { rule.instances[$0] }
  }

  /// What is wrong with a point, one bit for each reason.
  func faults(of point: Int) -> UInt16 {
    let state = points.states.base + point
    return (state.pointee.reason.quality == .bad ? ConditionCode.bit(state.pointee.reason) : 0)
      | (state.pointee.isStuck ? ConditionCode.bit(.stuck) : 0) | (isSilent(point) ? ConditionCode.bit(.silent) : 0)
  }

  /// After loading: what is wrong with a point and under a rule that is new to it raises now.
  /// - Parameter edited: raised ones that may be about other faults than they were.
  func beginFaults(edited: [FaultTable.Key]) {
    for key in edited { settleFault(key, at: now.milliseconds) }
    for point in points.states.indices where faults(of: point) != 0 {
      for key in rules.faults.keys(at: point) where !rules.faults.isActive(key) {
        settleFault(key, at: now.milliseconds)
      }
    }
  }
}
