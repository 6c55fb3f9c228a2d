// What the database can never take holds up nothing behind it, and is told, shown, counted and named all the same.
import Alerts
import Notify
import Pipeline
import Synchronization
import Testing
import Words

@testable import Store

@Suite struct SetAsideTests {
  private final class Said: Sendable {
    private let all = Mutex<[SetAside]>([])
    var list: [SetAside] { all.withLock { $0 } }
    func note(_ found: SetAside) { all.withLock { $0.append(found) } }
  }

  let folder: TemporaryFolder
  let storage: FailingStorage
  let desk: AlertDesk
  private let said = Said()

  init() async throws {
    folder = try TemporaryFolder()
    storage = FailingStorage(try Store(path: folder.database))
    let said = said
    desk = AlertDesk(
      storage: storage,
      policy: DeskPolicy(
        traits: { traits($0.subject.hasPrefix("critical") ? .critical : .high) }, channels: { _ in ["ops"] },
        noteSetAside: said.note))
    try await desk.start()
  }

  /// A number that JSON has no word for, past all guards.
  private func poison(_ subject: String, sequence: Int64) -> AlertCommit {
    var event = raisedEvent(subject, 1)
    event.alert.value = .nan
    return AlertCommit(events: [NumberedEvent(sequence: sequence, event: event)], outbox: [entry(event)])
  }

  @Test func aNumberThatJSONHasNoWordFor() async throws {
    await desk.enqueue(poison("bad", sequence: 1))
    #expect(await desk.take([change(.raised, "a", 1)], lane: "main") == .pending, "not all of what waited is on disk")
    #expect(await desk.take([change(.raised, "b", 2)], lane: "main") == .stored)
    #expect(try await storage.store.openAlerts().map(\.subject).sorted() == ["a", "b"])
    #expect(await desk.storageTrouble == nil)
    #expect(await desk.isSettled(lane: "main"))
    let load = await desk.setAsideLoad
    let id = raisedEvent("bad", 1).alert.id
    #expect(load.count == 2 && load.newest?.alert == id, "the step and its notification")
    #expect(said.list.count == 1 && said.list[0].alert == id && said.list[0].reason.en.contains("nan"))
  }

  /// What is told does not wait for a database that will never have it; once told it is told no more.
  @Test func isToldFromMemory() async throws {
    await desk.enqueue(poison("bad", sequence: 1))
    _ = await desk.take([change(.raised, "a", 1)], lane: "main")
    #expect(await desk.storageTrouble == nil)
    var due = try await desk.due(at: at(2), excluding: [], limit: 10)
    #expect(Set(due.map(\.event.alert.subject)) == ["bad", "a"])
    #expect(try await desk.due(at: at(2), of: "ops", limit: 10).count == 2)
    var bad = try #require(due.first { $0.event.alert.subject == "bad" })
    bad.attempts = 1
    bad.nextAttemptAt = at(60)
    try await desk.postpone(bad)
    due = try await desk.due(at: at(3), excluding: [], limit: 10)
    #expect(due.map(\.event.alert.subject) == ["a"])
    #expect(try await desk.nextDue(after: at(3)) == at(60))
    bad = try #require(try await desk.due(at: at(60), excluding: [], limit: 10).first { $0.attempts == 1 })
    try await desk.delivered(bad, at: at(61))
    try await desk.delivered(due[0], at: at(61))
    #expect(try await desk.due(at: at(62), excluding: [], limit: 10).isEmpty)
    #expect(try await desk.nextDue(after: at(3)) == nil)
    #expect(try await storage.store.outboxCounts() == (0, 0))
    let story = try #require(try await desk.story(bad.event.alert.id))
    #expect(story.events.map(\.event.kind) == [.raised] && story.deliveries.isEmpty)
  }

