import Alerts
import Community
import ConfigFile
import Pipeline
import Testing

@testable import Orders

@Suite struct MaintenanceTests {
  private func dues(_ calendar: MaintenanceCalendar, after: String, _ count: Int) throws -> [String] {
    var time = try local(after)
    return (0..<count).map { _ in
      time = calendar.next(after: time, Sample.shanghai)
      return String(time.rfc3339Local.prefix(16))
    }
  }

  @Test func rhythms() throws {
    let day = try #require(LocalDay("2026-01-31"))
    #expect(
      try dues(MaintenanceCalendar(.months(1), from: day), after: "2026-01-01T00:00", 4)
        == ["2026-01-31T08:00", "2026-02-28T08:00", "2026-03-31T08:00", "2026-04-30T08:00"])
    #expect(
      try dues(MaintenanceCalendar(.days(15), from: day, minutes: 0), after: "2026-02-15T00:00", 2)
        == ["2026-03-02T00:00", "2026-03-17T00:00"])
    #expect(
      try dues(
        MaintenanceCalendar(.yearly([.init(month: 10, day: 15), .init(month: 2, day: 29)]), from: LocalDay(number: 0)),
        after: "2026-11-01T00:00", 3) == ["2027-02-28T08:00", "2027-10-15T08:00", "2028-02-29T08:00"])
    #expect(
      try dues(MaintenanceCalendar(.months(12), from: day), after: "2031-06-01T00:00", 1) == ["2032-01-31T08:00"])
  }

  private static let plans = """
    maintenance:
    - {id: weekly, title: 巡检, place: hedong/jiefang, every: {weeks: 1}, from: 2026-01-05, at: "09:00", finish_within: 2d}
    - {id: pump, title: 换油, place: hedong, hours: {point: pump/running, every: 2}}
    - {id: lift, title: 检查门机, place: hedong, count: {point: lift/open, every: 3}}
    - {id: water, title: 换滤芯, place: hedong, meter: {point: w/volume, every: 10}}
    """

  /// Restarted at random moments from what was stored, each due order is there once, at its time.
  @Test(arguments: 1...10) func eachDueOrderOnce(seed: Int) throws {
    var dice = Dice(state: UInt64(seed))
    let start = try local("2026-01-05T10:00")
    let policy = try Sample.policy(Self.plans)
    var stored: [String: Order] = [:]
    var plans: [String: PlanState] = [:]
    var made: [String: [Timestamp]] = [:]
    var book = OrderBook(policy: policy)
    func store(_ outcome: OrderOutcome) {
      for event in outcome.events {
        stored[event.order.id] = event.order
        if event.kind == .ordered { made[event.order.plan ?? "", default: []].append(event.at) }
      }
      for plan in outcome.plans { plans[plan.id] = plan }
    }
    store(book.advance(to: start))
    var time = start
    let goal = start + 28 * 24 * hour
    while time < goal {
      time = min(goal, time + Int64.random(in: 1...40 * hour, using: &dice))
      store(book.advance(to: time))
      if Int.random(in: 0..<3, using: &dice) == 0 {
        book = OrderBook(
          policy: policy, restoring: stored.values.filter { !$0.hasEnded }, plans: Array(plans.values))
      }
    }
    let weeks = try ["2026-01-12T09:00", "2026-01-19T09:00", "2026-01-26T09:00", "2026-02-02T09:00"].map(local)
    let weekly = made["weekly"] ?? []
    #expect(weekly == Array(weeks.filter { $0 <= goal }))
    let first = stored.values.filter { $0.plan == "weekly" }.min { $0.orderedAt < $1.orderedAt }
    #expect(first?.source == .maintenance && first?.deadline == weeks[0] + 48 * hour)
  }

  @Test func runningHoursAreExactAndSurviveRestarts() throws {
    let start = try local("2026-01-05T10:00")
    let policy = try Sample.policy(Self.plans)
    var book = OrderBook(policy: policy)
    var plans = Dictionary(book.advance(to: start).plans.map { ($0.id, $0) }) { $1 }
    var made: [Timestamp] = []
    // On for 30 minutes of every hour; silent from hour 10 on.
    let readings = (0..<20).map { HistoryReading(time: start + Int64($0) * hour / 2 + 1, value: $0 % 2 == 0 ? 1 : 0) }
    for reading in readings {
      let outcome = book.count([reading, reading], plan: "pump", holdLimit: hour)
      for plan in outcome.plans { plans[plan.id] = plan }
      made += outcome.events.filter { $0.kind == .ordered }.map(\.at)
      book = OrderBook(policy: policy, restoring: Array(book.open), plans: Array(plans.values))
    }
    // Two hours of running are complete after four half hours: at 3 h 30 min, and at 7 h 30 min.
    #expect(made == [start + 7 * hour / 2 + 1, start + 15 * hour / 2 + 1])
    // A value holds no longer than the device is heard.
    let silent = HistoryReading(time: start + 100 * hour, value: 1)
    _ = book.count([HistoryReading(time: start + 20 * hour, value: 1), silent], plan: "pump", holdLimit: hour)
    #expect(book.planState("pump")?.usage?.total == Double(6 * hour))
  }

  @Test func countsAndMeters() throws {
    let start = try local("2026-01-05T10:00")
    var book = OrderBook(policy: try Sample.policy(Self.plans))
    _ = book.advance(to: start)
    func reading(_ second: Int64, _ value: Double, late: Bool = false) -> HistoryReading {
      HistoryReading(time: start + second * 1_000, value: value, isLate: late)
    }
    let doors = [0, 1, 1, 0, 1, 0, 1, 0, 1].enumerated().map { reading(Int64($0.offset + 1), $0.element) }
    let made = book.count(doors + [reading(3, 0, late: true)], plan: "lift", holdLimit: hour)
    #expect(made.events.map(\.at) == [start + 7_000])
    #expect(book.planState("lift")?.usage?.total == 4)
    // Up to 103, reset, and to 6 again: 3 + 6 litres; then one jump over two multiples makes two orders.
    let water = [100, 103, 2, 6, 31].enumerated().map { reading(Int64($0.offset + 1), $0.element) }
    let litres = book.count(water, plan: "water", holdLimit: hour)
    #expect(litres.events.count == 3 && Set(litres.events.map(\.order.id)).count == 3)
    #expect(book.planState("water")?.usage?.total == 34)
    // Values out of all bounds are none, and the meter goes on where it was.
    let wild = [-1.7e308, 1.7e308, .infinity, 32].enumerated().map { reading(Int64($0.offset + 10), $0.element) }
    #expect(book.count(wild, plan: "water", holdLimit: hour).events.isEmpty)
    #expect(book.planState("water")?.usage?.total == 35)
  }

  @Test func mistakesAreNamed() {
    let log = ProblemLog()
    _ = OrderSettings.read(
      ConfigReader.parse(
        """
        maintenance:
        - {id: a, title: x, place: hedong}
        - {id: b, title: x, place: hedong, every: {days: 1}, hours: {point: p, every: 1}}
        - {id: c, title: x, place: hedong, every: {days: 1}}
        - {id: d, title: x, place: hedong, on: [13-01]}
        - {id: e, title: x, place: hedong, meter: {point: p, every: 1, above: 3}}
        automatic:
        - {id: all}
        - {id: all, rules: [x]}
        """, file: "orders.yaml", log: log), log: log)
    let words = log.sorted.map(\.message.en)
    for expected in [
      "says not when", "says more than one of every, hours", "missing \"from\"", "on: expected days of the year",
      "unknown key \"above\"", "\"all\" would make an order of every alert", "\"all\" is there twice",
    ] {
      #expect(words.contains(expected), "\(words)")
    }
  }

  @Test(arguments: [
    ("every: {days: 1}, meter: {}", "every、meter 只能写一个；请写 every、on、hours、meter、count 中的一个"),
    ("every: {days: 1}", "缺少“from”；请写第一天：from: 2026-01-15"),
    ("every: {days: 1, weeks: 1}", "every：请写 days、weeks、months、years 中的一个；every: {months: 1}"),
  ])
  func mistakesAreNamedInChineseToo(trigger: String, problem: String) {
    let log = ProblemLog()
    let yaml = "maintenance: [{id: a, title: x, place: hedong, \(trigger)}]"
    _ = OrderSettings.read(ConfigReader.parse(yaml, file: "orders.yaml", log: log), log: log)
    let texts = log.problems.map { $0.text(in: .zh) }
    #expect(texts.count == 1 && texts.allSatisfy { $0.hasSuffix(": error: \(problem)") }, "\(texts)")
  }
}

extension Timestamp {
  fileprivate var rfc3339Local: String {
    let day = Sample.shanghai.day(at: self)
    let minutes = Int((self - Sample.shanghai.instant(day)) / 60_000)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(day.text)T\(two(minutes / 60)):\(two(minutes % 60))"
  }
}
