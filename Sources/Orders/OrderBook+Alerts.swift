// Alerts and orders: which alerts order by themselves, and how the two end together.
package import Alerts
import Community
package import Pipeline

extension OrderBook {
  /// Follows what happens to alerts.
  ///
  /// - A raise or an acknowledgement that `automatic` names makes an order, or joins the one that the same entry made at the
  ///   same place and that is not done yet.
  /// - With the last of its alerts closed, an order that ordered itself ends: not yet accepted, it is cancelled (unless its
  ///   entry says `keep`); done, it counts as verified, for the sensors say so. A verified one closes in any case. An accepted
  ///   one goes on: somebody is on the way.
  package mutating func follow(_ event: AlertEvent, at now: Timestamp) -> OrderOutcome {
    switch event.kind {
    case .raised, .released, .unshelved, .acknowledged: return orderByItself(event, at: now)
    case .closed: return alertClosed(event.alert.id, at: max(event.at, now))
    default: return OrderOutcome()
    }
  }

  private mutating func orderByItself(_ event: AlertEvent, at now: Timestamp) -> OrderOutcome {
    let alert = event.alert
    guard alert.order == nil, orderByAlert[alert.id] == nil, !alert.isClosed, !alert.isSuppressed, !alert.isShelved,
      let entry = policy.settings.automatic.first(where: { $0.matches(alert) }),
      entry.moment == (event.kind == .acknowledged ? .acknowledge : .raise)
    else { return OrderOutcome() }
    // An answer that ends the alert leaves nothing to do.
    let endsWithIt = event.kind == .acknowledged && !alert.isActive && !alert.isLatched
    if endsWithIt && !entry.keeps { return OrderOutcome() }
    if entry.joins, let order = joinable(entry, place: alert.place),
      let joined = try? join(
        alert: alert.id, to: order, by: AlertEvent.system, at: now, comment: .own(alert.traits.title))
    {
      return joined
    }
    var draft = OrderDraft(
      key: "alert|\(alert.id)", title: entry.title ?? alert.traits.title,
      note: alert.traits.advice.map(Remark.own), place: alert.place, priority: entry.priority ?? alert.traits.priority,
      source: .alert, plan: entry.id, alerts: [alert.id], unit: entry.unit, person: entry.person.map(policy.person),
      help: entry.help, by: AlertEvent.system)
    draft.deadline = entry.finishWithin[draft.priority.rawValue].map { now + $0 }
    do {
      var (order, outcome) = try create(draft, at: now)
      if event.kind == .acknowledged, draft.person == nil, let by = alert.acknowledgedBy {
        let person = order.responder(by, policy)
        order.person = person
        keep(order)
        if !outcome.events.isEmpty {
          outcome.events[0].order = order
          // Whom no notice finds is not the only one who hears of it.
          if person.channel != nil { outcome.events[0].to = order.asked }
        }
      }
      return outcome
    } catch {
      counts.refusedForRoom += 1
      return OrderOutcome()
    }
  }

  private func joinable(_ entry: AutomaticOrder, place: String) -> String? {
    orders.values.filter {
      $0.source == .alert && $0.plan == entry.id && $0.place == place && $0.isUndone
        && $0.alerts.count < limits.alertsOfOne
    }.min { ($0.orderedAt, $0.id) < ($1.orderedAt, $1.id) }?.id
  }

  private mutating func alertClosed(_ alert: String, at time: Timestamp) -> OrderOutcome {
    guard let id = orderByAlert[alert] else { return OrderOutcome() }
    return letGo(alert, of: id, at: time)
  }

  /// Lets go of alerts that an order waits for in vain: those that are not open any more, and those that are another order's.
  /// Versions that took such alerts left orders behind that could never end. Once after a start.
  ///
  /// - Parameter owner: the order that an open alert is marked with; nil: there is no such open alert.
  package mutating func freeStranded(at time: Timestamp, owner: (_ alert: String) -> String?) -> OrderOutcome {
    guard mayBeStranded else { return OrderOutcome() }
    mayBeStranded = false
    var outcome = OrderOutcome()
    for order in orders.values.sorted(by: { ($0.orderedAt, $0.id) < ($1.orderedAt, $1.id) }) {
      for alert in order.openAlerts {
        let owner = owner(alert)
        if owner != order.id { outcome += letGo(alert, of: order.id, at: time, hasEnded: owner == nil) }
      }
    }
    // Two orders claimed one alert: it is that one's that still has it.
    for order in orders.values { for alert in order.openAlerts { orderByAlert[alert] = order.id } }
    return outcome
  }

  /// - Parameter hasEnded: false: it lives on, as another order's.
  private mutating func letGo(
    _ alert: String, of id: String, at time: Timestamp, hasEnded: Bool = true
  ) -> OrderOutcome {
    guard var order = orders[id] else { return OrderOutcome() }
    if orderByAlert[alert] == id { orderByAlert[alert] = nil }
    order.openAlerts.removeAll { $0 == alert }
    var outcome = OrderOutcome()
    if order.openAlerts.isEmpty {
      let orderedItself = hasEnded && order.source == .alert && order.orderedBy == AlertEvent.system
      let keeps = policy.settings.automatic.first { $0.id == order.plan }?.keeps ?? false
      // Never before the steps that led to it, whatever the clocks of people and devices say.
      let time = max(time, order.done?.at ?? order.orderedAt, order.verifiedAt ?? order.orderedAt)
      switch order.state {
      case .verified: outcome.events = [order.close(at: time)]
      case .done where orderedItself:
        outcome.events = order.verify(at: time, comment: Remark(zh: "报警已消除", en: "its alerts have ended"))
      case .ordered where orderedItself && !keeps:
        outcome.events = [
          order.cancel(
            at: time, comment: Remark(zh: "接单前报警已自行结束", en: "its alerts ended before anybody had accepted it"))
        ]
      default: break
      }
    }
    if outcome.events.isEmpty {
      // Its list of open alerts is part of what is stored.
      let comment =
        hasEnded
        ? Remark(zh: "报警 \(alert) 已关闭", en: "alert \(alert) is closed")
        : Remark(zh: "报警 \(alert) 属于另一张工单", en: "alert \(alert) is another order's")
      outcome.events = [order.record(.commented, at: max(time, order.orderedAt), comment: comment)]
    }
    keep(order)
    for event in outcome.events { outcome += consequences(of: event) }
    return outcome
  }
}
