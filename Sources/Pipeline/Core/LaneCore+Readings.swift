/// Taking in readings: what is late, retained or news, and a value that stands still.
extension LaneCore {
  func take(_ entry: Entry) {
    guard entry.index < points.states.count else {
      counts.unknownIndex += 1
      return
    }
    let point = Int(entry.index)
    let time = entry.time.milliseconds
    let isRetained = entry.flags.contains(.retained)
    if isRetained && pointKinds[point].isEvent {
      counts.retainedIgnored += 1
      return
    }
    var reason = entry.reason
    if reason.quality != .bad && !entry.value.isFinite { reason = .notANumber }
    if isRetained && reason == .none { reason = .retained }
    // A point never heard has the earliest of all times.
    if time < points.states[point].time {
      counts.late += 1
      if onReading != nil { report(point, entry, reason, isLate: true) }
      return
    }
    if isRetained && isKnown(point, entry.value, reason) {
      counts.retainedIgnored += 1
      return
    }
    counts.readings += 1
    if reason.quality == .bad { badReadings[Int(reason.rawValue)] += 1 }
    if onReading != nil { report(point, entry, reason, isLate: false) }
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

  /// First everything that fell due before the reading's time, then the reading. What is due at that very time waits until
  /// the moment is over: another reading of it may still come.
  private func apply(_ reading: Reading) {
    let point = reading.point
    let time = reading.time
    let state = points.states.base + point
    if state.pointee.stuckDue < time { fireStuck(point, at: state.pointee.stuckDue) }
    settleWatchers(point, upTo: time - 1)

    let previous = state.pointee.hasValue ? state.pointee.value : nil
    let (oldReason, wasStuck) = (state.pointee.reason, state.pointee.isStuck)
    let moved = reading.isUsable && previous != reading.value
    let isFirst = !state.pointee.isHeard
    store(reading, moved: moved)
    if isFirst { beginHearing(point) }
    applyToValueEdges(reading, previous: previous, moved: moved)
    if state.pointee.reason != oldReason || state.pointee.isStuck != wasStuck { refreshFaultEdges(point, at: time) }
    let isPulse = pointKinds[point].isEvent && reading.isUsable
    flush(at: time, isPulse: isPulse)
    if isPulse {
      endEvent(point)
      flush(at: time, isPulse: true)
    }
  }

  private func store(_ reading: Reading, moved: Bool) {
    let point = reading.point
    let state = points.states.base + point
    points.remember(
      point, time: reading.time, previous: state.pointee.time, value: reading.value, reason: reading.reason)
    version += 1
    state.pointee.version = version
    if state.pointee.arrivals < .max { state.pointee.arrivals &+= 1 }
    state.pointee.arrival = now.milliseconds
    state.pointee.time = reading.time
    state.pointee.reason = reading.reason
    guard reading.isUsable else { return }
    state.pointee.usableTime = reading.time
    state.pointee.value = reading.value
    if moved {
      state.pointee.changedAt = reading.time
      state.pointee.isStuck = false
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
    counts.timersFired += 1
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
    let kind = pointKinds[point]
    guard kind.mustChangeWithin != .max else { return false }
    let state = points.states[point]
    guard !state.isStuck, state.hasValue, state.reason.quality != .bad,
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
    let state = points.states.base + point
    return state.pointee.reason.quality == .bad || state.pointee.isStuck || isSilent(point)
  }
}
