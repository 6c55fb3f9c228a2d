// What volunteers hear of an order that they may claim: as little as an `Offer` shows before the claim.
package import Alerts
package import Community
package import Pipeline

extension OrderEvent {
  /// nil: this step offers nothing to anybody.
  package func offerNotice(to volunteers: [Responder], places: PlaceTree) -> AlertEvent? {
    guard kind == .ordered || kind == .released, let help = order.help else { return nil }
    var alert = Alert(
      id: order.id, lane: AlertEvent.system, rule: OrderNotice.rule, subject: help.rawValue,
      place: Offer.openPlace(order.place, places),
      traits: AlertTraits(
        priority: order.priority,
        title: LocalizedText(zh: "志愿服务：\(help.text.zh)", en: "Volunteers wanted: \(help.text.en)"),
        audience: [OrderNotice.rule]), point: nil, value: nil, unit: "", raisedAt: order.orderedAt,
      noticedAt: order.orderedAt)
    alert.step = order.step
    var event = AlertEvent(kind: .ordered, alert: alert, at: at, to: volunteers)
    event.order = OrderNotice(
      step: "offered", state: LocalizedText(zh: "可认领", en: "HELP WANTED"), unit: order.unit, person: nil,
      deadline: order.deadline, answer: nil, speaks: true)
    return event
  }
}

extension OrderBook {
  /// Who offers the help that an order asks for, there, and has time now.
  package func helpers(for order: Order, at time: Timestamp) -> [Responder] {
    guard let help = order.help, order.claim == nil else { return [] }
    return everyVolunteer.filter {
      $0.channel != nil && $0.offers(help, at: order.place) && $0.hasTime(at: time, policy.zone)
    }
    .map { Responder(id: $0.id, name: $0.name, channel: $0.channel) }
  }
}
