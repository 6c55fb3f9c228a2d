import Alerts
import Notify
import Orders
import Pipeline
import Store

/// The database of most runs: what `Store` promises – a transaction whole or not at all, each step of a lane once, each event
/// and each key once – without SQLite, which costs three quarters of a run. Some seeds run on the real one, and a test asks
/// that both give the same run.
final class SimulatedDatabase: AlertStorage, @unchecked Sendable {
  // @unchecked: a simulation has one thread.

  private var steps: [String: (step: LaneStep, clock: Timestamp)] = [:]
  private var states: [String: Alert] = [:]
  private var trail: [Int64: AlertEvent] = [:]
  private var last: Int64 = 0
  private var newest: Timestamp?
  private var reached: Timestamp?
  private var eventKeys: Set<EventKey> = []
  private var waiting: [OutboxEntry] = []
  private var nextID: Int64 = 1
  private var finished: [String: DeliveryRecord] = [:]
  private var remembered: [String: ChannelNote] = [:]
  private var planned: [String: PlannedQuiet] = [:]
  private var orders: [String: [OrderEvent]] = [:]
  private var plans: [String: PlanState] = [:]

  private struct EventKey: Hashable {
    var alert: String
    var number: Int
  }

  // MARK: - Writing

  func commit(_ commits: [AlertCommit]) async throws(StoreError) -> [Bool] {
    for commit in commits {
      for event in commit.events where trail[event.sequence].map({ $0.alert.id != event.event.alert.id }) ?? false {
        throw .other(reason: "sequence \(event.sequence) is taken")
      }
    }
    return commits.map(apply)
  }

  private func apply(_ commit: AlertCommit) -> Bool {
    if let clock = commit.deskClock { reached = max(reached ?? clock, clock) }
    if let lane = commit.lane, let step = commit.step {
      let before = steps[lane]
      if let before, step <= before.step { return false }
      let zero = Timestamp(milliseconds: 0)
      steps[lane] = (step, max(before?.clock ?? zero, commit.clock ?? zero))
    }
    for numbered in commit.events {
      let event = numbered.event
      if eventKeys.insert(EventKey(alert: event.alert.id, number: event.number)).inserted {
        trail[numbered.sequence] = event
        last = max(last, numbered.sequence)
        newest = max(newest ?? .distantPast, event.at)
      }
      if event.alert.step > states[event.alert.id]?.step ?? 0 { states[event.alert.id] = event.alert }
    }
    for entry in commit.outbox { insert(entry) }
    for event in commit.orders.events
    where !(orders[event.order.id] ?? []).contains(where: { $0.number == event.number }) {
      orders[event.order.id, default: []].append(event)
    }
    for plan in commit.orders.plans where plan.made >= plans[plan.id]?.made ?? 0 { plans[plan.id] = plan }
    for settlement in commit.settlements { settle(settlement) }
    for note in commit.notes { remembered[note.channel] = note }
    for record in commit.quiets where record.step == .ended || planned[record.quiet.id] == nil {
      planned[record.quiet.id] = record.quiet
    }
    return true
  }

  private func insert(_ entry: OutboxEntry) {
    let key = entry.idempotencyKey
    guard finished[key] == nil, !waiting.contains(where: { $0.idempotencyKey == key }) else { return }
    let last = waiting.last { $0.event.alert.id == entry.event.alert.id && $0.channel == entry.channel }
    if entry.event.isReminder, last?.event.isReminder ?? false { return }
    var entry = entry
    entry.id = nextID
    nextID += 1
    waiting.append(entry)
  }

  private func settle(_ settlement: Settlement) {
    let entry = settlement.entry
    let index = waiting.firstIndex { $0.idempotencyKey == entry.idempotencyKey }
    switch settlement {
    case .postponed:
      guard let index else { return }
      waiting[index].attempts = entry.attempts
      waiting[index].nextAttemptAt = entry.nextAttemptAt
      waiting[index].failingSince = entry.failingSince
      waiting[index].lastError = entry.lastError
    case .delivered(_, let at), .failed(_, let at):
      if let index { waiting.remove(at: index) }
      guard finished[entry.idempotencyKey] == nil else { return }
      var record = DeliveryRecord(waiting: entry)
      if case .failed = settlement { record.state = .failed } else { record.state = .delivered }
      record.finishedAt = at
      finished[entry.idempotencyKey] = record
    }
  }

  // MARK: - Reading

  func appliedSteps() async throws(StoreError) -> [String: LaneStep] { steps.mapValues(\.step) }

  func appliedClocks() async throws(StoreError) -> [String: Timestamp] {
    steps.mapValues(\.clock).filter { $0.value.milliseconds > 0 }
  }

