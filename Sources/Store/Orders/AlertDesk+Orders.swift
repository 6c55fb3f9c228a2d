// Orders on the desk: what alerts cause among orders and orders among alerts is one transaction with its audit and its
// notices. The same queue as everything else, so orders go on from memory too while the database refuses.
import Alerts
import Notify
package import Orders
package import Pipeline

/// What became of a request about an order.
package struct OrderReply: Sendable, Equatable {
  package var order: Order
  /// Empty: it was so already.
  package var events: [OrderEvent]
  /// False while the database refuses: it counts, but a crash now would forget it.
  package var stored: Bool
}

extension AlertDesk {
  typealias TimedEvent = (event: AlertEvent, now: Timestamp)

  // MARK: - People

  /// A new order. The same key gives the order that there is, even when it has ended.
  package func createOrder(_ draft: OrderDraft, at now: Timestamp) async throws -> OrderReply {
    if let key = draft.key, let known = try await order(OrderIdentity.id(key: key)) {
      return OrderReply(order: known, events: [], stored: true)
    }
    await catchUp(to: now)
    enqueueDue(at: now)
    try requireOpen(draft.alerts)
    let (order, outcome) = try orders.create(draft, at: now)
    return try await reply(order.id, outcome, at: now)
  }

  /// An action of a person. Throws `OrderError` when it is refused.
  package func perform(
    _ action: OrderAction, onOrder id: String, by: String, at now: Timestamp, comment: String? = nil
  ) async throws -> OrderReply {
    await catchUp(to: now)
    enqueueDue(at: now)
    let found = try await order(id)
    // Looking may have taken a while; from here on nobody else has a turn before the step is in the queue.
    if orders[id] != nil {
      return try await reply(
        id, try orders.perform(action, on: id, by: by, at: now, comment: comment), at: now)
    }
    guard var ended = found else { throw OrderError.unknown(id: id) }
    var outcome = OrderOutcome()
    outcome.events = try ended.perform(action, by: by, at: now, comment: comment)
    lateOrders.keep(ended)
    return try await reply(id, outcome, at: now, ended: ended)
  }

  /// An alert is dealt with by an order that is there.
  package func join(alert: String, toOrder id: String, by: String, at now: Timestamp) async throws -> OrderReply {
    await catchUp(to: now)
    enqueueDue(at: now)
    if let found = try await order(id), orders[id] == nil { throw OrderError.ended(id: id, found.state) }
    if !(orders[id]?.alerts.contains(alert) ?? true) { try requireOpen([alert]) }
    return try await reply(id, try orders.join(alert: alert, to: id, by: by, at: now), at: now)
  }

  /// In the same turn as what takes them: an alert that has closed would never end for its order.
  private func requireOpen(_ alerts: [String]) throws {
    for id in alerts where book[id] == nil { throw OrderError.alertClosed(id) }
  }

  private func reply(
    _ id: String, _ outcome: OrderOutcome, at now: Timestamp, ended: Order? = nil
  ) async throws -> OrderReply {
    guard let order = outcome.events.last(where: { $0.order.id == id })?.order ?? orders[id] ?? ended else {
      throw OrderError.unknown(id: id)
    }
    enqueue([], orders: outcome, at: now, lane: nil, step: nil)
    return OrderReply(order: order, events: outcome.events, stored: await writeAll())
  }

  // MARK: - Looking

  /// The newest state of an order, open or ended; nil: there is none.
  package func order(_ id: String) async throws(StoreError) -> Order? {
    if let open = orders[id] { return open }
    if let waiting = waitingOrders[id] { return waiting }
    let stored = try await storage.order(id)
    // Others had their turn meanwhile.
    return orders[id] ?? waitingOrders[id] ?? stored.map { lateOrders.newer(than: $0) }
  }

  package func order(ticket: String) async throws(StoreError) -> Order? {
    if let open = orders.open.first(where: { $0.report?.ticket == ticket }) { return open }
    guard let stored = try await storage.order(ticket: ticket) else { return nil }
    return try await order(stored.id)
  }

  package func orderStory(_ id: String) async throws(StoreError) -> OrderStory? {
    let stored = try await storage.orderStory(id)
    let known = stored?.events.last?.number ?? 0
    let waiting = queue.waiting.flatMap(\.commit.orders.events).filter { $0.order.id == id && $0.number > known }
    guard let order = waiting.last?.order ?? stored?.order else { return nil }
    return OrderStory(order: order, events: (stored?.events ?? []) + waiting, deliveries: stored?.deliveries ?? [])
  }

