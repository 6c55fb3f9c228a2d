// Floods on virtual time, against robots that enforce their limits: nobody is banned, nothing is lost, critical alerts come
// at once. Everything is real but the clock: outbox, worker, network, robot.
import Alerts
import ConfigFile
import Logging
import Notify
import Pipeline
import TestSupport
import Testing
import Words

@Suite struct FloodTests {
  static let makes: [(FakeRobot.Make, Channel.Kind)] = [
    (.wecom, .wecom), (.dingtalk, .dingtalk), (.feishu, .feishu),
  ]

  let clock = ManualClock()
  let outbox = MemoryOutbox()

  private func makeRobot(_ make: FakeRobot.Make) throws -> FakeRobot {
    let clock = clock
    return try FakeRobot(make, now: { clock.now })
  }

  private func outlets(_ channels: [Channel], _ network: HTTPNetwork) -> [OutboxWorker.Outlet] {
    OutboxWorker.Outlet.make(
      for: NotifyConfiguration(channels: channels), settings: Sample.settings, transport: network, publish: nil)
  }

  private func worker(_ outlets: [OutboxWorker.Outlet]) -> OutboxWorker {
    OutboxWorker(
      outbox: outbox, outlets: outlets, clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  private func worker(_ channels: [Channel], _ network: HTTPNetwork) -> OutboxWorker {
    worker(outlets(channels, network))
  }

  /// One channel, and what arrives through it.
  private func recorded(_ channel: Channel, _ network: HTTPNetwork) throws -> (OutboxWorker, RecordingSender) {
    var outlet = try #require(outlets([channel], network).first)
    let recorder = RecordingSender(try #require(outlet.sender as? any BulletinSender))
    outlet.sender = recorder
    return (worker([outlet]), recorder)
  }

  /// Nothing twice, and what is not critical in the first ordinary digest after it came, digests being `period` ms apart at least.
  private func expectEachOnce(_ messages: [RecordingSender.Message], of count: Int, every period: Int64) {
    let keys = messages.flatMap { $0.entries.map(\.idempotencyKey) }
    #expect(keys.count == count && Set(keys).count == count)
    let digests = messages.filter(\.isOrdinaryDigest)
    #expect(Rhythm.closest(digests.map(\.at)).map { $0 >= period } ?? true)
    #expect(Rhythm.most(digests.map(\.at), within: 3_600_000) <= Int(3_600_000 / period))
    var before = Timestamp.distantPast
    for digest in digests {
      #expect(digest.entries.allSatisfy { before <= $0.createdAt && $0.createdAt <= digest.at && !$0.isCritical })
      before = digest.at
    }
  }

  /// What each robot's documents allow (FIELD §2).
  private func expectLimitsKept(_ robot: FakeRobot, _ make: FakeRobot.Make) {
    switch make {
    case .wecom: #expect(robot.texts.allSatisfy { $0.utf8.count <= 4_096 })
    case .dingtalk: #expect(robot.requests.allSatisfy { $0.body.count <= 20_000 })
    case .feishu: #expect(robot.requests.allSatisfy { $0.body.count <= 20 * 1_024 })
    }
    #expect(robot.bans == 0 && robot.codes.allSatisfy { $0 == 0 })
  }

  /// Moves the clock to whatever is due next, until `end`.
  private func run(_ worker: OutboxWorker, until end: Timestamp) async {
    while let next = await worker.runOnce(), next <= end { clock.set(next) }
    clock.set(end)
    await worker.runOnce()
  }

  private func raise(_ id: String, _ priority: Priority, room: Int = 0, on channel: String) async {
    let alert = Sample.alert(
      id, priority: priority, place: "hedong/jiefang/chaoyang/yihe/b\(room % 9)/f\(room % 6)/\(room % 36)",
      rule: "rule-\(room % 3)", raisedAt: clock.now)
    await outbox.add(Sample.entry(Sample.raised(alert), channel: channel, at: clock.now))
  }

  /// 2,000 alerts in a minute, `critical` of them critical.
  private func flood(_ worker: OutboxWorker, critical: Int, on channel: String) async -> [String: Timestamp] {
    var raised: [String: Timestamp] = [:]
    for step in 0..<120 {
      for index in (step * 2_000 / 120)..<((step + 1) * 2_000 / 120) {
        let isCritical = index * critical / 2_000 != (index + 1) * critical / 2_000
        let id = (isCritical ? "crit" : "norm") + "\(index)end"
        await raise(id, isCritical ? .critical : index % 5 == 0 ? .high : .medium, room: index, on: channel)
        if isCritical { raised[id] = clock.now }
      }
      await run(worker, until: clock.now + 500)
    }
    return raised
  }

  @Test(arguments: makes) func twoThousandAlertsInAMinute(make: FakeRobot.Make, kind: Channel.Kind) async throws {
    let robot = try makeRobot(make)
    defer { robot.stop() }
    let messages = try await Sample.withNetwork { network in
      let (worker, recorder) = try recorded(Channel(id: "c", kind: kind, url: Secret(robot.url)), network)
      let critical = await flood(worker, critical: 10, on: "c")
      await run(worker, until: clock.now + 3_600_000)
      #expect(critical.count == 10)
      for (id, raised) in critical {
        let found = robot.deliveries.filter { $0.text.contains(id) }
        #expect(found.count == 1 && found.allSatisfy { $0.at - raised <= 10_000 && !$0.text.contains("汇总") }, "\(id)")
      }
      #expect(await worker.statistics()["c"]?.floodSince == nil)
      return recorder.messages
    }
    expectLimitsKept(robot, make)
    expectEachOnce(messages, of: 2_000, every: Channel.defaultDigestEvery)
    // The sixteen of the first half second make the flood; the others share the digest of three minutes later.
    let digests = messages.filter(\.isOrdinaryDigest)
    #expect(digests.map { $0.at - Sample.start } == [0, 180_000] && digests.map(\.entries.count) == [16, 1_974])
    let entries = await outbox.deliveredEntries
    #expect(entries.count == 2_000 && Set(entries.map(\.idempotencyKey)).count == 2_000)
    #expect(await outbox.waiting.isEmpty)
    #expect(await outbox.failedEntries.isEmpty)
    // Ten alone, the critical ones, two digests, and the end: ten minutes after the last alerts, which came at 59.5 s.
    #expect(robot.texts.count == 10 + 2 + 1, "\(robot.texts.count) messages")
    #expect(robot.deliveries.last.map { $0.at - Sample.start } == 659_500)
    #expect(robot.texts.contains { $0.contains("报警高峰：10 分钟内超过 10 条") })
    #expect(robot.texts.last?.contains("报警高峰结束") == true)
    // Every alert is counted by a message: single ones by their id, the others by the numbers of the digests.
    let single = robot.texts.count { $0.contains("linli ack") }
    let counted = robot.texts.compactMap { $0.firstMatch(of: /报警汇总：(\d+) 条/).flatMap { Int($0.1) } }.reduce(0, +)
    #expect(single + counted == 2_000)
  }

  /// More critical alerts than the robot takes messages: they share some, and none waits longer.
  @Test(arguments: makes) func manyCriticalAlerts(make: FakeRobot.Make, kind: Channel.Kind) async throws {
    let robot = try makeRobot(make)
    defer { robot.stop() }
    let (raised, messages) = try await Sample.withNetwork { network in
      let (worker, recorder) = try recorded(Channel(id: "c", kind: kind, url: Secret(robot.url)), network)
      let raised = await flood(worker, critical: 300, on: "c")
      await run(worker, until: clock.now + 1_800_000)
      return (raised, recorder.messages)
    }
    expectLimitsKept(robot, make)
    expectEachOnce(messages, of: 2_000, every: Channel.defaultDigestEvery)
    #expect(await outbox.waiting.isEmpty)
    #expect(await outbox.failedEntries.isEmpty)
    #expect(raised.count == 300)
    let counted = robot.texts.compactMap { $0.firstMatch(of: /紧急报警 (\d+) 条/).flatMap { Int($0.1) } }.reduce(0, +)
    let single = robot.texts.count { $0.contains("linli ack crit") }
    #expect(counted + single == 300)
    // The first and only message about each of them.
    for message in messages where !message.isOrdinaryDigest {
      #expect(message.entries.allSatisfy { $0.isCritical && message.at - $0.createdAt <= 10_000 })
    }
  }

  /// An alert every seven seconds for forty minutes, each fiftieth of them critical.
  @Test(arguments: [Channel.Kind.wecom, .email], [60_000, 180_000, 600_000] as [Int64])
  func aLongFloodKeepsItsRhythm(kind: Channel.Kind, period: Int64) async {
    var channel = Channel(id: "c", kind: kind)
    channel.digestEvery = period
    let recorder = RecordingSender(ScriptedRobot())
    let worker = worker([OutboxWorker.Outlet(channel: channel, sender: recorder)])
    let count = 343
    for index in 0..<count {
      await raise("a\(index)", index % 50 == 49 ? .critical : .medium, room: index, on: "c")
      await run(worker, until: clock.now + 7_000)
    }
    await run(worker, until: clock.now + 3_600_000)
    let messages = recorder.messages
    expectEachOnce(messages, of: count, every: period)
    // Ten alone, the eleventh after 70 s begins the flood; the last comes after 2,394 s, and its digest at that one's time.
    let times = messages.filter(\.isOrdinaryDigest).map { $0.at - Sample.start }
    let last = (2_394_000 - 70_000 + period - 1) / period
    #expect(times == (0...last).map { 70_000 + $0 * period })
    let critical = messages.filter { $0.entries.contains(where: \.isCritical) }
    #expect(critical.count == 6 && critical.allSatisfy { $0.entries.count == 1 && $0.at == $0.entries[0].createdAt })
    // Beside these the word of its end: nothing else.
    #expect(messages.count == 10 + times.count + critical.count + 1)
    #expect(messages.last?.entries.isEmpty == true)
  }

  @Test(arguments: makes) func threeHoursOfFailureLoseNothing(make: FakeRobot.Make, kind: Channel.Kind) async throws {
    let robot = try makeRobot(make)
    defer { robot.stop() }
    robot.fail(until: Sample.start + 3 * 3_600_000)
    try await Sample.withNetwork { network in
      let worker = worker([Channel(id: "c", kind: kind, url: Secret(robot.url))], network)
      for minute in 0..<120 {
        await raise("id\(minute)x", minute % 40 == 0 ? .critical : .medium, room: minute, on: "c")
        await run(worker, until: clock.now + 60_000)
      }
      #expect(robot.texts.isEmpty)
      await run(worker, until: clock.now + 2 * 3_600_000)
    }
    #expect(await outbox.deliveredEntries.count == 120)
    #expect(await outbox.waiting.isEmpty)
    #expect(await outbox.failedEntries.isEmpty)
    #expect(robot.bans == 0)
  }

  @Test func aRevokedKeyGoesToTheFallback() async throws {
    let robot = try makeRobot(.wecom)
    let other = try makeRobot(.feishu)
    defer {
      robot.stop()
      other.stop()
    }
    robot.revoke()
    try await Sample.withNetwork { network in
      let worker = worker(
        [
          Channel(id: "a", kind: .wecom, url: Secret(robot.url), fallback: "b"),
          Channel(id: "b", kind: .feishu, url: Secret(other.url)),
        ], network)
      let critical = await flood(worker, critical: 5, on: "a")
      await run(worker, until: clock.now + 3_600_000)
      for (id, raised) in critical {
        let found = other.deliveries.filter { $0.text.contains(id) }
        #expect(found.count == 1 && found.allSatisfy { $0.at - raised <= 10_000 })
      }
    }
    #expect(robot.texts.isEmpty && robot.bans == 0 && other.bans == 0)
    #expect(await outbox.failedEntries.count == 2_000)
    #expect(await outbox.deliveredEntries.count == 2_000)
    #expect(await outbox.waiting.isEmpty)
  }

  /// A robot that is slow at times and talks nonsense at others.
  @Test func nonsenseIsTriedAgain() async throws {
    let robot = try makeRobot(.dingtalk)
    defer { robot.stop() }
    let nonsense: [FakeRobot.Mood] = [
      .http(LoopbackHTTPAnswer(body: "{\"errcode\":\"0\"}")), .http(LoopbackHTTPAnswer(body: "[]")),
      .http(LoopbackHTTPAnswer(status: 200, body: String(repeating: "x", count: 100_000))), .http(.dropped),
      .http(LoopbackHTTPAnswer(delay: 400)), .code(-1), .code(424_242),
    ]
    robot.next(nonsense)
    try await Sample.withNetwork(deadline: 200) { network in
      let worker = worker([Channel(id: "c", kind: .dingtalk, url: Secret(robot.url))], network)
      for index in 0..<5 { await raise("n\(index)", .high, on: "c") }
      await run(worker, until: clock.now + 3_600_000)
    }
    #expect(await outbox.deliveredEntries.count == 5)
    #expect(await outbox.waiting.isEmpty)
    #expect(await outbox.failedEntries.isEmpty)
  }

  /// The robot refuses one text; it must not take the others of its digest along.
  @Test func oneBadAlertSpoilsNoDigest() async throws {
    let robot = try makeRobot(.dingtalk)
    defer { robot.stop() }
    try await Sample.withNetwork { network in
      let worker = worker([Channel(id: "c", kind: .dingtalk, url: Secret(robot.url))], network)
      for index in 0..<12 { await raise("n\(index)", .high, on: "c") }
      robot.next([.code(430101), .normal, .code(430101)])
      await run(worker, until: clock.now + 7_200_000)
    }
    #expect(await outbox.deliveredEntries.count == 11)
    #expect(await outbox.failedEntries.map(\.lastError?.en) == ["code 430101: refused by the test robot"])
  }

  @Test func budgetAndFloodOutliveARestart() async throws {
    let robot = try makeRobot(.dingtalk)
    defer { robot.stop() }
    try await Sample.withNetwork { network in
      let channel = Channel(id: "c", kind: .dingtalk, url: Secret(robot.url))
      // Every message is the last of its worker.
      for index in 0..<200 {
        await raise("r\(index)", index % 4 == 0 ? .critical : .low, room: index, on: "c")
        await worker([channel], network).runOnce()
        clock.advance(by: 250)
      }
      await run(worker([channel], network), until: clock.now + 3_600_000)
    }
    #expect(robot.bans == 0)
    #expect(robot.texts.count { $0.contains("报警高峰：10 分钟内超过 10 条") } == 1)
    #expect(await outbox.deliveredEntries.count == 200)
  }
}

extension OutboxEntry {
  fileprivate var isCritical: Bool { event.alert.traits.priority == .critical }
}
