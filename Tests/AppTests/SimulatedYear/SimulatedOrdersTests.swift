import Alerts
import Orders
import Pipeline
import Testing

@testable import App

/// The orders of the simulated year: every one ends, and each missed deadline goes to the right level at the right second.
@Suite struct SimulatedOrdersTests {
  private struct Spoken {
    var from: Timestamp
    var closed = Timestamp.distantFuture
  }

  @Test(arguments: [8, 9] as [UInt64])
  func everyOrderEnds(seed: UInt64) throws {
    let configuration = SimulatedYearTests.configuration
    let year = YearOfAlerts(configuration, days: SimulatedYearTests.days, seed: seed)
    var run = YearRun(year, configuration)
    try run.run()
    var orders = YearOfOrders(configuration, seed: seed)
    try orders.run(year, run.events)
    #expect(orders.book.count == 0 && orders.book.counts.refusedForRoom == 0)

    let spoken = Self.spoken(run.events)
    var (covered, climbed, cancelled): (Set<String>, Int, Int) = ([], 0, 0)
    for (id, order) in orders.orders.sorted(by: { $0.key < $1.key }) {
      let events = try #require(orders.events[id])
      let fate = try #require(orders.fates[id])
      let alerts = try order.alerts.map { try #require(spoken[$0], "an order for what never spoke: \(order)") }
      for alert in order.alerts { #expect(covered.insert(alert).inserted, "two orders for \(alert)") }
      let expected = NaiveOrder(
        NaiveOrder.Ask(
          at: order.orderedAt, place: order.place, priority: order.priority,
          deadline: order.orderedAt + Self.toFinish(order), alerts: alerts.map { ($0.from, $0.closed) }), fate)
      let steps = events.filter { $0.kind == .escalated }.map { event in
        NaiveDuty.Step(
          at: event.at, level: event.order.overseer?.level ?? "", people: event.to?.map(\.name).sorted() ?? [])
      }
      #expect(steps == expected.steps, "\(order) \(fate)")
      #expect(order.endedAt == expected.ended, "\(order) \(fate)")
      #expect((order.state == .cancelled) == expected.isCancelled, "\(order) \(fate)")
      climbed += steps.count
      cancelled += order.state == .cancelled ? 1 : 0
    }
    #expect(covered == Set(spoken.keys), "alerts without their order")
    #expect(
      orders.orders.count > 300 && climbed > 30 && cancelled > 10, "\(orders.orders.count) \(climbed) \(cancelled)")
  }

  /// Each once, at its time, for the whole year.
  @Test func theCalendarIsKept() throws {
    let configuration = SimulatedYearTests.configuration
    let year = YearOfAlerts(configuration, days: 365, seed: 8)
    var orders = YearOfOrders(configuration, seed: 8)
    try orders.run(year, [])
    let made = Dictionary(grouping: orders.orders.values, by: { $0.plan ?? "" }).mapValues {
      $0.map(\.orderedAt).sorted()
    }
    for plan in ["lift-1-service", "lift-2-service", "visits", "gutters"] {
      let calendar = try #require(NaiveOrder.calendar(plan))
      let times = stride(from: calendar.first.milliseconds, to: year.end.milliseconds, by: Int(calendar.every))
      #expect(made[plan] == times.map { Timestamp(milliseconds: $0) }, "\(plan)")
    }
    // 08:30 on the first of each month; in UTC half past midnight.
    let firsts = (1...12).map { Timestamp(rfc3339: "2026-\($0 < 10 ? "0" : "")\($0)-01T08:30:00+08:00") }
    #expect(made["fire-round"] == firsts.compactMap(\.self))
  }

  /// Alerts of rules that order, since when the order may have them: the first word that speaks, or of some the first answer.
  private static func spoken(_ events: [AlertEvent]) -> [String: Spoken] {
    var spoken: [String: Spoken] = [:]
    for event in events {
      let alert = event.alert
      guard let entry = NaiveOrder.automatic(alert.rule, alert.traits.priority) else { continue }
      let isMoment =
        entry.id == "cold-rooms"
        ? event.kind == .acknowledged && alert.isActive && !alert.isSuppressed
        : event.kind == .released || event.kind == .raised && !alert.isSuppressed
      if isMoment, spoken[alert.id] == nil { spoken[alert.id] = Spoken(from: event.at) }
      if event.kind == .closed { spoken[alert.id]?.closed = event.at }
    }
    return spoken
  }

  private static func toFinish(_ order: Order) -> Int64 {
    let plan = order.plan ?? ""
    if plan == "fire-round" { return 5 * YearOfAlerts.day }
    if let calendar = NaiveOrder.calendar(plan) { return calendar.finish }
    let rules = [
      "lift-trapped", "lift-fault", "pump-overload", "water-leak", "heating-riser-cold", "bin-full", "care-room-hot",
    ]
    return rules.compactMap { NaiveOrder.automatic($0, order.priority) }.first { $0.id == plan }?.finish ?? 0
  }
}
