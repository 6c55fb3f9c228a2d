/// The core of a lane: point state, timers and rules, driven by nothing but the entries it is given. It never reads a
/// clock, so a crash, a replay and a test get the same changes at the same times.
///
/// Single-threaded: one thread owns it. After a settled topic nothing here allocates, except for a condition change.
package final class LaneCore {
  package internal(set) var plan: LanePlan
  /// The lane's clock: the time of the newest message or tick.
  package internal(set) var now: Timestamp
  /// When this core first began to listen; devices never heard count their silence from here.
  package internal(set) var startedAt: Timestamp
  /// The last message taken in.
  package internal(set) var position: JournalPosition = 0
  /// Grows with every change of a point or device: "what changed since N".
  package internal(set) var version: UInt64 = 0
  var counts = CoreCounters()
  /// `CoreCounters.bad`, indexed by `QualityReason.rawValue`: a dictionary would be asked with every reading of a broken
  /// sensor.
  let badReadings = Slab<UInt64>(QualityReason.allCases.count, filledWith: 0)
  /// Alerts left over by `install` or a restore into another plan: they were raised and their rule, subject or condition
  /// is gone. Taken with `takeOrphans()`.
  var orphans: [RuleSubject] = []
  /// Called with every reading that belongs to a point's history, also with late ones.
  package var onReading: ((_ reading: AcceptedReading) -> Void)?

  var ordinal: UInt32 = 0
  var changes: [ConditionChange] = []
  var points: PointTable
  var devices: Slab<DeviceState>
  var pointKinds: Slab<PointKind>
  var rules: RuleTable
  /// Owners: devices, then points, then rule instances.
  var wheel: TimerWheel
  /// Leaves whose truth may have changed (plain faults as `~key`), and the instances they belong to; empty between entries.
  var pendingNodes = WorkList()
  var pendingInstances = WorkList()
  /// Devices of the last message that were silent before it: points that it did not bring are looked at after it.
  var returning: [Int32] = []
  /// Size of the last checkpoint.
  var checkpointBytes = 0
  /// While loading: inputs of rules whose state has not been found.
  var freshEdges: [Bool] = []

  /// A rule at one of its subjects.
  package struct RuleSubject: Sendable, Equatable {
    package var rule: String
    package var subject: String
    package init(rule: String, subject: String) {
      self.rule = rule
      self.subject = subject
    }
  }

  /// A reading as `onReading` shows it.
  package struct AcceptedReading: Sendable, Equatable {
    package var point: PointID
    package var time: Timestamp
    /// Canonical unit; without meaning when the reason is a bad one.
    package var value: Double
    package var reason: QualityReason
    package var isLate: Bool
  }

  /// What the plan says about a point, in the hot path's form.
  struct PointKind: BitwiseCopyable {
    var device: Int32
    /// `Int64.max` = may stand still.
    var mustChangeWithin: Int64
    var isEvent: Bool
    var isBoolean: Bool
  }

  /// - Parameter startedAt: now; in a replay the arrival of the first message.
  package convenience init(plan: LanePlan, startedAt: Timestamp) {
    self.init(empty: plan, at: startedAt)
    for device in devices.indices { armDevice(device) }
    for instance in rules.instances.indices { begin(instance, at: startedAt.milliseconds) }
  }

  /// All tables, nothing armed and nothing evaluated.
  init(empty plan: LanePlan, at time: Timestamp) {
    self.plan = plan
    now = time
    startedAt = time
    points = PointTable(count: plan.points.count)
    devices = Slab(plan.devices.count, filledWith: DeviceState(heardAt: time.milliseconds))
    pointKinds = Slab(plan.points.map { PointKind($0) })
    rules = RuleTable(plan, at: time.milliseconds)
    wheel = TimerWheel(
      owners: plan.devices.count + plan.points.count + rules.instances.count, clock: time.milliseconds)
  }

  package func process(_ entries: UnsafeBufferPointer<Entry>) {
    for index in entries.indices {
      lookAhead(entries, from: index)
      process(entries[index])
    }
  }

  package var counters: CoreCounters {
    var counters = counts
    for reason in QualityReason.allCases where badReadings[Int(reason.rawValue)] > 0 {
      counters.bad[reason] = badReadings[Int(reason.rawValue)]
    }
    return counters
  }

  package func process(_ entry: Entry) {
    switch entry.kind {
    case .reading: take(entry)
    case .message: begin(entry)
    case .tick: advance(to: entry.time)
    }
  }

  /// Lets time pass: `time` is over, and everything due up to and including it fires. Times before `now` change nothing.
  package func advance(to time: Timestamp) {
    guard time >= now else { return }
    finishMessage()
    now = time
    fireTimers(upTo: now.milliseconds)
  }

  /// The condition changes since the last call, in the order in which they became known.
  package func takeChanges() -> [ConditionChange] {
    guard !changes.isEmpty else { return [] }
    defer { changes = [] }
    return changes
  }

  /// The alert side has taken in changes up to that step. Where the journal does not lead there any more – a power cut took QoS 0
  /// messages back, or the configuration is another one – the next change must come behind it all the same: else it would be
  /// taken for one that comes again, and dropped.
  package func continueBehind(_ position: JournalPosition, ordinal: UInt32) {
    // `self.ordinal` is the next change's.
    guard (self.position, self.ordinal) <= (position, ordinal) else { return }
    self.position = position
    self.ordinal = ordinal + 1
  }

  /// Raised instances that `install` or a restore could not carry over, since the last call.
  package func takeOrphans() -> [RuleSubject] {
    defer { orphans = [] }
    return orphans
  }

  /// Nothing happens by itself before this time. It may be early (a timer still in a coarse slot of the wheel): advancing
  /// to it then only brings a later one to light. Nil = no timer at all.
  package var nextDue: Timestamp? {
    // A returning device is looked at with the next tick, so that tick should come soon.
    if !returning.isEmpty { return now }
    return wheel.nextDue.map { Timestamp(milliseconds: $0) }
  }

  private func begin(_ entry: Entry) {
    if entry.flags.contains(.backlog) {
      // What waited at the broker says how things were while nobody listened: no timer may fire on a silence that the next
      // message of the backlog is about to break. The tick behind it moves the clock.
      finishMessage()
    } else if entry.time > now {
      // All messages of one moment are taken in before what falls due, leaves a window or times out at that moment.
      finishMessage()
      now = entry.time
      fireTimers(upTo: now.milliseconds - 1)
    }
    if entry.position != position {
      position = entry.position
      ordinal = 0
      counts.messages += 1
    }
    guard entry.index != Entry.noDevice else { return }
    guard entry.index < devices.count else {
      counts.unknownIndex += 1
      return
    }
    hear(Int(entry.index), at: max(now, entry.time), isRetained: entry.flags.contains(.retained))
  }
}

extension LaneCore.PointKind {
  init(_ plan: PointPlan) {
    device = Int32(plan.device)
    mustChangeWithin = plan.event ? .max : plan.mustChangeWithin.map { max(1, $0) } ?? .max
    isEvent = plan.event
    isBoolean = plan.values == .boolean
  }
}
