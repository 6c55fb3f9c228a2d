// What time alone brings to an order: a wait ends, a deadline passes. At the exact due time, whenever somebody looks.
import Alerts
import Community
import Pipeline

/// What can fall due. Steps of one order at the same time happen in this order.
enum OrderDue: Int, CaseIterable { case resume, accept, finish, verify }

extension Order {
  /// The next step that time alone brings, and when.
  var nextDue: (at: Timestamp, due: OrderDue)? {
    if hasEnded { return nil }
    var found: (at: Timestamp, due: OrderDue)?
    func consider(_ time: Timestamp?, _ due: OrderDue) {
      if let time, found.map({ time < $0.at }) ?? true { found = (time, due) }
    }
    consider(wait?.until, .resume)
    consider(acceptDue, .accept)
    consider(finishDue, .finish)
    consider(verifyDue, .verify)
    return found
  }

  mutating func perform(_ due: OrderDue, at time: Timestamp, _ policy: OrderPolicy) -> [OrderEvent] {
    let priority = priority.rawValue
    switch due {
    case .resume: return [resume(at: time, comment: Remark(zh: "等待时间已到", en: "the wait is over"))]
    case .accept:
      acceptDue = policy.settings.acceptWithin[priority].map { time + $0 }
      return [climb(at: time, policy, comment: Remark(zh: "超时未接单", en: "not accepted in time"))]
    case .finish:
      if missedAt == nil { missedAt = time }
      let event = climb(at: time, policy, comment: Remark(zh: "超时未完成", en: "not done in time")) { order in
        // Each level has its own time from when it got the order.
        let post = order.overseer.flatMap { overseer in
          policy.duty.posts(for: order.place).first { $0.place == overseer.place }
        }
        order.finishDue = time + (post?.finish[priority] ?? policy.settings.overdueEvery)
      }
      return [event]
    case .verify:
      let words = Remark(zh: "超时无人验收，视为通过", en: "nobody verified it in time: taken as verified")
      return verify(at: time, comment: words)
    }
  }

  private mutating func climb(
    at time: Timestamp, _ policy: OrderPolicy, comment: Remark, then: (inout Order) -> Void = { _ in }
  ) -> OrderEvent {
    if let above = policy.above(overseer?.place ?? place, of: place, at: time) {
      overseer = above
      climbed += 1
      then(&self)
      return record(.escalated, at: time, comment: comment, to: above.people)
    }
    // The top: whoever is on duty there now hears of it again.
    if let current = overseer, let now = policy.present(at: current.place, of: place, at: time) { overseer = now }
    then(&self)
    return record(.repeated, at: time, comment: comment, to: overseer?.people ?? [])
  }
}
