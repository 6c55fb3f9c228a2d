/// Devices falling silent and coming back.
extension LaneCore {
  private func silenceDue(_ device: Int) -> Int64 {
    guard let after = plan.devices[device].silentAfter else { return .max }
    return devices[device].heardAt + max(1, after)
  }

  func armDevice(_ device: Int) {
    let due = silenceDue(device)
    if due != .max && !devices[device].isSilent { wheel.schedule(device, at: due) }
  }

  /// A message of the device came. The timer of its silence stays where it is and looks again when it comes up.
  func hear(_ device: Int, at arrival: Timestamp, isRetained: Bool) {
    devices[device].messages += 1
    if isRetained { return }
    let time = arrival.milliseconds
    // Of a backlog the lane's clock is behind the arrival: what falls due in between is not settled by this message.
    let settled = now.milliseconds - 1
    devices[device].isHeard = true
    // Its timer only ever looks again later: a sign of life that carries an earlier time must not bring the silence forward.
    devices[device].heardAt = max(devices[device].heardAt, time)
    let watchers = Int(rules.deviceStart[device])..<Int(rules.deviceStart[device + 1])
    for index in watchers { settle(Int(rules.nodes[Int(rules.deviceNodes[index])].instance), upTo: settled) }
    if devices[device].isSilent { settlePoints(of: device, upTo: settled) }
    for index in watchers where rules.states[Int(rules.deviceNodes[index])].raw != .no {
      refreshSilent(Int(rules.deviceNodes[index]), at: time)
    }
    if devices[device].isSilent {
      devices[device].isSilent = false
      touch(device)
      // The fault is over with this message; what the points say is asked once its readings have been taken in.
      for point in pointRange(device) { refreshFaultEdges(point, at: time) }
      returning.append(Int32(device))
      armDevice(device)
    }
    flush(at: time)
  }

  func fireSilence(_ device: Int, at time: Int64) {
    let due = silenceDue(device)
    guard due <= time else {
      if due != .max { wheel.schedule(device, at: due) }
      return
    }
    counts.timersFired += 1
    settlePoints(of: device, upTo: time)
    devices[device].isSilent = true
    touch(device)
    refreshPoints(of: device, at: time)
    flush(at: time)
  }

  /// After the last reading of a moment: the points of a device that came back, but that no message brought,
  /// are usable again with their old values. Not before, or an old value would count beside the new ones.
  func finishMessage() {
    guard !returning.isEmpty else { return }
    let time = now.milliseconds
    for device in returning {
      settlePoints(of: Int(device), upTo: time - 1)
      for point in pointRange(Int(device)) { noticeStuck(point, at: time) }
      refreshPoints(of: Int(device), at: time)
      flush(at: time)
    }
    returning.removeAll(keepingCapacity: true)
  }

  func pointRange(_ device: Int) -> Range<Int> {
    let first = Int(plan.devices[device].firstPoint)
    let profile = plan.devices[device].profile
    let count = profile < plan.profiles.count ? plan.profiles[profile].points.count : 0
    return first..<min(first + count, points.states.count)
  }

  private func settlePoints(of device: Int, upTo time: Int64) {
    for point in pointRange(device) { settleWatchers(point, upTo: time) }
  }

  private func refreshPoints(of device: Int, at time: Int64) {
    for point in pointRange(device) {
      refreshValueEdges(point, at: time)
      refreshFaultEdges(point, at: time)
    }
  }

  private func touch(_ device: Int) {
    version += 1
    devices[device].version = version
    for point in pointRange(device) { points.states[point].version = version }
  }
}
