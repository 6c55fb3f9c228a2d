// Orders over a real database: one transaction with what caused them, each once, whatever dies when.
import Alerts
import Community
import ConfigFile
import Foundation
import GRDB
import Notify
import Orders
import Pipeline
import Synchronization
import TestSupport
import Testing

@testable import Store

@Suite struct OrderDeskTests {
  private static let orders = """
    accept_within: 20s
    finish_within: 60s
    automatic: [{id: cold, rules: [cold], title: {zh: 查暖气, en: Check the heating}}]
    maintenance: [{id: daily, title: 巡检, place: hedong, every: {days: 1}, from: 2026-01-01, at: "00:10"}]
    points: {visit: 10}
    """

  static func policy(_ orders: String = orders) throws -> DeskPolicy {
    let log = ProblemLog()
    let places = """
      places:
      - id: hedong
        level: district
        duty: {unit: 区, people: [{name: 值班长, channel: district}]}
        places: [{id: jiefang, duty: {unit: 街道, people: [{name: 李敏, channel: street}]}}]
      """
    let settings = OrderSettings.read(ConfigReader.parse(orders, file: "orders.yaml", log: log), log: log)
    #expect(log.problems.map(\.description) == [])
    return DeskPolicy(
      traits: { traits($0.subject.hasPrefix("critical") ? .critical : .high) },
      orders: OrderPolicy(settings: settings, duty: try dutyTable(places), zone: .utc),
      channels: { event in (event.order == nil ? [] : ["ops"]) + (event.to ?? []).compactMap(\.channel) })
  }

  private func steps(_ store: Store) async throws -> [String] {
    var found: [String] = []
    for order in try await store.orders(OrderQuery(includeEnded: true)).orders {
      let story = try #require(try await store.orderStory(order.id))
      let name = order.plan ?? ""
      found += story.events.map { "\(name)\($0.number) \($0.kind.rawValue) \(($0.at - at(0)) / 1000)" }
      #expect(story.events.map(\.number) == Array(1...story.events.count))
      #expect(story.order == story.events.last?.order)
    }
    return found.sorted()
  }

  /// What happens, second by second.
  private func happen(_ second: Int, _ desk: AlertDesk) async throws {
    switch second {
    case 2: _ = await desk.take([change(.raised, "a", 2)], lane: "main")
    case 30:
      let order = try #require(try await desk.orders(OrderQuery()).orders.first { $0.plan == "cold" })
      _ = try await desk.perform(.accept, onOrder: order.id, by: "王强", at: at(30))
    case 40:
      let order = try #require(try await desk.orders(OrderQuery()).orders.first { $0.plan == "cold" })
      _ = try await desk.perform(.done(photos: []), onOrder: order.id, by: "王强", at: at(40), comment: "好了")
    case 50: _ = await desk.take([change(.cleared, "a", 50)], lane: "main")
    default: await desk.advance(to: at(Int64(second)))
    }
  }

  private static let expected = [
    "cold1 ordered 2", "cold2 escalated 22", "cold3 accepted 30", "cold4 done 40", "cold5 verified 50",
    "cold6 closed 50",
  ]

