// A year of orders on a virtual clock: random alerts, random people, a desk that is loaded again from the database at random
// moments. Every order ends, each missed deadline climbs to the right level at its very millisecond, nothing is there twice.
import Alerts
import Community
import ConfigFile
import Notify
import Orders
import Pipeline
import TestSupport
import Testing

@testable import Store

@Suite struct OrderYearTests {
  @Test(arguments: [1]) func everyOrderEndsAndEveryDeadlineIsKept(seed: UInt64) async throws {
    let folder = try TemporaryFolder()
    let store = try Store(path: folder.database)
    var year = try OrderYear(store: store, seed: seed)
    try await year.run(days: 365)
    try await year.windDown()
    #expect(try await store.openOrders().isEmpty)
    try await year.check()
  }
}

private struct OrderYear {
  static let hour: Int64 = 3_600
  static let day: Int64 = 86_400
  static let acceptWithin = 8 * hour
  static let finishWithin = 24 * hour
  static let verifyWithin = 48 * hour
  /// The posts of every home, nearest first, and how long each has once it got an order.
  static let posts = ["hedong/jiefang/chaoyang/yihe", "hedong/jiefang/chaoyang", "hedong/jiefang", "hedong"]
  static let postFinish: [String: Int64] = [posts[0]: 3 * hour, posts[1]: 4 * hour, posts[2]: 8 * hour]
  static let overdueEvery = 30 * hour

  let store: Store
  let policy: DeskPolicy
  var desk: AlertDesk
  var dice: Dice
  /// What has to do with joining is thrown apart.
  var joinDice: Dice
  var joins = 0
  var refusedJoins = 0
  var now: Int64 = 0
  var position: JournalPosition = 1
  var active: Set<String> = []
  var restarts = 0
  var refusals = 0

  init(store: Store, seed: UInt64) throws {
    self.store = store
    dice = Dice(state: seed)
    joinDice = Dice(state: seed &+ 1_000_000)
    policy = try Self.policy()
    desk = AlertDesk(storage: store, policy: policy)
  }

  private static func policy() throws -> DeskPolicy {
    let log = ProblemLog()
    let places = """
      places:
      - id: hedong
        level: district
        duty: {unit: 区, people: [{name: 值班长, channel: district}]}
        places:
        - id: jiefang
          duty: {unit: 街道, people: [{name: 李敏, channel: street}], finish_within: 8h}
          places:
          - id: chaoyang
            duty: {unit: 居委会, rota: day-only, finish_within: 4h}
            places: [{id: yihe, duty: {unit: 物业, people: [{name: 王强, channel: yihe}], finish_within: 3h}}]
      """
    let duty = """
      people: [{id: zhao, name: 赵丽华, channel: committee}]
      rotas: [{id: day-only, shifts: [{days: [mon, tue, wed, thu, fri], from: "08:30", to: "17:30", people: [zhao]}]}]
      """
    let orders = """
      accept_within: 8h
      finish_within: 24h
      verify_within: 48h
      overdue_every: 30h
      automatic: [{id: cold, rules: [cold]}]
      maintenance: [{id: weekly, title: 巡检, place: hedong/jiefang/chaoyang/yihe, every: {weeks: 1}, from: 2026-01-05, at: "09:00"}]
      points: {visit: 10}
      """
    let node = try #require(ConfigReader.parse(places, file: "places.yaml", log: log))
    let file = DutyFile.read(
      ConfigReader.parse(duty, file: "duty.yaml", log: log), directory: "/nowhere", zone: .utc, log: log)
    let table = DutyTable(
      places: PlaceTreeReader.read(node, log: log), file: file, careChains: [:], zone: .utc, log: log)
    let settings = OrderSettings.read(ConfigReader.parse(orders, file: "orders.yaml", log: log), log: log)
    #expect(log.problems.map(\.description) == [])
    return DeskPolicy(
      traits: { _ in traits() }, orders: OrderPolicy(settings: settings, duty: table, zone: .utc),
      channels: { event in event.order == nil ? [] : (event.to ?? []).compactMap(\.channel) })
  }

  // MARK: - What happens

  mutating func run(days: Int64) async throws {
    try await desk.start()
    try await desk.enter(
      Volunteer(id: "lin", name: "林晓雨", help: [.visit], places: ["hedong"], since: at(0)))
    await desk.advance(to: at(0))
    while now < days * Self.day {
      now += Int64.random(in: 1...5 * Self.hour, using: &dice)
      if Int.random(in: 0..<25, using: &dice) == 0 {
        restarts += 1
        desk = AlertDesk(storage: store, policy: policy)
        try await desk.start()
      }
      switch Int.random(in: 0..<10, using: &dice) {
      case 0, 1: await turn("chaoyang/yihe/r\(Int.random(in: 0..<12, using: &dice))")
      case 2: try await order()
      case 3: await desk.advance(to: at(now))
      default: try await act()
      }
      switch Int.random(in: 0..<6, using: &joinDice) {
      // No order comes of these by itself.
      case 0: await turn("chaoyang/yihe/w\(Int.random(in: 0..<6, using: &joinDice))", rule: "damp")
      case 1: try await join()
      default: break
      }
    }
    #expect(restarts > 20 && refusals > 20 && joins > 5 && refusedJoins > 5)
  }

