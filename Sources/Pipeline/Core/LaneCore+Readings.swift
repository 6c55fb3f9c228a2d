/// Taking in readings: what is late, retained or news, and a value that stands still.
extension LaneCore {
  func take(_ entry: Entry) {
    guard entry.index < points.states.count else {
      counters.unknownIndex += 1
      return
    }
    let point = Int(entry.index)
    let time = entry.time.milliseconds
    let isRetained = entry.flags.contains(.retained)
    if isRetained && pointKinds[point].isEvent {
      counters.retainedIgnored += 1
      return
    }
    var reason = entry.reason
    if reason.quality != .bad && !entry.value.isFinite { reason = .notANumber }
    if isRetained && reason == .none { reason = .retained }
    if points.states[point].isHeard && time < points.states[point].time {
      counters.late += 1
      report(point, entry, reason, isLate: true)
      return
    }
    if isRetained && isKnown(point, entry.value, reason) {
      counters.retainedIgnored += 1
      return
    }
    counters.readings += 1
    if reason.quality == .bad { counters.bad[reason, default: 0] += 1 }
    report(point, entry, reason, isLate: false)
    apply(Reading(point: point, time: time, value: entry.value, reason: reason))
  }

  struct Reading {
    var point: Int
    var time: Int64
    var value: Double
    var reason: QualityReason
    var isUsable: Bool { reason.quality != .bad }
  }

  private func report(_ point: Int, _ entry: Entry, _ reason: QualityReason, isLate: Bool) {
    guard let onReading else { return }
    onReading(
      AcceptedReading(
        point: PointID(point), time: entry.time, value: entry.value, reason: reason, isLate: isLate))
  }

  private func isKnown(_ point: Int, _ value: Double, _ reason: QualityReason) -> Bool {
    let state = points.states[point]
    guard state.isHeard else { return false }
    if reason.quality == .bad { return state.reason == reason }
    return state.reason.quality != .bad && state.value == value
  }

  /// First everything that fell due up to the reading's time, then the reading.
  private func apply(_ reading: Reading) {
    let point = reading.point
    let time = reading.time
    if points.states[point].stuckDue <= time { fireStuck(point, at: points.states[point].stuckDue) }
    settleWatchers(point, upTo: time)

    let before = points.states[point]
    let moved = reading.isUsable && (!before.hasValue || before.value != reading.value)
    store(reading, moved: moved)
    applyToValueEdges(reading, previous: before.hasValue ? before.value : nil, moved: moved)
    let after = points.states[point]
    if after.reason != before.reason || after.isStuck != before.isStuck { refreshFaultEdges(point, at: time) }
    flush(at: time)
    if pointKinds[point].isEvent && reading.isUsable {
      endEvent(point)
      flush(at: time)
    }
  }

  private func store(_ reading: Reading, moved: Bool) {
    let point = reading.point
    let previous = points.states[point].time
    version += 1
    points.states[point].version = version
    points.states[point].arrivals += 1
    points.states[point].arrival = now.milliseconds
    points.states[point].time = reading.time
    points.states[point].reason = reading.reason
    points.remember(
      point, time: reading.time, previous: previous, value: reading.value, reason: reading.reason)
    guard reading.isUsable else { return }
    points.states[point].usableTime = reading.time
    points.states[point].value = reading.value
    if moved {
      points.states[point].changedAt = reading.time
      points.states[point].isStuck = false
      armStuck(point)
    } else {
      _ = becomesStuck(point, at: reading.time)
    }
  }

  // MARK: - Stuck

  func wheelOwner(ofPoint point: Int) -> Int { devices.count + point }

  private func armStuck(_ point: Int) {
    let limit = pointKinds[point].mustChangeWithin
    guard limit != .max else { return }
    points.states[point].stuckDue = points.states[point].changedAt + limit
    rearmStuck(point)
  }

  /// A timer that comes too early looks again; so a value that moves does not touch the wheel.
  func rearmStuck(_ point: Int) {
    let due = points.states[point].stuckDue
    let owner = wheelOwner(ofPoint: point)
    if due < wheel.due(of: owner) { wheel.schedule(owner, at: due) }
  }

  /// The value has stood still for its limit: stuck if the device goes on sending it.
  func fireStuck(_ point: Int, at time: Int64) {
    guard points.states[point].stuckDue <= time else {
      rearmStuck(point)
      return
    }
    points.states[point].stuckDue = .max
    counters.timersFired += 1
    settleWatchers(point, upTo: time)
    noticeStuck(point, at: time)
    flush(at: time)
  }

  func noticeStuck(_ point: Int, at time: Int64) {
    guard becomesStuck(point, at: time) else { return }
    version += 1
    points.states[point].version = version
    refreshValueEdges(point, at: time)
    refreshFaultEdges(point, at: time)
  }

  private func becomesStuck(_ point: Int, at time: Int64) -> Bool {
    let state = points.states[point]
    let kind = pointKinds[point]
    guard kind.mustChangeWithin != .max, !state.isStuck, state.hasValue, state.reason.quality != .bad,
      state.usableTime > state.changedAt, time - state.changedAt >= kind.mustChangeWithin,
      !devices[Int(kind.device)].isSilent
    else { return false }
    points.states[point].isStuck = true
    return true
  }

  // MARK: - What the rules see

  func isSilent(_ point: Int) -> Bool { devices[Int(pointKinds[point].device)].isSilent }

  /// Whether the newest reading cannot be used.
  func isBad(_ point: Int) -> Bool {
    let state = points.states[point]
    return state.reason.quality == .bad || state.isStuck || isSilent(point)
  }
}
