// Where alerts are worked on: joins the pure book, the database and the routes. One actor, so changes and actions have one
// order: that of the database. The book is changed at once; how that gets on disk is in `AlertDesk+Writing.swift`.
package import Alerts
import Notify
import Orders
package import Pipeline

package actor AlertDesk {
  /// Closed alerts kept for late comments, and for another configuration by which they explain others.
  private static let closedKept = 1_000
  /// Planned quiet read at the start; what may be planned at once is less.
  private static let plannedRead = 10_000

  let storage: any AlertStorage
  private(set) var policy: DeskPolicy
  var book: AlertBook
  var orders: OrderBook
  private var reached: [String: LaneStep] = [:]
  private(set) var clocks: [String: Timestamp] = [:]
  /// Number of the newest event.
  private(set) var sequence: Int64 = 0
  var clock = Timestamp.distantPast

  var queue = CommitQueue()
  var isWriting = false
  var waiters: [CheckedContinuation<Void, Never>] = []
  var trouble: (error: StoreError, since: Timestamp)?
  var setAside = SetAsideBox()
  /// Notifications that are settled and not written yet, by idempotency key. Ids in memory are negative.
  var unwritten: [String: Settlement] = [:]
  private var lastMemoryID: Int64 = 0
  private var recentlyClosed: [String: Alert] = [:]
  private var closedOrder: [String] = []
  var lateOrders = LateOrders()
  let feed = EventFeed()

  /// Changes that came again and were skipped, and batches refused for want of room.
  package private(set) var skippedChanges = 0
  package private(set) var refusedBatches = 0

  package init(storage: any AlertStorage, policy: DeskPolicy) {
    self.storage = storage
    self.policy = policy
    book = AlertBook(limits: policy.limits, policy: policy.response, quiet: policy.quiet)
    orders = OrderBook(policy: policy.orders)
  }

  /// Reads the open alerts and the lanes' positions. Before anything else.
  package func start() async throws(StoreError) {
    reached = try await storage.appliedSteps()
    clocks = try await storage.appliedClocks()
    sequence = try await storage.lastSequence()
    // What began or ended since is done at its own time as the clock goes on from here.
    // A database of an earlier version does not know the desk's clock.
    let newest = [try await storage.newestEventTime(), clocks.values.max()].compactMap(\.self).max()
    let last = try await storage.deskClock() ?? newest ?? .distantPast
    let planned = try await storage.plannedQuiet(endingAfter: last, limit: Self.plannedRead)
    let alerts = try await storage.alertsToRestore(endedAfter: last - policy.quiet.settings.memory)
    book = AlertBook(
      limits: policy.limits, policy: policy.response, quiet: policy.quiet, planned: planned, restoring: alerts,
      clock: last
    )
    let closed = alerts.compactMap { alert in alert.closedAt.map { (at: $0, alert) } }
    for (_, alert) in closed.sorted(by: { $0.at < $1.at }).suffix(Self.closedKept) { keepClosed(alert) }
    book.adopt(policy.quiet, ended: Array(recentlyClosed.values))
    orders = OrderBook(
      policy: policy.orders, restoring: try await storage.openOrders(), plans: try await storage.planStates(),
      volunteers: try await storage.volunteers())
  }

  /// A new configuration; the bounds of the book stay until the next start.
  package func adopt(_ policy: DeskPolicy) {
    self.policy = policy
    book.policy = policy.response
    orders.policy = policy.orders
    book.adopt(policy.quiet, ended: Array(recentlyClosed.values))
  }

  /// After a start and after a new configuration: asks about what nobody could be asked about before.
  package func askForgotten(at: Timestamp) async {
    await catchUp(to: at)
    await finish(book.advance(to: at) + book.askForgotten(at: at), at: at)
  }

  // MARK: - What lanes found

  /// Takes in changes of a lane, in order, each once however often it comes.
  package func take(_ changes: [ConditionChange], lane: String) async -> Taken {
    guard queue.steps < policy.pendingEvents else {
      refusedBatches += 1
      return .refused
    }
    var events: [(AlertEvent, Timestamp)] = []
    for change in changes {
      let step = LaneStep(position: change.position, ordinal: change.ordinal)
      if let last = reached[lane], step <= last {
        skippedChanges += 1
        continue
      }
      // What fell due before this was known comes first, so that an alert's steps stand in the order of their times.
      let mayBeDue = book.mayBeDue(by: change.noticedAt)
      if mayBeDue || events.count >= policy.stepsAtOnce {
        enqueue(events, lane: lane, step: reached[lane])
        events = []
      }
      if mayBeDue { await catchUp(to: change.noticedAt) }
      reached[lane] = step
      clock = max(clock, change.noticedAt)
      clocks[lane] = max(clocks[lane] ?? .distantPast, change.noticedAt)
      let caused =
        book.advance(to: change.noticedAt) + book.apply(change, lane: lane, traits: policy.traits(change))
      events += caused.map { ($0, change.noticedAt) }
    }
    // What changes nothing needs no transaction: coming again it will change nothing again.
    if !events.isEmpty { enqueue(events, lane: lane, step: reached[lane]) }
    return await writeAll() ? .stored : .pending
  }

  /// A condition of Linli itself (disk full, broker lost, …): of no lane, so without a position. Raising what is raised
  /// already, or clearing what is not, does nothing.
  @discardableResult
  package func report(_ change: ConditionChange, traits: AlertTraits) async -> [AlertEvent] {
    await catchUp(to: change.noticedAt)
    // Closed by force it is raised all the same, until its condition ends.
    let isRaised = book.uncleared(rule: change.rule, subject: change.subject) != nil
    if isRaised == (change.kind == .raised) {
      await writeAll()
      return []
    }
    let events =
      book.advance(to: change.noticedAt) + book.apply(change, lane: AlertEvent.system, traits: traits)
    await finish(events, at: change.noticedAt)
    return events
  }

  /// Everything taken in of this lane is on disk: a checkpoint may pass it.
  package func isSettled(lane: String) -> Bool { !queue.waiting.contains { $0.commit.lane == lane } }

  /// The last change of a lane that was taken in.
  package func reached(lane: String) -> LaneStep? { reached[lane] }

  /// A lane's clock at the last of its changes that was taken in.
  package func clock(lane: String) -> Timestamp? { clocks[lane] }

  /// Closes alerts of a lane whose rule is gone or another one after a reload.
  package func closeOrphans(_ orphans: [LaneCore.RuleSubject], lane: String, at: Timestamp) async {
    await catchUp(to: at)
    let ours = orphans.filter { book.uncleared(rule: $0.rule, subject: $0.subject)?.lane == lane }
    let events = book.advance(to: at) + ours.flatMap { book.orphaned(rule: $0.rule, subject: $0.subject, at: at) }
    enqueue(events.map { ($0, at) }, lane: lane, step: nil)
    await writeAll()
  }

  /// After a lane's recovery: what is active must hold there, and what holds must be active. It is so already unless the
  /// process died between a change of the configuration and the next checkpoint, or a power cut took messages back that
  /// nobody had waited for (QoS 0), or that only memory had (disk refusing).
  /// - Parameters:
  ///   - standing: every condition of the lane that holds, as the change that would raise it.
  ///   - orphans: alerts whose rule is gone or another one.
  /// - Returns: alerts that had to be raised, cleared or closed.
  package func reconcile(
    lane: String, standing: [ConditionChange], orphans: [LaneCore.RuleSubject], at: Timestamp
  ) async -> Int {
    let raised = Set(standing.map { AlertBook.Key(rule: $0.rule, subject: $0.subject) })
    let changed = Set(orphans.map { AlertBook.Key(rule: $0.rule, subject: $0.subject) })
    // What fell due before comes first, as in `take`.
    await catchUp(to: at)
    var events = book.advance(to: at)
    var count = 0
    for alert in book.uncleared.sorted(by: { $0.id < $1.id }) where alert.lane == lane {
      let key = AlertBook.Key(rule: alert.rule, subject: alert.subject)
      if raised.contains(key) { continue }
      count += 1
      events +=
        changed.contains(key)
        ? book.orphaned(rule: alert.rule, subject: alert.subject, at: at)
        : book.lapsed(rule: alert.rule, subject: alert.subject, at: at)
    }
    for change in standing where book.uncleared(rule: change.rule, subject: change.subject) == nil {
      count += 1
      events += book.apply(change, lane: lane, traits: policy.traits(change))
    }
    enqueue(events.map { ($0, at) }, lane: lane, step: nil)
    await writeAll()
    return count
  }

  /// Closes active alerts whose rule and subject are gone or changed: those for which `keep` is false.
  @discardableResult
  package func closeOrphans(at: Timestamp, keep: @Sendable (Alert) -> Bool) async -> [AlertEvent] {
    await catchUp(to: at)
    let orphans = book.uncleared.filter { !keep($0) }.sorted { $0.id < $1.id }
    let events = book.advance(to: at) + orphans.flatMap { book.orphaned(rule: $0.rule, subject: $0.subject, at: at) }
    await finish(events, at: at)
    return events
  }

  // MARK: - What people and the clock do

  /// An action of a person. Throws `AlertError` when it is refused, `StoreError` when a closed alert cannot be read.
  package func perform(
    _ action: AlertAction, on id: String, by: String, at: Timestamp, comment: Remark? = nil
  ) async throws -> ActionOutcome {
    await catchUp(to: at)
    let events: [AlertEvent]
    var alert: Alert
    enqueue(book.advance(to: at).map { ($0, at) }, lane: nil, step: nil)
    if let open = book[id] {
      events = try book.perform(action, on: id, by: by, at: at, comment: comment)
      alert = events.last { $0.alert.id == id }?.alert ?? open
    } else {
      alert = try await closedAlert(id)
      events = try alert.perform(action, by: by, at: at, comment: comment, limits: policy.limits)
      book.refresh(alert)
    }
    let told = events.first { $0.kind == .assigned }.map(policy.channels) ?? []
    let stored = await finish(events, at: at)
    return ActionOutcome(alert: alert, events: events, told: told, stored: stored)
  }

  /// Does what is due by then – shelves that end, missed deadlines, repetitions – and tries again to write what the database
  /// refused. To be called every second or so.
  /// - Returns: what was due; after a long absence the last of it (`DeskPolicy.stepsAtOnce`).
  @discardableResult
  package func advance(to now: Timestamp) async -> [AlertEvent] {
    let events = await catchUp(to: now)
    enqueueDue(at: now)
    await writeAll(retrying: true)
    return events
  }

  /// When `advance(to:)` has something to do.
  package var nextDue: Timestamp? { [book.nextDue, orders.nextDue].compactMap { $0 }.min() }

  package var storageTrouble: StorageTrouble? {
    trouble.map { StorageTrouble(error: $0.error, since: $0.since, pendingEvents: queue.steps) }
  }

  package var counts: AlertBook.Counts { book.counts }
  /// The newest time that anything of it has.
  package var newestTime: Timestamp { max(clock, book.clock) }
  package var openAlerts: Int { book.count }
  /// Whose condition holds, closed by force or not.
  package var uncleared: [Alert] { book.uncleared }
  package var activeByPriority: [Priority: Int] { book.activeByPriority }
  /// Events in memory only: a moment's worth, or all since the database began to refuse.
  package var pendingLoad: (events: Int, bound: Int) { (queue.steps, policy.pendingEvents) }
  /// Records that the database can never take, since the start, and the newest of them.
  package var setAsideLoad: (count: Int, newest: SetAside?) { (setAside.count, setAside.newest) }
  /// Events that slow live pages missed, and those that waited for the slowest one when the last was published.
  package nonisolated var droppedLiveEvents: Int { feed.dropped }
  package nonisolated var liveLoad: (waiting: Int, bound: Int) { feed.load }

  /// Ends the live streams.
  package nonisolated func stop() { feed.finish() }

  // MARK: - Numbers

  func nextSequence() -> Int64 {
    sequence += 1
    return sequence
  }

  func memoryID() -> Int64 {
    lastMemoryID -= 1
    return lastMemoryID
  }

  // MARK: - Closed alerts

  func keepClosed(_ alert: Alert) {
    if recentlyClosed.updateValue(alert, forKey: alert.id) == nil { closedOrder.append(alert.id) }
    if closedOrder.count > 2 * Self.closedKept {
      for id in closedOrder.prefix(Self.closedKept) { recentlyClosed[id] = nil }
      closedOrder.removeFirst(Self.closedKept)
    }
  }

  /// The newest state of an alert that is not open. The database may lag behind what is known here.
  func closedAlert(_ id: String) async throws -> Alert {
    if let alert = closedInMemory(id) { return alert }
    let stored = try await storage.alert(id)
    guard let alert = closedInMemory(id) ?? stored else { throw AlertError.unknown(id: id) }
    return alert
  }

  private func closedInMemory(_ id: String) -> Alert? {
    if let alert = recentlyClosed[id] ?? book.closedWhileActive(id) { return alert }
    return queue.waiting.reversed().lazy.compactMap { $0.commit.events.last { $0.event.alert.id == id }?.event.alert }
      .first
  }
}
