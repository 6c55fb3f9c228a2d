import Pipeline

/// A lane's core without the lane: what a replay and a rule test drive by hand.
struct LaneRun {
  private let core: LaneCore
  private var position: JournalPosition = 0

  /// - Parameter start: when it begins to listen; devices that are never heard are silent from then on.
  init(plan: LanePlan, start: Timestamp) { core = LaneCore(plan: plan, startedAt: start) }

  mutating func take(_ entries: UnsafeBufferPointer<Entry>) { core.process(entries) }

  /// A message of one device that brings one reading, which was taken when it arrived.
  mutating func take(_ value: Double, _ reason: QualityReason, of point: PointID, device: DeviceID, at time: Timestamp)
  {
    position += 1
    core.process(Entry(kind: .message, index: device, time: time, position: position))
    core.process(Entry(kind: .reading, reason: reason, index: point, time: time, value: value, position: position))
  }

  mutating func advance(to time: Timestamp) { core.advance(to: time) }

  /// Lets the clock stand at each time at which something may fall due before `time`, as the ticks of a live lane do: what
  /// time alone brings is then known when it happens, however long the tape says nothing. A moment that is not over yet gets
  /// no tick.
  mutating func tick(until time: Timestamp) {
    while core.now < time, let due = core.nextDue, due < time {
      core.advance(to: max(due, core.now))
      if let next = core.nextDue, next <= due { break }
    }
  }

  mutating func takeChanges() -> [ConditionChange] { core.takeChanges() }
}