  /// A condition begins or ends.
  private mutating func turn(_ subject: String, rule: String = "cold") async {
    position += 1
    let isActive = active.contains(subject)
    var change = change(isActive ? .cleared : .raised, subject, position)
    change.rule = rule
    change.at = at(now)
    change.noticedAt = at(now)
    if isActive { active.remove(subject) } else { active.insert(subject) }
    _ = await desk.take([change], lane: "main")
  }

  private mutating func order() async throws {
    var draft = OrderDraft(title: LocalizedText("帮忙"), place: Self.posts[0] + "/b3", by: "张三")
    draft.help = Bool.random(using: &dice) ? .visit : nil
    _ = try await desk.createOrder(draft, at: at(now))
  }

  /// Somebody does something to some order, whether it makes sense or not.
  private mutating func act() async throws {
    let open = try await desk.orders(OrderQuery()).orders
    guard let order = open.randomElement(using: &dice) else { return }
    let until = at(now + Int64.random(in: 1...6 * Self.day, using: &dice))
    let lin = try #require(await desk.volunteer("lin"))
    let (action, by): (OrderAction, String) =
      switch Int.random(in: 0..<14, using: &dice) {
      case 0, 1, 2: (.accept, "王强")
      case 3: (.handOver(person: Responder(name: "刘洋"), unit: nil), "王强")
      case 4: (.wait(.part, until: until), "王强")
      case 5: (.resume, "王强")
      case 6, 7, 8: (.done(photos: []), "王强")
      case 9, 10: (.verify, Bool.random(using: &dice) ? "张三" : "王强")
      case 11: (.reject, "张三")
      case 12: (.claim(lin), "林晓雨")
      default: Bool.random(using: &dice) ? (.release, "林晓雨") : (.cancel, "张三")
      }
    do {
      _ = try await desk.perform(action, onOrder: order.id, by: by, at: at(now), comment: "因为")
    } catch is OrderError { refusals += 1 }
  }

  /// Somebody puts an alert to an order, whether it is open or not, of another order or not.
  private mutating func join() async throws {
    let orders = try await desk.orders(OrderQuery()).orders
    let alerts = Set(try await desk.list(AlertQuery()).alerts.map(\.id)).union(orders.flatMap(\.alerts)).sorted()
    guard let order = orders.randomElement(using: &joinDice), let alert = alerts.randomElement(using: &joinDice)
    else { return }
    do {
      joins += try await desk.join(alert: alert, toOrder: order.id, by: "张三", at: at(now)).events.count
    } catch is OrderError { refusedJoins += 1 }
  }

  /// People finish what is left, and conditions return.
  mutating func windDown() async throws {
    for subject in active.sorted() { await turn(subject, rule: subject.contains("/w") ? "damp" : "cold") }
    for _ in 0..<40 {
      now += 12 * Self.hour
      await desk.advance(to: at(now))
      for order in try await desk.orders(OrderQuery()).orders {
        let action: OrderAction? =
          switch order.state {
          case .ordered, .accepted, .waiting: .done(photos: [])
          case .done: .verify
          default: nil
          }
        guard let action else { continue }
        do {
          _ = try await desk.perform(action, onOrder: order.id, by: action == .verify ? "张三" : "王强", at: at(now))
        } catch is OrderError {}
      }
      if try await desk.orders(OrderQuery()).orders.isEmpty { break }
    }
  }

  // MARK: - Whether it was right

