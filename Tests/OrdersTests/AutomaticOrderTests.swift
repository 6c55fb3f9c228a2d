import Alerts
import Community
import Pipeline
import TestSupport
import Testing

@testable import Orders

@Suite struct AutomaticOrderTests {
  private static let settings = """
    accept_within: 1h
    finish_within: 4h
    automatic:
    - {id: lifts, rules: [lift-fault], unit: {zh: 电梯维保, en: Lift service}, to: wang, finish_within: 2h}
    - {id: leaks, audience: [water], at: acknowledge, keep: true, join: false}
    - {id: rooms, rules: [cold], at: acknowledge}
    """

  private func event(_ kind: AlertEvent.Kind, _ alert: Alert, at time: Timestamp) -> AlertEvent {
    AlertEvent(kind: kind, alert: alert, at: time)
  }

  @Test func severalAlertsOneOrder() throws {
    var book = OrderBook(policy: try Sample.policy(Self.settings))
    let start = try local("2026-01-05T10:00")
    let first = Sample.alert("a1", at: start)
    let made = book.follow(event(.raised, first, at: start), at: start)
    #expect(made.kinds == [.ordered])
    let order = made.events[0].order
    #expect(order.unit.en == "Lift service" && order.person?.channel == "yihe" && order.deadline == start + 2 * hour)
    #expect(made.wishes == [.mark(alert: "a1", order: order.id, by: "linli", comment: nil)])
    // The same alert again, another one at the place, one elsewhere, one that nobody named.
    #expect(book.follow(event(.released, first, at: start), at: start).isEmpty)
    let second = book.follow(event(.raised, Sample.alert("a2", at: start), at: start), at: start)
    #expect(second.kinds == [.joined] && second.events[0].order.alerts == ["a1", "a2"])
    let elsewhere = Sample.alert("a3", at: start, place: Sample.home)
    #expect(book.follow(event(.raised, elsewhere, at: start), at: start).kinds == [.ordered])
    #expect(book.follow(event(.raised, Sample.alert("a4", "door", at: start), at: start), at: start).isEmpty)
    // Accepting acknowledges both.
    let accepted = try book.perform(.accept, on: order.id, by: "王强", at: start)
    #expect(accepted.wishes == [.acknowledge(alert: "a1", by: "王强"), .acknowledge(alert: "a2", by: "王强")])
    // Done, and the sensors agree: it ends by itself.
    _ = try book.perform(.done(photos: []), on: order.id, by: "王强", at: start + hour)
    #expect(book.follow(event(.closed, first, at: start + 2 * hour), at: start + 2 * hour).kinds == [.commented])
    let last = book.follow(event(.closed, Sample.alert("a2", at: start), at: start + 3 * hour), at: start + 3 * hour)
    #expect(last.kinds == [.verified, .closed] && last.events[0].by == "linli")
  }