  func alertsToRestore(endedAfter: Timestamp) async throws(StoreError) -> [Alert] { Array(states.values) }

  func plannedQuiet(endingAfter time: Timestamp, limit: Int) async throws(StoreError) -> [PlannedQuiet] {
    let lasting = planned.values.filter { $0.until.map { $0 > time } ?? true }
    return Array(lasting.sorted { ($1.createdAt, $0.id) < ($0.createdAt, $1.id) }.prefix(limit))
  }

  func deskClock() async throws(StoreError) -> Timestamp? { reached }

  func newestEventTime() async throws(StoreError) -> Timestamp? { newest }

  func lastSequence() async throws(StoreError) -> Int64 { last }

  func alert(_ id: String) async throws(StoreError) -> Alert? { states[id] }

  func story(_ id: String) async throws(StoreError) -> AlertStory? {
    guard let alert = states[id] else { return nil }
    let events = trail.filter { $0.value.alert.id == id }.map { NumberedEvent(sequence: $0.key, event: $0.value) }
    return AlertStory(
      alert: alert, events: events.sorted { $0.event.number < $1.event.number }, deliveries: deliveries(of: id))
  }

  private func deliveries(of id: String) -> [DeliveryRecord] {
    let all =
      finished.values.filter { $0.alert == id }
      + waiting.filter { $0.event.alert.id == id }.map(DeliveryRecord.init(waiting:))
    return all.sorted { ($0.createdAt, $0.idempotencyKey) < ($1.createdAt, $1.idempotencyKey) }
  }

  func alerts(_ query: AlertQuery) async throws(StoreError) -> AlertPage { query.page(of: states.values) }

  func events(after sequence: Int64, limit: Int) async throws(StoreError) -> [NumberedEvent] {
    trail.keys.filter { $0 > sequence }.sorted().prefix(limit).map {
      NumberedEvent(sequence: $0, event: trail[$0]!)
    }
  }

  // MARK: - Orders

  private var newestOrders: [Order] { orders.values.compactMap { $0.max { $0.number < $1.number }?.order } }

  func openOrders() async throws(StoreError) -> [Order] {
    newestOrders.filter { !$0.hasEnded }.sorted { ($0.orderedAt, $0.id) < ($1.orderedAt, $1.id) }
  }

  func planStates() async throws(StoreError) -> [PlanState] { plans.values.sorted { $0.id < $1.id } }

  func order(_ id: String) async throws(StoreError) -> Order? { newestOrders.first { $0.id == id } }

  func orderStory(_ id: String) async throws(StoreError) -> OrderStory? {
    guard let order = try await order(id) else { return nil }
    return OrderStory(
      order: order, events: orders[id]!.sorted { $0.number < $1.number }, deliveries: deliveries(of: id))
  }

  func orders(_ query: OrderQuery) async throws(StoreError) -> OrderPage { query.page(of: newestOrders) }

  // MARK: - Outbox

  func due(at now: Timestamp, excluding busy: Set<String>, limit: Int) async throws -> [OutboxEntry] {
    var seen: Set<String> = []
    let first = waiting.filter { seen.insert("\($0.event.alert.id)|\($0.channel)").inserted }
    let due = first.filter { $0.nextAttemptAt <= now && !busy.contains($0.channel) }
    return Array(due.sorted { ($0.rank, $0.createdAt, $0.id) < ($1.rank, $1.createdAt, $1.id) }.prefix(limit))
  }

  func nextDue(after now: Timestamp) async throws -> Timestamp? {
    waiting.map(\.nextAttemptAt).filter { $0 > now }.min()
  }

  func due(at now: Timestamp, of channel: String, limit: Int) async throws -> [OutboxEntry] {
    var held: Set<String> = []
    let due = waiting.filter { entry in
      guard entry.channel == channel, !held.contains(entry.event.alert.id) else { return false }
      if entry.nextAttemptAt > now { held.insert(entry.event.alert.id) }
      return entry.nextAttemptAt <= now
    }
    return Array(due.sorted { ($0.rank, $0.createdAt, $0.id) < ($1.rank, $1.createdAt, $1.id) }.prefix(limit))
  }

  func settle(_ settlements: [Settlement], adding: [OutboxEntry], note: ChannelNote?) async throws {
    for entry in adding { insert(entry) }
    for settlement in settlements { settle(settlement) }
    if let note { remembered[note.channel] = note }
  }

  func notes() async throws -> [ChannelNote] { remembered.values.sorted { $0.channel < $1.channel } }
}

extension OutboxEntry {
  fileprivate var rank: Int { event.alert.traits.priority.rank }
}
