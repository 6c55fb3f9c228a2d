// A box that was off for long: what it missed goes to disk in strides, others get their turn in between, and a kill between two
// strides loses and doubles nothing.
import Alerts
import Community
import ConfigFile
import Orders
import Pipeline
import Synchronization
import Testing

@testable import Store

@Suite struct StrideDeskTests {
  private static func policy(steps: Int) throws -> DeskPolicy {
    let log = ProblemLog()
    let places = """
      places:
      - id: hedong
        level: district
        duty: {unit: 区, answer_within: 10s}
        places: [{id: jiefang, duty: {unit: 街道, people: [{name: 李敏, channel: street}], answer_within: 20s}}]
      """
    let orders = OrderSettings.read(
      ConfigReader.parse(
        "automatic: [{id: cold, rules: [cold], title: {zh: 查暖气, en: Check the heating}}]", file: "orders.yaml", log: log
      ),
      log: log)
    #expect(log.problems.isEmpty)
    let duty = try dutyTable(places)
    var policy = DeskPolicy(
      traits: { traits($0.subject.hasPrefix("critical") ? .critical : .high) },
      response: ResponsePolicy(duty: duty),
      channels: { event in (event.order == nil ? ["ops"] : []) + (event.to ?? []).compactMap(\.channel) })
    policy.stepsAtOnce = steps
    policy.orders = OrderPolicy(settings: orders, duty: duty, zone: .utc)
    return policy
  }

  /// Without orders.
  private static func plain(steps: Int) throws -> DeskPolicy {
    var policy = try policy(steps: steps)
    policy.orders = .none
    return policy
  }

  /// An alert that was raised before the box went off.
  private func raised(_ storage: FailingStorage, _ policy: DeskPolicy, _ subjects: String...) async throws {
    let desk = try await startedDesk(storage, policy)
    for (index, subject) in subjects.enumerated() {
      _ = await desk.take([change(.raised, subject, JournalPosition(index + 2))], lane: "main")
    }
  }

  private func check(_ desk: AlertDesk, _ id: String) async throws {
    let story = try #require(try await desk.story(id))
    #expect(story.events.map(\.event.number) == Array(1...359))
    #expect(story.events.dropFirst().map(\.event.at) == (0..<358).map { at(22 + 10 * $0) })
    #expect(story.events[1].event.kind == .escalated && story.events[2...].allSatisfy { $0.event.kind == .repeated })
    // Each step of escalation is told, and of what was only said again the last.
    let keys = Set(story.deliveries.map(\.idempotencyKey))
    #expect(keys == ["\(id)-1-ops", "\(id)-1-street", "\(id)-2-ops", "\(id)-359-ops"])
  }