  @Test func anAlertHasOneOrderAtATime() throws {
    var book = OrderBook(policy: try Sample.policy(Self.settings))
    let start = try local("2026-01-05T10:00")
    let first = book.follow(event(.raised, Sample.alert("a1", at: start), at: start), at: start).events[0].order.id
    let second = try book.create(Sample.draft(), at: start).0.id
    #expect(throws: OrderError.alertTaken("a1", order: first)) {
      try book.join(alert: "a1", to: second, by: "张三", at: start)
    }
    var draft = Sample.draft()
    draft.alerts = ["a1"]
    #expect(throws: OrderError.alertTaken("a1", order: first)) { try book.create(draft, at: start) }
    #expect(book[second]?.alerts == [] && book.order(ofAlert: "a1")?.id == first)
    // Its own order may say so again; cancelled, it leaves the alert to others.
    #expect(try book.join(alert: "a1", to: first, by: "张三", at: start).isEmpty)
    _ = try book.perform(.cancel, on: first, by: "张三", at: start, comment: "重复")
    #expect(try book.join(alert: "a1", to: second, by: "张三", at: start).kinds == [.joined])
    #expect(book.order(ofAlert: "a1")?.id == second)
  }

  /// Orders of a database in which an alert had closed before, or was taken from one order by another.
  @Test(arguments: [Order.State.ordered, .accepted, .done, .verified], [nil, "w-other", "w-a"])
  func ordersThatWaitInVainComeFree(state: Order.State, owner: String?) throws {
    let start = try local("2026-01-05T10:00")
    var order = Order(
      id: "w-a", title: LocalizedText("换灯"), place: Sample.plant, priority: .high, source: .person, alerts: ["a1"],
      unit: LocalizedText("物业"), orderedBy: "张三", orderedAt: start)
    order.state = state
    var other = order
    other.id = "w-other"
    for orders in [[order, other], [other, order]] {
      var book = OrderBook(policy: try Sample.policy(Self.settings), restoring: orders)
      let outcome = book.freeStranded(at: start + hour) { _ in owner }
      let kind: OrderEvent.Kind = state == .verified ? .closed : .commented
      let freed = ["w-a", "w-other"].filter { $0 != owner }
      #expect(outcome.events.map(\.order.id) == freed && outcome.kinds == freed.map { _ in kind })
      #expect(outcome.events.allSatisfy { $0.order.openAlerts.isEmpty && $0.order.alerts == ["a1"] })
      #expect(book.order(ofAlert: "a1")?.id == owner)
      #expect(book.freeStranded(at: start + 2 * hour) { _ in nil }.isEmpty, "once after a start")
    }
  }

  @Test func whatEndedByItselfIsCancelledUnlessSomebodyIsOnTheWay() throws {
    var book = OrderBook(policy: try Sample.policy(Self.settings))
    let start = try local("2026-01-05T10:00")
    let alert = Sample.alert("a1", at: start)
    _ = book.follow(event(.raised, alert, at: start), at: start)
    #expect(book.follow(event(.closed, alert, at: start + 1), at: start + 1).kinds == [.cancelled])
    let second = Sample.alert("a2", at: start)
    let id = book.follow(event(.raised, second, at: start), at: start).events[0].order.id
    _ = try book.perform(.accept, on: id, by: "王强", at: start)
    _ = book.follow(event(.closed, second, at: start + 1), at: start + 1)
    #expect(book[id]?.state == .accepted && book[id]?.openAlerts == [])
  }

  @Test func atTheAcknowledgementItGoesToTheOneWhoAcknowledged() throws {
    var book = OrderBook(policy: try Sample.policy(Self.settings))
    let start = try local("2026-01-05T10:00")
    var alert = Sample.alert("a1", "leak", at: start)
    alert.traits.audience = ["water"]
    #expect(book.follow(event(.raised, alert, at: start), at: start).isEmpty)
    alert.acknowledgedAt = start
    alert.acknowledgedBy = "王强"
    let made = book.follow(event(.acknowledged, alert, at: start), at: start)
    #expect(made.events.first?.order.person?.name == "王强" && made.events.first?.order.person?.channel == "yihe")
    // It stays although its alert has gone.
    let id = try #require(made.events.first?.order.id)
    _ = book.follow(event(.closed, alert, at: start), at: start)
    #expect(book[id]?.state == .ordered)
  }

  /// The room is warm again: whoever answers only says that it was seen.
  @Test func anAnswerThatEndsTheAlertOrdersNothing() throws {
    var book = OrderBook(policy: try Sample.policy(Self.settings))
    let start = try local("2026-01-05T10:00")
    var alert = Sample.alert("a1", "cold", at: start)
    alert.acknowledgedAt = start + hour
    var gone = alert
    gone.clearedAt = start + 1
    #expect(book.follow(event(.acknowledged, gone, at: start + hour), at: start + hour).isEmpty)
    #expect(book.follow(event(.acknowledged, alert, at: start + hour), at: start + hour).kinds == [.ordered])
  }

  @Test func aVerifiedOrderWaitsForItsAlert() throws {
    var book = OrderBook(policy: try Sample.policy(Self.settings))
    let start = try local("2026-01-05T10:00")
    let alert = Sample.alert("a1", at: start)
    let id = book.follow(event(.raised, alert, at: start), at: start).events[0].order.id
    _ = try book.perform(.done(photos: []), on: id, by: "王强", at: start)
    let verified = try book.perform(.verify, on: id, by: "李敏", at: start)
    #expect(verified.kinds == [.verified] && verified.wishes == [.close(alert: "a1", by: "李敏")])
    #expect(book.follow(event(.closed, alert, at: start + 1), at: start + 1).kinds == [.closed])
    #expect(book.count == 0)
  }

  @Test func silentAlertsMakeNoOrders() throws {
    var book = OrderBook(policy: try Sample.policy(Self.settings))
    let start = try local("2026-01-05T10:00")
    var alert = Sample.alert("a1", at: start)
    alert.suppression = Suppression(kind: .maintenance, by: "m", since: start, until: nil, reason: "x")
    #expect(book.follow(event(.raised, alert, at: start), at: start).isEmpty)
    alert.suppression = nil
    #expect(book.follow(event(.released, alert, at: start), at: start).kinds == [.ordered])
  }
}
