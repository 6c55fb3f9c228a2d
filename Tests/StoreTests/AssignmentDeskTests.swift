// An alert that is given to somebody, over a real database: the step and its notification are one transaction, once, whatever dies;
// and remarks are stored so that each reader gets one language.
import Alerts
import Community
import GRDB
import Notify
import Pipeline
import Testing

@testable import Store

@Suite struct AssignmentDeskTests {
  private static func policy() throws -> DeskPolicy {
    let places = """
      places:
      - id: hedong
        level: district
        duty: {unit: {zh: 区, en: District}, people: [{name: 李敏, channel: street}, 赵工], answer_within: 10s}
        places: [{id: jiefang, duty: {unit: 街道, people: [{name: 王强, channel: wang}], answer_within: 20s}}]
      """
    let router = Router(
      NotifyConfiguration(
        channels: [
          Channel(id: "hook", kind: .webhook), Channel(id: "street", kind: .wecom), Channel(id: "wang", kind: .email),
        ], routes: [Route(to: ["hook"])]))
    return DeskPolicy(
      traits: { _ in traits() }, response: ResponsePolicy(duty: try dutyTable(places)),
      channels: { router.channels(for: $0) })
  }

  private static func desk(_ storage: FailingStorage) async throws -> (AlertDesk, id: String) {
    let desk = try await startedDesk(storage, policy())
    _ = await desk.take([change(.raised, "a", 2)], lane: "main")
    return (desk, try #require(try await desk.list(AlertQuery()).alerts.first).id)
  }

  @Test(
    arguments: [
      ("李敏", ["street"], true), ("赵工", [], true), ("电梯公司", [], false),
    ] as [(String, [String], Bool)])
  func theStepAndItsNotificationAreOne(to: String, told: [String], isKnown: Bool) async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let (desk, id) = try await Self.desk(storage)
    let before = storage.commitAttempts
    let outcome = try await desk.perform(.assign(to: to), on: id, by: "张三", at: at(5), comment: "带上备件")
    #expect(outcome.stored && outcome.told == told && storage.commitAttempts == before + 1)
    #expect((outcome.alert.assignee != nil) == isKnown && outcome.alert.assignedTo == to)
    // The same again tells nobody.
    let again = try await desk.perform(.assign(to: to), on: id, by: "李四", at: at(6))
    #expect(again.events.isEmpty && again.told.isEmpty)
    let entries = try await storage.store.due(at: at(10), excluding: [], limit: 100)
      .filter { $0.event.kind == .assigned }
    #expect(entries.map(\.idempotencyKey) == told.map { "\(id)-2-\($0)" })
    #expect(entries.allSatisfy { $0.event.by == "张三" && $0.event.to?.map(\.name) == [to] })
  }

  /// The process dies with the commit refused, or carried out without its knowing: both or neither, and never twice.
  @Test(arguments: [false, true]) func dyingInBetween(answerLost: Bool) async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let (desk, id) = try await Self.desk(storage)
    storage.fail(answerLost ? .loseAnswer : .refuse(.diskFull))
    let outcome = try await desk.perform(.assign(to: "李敏"), on: id, by: "张三", at: at(5))
    #expect(!outcome.stored && outcome.told == ["street"])
    storage.fail(nil)
    let next = try await startedDesk(storage, Self.policy())
    let story = try #require(try await next.story(id))
    let steps = story.events.filter { $0.event.kind == .assigned }
    let told = story.deliveries.filter { $0.event == .assigned }
    #expect(steps.count == (answerLost ? 1 : 0) && told.map(\.channel) == (answerLost ? ["street"] : []))
    // Asked again it is done, or was.
    _ = try await next.perform(.assign(to: "李敏"), on: id, by: "张三", at: at(6))
    let after = try #require(try await next.story(id))
    #expect(after.deliveries.filter { $0.event == .assigned }.map(\.channel) == ["street"])
    #expect(after.alert.assignee?.name == "李敏")
  }

  /// Who has it hears that it is over, though never asked by the four levels.
  @Test func theEndIsHeard() async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let (desk, id) = try await Self.desk(storage)
    _ = try await desk.perform(.assign(to: "李敏"), on: id, by: "张三", at: at(5))
    _ = await desk.take([change(.cleared, "a", 9)], lane: "main")
    let deliveries = try #require(try await desk.story(id)).deliveries.filter { $0.event == .cleared }
    #expect(Set(deliveries.map(\.channel)) == ["hook", "wang", "street"])
  }

  // MARK: - Remarks

  /// The step of a missed deadline, as it is stored and as it is read.
  @Test func aRemarkIsReadInOneLanguage() async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let (desk, id) = try await Self.desk(storage)
    await desk.advance(to: at(23))
    let step = try #require(try await storage.store.story(id)?.events.first { $0.event.kind == .escalated }).event
    #expect(step.comment(in: .zh) == "超时未应答" && step.comment(in: .en) == "not answered in time")
    let entry = try #require(
      try await storage.store.due(at: at(30), of: "street", limit: 10).first { $0.event.kind == .escalated })
    #expect(entry.event.comment(in: .en) == "not answered in time")
  }

  /// Steps that an earlier version stored, in the trail and in the outbox.
  @Test func whatAnEarlierVersionStoredIsReadInOneLanguage() async throws {
    let folder = try TemporaryFolder()
    var event = raisedEvent("a", 2)
    event.kind = .escalated
    event.comment = "超时未应答 / not answered in time"
    event.alert.suppression = Suppression(
      kind: .inhibited, by: "b", since: at(2), reason: "由“停电”引起 / explained by “Power cut”")
    let store = try Store(path: folder.database)
    try await store.commit(events: [event], outbox: [entry(event)])
    let json = try await store.read { db in try String.fetchOne(db, sql: "SELECT event FROM alert_events") }
    #expect(json?.contains(#""comment":"超时未应答 \/ not answered in time""#) == true)
    let stored = try #require(try await store.story(event.alert.id)?.events.first).event
    let waiting = try #require(try await store.due(at: at(9), of: "ops", limit: 1).first).event
    for event in [stored, waiting] {
      #expect(event.comment(in: .zh) == "超时未应答" && event.comment(in: .en) == "not answered in time")
      #expect(event.alert.suppression?.reason(in: .en) == "explained by “Power cut”")
    }
  }
}