  @Test(arguments: [nil, 1, 3, 21, 22, 23, 29, 31, 39, 41, 49, 51, 55], [false, true])
  func dyingAnywhereLosesAndDoublesNothing(cut: Int?, answerLost: Bool) async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let policy = try Self.policy()
    var desk = AlertDesk(storage: storage, policy: policy)
    try await desk.start()
    for second in 0...60 {
      if second == cut {
        // What the dying one did last is refused, or written without its knowing.
        storage.fail(answerLost ? .loseAnswer : .refuse(.diskFull))
        await desk.advance(to: at(Int64(second)))
        storage.fail(nil)
        desk = AlertDesk(storage: storage, policy: policy)
        try await desk.start()
      }
      try await happen(second, desk)
    }
    #expect(try await steps(storage.store) == Self.expected)
    // The alert knows its order, was acknowledged with its acceptance and closed when the condition had gone.
    let alert = try #require(try await storage.store.alerts(AlertQuery(includeClosed: true)).alerts.first)
    let story = try #require(try await desk.story(alert.id))
    #expect(story.events.map(\.event.kind) == [.raised, .ordered, .acknowledged, .cleared, .closed])
    #expect(alert.order?.hasPrefix("w-") == true && alert.acknowledgedBy == "王强")
    // Each step that was written has its notices, once.
    let entries = try await storage.store.due(at: at(1_000), excluding: [], limit: 1_000)
    let order = try #require(alert.order)
    #expect(
      Set(entries.map(\.idempotencyKey)) == ["\(order)-1-ops", "\(order)-1-street", "\(order)-2-district"])
    let deliveries = try #require(try await desk.orderStory(order)).deliveries
    #expect(deliveries.filter { $0.channel == "ops" }.count == 6 && deliveries.contains { $0.channel == "district" })
  }

  /// A deadline that passed a moment before somebody accepts the order was missed, whether or not the clock had been looked at.
  @Test func whatWasDueBeforeAnActionComesFirst() async throws {
    let folder = try TemporaryFolder()
    let places = """
      places:
      - {id: hedong, level: district, duty: {unit: 区, people: [值班长], answer_within: 10s}, places: [{id: jiefang, duty: {
          unit: 街道, people: [李敏], answer_within: 10s}}]}
      """
    var policy = try Self.policy()
    policy.response = ResponsePolicy(duty: try dutyTable(places))
    let desk = AlertDesk(storage: try Store(path: folder.database), policy: policy)
    try await desk.start()
    _ = await desk.take([change(.raised, "a", 2)], lane: "main")
    let order = try #require(try await desk.orders(OrderQuery()).orders.first)
    _ = try await desk.perform(.accept, onOrder: order.id, by: "王强", at: at(13))
    let story = try #require(try await desk.story(order.alerts[0]))
    #expect(story.events.map(\.event.kind) == [.raised, .ordered, .escalated, .acknowledged])
    #expect(story.events[2].event.at == at(12))
  }

  @Test func stepsOfAnOrderKeepTheirOrderWhileTheDiskIsFull() async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let desk = AlertDesk(storage: storage, policy: try Self.policy())
    try await desk.start()
    _ = await desk.take([change(.raised, "a", 2)], lane: "main")
    let order = try #require(try await desk.orders(OrderQuery()).orders.first)
    storage.fail(.refuse(.diskFull))
    _ = try await desk.perform(.accept, onOrder: order.id, by: "王强", at: at(3))
    let due = { try await desk.due(at: at(4), excluding: [], limit: 10).filter { $0.channel == "ops" } }
    #expect(try await due().map(\.event.number) == [1])
    try await desk.delivered(try await due()[0], at: at(5))
    #expect(try await due().map(\.event.number) == [2])
  }

  @Test func orderingByHandIsIdempotentEvenWhenItHasEnded() async throws {
    let folder = try TemporaryFolder()
    let store = try Store(path: folder.database)
    let desk = AlertDesk(storage: store, policy: try Self.policy())
    try await desk.start()
    _ = await desk.take([change(.raised, "quiet", 2)], lane: "main")
    let draft = OrderDraft(key: "k", title: LocalizedText("换灯"), place: "hedong/jiefang", by: "张三")
    let first = try await desk.createOrder(draft, at: at(5))
    #expect(first.stored && first.events.map(\.kind) == [.ordered])
    let again = try await desk.createOrder(draft, at: at(6))
    #expect(again.order.id == first.order.id && again.events.isEmpty)
    _ = try await desk.perform(.cancel, onOrder: first.order.id, by: "张三", at: at(7), comment: "不用了")
    #expect(try await desk.createOrder(draft, at: at(8)).order.state == .cancelled)
    // A late remark on what has ended.
    _ = try await desk.perform(.comment, onOrder: first.order.id, by: "张三", at: at(9), comment: "谢谢")
    #expect(try await store.orderStory(first.order.id)?.events.map(\.kind) == [.ordered, .cancelled, .commented])
    await #expect(throws: OrderError.ended(id: first.order.id, .cancelled)) {
      try await desk.perform(.accept, onOrder: first.order.id, by: "x", at: at(9))
    }
    await #expect(throws: OrderError.unknown(id: "w-x")) {
      try await desk.perform(.accept, onOrder: "w-x", by: "x", at: at(9))
    }
  }

  /// Both have read the order before either has written; one of them has it only when the other is through.
  @Test func twoRemarksAtOnceOnWhatHasEndedAreBothStored() async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let desk = AlertDesk(storage: storage, policy: try Self.policy())
    try await desk.start()
    let draft = OrderDraft(title: LocalizedText("换灯"), place: "hedong/jiefang", by: "张三")
    let id = try await desk.createOrder(draft, at: at(5)).order.id
    _ = try await desk.perform(.cancel, onOrder: id, by: "张三", at: at(7), comment: "不用了")
    let turns = Turns()
    storage.afterReadingAnOrder {
      switch turns.next() {
      case 1: await comes { turns.count > 1 }
      case 2: await comes { turns.isThrough }
      default: break
      }
    }
    @Sendable func remark(_ text: String) async throws -> Bool {
      let reply = try await desk.perform(.comment, onOrder: id, by: "张三", at: at(9), comment: text)
      turns.end()
      return reply.stored
    }
    async let first = remark("谢谢")
    async let second = remark("再见")
    let stored = try await [first, second]
    #expect(stored == [true, true])
    let events = try #require(try await storage.store.orderStory(id)).events
    #expect(events.map(\.kind) == [.ordered, .cancelled, .commented, .commented])
    #expect(events.map(\.number) == [1, 2, 3, 4])
    #expect(try await storage.store.order(id)?.step == 4)
  }

  /// Who has read, and whether somebody is through.
  private final class Turns: Sendable {
    private let state = Mutex((readers: 0, isThrough: false))
    var count: Int { state.withLock { $0.readers } }
    var isThrough: Bool { state.withLock { $0.isThrough } }

    func next() -> Int {
      state.withLock {
        $0.readers += 1
        return $0.readers
      }
    }

    func end() { state.withLock { $0.isThrough = true } }
  }

  private func comes(_ condition: () async -> Bool) async { await TestSupport.comes(true: condition) }

  /// "damp" orders nothing by itself.
  private func damp(_ kind: ConditionChange.Kind, _ subject: String, _ position: JournalPosition) -> ConditionChange {
    var found = change(kind, subject, position)
    found.rule = "damp"
    return found
  }

  @Test func ordersTakeOpenAlertsOfNoOtherOrder() async throws {
    let folder = try TemporaryFolder()
    let desk = AlertDesk(storage: try Store(path: folder.database), policy: try Self.policy())
    try await desk.start()
    _ = await desk.take([change(.raised, "a", 2), damp(.raised, "b", 3), damp(.raised, "c", 4)], lane: "main")
    let alerts = try await desk.list(AlertQuery()).alerts
    let (a, b, c) = (
      try #require(alerts.first { $0.subject == "a" }), try #require(alerts.first { $0.subject == "b" }).id,
      try #require(alerts.first { $0.subject == "c" }).id
    )
    _ = try await desk.perform(.close(force: true), on: c, by: "张三", at: at(5), comment: "x")
    let draft = OrderDraft(title: LocalizedText("除湿"), place: "hedong/jiefang", by: "张三")
    let order = try await desk.createOrder(draft, at: at(6)).order.id
    for (alert, refusal) in [
      (a.id, OrderError.alertTaken(a.id, order: try #require(a.order))), (c, .alertClosed(c)), ("x", .alertClosed("x")),
    ] {
      await #expect(throws: refusal) { try await desk.join(alert: alert, toOrder: order, by: "张三", at: at(7)) }
      var draft = draft
      draft.alerts = [b, alert]
      let request = draft
      await #expect(throws: refusal) { try await desk.createOrder(request, at: at(7)) }
    }
    #expect(try await desk.join(alert: b, toOrder: order, by: "张三", at: at(8)).order.openAlerts == [b])
    #expect(try await desk.join(alert: b, toOrder: order, by: "张三", at: at(9)).events.isEmpty)
    // Verified and its alert gone, nothing holds it.
    _ = try await desk.perform(.done(photos: []), onOrder: order, by: "王强", at: at(10))
    _ = try await desk.perform(.verify, onOrder: order, by: "张三", at: at(11))
    #expect(try await desk.order(order)?.state == .verified)
    _ = await desk.take([damp(.cleared, "b", 12)], lane: "main")
    #expect(try await desk.order(order)?.state == .closed)
  }

  /// An earlier version took alerts that had closed: such an order could neither end nor be cancelled.
  @Test func anOrderThatWaitsForAClosedAlertEndsAtTheNextStart() async throws {
    let folder = try TemporaryFolder()
    let store = try Store(path: folder.database)
    var order = Order(
      id: "w-old", title: LocalizedText("除湿"), place: "hedong/jiefang", priority: .high, source: .person,
      alerts: ["gone"], unit: LocalizedText("街道"), orderedBy: "张三", orderedAt: at(1))
    order.state = .verified
    order.verifiedAt = at(3)
    order.step = 3
    var commit = AlertCommit()
    commit.orders.events = [OrderEvent(kind: .verified, order: order, at: at(3), by: "张三")]
    try await store.commit([commit])
    let desk = AlertDesk(storage: store, policy: try Self.policy())
    try await desk.start()
    #expect(try await desk.orders(OrderQuery()).orders.map(\.id) == ["w-old"])
    await desk.advance(to: at(20))
    let story = try #require(try await store.orderStory("w-old"))
    #expect(story.order.state == .closed && story.order.endedAt == at(20))
    #expect(story.events.map(\.kind) == [.verified, .closed])
  }

  @Test func ordersGoOnFromMemoryWhileTheDatabaseRefuses() async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let desk = AlertDesk(storage: storage, policy: try Self.policy())
    try await desk.start()
    storage.fail(.refuse(.diskFull))
    #expect(await desk.take([change(.raised, "a", 2)], lane: "main") == .pending)
    let order = try #require(try await desk.orders(OrderQuery()).orders.first)
    let reply = try await desk.perform(.accept, onOrder: order.id, by: "王强", at: at(4))
    #expect(!reply.stored && reply.order.state == .accepted)
    storage.fail(nil)
    await desk.advance(to: at(5))
    #expect(try await storage.store.order(order.id)?.state == .accepted)
  }

  @Test func listsPageByCursorAlikeInMemoryAndInTheDatabase() async throws {
    let folder = try TemporaryFolder()
    let store = try Store(path: folder.database)
    let desk = AlertDesk(storage: store, policy: try Self.policy())
    try await desk.start()
    for index in 0..<25 {
      let place = index % 2 == 0 ? "hedong/jiefang" : "hedong/jiefang0"
      let draft = OrderDraft(title: LocalizedText("\(index)"), place: place, by: "张三")
      let id = try await desk.createOrder(draft, at: at(Int64(index / 3))).order.id
      if index % 5 == 0 {
        _ = try await desk.perform(.cancel, onOrder: id, by: "x", at: at(30), comment: "x")
      }
    }
    let all = try await store.orders(OrderQuery(includeEnded: true)).orders
    for query in [
      OrderQuery(limit: 4), OrderQuery(place: "hedong/jiefang", includeEnded: true, limit: 3),
      OrderQuery(states: [.cancelled], limit: 2), OrderQuery(states: [.ordered], includeEnded: true, limit: 7),
    ] {
      var query = query
      var found: [String] = []
      while true {
        let page = try await store.orders(query)
        #expect(page == query.page(of: all))
        #expect(try await desk.orders(query) == page)
        found += page.orders.map(\.id)
        guard let next = page.next else { break }
        query.cursor = OrderQuery.Cursor(next.description)
      }
      query.cursor = nil
      #expect(found == all.filter(query.matches).map(\.id))
    }
  }

  // MARK: - Maintenance, volunteers, bank

  @Test func plannedOrdersOnceAcrossRestarts() async throws {
    let folder = try TemporaryFolder()
    let store = try Store(path: folder.database)
    let policy = try Self.policy(
      "maintenance: [{id: daily, title: 巡检, place: hedong, every: {days: 1}, from: 2026-01-01, at: \"00:10\"}]")
    let aDay: Int64 = 86_400
    for day in 0..<5 {
      // Each day another process; the second one was away for a while.
      let desk = AlertDesk(storage: store, policy: policy)
      try await desk.start()
      await desk.advance(to: at(Int64(day) * aDay * 2))
    }
    let planned = try await store.orders(OrderQuery(includeEnded: true)).orders.filter { $0.plan == "daily" }
    #expect(planned.count == 8 && Set(planned.map(\.orderedAt)).count == 8)
    #expect(try await store.planStates().first { $0.id == "daily" }?.made == 8)
  }

  /// What reports are made of: the steps of a time, and before them how each of their orders stood when it began.
  @Test func stepsOfATimeAndTheOneBeforeThem() async throws {
    let folder = try TemporaryFolder()
    let store = try Store(path: folder.database)
    let desk = AlertDesk(storage: store, policy: try Self.policy())
    try await desk.start()
    func make(_ title: String, _ second: Int64) async throws -> String {
      try await desk.createOrder(
        OrderDraft(title: LocalizedText(title), place: "hedong/jiefang", by: "张三"), at: at(second)
      ).order.id
    }
    let (long, ended) = (try await make("换灯", 1), try await make("查门", 2))
    _ = try await desk.perform(.cancel, onOrder: ended, by: "张三", at: at(3), comment: "不用了")
    _ = try await desk.perform(.comment, onOrder: long, by: "张三", at: at(4), comment: "急")
    await desk.advance(to: at(21))
    let new = try await make("修泵", 22)
    _ = try await desk.perform(.accept, onOrder: long, by: "王强", at: at(30))
    let events = try await store.orderEvents(from: at(20), until: at(30))
    #expect(events.map(\.order.id) == [long, long, new])
    #expect(events.map(\.kind) == [.commented, .escalated, .ordered])
    #expect(events.map { $0.order.overseer?.level } == ["street", "district", "street"])
    #expect(
      try await store.orderEvents(from: at(0), until: at(5)).map(\.kind) == [
        .ordered, .ordered, .cancelled, .commented,
      ])
    #expect(try await store.orderEvents(from: at(100), until: at(200)).isEmpty)
  }

  @Test func theLedgerIsOnlyAddedTo() async throws {
    let folder = try TemporaryFolder()
    let store = try Store(path: folder.database)
    let desk = AlertDesk(storage: store, policy: try Self.policy())
    try await desk.start()
    let lin = Volunteer(id: "lin", name: "林晓雨", help: [.visit], places: ["hedong"], since: at(0))
    try await desk.enter(lin)
    var draft = OrderDraft(title: LocalizedText("探望"), place: "hedong/jiefang", by: "张三")
    draft.help = .visit
    let id = try await desk.createOrder(draft, at: at(1)).order.id
    _ = try await desk.perform(.claim(lin), onOrder: id, by: "林晓雨", at: at(2))
    _ = try await desk.perform(.done(photos: []), onOrder: id, by: "林晓雨", at: at(3))
    _ = try await desk.perform(.verify, onOrder: id, by: "张三", at: at(4))
    let entry = try #require(try await desk.bankEntries().first)
    #expect(entry.points == 10 && entry.order == id && entry.id == 1)
    let reversal = try #require(try await desk.reverse(bankEntry: 1, by: "李敏", at: at(5), reason: "记错"))
    #expect(reversal.id == 2 && reversal.points == -10)
    #expect(try await desk.reverse(bankEntry: 1, by: "李敏", at: at(6), reason: "记错") == reversal, "the same again")
    for (by, reason) in [("李敏", "不是她"), ("张三", "记错")] {
      await #expect(throws: OrderError.reversed(entry: 1, by: "李敏")) {
        try await desk.reverse(bankEntry: 1, by: by, at: at(6), reason: reason)
      }
    }
    let entries = try await desk.bankEntries()
    #expect(entries.map(\.points) == [10, -10] && entries[1].reverses == 1)
    #expect(try await desk.reverse(bankEntry: 2, by: "李敏", at: at(7), reason: "x") == nil)
    #expect(BankBalance.list(entries).map(\.points) == [0])
    // Nothing in the database can be changed or removed, whoever tries.
    for sql in ["UPDATE bank_entries SET points = 99", "DELETE FROM bank_entries"] {
      await #expect(throws: StoreError.self) { try await store.write { db in try db.execute(sql: sql) } }
    }
    // Another process knows the volunteer.
    let next = AlertDesk(storage: store, policy: try Self.policy())
    try await next.start()
    #expect(await next.volunteers == [lin])
  }

  @Test func whoLeavesAndComesBackIsTheSamePerson() async throws {
    let folder = try TemporaryFolder()
    let store = try Store(path: folder.database)
    let desk = AlertDesk(storage: store, policy: try Self.policy())
    try await desk.start()
    var lin = Volunteer(id: "lin", name: "林晓雨", help: [.visit], places: ["hedong"], since: at(0))
    let entered = try await desk.enter(lin)
    #expect(entered == lin)
    lin.help = [.visit, .carry]
    lin.since = at(5)
    let changed = try await desk.enter(lin)
    #expect(changed.since == at(0) && changed.help == [.visit, .carry])
    let left = try await desk.removeVolunteer("lin", at: at(6))
    #expect(left?.leftAt == at(6) && left?.help == [.visit, .carry])
    #expect(try await desk.removeVolunteer("lin", at: at(7)) == left)
    #expect(try await store.volunteers() == [left].compactMap(\.self))
    #expect(try await desk.removeVolunteer("nobody", at: at(7)) == nil)
    lin.since = at(8)
    let back = try await desk.enter(lin)
    #expect(back == changed)
    #expect(try await store.volunteers() == [changed])
  }

  /// Who offers the help hears of it, without where and why; who does not, or has the order anyway, does not.
  @Test func volunteersHearThatThereIsSomethingToDo() async throws {
    let folder = try TemporaryFolder()
    let store = try Store(path: folder.database)
    let desk = AlertDesk(storage: store, policy: try Self.policy())
    try await desk.start()
    for (id, help, channel) in [
      ("lin", HelpKind.visit, "volunteers"), ("ma", .carry, "others"), ("li", .visit, "street"),
    ] {
      var volunteer = Volunteer(id: id, name: id, help: [help], places: ["hedong"], since: at(0))
      volunteer.channel = channel
      try await desk.enter(volunteer)
    }
    var draft = OrderDraft(title: LocalizedText("跌倒后探望"), note: "血压高", place: "hedong/jiefang/301", by: "张三")
    draft.help = .visit
    let id = try await desk.createOrder(draft, at: at(1)).order.id
    let entries = try await store.due(at: at(10), excluding: [], limit: 100)
    #expect(Set(entries.map(\.channel)) == ["ops", "street", "volunteers"])
    let offer = try #require(entries.first { $0.channel == "volunteers" })
    #expect(offer.event.alert.traits.title.zh == "志愿服务：探访" && offer.event.alert.place == "hedong")
    let text = String(decoding: try JSONEncoder().encode(offer), as: UTF8.self).replacing(id, with: "")
    for secret in ["跌倒", "血压", "jiefang", "张三"] { #expect(!text.contains(secret), "\(secret)") }
  }

  @Test func prunedWithTheirStepsButNeverTheBank() async throws {
    let folder = try TemporaryFolder()
    let store = try Store(path: folder.database)
    let desk = AlertDesk(storage: store, policy: try Self.policy())
    try await desk.start()
    let draft = OrderDraft(key: "k", title: LocalizedText("换灯"), place: "hedong", by: "张三")
    let id = try await desk.createOrder(draft, at: at(1)).order.id
    _ = try await desk.perform(.cancel, onOrder: id, by: "x", at: at(2), comment: "x")
    #expect(try await store.pruneOrders(endedBefore: at(2)) == 0)
    #expect(try await store.pruneOrders(endedBefore: at(3)) == 1)
    #expect(try await store.orderStory(id) == nil)
  }
}
