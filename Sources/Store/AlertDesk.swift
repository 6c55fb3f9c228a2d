// Where alerts are worked on: joins the pure book, the database and the routes. One actor, so changes and actions have one
// order: that of the database. The book is changed at once; transactions wait in a queue and are written in order, many at
// a time when many wait, and again and again when the database refuses.
package import Alerts
import Notify
import Orders
package import Pipeline

package actor AlertDesk {
  struct Pending {
    var number: UInt64
    var commit: AlertCommit
    var published = false
  }

  /// Transactions written at once.
  private static let batch = 256
  /// Closed alerts kept for late comments, and for another configuration by which they explain others.
  private static let closedKept = 1_000
  /// Planned quiet read at the start; what may be planned at once is less.
  private static let plannedRead = 10_000

  let storage: any AlertStorage
  private(set) var policy: DeskPolicy
  var book: AlertBook
  var orders: OrderBook
  private var reached: [String: LaneStep] = [:]
  private var clocks: [String: Timestamp] = [:]
  /// Number of the newest event.
  private(set) var sequence: Int64 = 0
  var clock = Timestamp.distantPast

  var pending: [Pending] = []
  private var pendingEvents = 0
  private var enqueued: UInt64 = 0
  private var written: UInt64 = 0
  private var isWriting = false
  private var waiters: [CheckedContinuation<Void, Never>] = []
  private(set) var trouble: (error: StoreError, since: Timestamp)?
  /// Notifications that are settled and not written yet, by idempotency key. Ids in memory are negative.
  var unwritten: [String: Settlement] = [:]
  private var lastMemoryID: Int64 = 0
  private var recentlyClosed: [String: Alert] = [:]
  private var closedOrder: [String] = []
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
    await finish(book.advance(to: at) + book.askForgotten(at: at), at: at)
  }

  // MARK: - What lanes found

  /// Takes in changes of a lane, in order, each once however often it comes.
  package func take(_ changes: [ConditionChange], lane: String) async -> Taken {
    guard pendingEvents < policy.pendingEvents else {
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
      reached[lane] = step
      clock = max(clock, change.noticedAt)
      clocks[lane] = max(clocks[lane] ?? .distantPast, change.noticedAt)
      // What fell due before this was known comes first, so that an alert's steps stand in the order of their times.
      let caused =
        book.advance(to: change.noticedAt) + book.apply(change, lane: lane, traits: policy.traits(change))
      events += caused.map { ($0, change.noticedAt) }
    }
    // What changes nothing needs no transaction: coming again it will change nothing again.
    if !events.isEmpty { enqueue(events, lane: lane, step: reached[lane]) }
    return await write(through: enqueued) ? .stored : .pending
  }

  /// A condition of Linli itself (disk full, broker lost, …): of no lane, so without a position. Raising what is raised
  /// already, or clearing what is not, does nothing.
  @discardableResult
  package func report(_ change: ConditionChange, traits: AlertTraits) async -> [AlertEvent] {
    clock = max(clock, change.noticedAt)
    // Closed by force it is raised all the same, until its condition ends.
    let isRaised = book.uncleared(rule: change.rule, subject: change.subject) != nil
    if isRaised == (change.kind == .raised) { return [] }
    let events =
      book.advance(to: change.noticedAt) + book.apply(change, lane: AlertEvent.system, traits: traits)
    await finish(events, at: change.noticedAt)
    return events
  }

  /// Everything taken in of this lane is on disk: a checkpoint may pass it.
  package func isSettled(lane: String) -> Bool { !pending.contains { $0.commit.lane == lane } }

  /// The last change of a lane that was taken in.
  package func reached(lane: String) -> LaneStep? { reached[lane] }

  /// A lane's clock at the last of its changes that was taken in.
  package func clock(lane: String) -> Timestamp? { clocks[lane] }

  /// Closes alerts of a lane whose rule is gone or another one after a reload.
  package func closeOrphans(_ orphans: [LaneCore.RuleSubject], lane: String, at: Timestamp) async {
    let ours = orphans.filter { book.uncleared(rule: $0.rule, subject: $0.subject)?.lane == lane }
    let events = book.advance(to: at) + ours.flatMap { book.orphaned(rule: $0.rule, subject: $0.subject, at: at) }
    enqueue(events.map { ($0, at) }, lane: lane, step: nil)
    await write(through: enqueued)
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
    await write(through: enqueued)
    return count
  }

  /// Closes active alerts whose rule and subject are gone or changed: those for which `keep` is false.
  @discardableResult
  package func closeOrphans(at: Timestamp, keep: @Sendable (Alert) -> Bool) async -> [AlertEvent] {
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
    clock = max(clock, at)
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
  @discardableResult
  package func advance(to now: Timestamp) async -> [AlertEvent] {
    clock = max(clock, now)
    let events = book.advance(to: now)
    enqueue(events.map { ($0, now) }, lane: nil, step: nil)
    enqueueDue(at: now)
    await write(through: enqueued, retrying: true)
    return events
  }

  /// When `advance(to:)` has something to do.
  package var nextDue: Timestamp? { [book.nextDue, orders.nextDue].compactMap { $0 }.min() }

  package var storageTrouble: StorageTrouble? {
    trouble.map { StorageTrouble(error: $0.error, since: $0.since, pendingEvents: pendingEvents) }
  }

  package var counts: AlertBook.Counts { book.counts }
  /// The newest time that anything of it has.
  package var newestTime: Timestamp { max(clock, book.clock) }
  package var openAlerts: Int { book.count }
  /// Whose condition holds, closed by force or not.
  package var uncleared: [Alert] { book.uncleared }
  package var activeByPriority: [Priority: Int] { book.activeByPriority }
  /// Events in memory only: a moment's worth, or all since the database began to refuse.
  package var pendingLoad: (events: Int, bound: Int) { (pendingEvents, policy.pendingEvents) }
  /// Events that slow live pages missed, and those that waited for the slowest one when the last was published.
  package nonisolated var droppedLiveEvents: Int { feed.dropped }
  package nonisolated var liveLoad: (waiting: Int, bound: Int) { feed.load }

  /// Ends the live streams.
  package nonisolated func stop() { feed.finish() }

  // MARK: - Writing

  @discardableResult
  func finish(_ events: [AlertEvent], at: Timestamp, quiets: [QuietRecord] = []) async -> Bool {
    enqueue(events.map { ($0, at) }, lane: nil, step: nil, quiets: quiets)
    return await write(through: enqueued)
  }

  private func enqueue(_ events: [TimedEvent], lane: String?, step: LaneStep?, quiets: [QuietRecord] = []) {
    enqueue(events, orders: OrderOutcome(), at: clock, lane: lane, step: step, quiets: quiets)
  }

  func enqueue(
    _ events: [TimedEvent], orders outcome: OrderOutcome, at time: Timestamp, lane: String?, step: LaneStep?,
    quiets: [QuietRecord] = []
  ) {
    guard !events.isEmpty || !outcome.isEmpty || !quiets.isEmpty else { return }
    let (events, caused) = settle(events, outcome, at: time)
    var commit = AlertCommit(lane: lane, step: step)
    commit.quiets = quiets
    let notices: [OutboxEntry]
    (commit.orders, notices) = records(of: caused, at: time)
    commit.clock = step == nil ? nil : lane.flatMap { clocks[$0] }
    commit.deskClock = book.clock
    // After a long absence nobody needs each of the repetitions that were missed.
    let newest = Dictionary(events.map { ($0.event.alert.id, $0.event.number) }, uniquingKeysWith: max)
    for (event, now) in events {
      sequence += 1
      commit.events.append(NumberedEvent(sequence: sequence, event: event))
      if event.kind == .repeated && event.number != newest[event.alert.id] { continue }
      commit.outbox += policy.channels(event).map { channel in
        OutboxEntry(event: event, channel: channel, at: now, id: memoryID())
      }
      if event.alert.isClosed { keepClosed(event.alert) }
    }
    commit.outbox += notices
    enqueue(commit)
  }

  func enqueue(_ commit: AlertCommit) {
    enqueued += 1
    pendingEvents += commit.events.count + commit.orders.events.count
    pending.append(Pending(number: enqueued, commit: commit))
    if trouble != nil { publishPending() }
  }

  func memoryID() -> Int64 {
    lastMemoryID -= 1
    return lastMemoryID
  }

  /// Writes everything that waits. False while the database refuses.
  @discardableResult
  func writeAll() async -> Bool { await write(through: enqueued) }

  /// Writes the queue up to and including that transaction. False: the database refuses, it is kept for later. While it
  /// refuses, only `retrying` knocks again.
  @discardableResult
  private func write(through number: UInt64, retrying: Bool = false) async -> Bool {
    var mayTry = retrying || trouble == nil
    while written < number {
      if isWriting {
        await withCheckedContinuation { waiters.append($0) }
        mayTry = trouble == nil
        continue
      }
      guard mayTry else { return false }
      isWriting = true
      let batch = pending.prefix(Self.batch)
      do throws(StoreError) {
        try await storage.commit(batch.map(\.commit))
        trouble = nil
        accept(batch.count)
      } catch {
        if trouble == nil { trouble = (error, clock) } else { trouble?.error = error }
        publishPending()
        mayTry = false
      }
      isWriting = false
      let resumed = waiters
      waiters = []
      for waiter in resumed { waiter.resume() }
    }
    return true
  }

  private func accept(_ count: Int) {
    let done = pending.prefix(count)
    written = done.last?.number ?? written
    pending.removeFirst(count)
    for entry in done {
      pendingEvents -= entry.commit.events.count + entry.commit.orders.events.count
      if !entry.published { feed.publish(entry.commit.events) }
      for settlement in entry.commit.settlements where unwritten[settlement.entry.idempotencyKey] == settlement {
        unwritten[settlement.entry.idempotencyKey] = nil
      }
    }
    if done.contains(where: { !$0.commit.outbox.isEmpty }) { policy.wakeOutbox() }
  }

  /// Live pages and notifications go on while the database does not.
  private func publishPending() {
    var notifications = false
    for index in pending.indices where !pending[index].published {
      feed.publish(pending[index].commit.events)
      pending[index].published = true
      notifications = notifications || !pending[index].commit.outbox.isEmpty
    }
    if notifications { policy.wakeOutbox() }
  }

  // MARK: - Closed alerts

  private func keepClosed(_ alert: Alert) {
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
    return pending.reversed().lazy.compactMap { $0.commit.events.last { $0.event.alert.id == id }?.event.alert }.first
  }
}