  @Test(arguments: [1, 7, 100, 1_000]) func noTransactionIsLong(steps: Int) async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let policy = try Self.plain(steps: steps)
    try await raised(storage, policy, "a")
    let desk = try await startedDesk(storage, policy)
    let before = storage.commitSteps.count
    await desk.advance(to: at(3_600))
    let written = storage.commitSteps.dropFirst(before)
    #expect(written.reduce(0, +) == 358 && written.allSatisfy { $0 <= steps })
    let id = try #require(try await desk.list(AlertQuery()).alerts.first).id
    try await check(desk, id)
  }

  @Test(arguments: 0...9) func dyingBetweenStridesLosesAndDoublesNothing(taken: Int) async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let policy = try Self.plain(steps: 40)
    try await raised(storage, policy, "a")
    let dying = try await startedDesk(storage, policy)
    storage.fail(.refuseAfter(taken, .inputOutput(reason: "killed")))
    await dying.advance(to: at(3_600))
    storage.fail(nil)
    let id = try #require(try await storage.store.openAlerts().first).id
    #expect(try await storage.store.story(id)?.events.count == min(1 + 40 * taken, 359))
    let desk = try await startedDesk(storage, policy)
    await desk.advance(to: at(3_600))
    try await check(desk, id)
  }

  /// A lane whose clock is far ahead takes no repetition from the alerts of another one.
  @Test func aLaneAheadSilencesNobody() async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let desk = try await startedDesk(storage, try Self.plain(steps: 500))
    _ = await desk.take([change(.raised, "ahead", 50_000)], lane: "ahead")
    _ = await desk.take([change(.raised, "a", 100)], lane: "main")
    await desk.advance(to: at(130))
    let id = try #require(try await desk.list(AlertQuery()).alerts.first { $0.subject == "a" }).id
    let keys = try #require(try await desk.story(id)).deliveries.map(\.idempotencyKey)
    #expect(keys.sorted() == ["\(id)-1-ops", "\(id)-1-street", "\(id)-2-ops", "\(id)-3-ops"])
  }

  /// What waited in memory while the disk was full goes out in bounded transactions, too.
  @Test func theBacklogOfAFullDiskIsDivided() async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let policy = try Self.plain(steps: 30)
    try await raised(storage, policy, "a")
    let desk = try await startedDesk(storage, policy)
    storage.fail(.refuse(.diskFull))
    await desk.advance(to: at(3_600))
    storage.fail(nil)
    let before = storage.commitSteps.count
    await desk.advance(to: at(3_600))
    let written = storage.commitSteps.dropFirst(before)
    #expect(written.reduce(0, +) == 358 && written.allSatisfy { $0 <= 30 })
    try await check(desk, try #require(try await storage.store.openAlerts().first).id)
  }

  /// Somebody answers while it catches up: after all that had fallen due before, and with nothing of it lost.
  @Test func othersGetTheirTurn() async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let policy = try Self.plain(steps: 20)
    try await raised(storage, policy, "a", "b")
    let desk = try await startedDesk(storage, policy)
    let alerts = try await desk.list(AlertQuery()).alerts
    let id = try #require(alerts.first { $0.subject == "b" }).id
    let turns = Mutex<[Task<Int, any Error>]>([])
    let second = storage.commitAttempts + 2
    storage.beforeEach { number in
      guard number == second else { return }
      let answer = Task {
        // What is shown is shown at once; what is done comes behind what was due.
        let shown = try await desk.story(id)?.events.count ?? 0
        _ = try await desk.perform(.acknowledge, on: id, by: "李敏", at: at(3_600))
        return shown
      }
      turns.withLock { $0.append(answer) }
    }
    await desk.advance(to: at(3_600))
    storage.beforeEach(nil)
    let answer = try #require(turns.withLock { $0.first })
    _ = try await answer.value
    let events = try #require(try await desk.story(id)).events.map(\.event)
    #expect(events.map(\.number) == Array(1...360))
    #expect(events.dropFirst().dropLast().map(\.at) == (0..<358).map { at(23 + 10 * $0) })
    #expect(events.last?.kind == .acknowledged && events.last?.at == at(3_600))
    let all = try await storage.store.events(after: 0, limit: 10_000)
    #expect(all.map(\.sequence) == Array(1...Int64(all.count)))
  }

  /// A shelf that ended while the box was off makes its order when the box is back, and the alert's steps stay in their order.
  @Test(arguments: [1, 50, 1_000]) func ordersFollowBetweenStrides(steps: Int) async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    try await raised(storage, try Self.plain(steps: steps), "a")
    let before = try await startedDesk(storage, try Self.plain(steps: steps))
    let id = try #require(try await before.list(AlertQuery()).alerts.first).id
    _ = try await before.perform(.shelve(until: at(600)), on: id, by: "张三", at: at(5))
    let desk = try await startedDesk(storage, try Self.policy(steps: steps))
    await desk.advance(to: at(3_600))
    let events = try #require(try await desk.story(id)).events.map(\.event)
    #expect(events.map(\.number) == Array(1...events.count))
    #expect(zip(events, events.dropFirst()).allSatisfy { $0.at <= $1.at })
    #expect(events.count { $0.kind == .ordered } == 1 && events.count { $0.kind == .escalated } == 1)
    #expect(events.count { $0.kind == .repeated } == 298)
    let orders = try await desk.orders(OrderQuery()).orders
    #expect(orders.count == 1 && orders[0].orderedAt == at(3_600) && orders[0].alerts == [id])
  }

  /// A lane that hands over many changes at once: its transactions are bounded, and its position goes with them.
  @Test func manyChangesAtOnce() async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let desk = try await startedDesk(storage, try Self.plain(steps: 10))
    let changes = (1...95).map { change(.raised, "s\($0)", 3, ordinal: UInt32($0)) }
    #expect(await desk.take(changes, lane: "main") == .stored)
    #expect(storage.commitSteps.allSatisfy { $0 <= 10 } && storage.commitSteps.reduce(0, +) == 95)
    #expect(try await storage.store.applied(lane: "main") == LaneStep(position: 3, ordinal: 95))
    // Dying in between, the rest comes again.
    let other = try TemporaryFolder()
    let dying = FailingStorage(try Store(path: other.database))
    dying.fail(.refuseAfter(4, .inputOutput(reason: "killed")))
    let killed = try await startedDesk(dying, try Self.plain(steps: 10))
    _ = await killed.take(changes, lane: "main")
    dying.fail(nil)
    #expect(try await dying.store.applied(lane: "main") == LaneStep(position: 3, ordinal: 40))
    let next = try await startedDesk(dying, try Self.plain(steps: 10))
    _ = await next.take(changes, lane: "main")
    #expect(try await dying.store.openAlerts().count == 95)
    #expect(try await dying.store.audit().count == 95)
  }
}
