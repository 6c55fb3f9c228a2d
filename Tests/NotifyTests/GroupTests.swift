// Alerts of one place and cause in one message, on a clock that the test moves. Cases that Alertmanager has, too, name its
// test (test/with_api_v2/acceptance, dispatch); where the times differ docs/ALERTS.md says why.
import Alerts
import Community
import Logging
import Notify
import Pipeline
import TestSupport
import Testing

@Suite struct GroupTests {
  let clock = ManualClock()
  let outbox = MemoryOutbox()
  let robot = ScriptedRobot()

  /// Wait 1 s, interval 6 s, all in one group, as most of Alertmanager's cases have it.
  static let quick = Grouping(by: [], wait: 1_000, interval: 6_000)

  func worker(_ grouping: Grouping?, kind: Channel.Kind = .email) -> OutboxWorker {
    OutboxWorker(
      outbox: outbox, outlets: [outlet(grouping, kind: kind)], clock: clock,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  func outlet(_ grouping: Grouping?, kind: Channel.Kind = .email) -> OutboxWorker.Outlet {
    var channel = Channel(id: "c", kind: kind)
    channel.grouping = grouping
    return OutboxWorker.Outlet(channel: channel, sender: robot, ancestor: Self.ancestor)
  }

  /// hedong/jiefang/chaoyang/yihe/b3/f3/301, with every level.
  static let ancestor: @Sendable (Place.Level, String) -> String? = { level, path in
    let steps = path.split(separator: "/")
    let depth = Place.Level.allCases.firstIndex(of: level)! + 1
    return steps.count < depth ? nil : steps.prefix(depth).joined(separator: "/")
  }

  func run(_ worker: OutboxWorker, to seconds: Double) async {
    let end = at(seconds)
    await worker.runOnce()
    while let next = await worker.runOnce(), next <= end { clock.set(next) }
    clock.set(end)
    await worker.runOnce()
  }

  func at(_ seconds: Double) -> Timestamp { Sample.start + Int64(seconds * 1_000) }

  func raise(
    _ id: String, _ priority: Priority = .medium, building: String = "b3", rule: String = "care-room-cold"
  ) async {
    let alert = Sample.alert(
      id, priority: priority, place: "hedong/jiefang/chaoyang/yihe/\(building)/f3/301", rule: rule, raisedAt: clock.now)
    await outbox.add(Sample.entry(Sample.raised(alert), at: clock.now))
  }

  func end(_ id: String, raisedAt: Double) async {
    let alert = Sample.alert(id, priority: .medium, raisedAt: at(raisedAt))
    let event = Sample.cleared(alert, after: clock.now - alert.raisedAt)
    await outbox.add(Sample.entry(event, at: clock.now))
  }

  /// Each message as the second at which it left and the keys that it covers, in order.
  var messages: [String] {
    let singles = robot.singles.map { (at: $0.at, text: $0.key) }
    let digests = robot.bulletins.map { bulletin, at -> (at: Timestamp, text: String) in
      guard case .digest(let entries, let cause) = bulletin.content else { return (at, "?") }
      let keys = entries.map(\.idempotencyKey).sorted().joined(separator: " ")
      return (at, cause == .group ? keys : "\(cause): \(keys)")
    }
    return (singles + digests).sorted { ($0.at, $0.text) < ($1.at, $1.text) }.map { message in
      "\(Double(message.at - Sample.start) / 1_000) \(message.text.replacing("-c", with: ""))"
    }
  }

  // MARK: - As in Alertmanager

  /// send_test TestBatching: the first one decides when the message leaves; what comes later waits for the interval.
  @Test func theFirstOneOfAGroupDecides() async {
    let worker = worker(Self.quick)
    await run(worker, to: 1.1)
    await raise("1")
    await run(worker, to: 1.7)
    await raise("5")
    await run(worker, to: 3.3)
    for id in ["2", "3", "4"] { await raise(id) }
    await run(worker, to: 60)
    #expect(messages == ["2.1 1-1 5-1", "8.1 2-1 3-1 4-1"])
  }

  /// send_test TestResolved and TestResolvedFilter: ends of a group share a message, with what began meanwhile.
  @Test func endsShareAMessage() async {
    let worker = worker(Self.quick)
    await run(worker, to: 1)
    for id in ["1", "2", "3"] { await raise(id) }
    await run(worker, to: 3)
    await end("1", raisedAt: 1)
    await raise("4")
    await run(worker, to: 11)
    for id in ["2", "3"] { await end(id, raisedAt: 1) }
    await run(worker, to: 60)
    #expect(messages == ["2.0 1-1 2-1 3-1", "8.0 1-2 4-1", "14.0 2-2 3-2"])
  }

  /// send_test TestReload, TestColdStart: what was told is not told again, and what is new waits for the interval. Here the
  /// interval counts from the last message, also over a reload and over a restart.
  @Test(arguments: [true, false]) func reloadsAndRestartsChangeNoTime(restart: Bool) async {
    var worker = worker(Self.quick)
    await run(worker, to: 1)
    await raise("1")
    await run(worker, to: 3)
    if restart { worker = self.worker(Self.quick) } else { await worker.replace(outlets: [outlet(Self.quick)]) }
    await run(worker, to: 4)
    await raise("2")
    await run(worker, to: 5)
    if restart { worker = self.worker(Self.quick) } else { await worker.replace(outlets: [outlet(Self.quick)]) }
    await raise("3")
    await run(worker, to: 60)
    #expect(messages == ["2.0 1-1", "8.0 2-1 3-1"])
  }

  /// send_test TestRetry, TestWebhookTimeout: what fails is tried again at once, not at the next interval, and takes nobody
  /// else's time.
  @Test func whatFailsIsTriedAgainAtOnce() async {
    let robot = ScriptedRobot(Array(repeating: .retry(after: nil, reason: "down"), count: 2))
    let worker = OutboxWorker(
      outbox: outbox, outlets: [.init(channel: outlet(Self.quick).channel, sender: robot)], clock: clock,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    await raise("1")
    await raise("2")
    await run(worker, to: 60)
    #expect(robot.digests == [2, 2, 2] && robot.singles.isEmpty)
    #expect(robot.bulletins.last.map { $0.at <= at(6) } == true)
    #expect(await outbox.waiting.isEmpty)
  }

  /// dispatch TestGroupLabels, TestGroups: as many groups as there are places and causes, each with times of its own.
  @Test func eachPlaceAndCauseIsAGroup() async {
    let worker = worker(Grouping(wait: 1_000, interval: 6_000))
    await raise("1")
    await raise("2", building: "b4")
    await run(worker, to: 0.5)
    await raise("3", rule: "bin-full")
    await raise("4", building: "b4")
    await run(worker, to: 1.2)
    await raise("5", building: "b4")
    await run(worker, to: 60)
    #expect(messages == ["1.0 1-1", "1.0 2-1 4-1", "1.5 3-1", "7.0 5-1"])
  }

  /// dispatch TestDispatcherRaceOnFirstAlertNotDeliveredWhenGroupWaitIsZero: 0 is no wait.
  @Test func noWaitIsNoWait() async {
    let worker = worker(Grouping(by: [.rule], wait: 0, interval: 6_000))
    for index in 0..<8 { await raise("\(index)", rule: "rule-\(index)") }
    await worker.runOnce()
    #expect(robot.singles.count == 8 && robot.bulletins.isEmpty)
  }

  /// dispatch TestGroupsWithLimits. There an alert of one group too many is lost; here it is told at once.
  @Test func groupsHaveALimitButNothingIsLost() async {
    var book = GroupBook()
    let grouping = Grouping()
    for index in 0..<GroupBook.groupsMax {
      #expect(book.due(of: "g\(index)", arrival: at(0), at: at(0), grouping) == at(30))
    }
    #expect(book.due(of: "one more", arrival: at(0), at: at(0), grouping) == at(0))
    #expect(book.due(of: "g5", arrival: at(1), at: at(1), grouping) == at(30), "the others go on")
    // Those that have spoken and may speak again make room.
    book.told((0..<GroupBook.groupsMax).map { "g\($0)" }, at: at(30), grouping)
    #expect(book.count == GroupBook.groupsMax)
    #expect(book.due(of: "one more", arrival: at(400), at: at(400), grouping) == at(430))
    #expect(book.count == 1)
  }

  /// A new alert after the end of the last one is one of the same group (send_test TestMergeAlerts).
  @Test func anAlertThatComesBackIsInTheSameGroup() async {
    let worker = worker(Self.quick)
    await raise("1")
    await run(worker, to: 2)
    await end("1", raisedAt: 0)
    await run(worker, to: 3)
    await raise("2")
    await run(worker, to: 60)
    #expect(messages == ["1.0 1-1", "7.0 1-2 2-1"])
  }

  // MARK: - As only here

  @Test func criticalOnesWaitForNoGroup() async {
    let worker = worker(Self.quick)
    await raise("1")
    await raise("2", .critical)
    await worker.runOnce()
    #expect(messages == ["0.0 2-1"])
    await run(worker, to: 60)
    #expect(messages == ["0.0 2-1", "1.0 1-1"], "and it does not count as the group's message")
  }

  @Test func onlyThePrioritiesAskedFor() async {
    let worker = worker(Grouping(by: [], wait: 1_000, interval: 6_000, priorities: [.low]))
    await raise("high", .high)
    await raise("low", .low)
    await run(worker, to: 60)
    #expect(messages == ["0.0 high-1", "1.0 low-1"])
    #expect(!Grouping(priorities: [.critical, .low]).priorities.contains(.critical))
  }

  @Test func manyAlertsOfOneGroupAreNoFlood() async {
    let worker = worker(Grouping())
    for index in 0..<60 {
      await raise("\(index)")
      await run(worker, to: Double(index))
    }
    await run(worker, to: 3_600)
    #expect(robot.digests == [31, 29], "at half a minute and five minutes after")
    #expect(await worker.statistics()["c"]?.floodSince == nil)
    #expect(await worker.statistics()["c"]?.grouped == 60)
  }

  @Test func manyGroupsAreAFlood() async {
    let worker = worker(Grouping(by: [.rule]))
    for index in 0..<30 {
      await raise("\(index)", rule: "rule-\(index)")
      await run(worker, to: Double(index) * 2)
    }
    await run(worker, to: 100)
    #expect(robot.singles.count == 10)
    #expect(await worker.statistics()["c"]?.floodSince != nil)
    // In the flood nothing waits for a group.
    await run(worker, to: 3_600)
    #expect(await outbox.waiting.isEmpty)
    let told = robot.bulletins.compactMap {
      if case .digest(let entries, _) = $0.bulletin.content { entries } else { nil }
    }
    #expect(told.joined().count == 20)
  }

  @Test func quietHoursComeFirst() async {
    var outlet = outlet(Self.quick)
    outlet.channel.quietHours = QuietHours(from: 0, to: 3 * 60 + 30)  // It is three o'clock, UTC.
    let worker = OutboxWorker(
      outbox: outbox, outlets: [outlet], clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    await raise("1")
    await raise("2", rule: "bin-full")
    await raise("3", .high)
    await run(worker, to: 100)
    #expect(messages == ["1.0 3-1"])
    await run(worker, to: 1_799)
    #expect(messages.count == 1)
    await run(worker, to: 1_900)
    #expect(messages.last == "1800.0 1-1 2-1", "one message, as one group")
  }

  @Test func aRemovedGroupKeepsItsWord() async {
    let worker = worker(Self.quick)
    await raise("1")
    await worker.runOnce()
    await worker.replace(outlets: [outlet(nil)])
    await raise("2")
    await run(worker, to: 60)
    #expect(messages == ["0.0 2-1", "1.0 1-1"])
  }

  @Test func aClockSetBackHoldsNothingForLonger() {
    var book = GroupBook()
    let grouping = Grouping()
    _ = book.due(of: "g", arrival: at(86_400), at: at(86_400), grouping)
    book.told(["h"], at: at(86_400), grouping)
    #expect(book.due(of: "g", arrival: at(0), at: at(0), grouping) == at(30))
    #expect(book.due(of: "h", arrival: at(0), at: at(0), grouping) == at(30))
  }

  /// Whatever comes when: joining never puts a message off, nothing waits for longer than wait and interval allow, and a group
  /// speaks at most once an interval.
  @Test(arguments: 0..<60) func nobodyWaitsTooLong(seed: UInt64) async {
    var dice = SeededGenerator(seed: seed)
    let grouping = Grouping(
      by: [[], [.rule], [.level(.building), .rule], [.place]].randomElement(using: &dice)!,
      wait: [0, 1_000, 30_000].randomElement(using: &dice)!, interval: [0, 5_000, 300_000].randomElement(using: &dice)!)
    var worker = worker(grouping)
    var raised: [String: Timestamp] = [:]
    var seconds = 0.0
    for index in 0..<40 {
      // Slowly enough to be no flood.
      seconds += Double.random(in: 0...240, using: &dice)
      await run(worker, to: seconds)
      if Int.random(in: 0..<6, using: &dice) == 0 { worker = self.worker(grouping) }
      await raise(
        "\(index)", building: "b\(Int.random(in: 0...1, using: &dice))", rule: "r\(Int.random(in: 0...1, using: &dice))"
      )
      raised["\(index)-1-c"] = clock.now
    }
    await run(worker, to: seconds + 3_600)
    var told: [String: Timestamp] = [:]
    for single in robot.singles { told[single.key] = single.at }
    for (bulletin, at) in robot.bulletins {
      guard case .digest(let entries, let cause) = bulletin.content else { continue }
      #expect(cause == .group)
      for entry in entries { told[entry.idempotencyKey] = at }
    }
    #expect(told.count == 40)
    for (key, time) in told {
      let waited = time - raised[key]!
      #expect(waited <= max(grouping.wait, grouping.interval) && waited >= 0, "\(key) waited for \(waited) ms")
    }
    let entries = await outbox.deliveredEntries
    let groups = Dictionary(grouping: entries) { grouping.key(of: $0.event, ancestor: Self.ancestor)! }
    for (_, entries) in groups {
      let times = Set(entries.map { told[$0.idempotencyKey]! }).sorted()
      for (before, after) in zip(times, times.dropFirst()) { #expect(after - before >= grouping.interval) }
    }
  }

  // MARK: - What people read

  @Test func theHeadSaysPlaceAndCause() {
    let events = (0..<3).map { Sample.raised(Sample.alert("a\($0)", place: "hedong/x/b\($0)")) }
    func text(_ language: Language, _ events: [AlertEvent]) -> Message {
      let writer = MessageWriter(
        channel: Channel(id: "c", kind: .email, language: language), style: .plain, settings: Sample.settings)
      let bulletin = Bulletin(.digest(events.map { Sample.entry($0) }, .group), key: "k")
      return writer.message(for: bulletin, bytes: 2_000)
    }
    #expect(text(.zh, events).title == "【高】房间温度过低 ×3：hedong/x")
    #expect(text(.en, events).title == "[high] Room too cold ×3: hedong/x")
    #expect(text(.zh, events).text.split(separator: "\n").count == 5, "head, three places, link")
    var bin = Sample.alert("b", priority: .low, place: "hedong/x/b1", rule: "bin-full")
    bin.traits.title = LocalizedText(zh: "垃圾桶已满", en: "Bin full")
    let other = Sample.raised(bin)
    #expect(text(.en, events + [other]).title == "[high] alerts ×4: hedong/x")
    let over = events.map { Sample.cleared($0.alert) }
    #expect(text(.zh, over).title == "已恢复 【高】房间温度过低 ×3：hedong/x")
    // Orders are never among alerts, and say what they are.
    let orders = ["pump", "filter"].map { title in
      var alert = Sample.alert(title, priority: .low, place: "hedong/x/b1", rule: OrderNotice.rule)
      alert.traits.title = LocalizedText(zh: "检修\(title)", en: "service \(title)")
      var event = AlertEvent(kind: .ordered, alert: alert, at: Sample.start)
      event.order = OrderNotice(
        step: "ordered", state: LocalizedText(zh: "新工单", en: "NEW ORDER"), unit: LocalizedText("物业"), person: nil,
        deadline: nil, answer: nil, speaks: true)
      return event
    }
    #expect(text(.en, orders).title == "NEW ORDER: [low] orders ×2: hedong/x/b1")
    #expect(text(.zh, orders).text.contains("新工单 【低】检修pump：hedong/x/b1 · pump"))
    let all = Grouping(by: [])
    let keys = [orders[0], events[0]].map { all.key(of: $0, ancestor: Self.ancestor) }
    #expect(keys[0] != keys[1])
    // One alert, raised and over: as any end.
    let one = text(.zh, [events[0], Sample.cleared(events[0].alert)])
    #expect(one.title.contains("已恢复") && !one.title.contains("×"))
  }
}
