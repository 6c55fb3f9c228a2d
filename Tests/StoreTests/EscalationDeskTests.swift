// Escalation over a real database: whatever dies when, each step is there once, with its true time and its notifications.
import Alerts
import Community
import Notify
import Pipeline
import Testing

@testable import Store

@Suite struct EscalationDeskTests {
  private static func policy() throws -> DeskPolicy {
    let places = """
      places:
      - id: hedong
        level: district
        duty: {unit: 区, answer_within: 10s}
        places: [{id: jiefang, duty: {unit: 街道, people: [{name: 李敏, channel: street}], answer_within: 20s, finish_within: 60s}}]
      """
    return DeskPolicy(
      traits: { traits($0.subject.hasPrefix("critical") ? .critical : .high) },
      response: ResponsePolicy(duty: try dutyTable(places)),
      channels: { event in ["ops"] + (event.to ?? []).compactMap(\.channel) })
  }

  /// What happens, second by second: changes of the lane, an answer, and the clock.
  private func happen(_ second: Int, _ desk: AlertDesk) async throws {
    switch second {
    case 2: _ = await desk.take([change(.raised, "a", 2)], lane: "main")
    case 5: _ = await desk.take([change(.raised, "b", 5)], lane: "main")
    case 40:
      let id = try #require(try await desk.list(AlertQuery()).alerts.first { $0.subject == "b" }).id
      _ = try? await desk.perform(.acknowledge, on: id, by: "李敏", at: at(40))
    default: await desk.advance(to: at(Int64(second)))
    }
  }

  private func steps(_ storage: FailingStorage) async throws -> [String] {
    try await storage.store.audit().map { numbered in
      let event = numbered.event
      return "\(event.alert.subject)\(event.number) \(event.kind.rawValue) \((event.at - at(0)) / 1000)"
    }.sorted()
  }

  private static let expected = [
    "a1 raised 2", "a2 escalated 22", "a3 repeated 32", "a4 repeated 42", "a5 repeated 52", "a6 repeated 62",
    "b1 raised 5", "b2 escalated 25", "b3 repeated 35", "b4 acknowledged 40",
  ]

  @Test(arguments: [nil, 1, 3, 6, 21, 22, 23, 25, 26, 35, 39, 41, 42, 52, 61, 62], [false, true])
  func dyingAnywhereLosesAndDoublesNothing(cut: Int?, answerLost: Bool) async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let policy = try Self.policy()
    var desk = AlertDesk(storage: storage, policy: policy)
    try await desk.start()
    for second in 0...65 {
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
    #expect(try await steps(storage) == Self.expected)
    // Every step that was written has its notification.
    let entries = try await storage.store.due(at: at(1_000), excluding: [], limit: 1_000)
    #expect(Set(entries.map(\.channel)) == ["ops", "street"])
  }

  /// What a start brings in line comes behind what fell due before it.
  @Test(arguments: [false, true]) func aStartBringsInLineAfterWhatFellDue(isOrphan: Bool) async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let policy = try Self.policy()
    let first = AlertDesk(storage: storage, policy: policy)
    try await first.start()
    _ = await first.take([change(.raised, "a", 2)], lane: "main")
    let desk = AlertDesk(storage: storage, policy: policy)
    try await desk.start()
    if isOrphan {
      await desk.closeOrphans([.init(rule: "cold", subject: "a")], lane: "main", at: at(40))
    } else {
      #expect(await desk.reconcile(lane: "main", standing: [], orphans: [], at: at(40)) == 1)
    }
    let expected = ["a1 raised 2", "a2 escalated 22", "a3 repeated 32", "a4 cleared 40"]
    #expect(try await steps(storage) == expected + (isOrphan ? ["a5 closed 40"] : []))
  }

  /// Down for an hour: the story has every step at its own time, people hear of the newest repetition only.
  @Test func aLongAbsence() async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let policy = try Self.policy()
    let first = AlertDesk(storage: storage, policy: policy)
    try await first.start()
    _ = await first.take([change(.raised, "a", 2)], lane: "main")
    let second = AlertDesk(storage: storage, policy: policy)
    try await second.start()
    let events = await second.advance(to: at(3_600))
    #expect(events.first?.kind == .escalated && events.first?.at == at(22))
    #expect(events.last?.at == at(3_592) && events.count == 358)
    let alert = try #require(events.last?.alert)
    let story = try #require(try await second.story(alert.id))
    #expect(story.events.count == 359 && story.events.map(\.event.number) == Array(1...359))
    let keys = Set(story.deliveries.map(\.idempotencyKey))
    #expect(keys == ["\(alert.id)-1-ops", "\(alert.id)-1-street", "\(alert.id)-2-ops", "\(alert.id)-359-ops"])
  }

  /// Duty that is entered while alerts are open: people are told at once, once, and not again after a restart.
  @Test func dutyThatComesLaterIsForOpenAlertsToo() async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    var policy = try Self.policy()
    let duty = policy.response
    policy.response = .none
    let first = AlertDesk(storage: storage, policy: policy)
    try await first.start()
    _ = await first.take([change(.raised, "a", 2)], lane: "main")
    policy.response = duty
    await first.adopt(policy)
    await first.askForgotten(at: at(10))
    let desk = AlertDesk(storage: storage, policy: policy)
    try await desk.start()
    await desk.askForgotten(at: at(20))
    await desk.advance(to: at(30))
    #expect(try await steps(storage) == ["a1 raised 2", "a2 repeated 10", "a3 escalated 30"])
    let id = try #require(try await desk.list(AlertQuery()).alerts.first).id
    let deliveries = try #require(try await desk.story(id)).deliveries.map(\.idempotencyKey)
    #expect(deliveries.sorted() == ["\(id)-1-ops", "\(id)-2-ops", "\(id)-2-street", "\(id)-3-ops"])
  }

  /// A change that became known after a deadline had passed comes after the step which that deadline brought.
  @Test func stepsStandInTheOrderOfTheirTimes() async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let desk = AlertDesk(storage: storage, policy: try Self.policy())
    try await desk.start()
    _ = await desk.take([change(.raised, "a", 2)], lane: "main")
    _ = await desk.take([change(.cleared, "a", 30)], lane: "main")
    #expect(
      try await steps(storage) == ["a1 raised 2", "a2 escalated 22", "a3 cleared 30"])
  }
}
