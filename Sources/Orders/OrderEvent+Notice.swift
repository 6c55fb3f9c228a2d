// A step of an order as the outbox takes it: see `OrderNotice`.
package import Alerts
package import Community

extension OrderEvent {
  /// The order stands as an alert of the same id, so that its notices have an order and keys of their own.
  package var notice: AlertEvent {
    var alert = Alert(
      id: order.id, lane: AlertEvent.system, rule: OrderNotice.rule, subject: order.plan ?? order.source.rawValue,
      place: order.place,
      traits: AlertTraits(priority: order.priority, title: order.title, audience: [OrderNotice.rule]), point: nil,
      value: nil, unit: "", raisedAt: order.orderedAt, noticedAt: order.orderedAt)
    alert.acknowledgedAt = order.acceptedAt
    alert.acknowledgedBy = order.acceptedBy
    alert.assignedTo = order.person?.name
    alert.clearedAt = order.endedAt
    alert.closedAt = order.endedAt
    alert.step = order.step
    var event = AlertEvent(kind: .ordered, alert: alert, at: at, by: by, comment: comment, to: to ?? [])
    event.order = OrderNotice(
      step: kind.rawValue, state: kind.words, unit: order.unit, person: order.person?.name, deadline: order.deadline,
      answer: answer, speaks: kind.speaks)
    return event
  }

  private var answer: String? {
    switch kind {
    case .ordered, .handedOver, .released: "linli order accept \(order.id)"
    case .escalated, .repeated: "linli order \(order.state == .ordered ? "accept" : "done") \(order.id)"
    case .done: "linli order verify \(order.id)"
    case .rejected, .resumed: "linli order done \(order.id)"
    default: nil
    }
  }
}

extension OrderEvent.Kind {
  /// Somebody is to do something, or to stop.
  var speaks: Bool {
    switch self {
    case .ordered, .handedOver, .escalated, .repeated, .rejected, .resumed, .done, .cancelled, .released: true
    case .accepted, .waiting, .verified, .closed, .commented, .joined, .photographed, .claimed: false
    }
  }

  package var words: LocalizedText {
    switch self {
    case .ordered: LocalizedText(zh: "新工单", en: "NEW ORDER")
    case .accepted: LocalizedText(zh: "已接单", en: "ORDER ACCEPTED")
    case .waiting: LocalizedText(zh: "工单等待", en: "ORDER WAITING")
    case .resumed: LocalizedText(zh: "工单继续", en: "ORDER GOES ON")
    case .done: LocalizedText(zh: "工单待验收", en: "ORDER DONE, TO VERIFY")
    case .rejected: LocalizedText(zh: "工单退回", en: "ORDER SENT BACK")
    case .verified: LocalizedText(zh: "工单已验收", en: "ORDER VERIFIED")
    case .closed: LocalizedText(zh: "工单办结", en: "ORDER CLOSED")
    case .cancelled: LocalizedText(zh: "工单取消", en: "ORDER CANCELLED")
    case .commented: LocalizedText(zh: "工单备注", en: "ORDER COMMENT")
    case .joined: LocalizedText(zh: "工单合并", en: "ORDER JOINED")
    case .handedOver: LocalizedText(zh: "工单转派", en: "ORDER HANDED OVER")
    case .escalated: LocalizedText(zh: "工单升级", en: "ORDER ESCALATED")
    case .repeated: LocalizedText(zh: "工单催办", en: "ORDER OVERDUE")
    case .photographed: LocalizedText(zh: "工单照片", en: "ORDER PHOTO")
    case .claimed: LocalizedText(zh: "志愿者认领", en: "ORDER CLAIMED")
    case .released: LocalizedText(zh: "取消认领", en: "ORDER RELEASED")
    }
  }
}
