// All orders that have not ended, the plans of maintenance and the volunteers: a pure state machine. Requests, actions, what
// happens to alerts and the clock go in; events and wishes come out. Storing and notifying is the business of others.
package import Alerts
import Community
package import Pipeline

package struct OrderBook: Sendable {
  /// What the book did not follow, since the start.
  package struct Counts: Sendable, Equatable {
    /// Would have ordered by themselves while there were too many orders.
    package var refusedForRoom = 0
  }

  package let limits: OrderLimits
  /// A new one counts from the next step of each order on.
  package var policy: OrderPolicy { didSet { plansChanged() } }
  package internal(set) var counts = Counts()
  var orders: [String: Order] = [:]
  /// Order of each alert that is not closed.
  var orderByAlert: [String: String] = [:]
  /// When time alone brings the next step of an order, of a plan.
  var dues: [String: Timestamp] = [:]
  var planDues: [String: Timestamp] = [:]
  var planStates: [String: PlanState]
  var volunteers: [String: Volunteer]
  /// Nothing is due before.
  var earliest = Timestamp.distantFuture
  /// Orders of a database may wait for alerts that will never end for them; see `freeStranded`.
  package internal(set) var mayBeStranded = false

  package init(
    limits: OrderLimits = .init(), policy: OrderPolicy = .none, restoring orders: [Order] = [],
    plans: [PlanState] = [], volunteers: [Volunteer] = []
  ) {
    self.limits = limits
    self.policy = policy
    planStates = Dictionary(plans.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    self.volunteers = Dictionary(volunteers.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    for order in orders { keep(order) }
    mayBeStranded = orders.contains { !$0.openAlerts.isEmpty }
    plansChanged()
  }

  // MARK: - Looking

  package var count: Int { orders.count }
  /// Orders that have not ended, in no order.
  package var open: some Collection<Order> & Sendable { orders.values }
  package subscript(id: String) -> Order? { orders[id] }
  /// The order that deals with an alert that is not closed.
  package func order(ofAlert id: String) -> Order? { orderByAlert[id].flatMap { orders[$0] } }
  /// When `advance(to:)` has something to do next.
  package var nextDue: Timestamp? { [dues.values.min(), planDues.values.min()].compactMap { $0 }.min() }

  // MARK: - Requests and actions of people

  /// A new order. The same key gives the order that is there already, without an event.
  package mutating func create(_ draft: OrderDraft, at time: Timestamp) throws(OrderError) -> (Order, OrderOutcome) {
    if let key = draft.key, let known = orders[OrderIdentity.id(key: key)] {
      return (known, OrderOutcome())
    }
    if orders.count >= limits.openOrders { throw .tooManyOrders(limit: limits.openOrders) }
    if draft.alerts.count > limits.alertsOfOne { throw .tooManyAlerts(limit: limits.alertsOfOne) }
    for alert in draft.alerts { try refuseTaken(alert) }
    let by = try OrderText.required(draft.by, "by", limit: limits.name)
    var draft = draft
    draft.title.zh = try OrderText.required(draft.title.zh, "title", limit: limits.title)
    draft.title.en = try OrderText.required(draft.title.en, "title", limit: limits.title)
    draft.note = try OrderText.optional(draft.note, "note", limit: limits.note)
    if let deadline = draft.deadline {
      if deadline <= time && draft.source == .person { throw .timeInPast(deadline) }
      if deadline - time > limits.deadline { throw .tooFarAhead(longest: limits.deadline) }
    }
    let overseer = policy.start(at: draft.place, time: time)
    var order = Order(
      id: newID(draft, by: by, at: time), title: draft.title, note: draft.note, place: draft.place,
      priority: draft.priority, source: draft.source, plan: draft.plan, alerts: draft.alerts,
      unit: draft.unit ?? overseer?.unit ?? LocalizedText(zh: "未指定", en: "nobody"), person: draft.person,
      orderedBy: by, orderedAt: time)
    order.overseer = overseer
    order.deadline = draft.deadline ?? policy.settings.finishWithin[draft.priority.rawValue].map { time + $0 }
    order.finishDue = order.deadline
    order.acceptDue = policy.settings.acceptWithin[draft.priority.rawValue].map { time + $0 }
    order.help = draft.help
    order.report = draft.report
    keep(order)
    var outcome = OrderOutcome()
    outcome.events.append(
      OrderEvent(kind: .ordered, order: order, at: time, by: by, comment: order.note, to: order.asked))
    outcome.wishes = order.alerts.map { .mark(alert: $0, order: order.id, by: by, comment: nil) }
    return (order, outcome)
  }

  /// An action of a person on an order that has not ended; see `Order.perform` for what each one does.
  package mutating func perform(
    _ action: OrderAction, on id: String, by: String, at: Timestamp, comment: String? = nil
  ) throws(OrderError) -> OrderOutcome {
    guard var order = orders[id] else { throw .unknown(id: id) }
    if case .claim(let volunteer) = action {
      let claims = orders.values.count { $0.claim?.volunteer == volunteer.id && $0.isUndone }
      if claims >= limits.claimsOfOne { throw .tooManyClaims(limit: limits.claimsOfOne) }
    }
    let events = try order.perform(action, by: by, at: at, comment: comment, limits: limits, policy: policy)
    keep(order)
    var outcome = OrderOutcome()
    outcome.events = events
    for event in events { outcome += consequences(of: event) }
    return outcome
  }

  /// An alert is dealt with by an order that is there already. Whether the alert is open is for the caller to know.
  package mutating func join(
    alert: String, to id: String, by: String, at: Timestamp, comment: Remark? = nil
  ) throws(OrderError) -> OrderOutcome {
    guard var order = orders[id] else { throw .unknown(id: id) }
    if order.alerts.contains(alert) { return OrderOutcome() }
    guard order.isUndone else { throw .notNow(id: id, order.state) }
    try refuseTaken(alert)
    if order.alerts.count >= limits.alertsOfOne { throw .tooManyAlerts(limit: limits.alertsOfOne) }
    order.alerts.append(alert)
    order.openAlerts.append(alert)
    var outcome = OrderOutcome()
    outcome.events.append(order.record(.joined, at: at, by: by, comment: comment ?? .typed(alert)))
    outcome.wishes.append(.mark(alert: alert, order: id, by: by, comment: nil))
    if let acceptedBy = order.acceptedBy { outcome.wishes.append(.acknowledge(alert: alert, by: acceptedBy)) }
    keep(order)
    return outcome
  }

  /// An alert has one order at a time: with two, its end would reach one of them only.
  private func refuseTaken(_ alert: String) throws(OrderError) {
    if let other = orderByAlert[alert] { throw .alertTaken(alert, order: other) }
  }

  /// What a step of an order asks of alerts, and what it credits.
  func consequences(of event: OrderEvent) -> OrderOutcome {
    var outcome = OrderOutcome()
    let order = event.order
    switch event.kind {
    case .accepted, .claimed:
      outcome.wishes = order.openAlerts.map { .acknowledge(alert: $0, by: event.by) }
    case .done where order.acceptedAt == event.at:
      outcome.wishes = order.openAlerts.map { .acknowledge(alert: $0, by: event.by) }
    case .verified:
      outcome.wishes = order.openAlerts.map { .close(alert: $0, by: event.by) }
      // Only a person's word that the help was given credits it.
      if event.by != AlertEvent.system, let entry = policy.settings.points.credit(order, at: event.at, by: event.by) {
        outcome.credits = [entry]
      }
    default: break
    }
    return outcome
  }

  // MARK: - Time

  /// Does everything that is due by then, in the order of the true times, each step at its own. One long stride does the same
  /// as many short ones.
  package mutating func advance(to now: Timestamp) -> OrderOutcome {
    var outcome = OrderOutcome()
    beginPlans(at: now, &outcome)
    guard earliest <= now else { return outcome }
    var planned = 0
    while true {
      let order = dues.min { ($0.value, $0.key) < ($1.value, $1.key) }
      let plan = planDues.min { ($0.value, $0.key) < ($1.value, $1.key) }
      if let plan, plan.value <= now, plan.value <= order?.value ?? .distantFuture {
        performPlan(plan.key, due: plan.value, &outcome)
        planned += 1
        if planned >= limits.plannedAtOnce { break }
      } else if let order, order.value <= now {
        performDue(order.key, due: order.value, &outcome)
      } else {
        break
      }
    }
    noteEarliest()
    return outcome
  }

  private mutating func performDue(_ id: String, due: Timestamp, _ outcome: inout OrderOutcome) {
    guard var order = orders[id], let next = order.nextDue, next.at == due else {
      dues[id] = nil
      return
    }
    let events = order.perform(next.due, at: due, policy)
    keep(order)
    outcome.events += events
    for event in events { outcome += consequences(of: event) }
  }

  mutating func noteEarliest() { earliest = nextDue ?? .distantFuture }

  // MARK: - Keeping

  /// Puts an order where its state belongs.
  mutating func keep(_ order: Order) {
    for alert in orders[order.id]?.openAlerts ?? [] where orderByAlert[alert] == order.id { orderByAlert[alert] = nil }
    if order.hasEnded {
      orders[order.id] = nil
      dues[order.id] = nil
      return
    }
    orders[order.id] = order
    for alert in order.openAlerts { orderByAlert[alert] = order.id }
    let due = order.nextDue?.at
    dues[order.id] = due
    if let due { earliest = min(earliest, due) }
  }

  private func newID(_ draft: OrderDraft, by: String, at time: Timestamp) -> String {
    if let key = draft.key { return OrderIdentity.id(key: key) }
    var occurrence = 1
    while true {
      let id = OrderIdentity.id(key: "\(by)|\(draft.place)|\(draft.title.zh)", at: time, occurrence: occurrence)
      if orders[id] == nil { return id }
      occurrence += 1
    }
  }
}
