// Floods on virtual time, against robots that enforce their limits: nobody is banned, nothing is lost, critical alerts come
// at once. Everything is real but the clock: outbox, worker, network, robot.
import Alerts
import ConfigFile
import Logging
import Notify
import Pipeline
import TestSupport
import Testing

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

  private func worker(_ channels: [Channel], _ network: HTTPNetwork) -> OutboxWorker {
    let outlets = OutboxWorker.Outlet.make(
      for: NotifyConfiguration(channels: channels), settings: Sample.settings, transport: network, publish: nil)
    return OutboxWorker(
      outbox: outbox, outlets: outlets, clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
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
    try await Sample.withNetwork { network in
      let worker = worker([Channel(id: "c", kind: kind, url: Secret(robot.url))], network)
      let critical = await flood(worker, critical: 10, on: "c")
      await run(worker, until: clock.now + 3_600_000)
      #expect(critical.count == 10)
      for (id, raised) in critical {
        let found = robot.deliveries.filter { $0.text.contains(id) }
        #expect(found.count == 1 && found.allSatisfy { $0.at - raised <= 10_000 && !$0.text.contains("汇总") }, "\(id)")
      }
      #expect(await worker.statistics()["c"]?.floodSince == nil)
    }
    #expect(robot.bans == 0 && robot.codes.allSatisfy { $0 == 0 })
    let entries = await outbox.deliveredEntries
    #expect(entries.count == 2_000 && Set(entries.map(\.idempotencyKey)).count == 2_000)
    #expect(await outbox.waiting.isEmpty)
    #expect(await outbox.failedEntries.isEmpty)
    // Ten alone, the critical ones, and no more than a digest for every three minutes.
    #expect(robot.texts.count <= 10 + 10 + 5, "\(robot.texts.count) messages")
    #expect(robot.texts.contains { $0.contains("告警高峰：10 分钟内超过 10 条") })
    #expect(robot.texts.last?.contains("告警高峰结束") == true)
    // Every alert is counted by a message: single ones by their id, the others by the numbers of the digests.
    let single = robot.texts.count { $0.contains("linli ack") }
    let counted = robot.texts.compactMap { $0.firstMatch(of: /告警汇总：(\d+) 条/).flatMap { Int($0.1) } }.reduce(0, +)
    #expect(single + counted == 2_000)
  }

  /// More critical alerts than the robot takes messages: they share some, and none waits longer.
  @Test(arguments: makes) func manyCriticalAlerts(make: FakeRobot.Make, kind: Channel.Kind) async throws {
    let robot = try makeRobot(make)
    defer { robot.stop() }
    let raised = try await Sample.withNetwork { network in
      let worker = worker([Channel(id: "c", kind: kind, url: Secret(robot.url))], network)
      let raised = await flood(worker, critical: 300, on: "c")
      await run(worker, until: clock.now + 1_800_000)
      return raised
    }
    #expect(robot.bans == 0)
    #expect(await outbox.waiting.isEmpty)
    #expect(await outbox.failedEntries.isEmpty)
    #expect(raised.count == 300)
    let counted = robot.texts.compactMap { $0.firstMatch(of: /紧急告警 (\d+) 条/).flatMap { Int($0.1) } }.reduce(0, +)
    let single = robot.texts.count { $0.contains("linli ack crit") }
    #expect(counted + single == 300)
    // No stretch of ten seconds within the minute is without a message about critical alerts.
    let times = robot.deliveries.filter { $0.text.contains("紧急") }.map(\.at).sorted()
    for (before, after) in zip(times, times.dropFirst()) where before < Sample.start + 60_000 {
      #expect(after - before <= 10_000)
    }
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
    #expect(await outbox.failedEntries.map(\.lastError) == ["code 430101: refused by the test robot"])
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
    #expect(robot.texts.count { $0.contains("告警高峰：10 分钟内超过 10 条") } == 1)
    #expect(await outbox.deliveredEntries.count == 200)
  }
}
