package import Pipeline

/// Runs recorded messages through profiles and rules with the tape's own clock: no broker, no notification, no state. The
/// same tapes and the same configuration give the same lines, byte for byte.
///
/// The clock never goes backwards: a message that is older than the one before it arrives at that one's time, and its readings
/// carry the time of their line as if the device had sent it. So a line out of order is late where its point has newer readings,
/// and drives nothing; one that is older than `max_late` counts as a device with a wrong clock.
package struct Replay {
  private let plan: LanePlan
  private let decoder: MessageDecoder
  private var run: LaneRun?
  private var entries: [Entry] = []
  private var naming: AlertNaming
  private var order = TimeOrder()
  private var ready: [ReplayChange] = []
  private var position: JournalPosition = 0
  /// The arrival of the newest message; nil before the first.
  package private(set) var clock: Timestamp?
  /// The arrival of the first message.
  package private(set) var began: Timestamp?
  /// Messages taken in.
  package var messages: UInt64 { position }

  package init(_ rules: RuleSet) {
    plan = rules.plan
    decoder = MessageDecoder(plan: rules.plan)
    naming = AlertNaming(catalogue: rules.catalogue)
  }

  /// Takes a message in. What is certain by then can be fetched with `takeChanges`, its readings with `readings`.
  package mutating func take(_ recorded: RawMessage) {
    var message = recorded
    let now = max(clock ?? recorded.arrival, recorded.arrival)
    clock = now
    began = began ?? now
    position += 1
    message.arrival = now
    message.recorded = recorded.arrival < now ? recorded.arrival : nil
    message.position = position
    entries.removeAll(keepingCapacity: true)
    decoder.decode(message, into: &entries)
    if run == nil { run = LaneRun(plan: plan, start: now) }
    run?.tick(until: now)
    entries.withUnsafeBufferPointer { run?.take($0) }
    collect()
    if order.isWaiting { ready += order.take(before: now - plan.limits.maxLate) }
  }

  /// The readings of the message last taken in, in the order in which they were decoded.
  package var readings: [ReplayReading] { entries.compactMap(reading) }

  /// Lets the clock run on to `time`, if that is later, and ends the replay: everything is certain now.
  package mutating func finish(until time: Timestamp? = nil) {
    if let now = clock {
      let end = max(now, time ?? now)
      run?.tick(until: end)
      run?.advance(to: end)
      collect()
    }
    ready += order.takeAll()
  }

  /// The changes that are certain and not fetched yet, in time order.
  package mutating func takeChanges() -> [ReplayChange] {
    if ready.isEmpty { return [] }
    defer { ready.removeAll(keepingCapacity: true) }
    return ready
  }

  private mutating func collect() {
    guard let changes = run?.takeChanges(), !changes.isEmpty else { return }
    for change in changes { order.insert(naming.name(change)) }
  }

  private func reading(_ entry: Entry) -> ReplayReading? {
    guard entry.kind == .reading else { return nil }
    let point = plan.points[Int(entry.index)]
    let hasValue = entry.reason.quality != .bad || entry.reason == .outOfRange
    return ReplayReading(
      at: entry.time, point: point.id, quantity: point.quantity, unit: point.unit,
      value: hasValue ? entry.value : nil, reason: entry.reason)
  }
}