  /// The database itself finds that something contradicts what is there; one of a hundred changes of a lane.
  @Test func whatContradictsTheDatabase() async throws {
    _ = await desk.take([change(.raised, "first", 1)], lane: "main")
    // Another step has that number.
    let clash = raisedEvent("clash", 1)
    await desk.enqueue(AlertCommit(events: [NumberedEvent(sequence: 1, event: clash)]))
    let changes = (2...100).map { change(.raised, "s\($0)", JournalPosition($0)) }
    _ = await desk.take(changes, lane: "main")
    #expect(try await storage.store.openAlerts().count == 100)
    #expect(try await storage.store.applied(lane: "main") == LaneStep(position: 100, ordinal: 0))
    #expect(said.list.map(\.alert) == [clash.alert.id] && said.list[0].reason.en.contains("UNIQUE"))
  }

  /// One change of many in one transaction is at fault: all others of it are there, and the lane's position.
  @Test func oneChangeOfMany() async throws {
    storage.fail(
      .reject(.unwritable(reason: "no")) { commit in
        commit.events.contains { $0.event.alert.subject == "s7" }
          || commit.outbox.contains { $0.event.alert.subject == "s7" }
      })
    let changes = (1...20).map { change(.raised, "s\($0)", JournalPosition($0)) }
    #expect(await desk.take(changes, lane: "main") == .pending)
    #expect(try await storage.store.openAlerts().count == 19)
    #expect(try await storage.store.outboxCounts().pending == 19)
    #expect(try await storage.store.applied(lane: "main") == LaneStep(position: 20, ordinal: 0))
    let alert = try #require(try await desk.list(AlertQuery(limit: 100)).alerts.first { $0.subject == "s7" })
    #expect(said.list.map(\.alert) == [alert.id])
    // Its further steps are as bad: told and counted, not named again.
    #expect(try await !desk.perform(.acknowledge, on: alert.id, by: "张三", at: at(30)).stored)
    #expect(said.list.count == 1)
    let story = try #require(try await desk.story(alert.id))
    #expect(story.events.map(\.event.kind) == [.raised, .acknowledged] && story.alert.acknowledgedBy == "张三")
    #expect(try await desk.list(AlertQuery(includeClosed: true, limit: 100)).alerts.count == 20)
    let other = try #require(try await desk.list(AlertQuery(limit: 100)).alerts.first { $0.subject == "s8" }).id
    #expect(try await desk.perform(.acknowledge, on: other, by: "张三", at: at(31)).stored)
    // The next life finds that the condition holds, and raises it anew.
    storage.fail(nil)
    let again = try await startedDesk(storage)
    #expect(await again.reconcile(lane: "main", standing: changes, orphans: [], at: at(40)) == 1)
    #expect(try await storage.store.openAlerts().count == 20)
  }

  /// A disk that is full is waited for as ever; only then it shows what can never be written.
  @Test func aFullDiskIsNobodysFault() async throws {
    await desk.enqueue(poison("bad", sequence: 1))
    storage.fail(.refuse(.diskFull))
    _ = await desk.take([change(.raised, "a", 1)], lane: "main")
    for second in 2...40 { await desk.advance(to: at(Int64(second))) }
    #expect(await desk.storageTrouble?.error == .diskFull)
    #expect(await desk.setAsideLoad.count == 0)
    storage.fail(nil)
    await desk.advance(to: at(41))
    #expect(await desk.storageTrouble == nil)
    #expect(await desk.setAsideLoad.count == 2)
    #expect(try await storage.store.openAlerts().map(\.subject) == ["a"])
  }

  /// A reason that nobody knows is waited for, visibly, and not for ever.
  @Test func aReasonThatNobodyKnows() async throws {
    storage.fail(
      .reject(.other(reason: "strange")) { commit in commit.events.contains { $0.event.alert.subject == "odd" } })
    #expect(await desk.take([change(.raised, "odd", 1)], lane: "main") == .pending)
    #expect(await desk.take([change(.raised, "a", 2)], lane: "main") == .pending)
    #expect(await desk.storageTrouble?.error == .other(reason: "strange"))
    #expect(try await storage.store.openAlerts().isEmpty)
    for second in 3...20 { await desk.advance(to: at(Int64(second))) }
    #expect(await desk.storageTrouble == nil)
    #expect(await desk.setAsideLoad.count == 1)
    #expect(try await storage.store.openAlerts().map(\.subject) == ["a"])
    #expect(try await storage.store.outboxCounts().pending == 2, "its notification could be written")
  }
}