  func check() async throws {
    var query = OrderQuery(includeEnded: true, limit: 10_000)
    var orders: [Order] = []
    while true {
      let page = try await store.orders(query)
      orders += page.orders
      guard let next = page.next else { break }
      query.cursor = next
    }
    #expect(orders.count > 300)
    var escalations = 0
    var kinds: Set<OrderEvent.Kind> = []
    var taken: [(alert: String, from: Timestamp, to: Timestamp)] = []
    for order in orders {
      let story = try #require(try await store.orderStory(order.id))
      #expect(story.events.map(\.number) == Array(1...story.events.count))
      #expect(story.order.hasEnded && story.order == story.events.last?.order)
      escalations += replay(story.events)
      kinds.formUnion(story.events.map(\.kind))
      for alert in order.alerts {
        let from = try #require(story.events.first { $0.order.alerts.contains(alert) }).at
        taken.append((alert, from, try #require(order.endedAt)))
      }
      // Each notice once; who is told is who was asked.
      let keys = story.deliveries.map(\.idempotencyKey)
      #expect(Set(keys).count == keys.count)
    }
    #expect(escalations > 300)
    for kind in OrderEvent.Kind.allCases where kind != .photographed {
      #expect(kinds.contains(kind), "\(kind) never happened")
    }
    // An alert has one order at a time: the next takes it when the one before has ended.
    for spans in Dictionary(grouping: taken, by: \.alert).values.map({ $0.sorted { $0.from < $1.from } }) {
      #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.to <= $1.from }, "\(spans)")
    }
    // Each planned order is there once: Mondays at nine.
    let planned = orders.filter { $0.plan == "weekly" }.map(\.orderedAt).sorted()
    #expect(planned == (0..<planned.count).map { at(Int64($0) * 7 * Self.day + 9 * Self.hour) })
    #expect(planned.count == Int((now - 9 * Self.hour) / (7 * Self.day)) + 1)
    // What was credited is what a person verified of a claimed order.
    let credits = try await desk.bankEntries()
    #expect(Set(credits.compactMap(\.order)).count == credits.count)
  }

  /// Whether the committee has somebody there: weekdays from 8:30 to 17:30. The others always have.
  private func isPresent(_ post: String, _ time: Timestamp) -> Bool {
    guard post == Self.posts[1] else { return true }
    let seconds = (time - at(0)) / 1_000
    let ofDay = seconds % Self.day
    return seconds / Self.day % 7 < 5 && ofDay >= 8 * Self.hour + 1_800 && ofDay < 17 * Self.hour + 1_800
  }

  private func above(_ post: String, _ time: Timestamp) -> String? {
    guard let index = Self.posts.firstIndex(of: post) else { return nil }
    return Self.posts[(index + 1)...].first { isPresent($0, time) }
  }

  /// Follows the steps of one order with a model of its own. Returns the number of escalations.
  private func replay(_ events: [OrderEvent]) -> Int {
    var (accept, finish, verify, wait): (Timestamp?, Timestamp?, Timestamp?, Timestamp?)
    var (left, waitedSince): (Int64?, Timestamp?)
    var deadline: Timestamp?
    var missed = false
    var post = ""
    var count = 0
    func later(_ time: Timestamp, _ seconds: Int64) -> Timestamp { time + seconds * 1_000 }
    func endWait(_ time: Timestamp) {
      guard let since = waitedSince else { return }
      finish = left.map { time + $0 }
      if !missed { deadline = deadline.map { $0 + (time - since) } }
      (wait, left, waitedSince) = (nil, nil, nil)
    }
    for event in events {
      let due = [accept, finish, verify, wait].compactMap { $0 }.min()
      let isByTime =
        event.kind == .escalated || event.kind == .repeated || (event.kind == .resumed && event.by == "linli")
        || (event.kind == .verified && event.comment(in: .zh)?.hasPrefix("超时") == true)
      if isByTime {
        #expect(due == event.at, "\(event.order.id) \(event.number) \(event.kind)")
      } else if let due {
        #expect(due > event.at, "\(event.order.id) \(event.number) \(event.kind): a deadline at \(due) was passed over")
      }
      switch event.kind {
      case .ordered:
        (accept, finish) = (later(event.at, Self.acceptWithin), later(event.at, Self.finishWithin))
        deadline = finish
        post = Self.posts[0]
        #expect(event.order.overseer?.place == post)
      case .accepted, .claimed: accept = nil
      case .handedOver, .released:
        endWait(event.at)
        accept = later(event.at, Self.acceptWithin)
      case .waiting:
        endWait(event.at)
        left = finish.map { $0 - event.at }
        finish = nil
        waitedSince = event.at
        wait = event.order.wait?.until
      case .resumed: endWait(event.at)
      case .done:
        endWait(event.at)
        (accept, finish, verify) = (nil, nil, later(event.at, Self.verifyWithin))
      case .rejected:
        verify = nil
        finish = max(later(event.at, Self.finishWithin), deadline ?? event.at)
      case .verified, .cancelled, .closed:
        endWait(event.at)
        (accept, finish, verify, wait) = (nil, nil, nil, nil)
      case .escalated, .repeated:
        count += 1
        let next = above(post, event.at)
        #expect(event.kind == (next == nil ? .repeated : .escalated))
        post = next ?? post
        #expect(event.order.overseer?.place == post)
        if accept == event.at, event.comment(in: .en)?.contains("accepted") == true {
          accept = later(event.at, Self.acceptWithin)
        } else {
          missed = true
          finish = later(event.at, Self.postFinish[post] ?? Self.overdueEvery)
        }
      case .commented, .joined, .photographed: break
      }
      #expect(event.order.deadline == deadline, "\(event.order.id) \(event.number) \(event.kind)")
    }
    return count
  }
}