  package func orders(_ query: OrderQuery) async throws(StoreError) -> OrderPage {
    if !query.includeEnded { return query.page(of: orders.open) }
    let waiting = waitingOrders
    let stored = try await storage.orders(query)
    if waiting.isEmpty { return stored }
    var newest = Dictionary(stored.orders.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    for (id, order) in waiting where order.step >= newest[id]?.step ?? 0 { newest[id] = order }
    var page = query.page(of: newest.values)
    if page.next == nil, stored.next != nil { page.next = page.orders.last.map(OrderQuery.Cursor.init(after:)) }
    return page
  }

  /// Orders that have not ended, of those the overdue ones, and those that were not made for want of room.
  package var orderCounts: (open: Int, overdue: Int, refused: Int) {
    (orders.count, orders.open.count { $0.missedAt != nil && $0.isUndone }, orders.counts.refusedForRoom)
  }

  /// The newest states that only memory knows.
  private var waitingOrders: [String: Order] {
    Dictionary(queue.waiting.flatMap(\.commit.orders.events).map { ($0.order.id, $0.order) }, uniquingKeysWith: { $1 })
  }

  // MARK: - Maintenance

  /// Plans that count a point, and from when on they want its readings.
  package var usagePlans: [(plan: MaintenancePlan, from: Timestamp)] { orders.usagePlans }

  package func count(_ readings: [HistoryReading], plan: String, holdLimit: Int64, at now: Timestamp) async {
    await catchUp(to: now)
    enqueueDue(at: now)
    enqueue([], orders: orders.count(readings, plan: plan, holdLimit: holdLimit), at: now, lane: nil, step: nil)
    await writeAll()
  }

  // MARK: - What follows from what

  /// What time alone brings to orders by then.
  func enqueueDue(at now: Timestamp) {
    var outcome = orders.advance(to: now)
    outcome += orders.freeStranded(at: now) { alert in book[alert].map { $0.order ?? "" } }
    enqueue([], orders: outcome, at: now, lane: nil, step: nil)
  }

  /// Follows alert events among orders, and their wishes among alerts, until nothing more happens.
  func settle(
    _ events: [TimedEvent], _ outcome: OrderOutcome, at now: Timestamp
  ) -> (events: [TimedEvent], orders: OrderOutcome) {
    var done: [TimedEvent] = []
    var caused = outcome
    var queue = events + grant(outcome.wishes, at: now, now: now)
    var next = 0
    while next < queue.count {
      let (event, time) = queue[next]
      next += 1
      done.append((event, time))
      var step = orders.advance(to: time)
      step += orders.follow(event, at: time)
      // Between two strides the alert has not come as far as that.
      queue += grant(step.wishes, at: min(time, book.clock), now: time)
      caused += step
    }
    caused.wishes = []
    return (done, caused)
  }

  private func grant(_ wishes: [AlertWish], at time: Timestamp, now: Timestamp) -> [TimedEvent] {
    wishes.flatMap { wish in
      switch wish {
      case .mark(let alert, let order, let by, let comment):
        return book.ordered(alert, order: order, by: by, at: time, comment: comment ?? .typed(order))
      case .acknowledge(let alert, let by):
        return (try? book.perform(.acknowledge, on: alert, by: by, at: time)) ?? []
      case .close(let alert, let by):
        guard let open = book[alert], !open.isActive else { return [] }
        return (try? book.perform(open.isLatched ? .reset : .close(), on: alert, by: by, at: time)) ?? []
      }
    }.map { ($0, now) }
  }

  /// The records of an outcome, and who hears of it. Of repetitions missed in a long absence only the newest is told.
  func records(of outcome: OrderOutcome, at now: Timestamp) -> (records: OrderRecords, outbox: [OutboxEntry]) {
    var records = OrderRecords()
    records.events = outcome.events
    records.plans = outcome.plans
    records.credits = outcome.credits
    let newest = Dictionary(outcome.events.map { ($0.order.id, $0.number) }, uniquingKeysWith: max)
    let entries = outcome.events.flatMap { event -> [OutboxEntry] in
      if event.kind == .repeated && event.number != newest[event.order.id] { return [] }
      let notice = event.notice
      let channels = policy.channels(notice)
      return channels.map { OutboxEntry(event: notice, channel: $0, at: now, id: memoryID()) }
        + offers(of: event, besides: channels, at: now)
    }
    return (records, entries)
  }
}
