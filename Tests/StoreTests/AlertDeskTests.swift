// The desk over a real database: exactly once across every way to die, and no stop when the database refuses.
import Alerts
import Notify
import Pipeline
import Synchronization
import Testing

@testable import Store

@Suite struct AlertDeskTests {
  let folder: TemporaryFolder
  let storage: FailingStorage

  init() throws {
    folder = try TemporaryFolder()
    storage = FailingStorage(try Store(path: folder.database))
  }

  private func desk(_ policy: DeskPolicy = samplePolicy) async throws -> AlertDesk {
    try await startedDesk(storage, policy)
  }

  @Test func aChangeBecomesAnAlertAndItsNotifications() async throws {
    let woken = Mutex(0)
    let policy = DeskPolicy(
      traits: { _ in traits() }, channels: { $0.kind == .raised ? ["ops"] : [] },
      wakeOutbox: { woken.withLock { $0 += 1 } })
    let desk = try await desk(policy)
    #expect(await desk.take([change(.raised, "a", 3)], lane: "main") == .stored)
    #expect(woken.withLock { $0 } == 1)
    let alert = try #require(try await desk.list(AlertQuery()).alerts.first)
    let due = try await storage.store.due(at: at(9), excluding: [], limit: 9)
    #expect(due.map(\.idempotencyKey) == ["\(alert.id)-1-ops"] && due[0].createdAt == at(3))
    #expect(await desk.take([change(.cleared, "a", 4)], lane: "main") == .stored)
    #expect(woken.withLock { $0 } == 1)
    let story = try #require(try await desk.story(alert.id))
    #expect(story.events.map(\.event.kind) == [.raised, .cleared] && story.deliveries.count == 1)
    #expect(await desk.isSettled(lane: "main"))
    #expect(await desk.reached(lane: "main") == LaneStep(position: 4, ordinal: 0))
  }

  @Test func theSameChangesAreTakenOnce() async throws {
    let changes = [
      change(.raised, "a", 1), change(.raised, "b", 1, ordinal: 1), change(.cleared, "a", 2), change(.raised, "a", 3),
    ]
    let first = try await desk()
    for change in changes { _ = await first.take([change], lane: "main") }
    #expect(await first.take(changes, lane: "main") == .stored)
    #expect(await first.skippedChanges == 4)
    let reopened = try await desk()
    _ = await reopened.take(changes, lane: "main")
    #expect(try await reopened.list(AlertQuery()) == first.list(AlertQuery()))
    #expect(try await storage.store.audit().count == 4)
    #expect(try await storage.store.outboxCounts().pending == 8)
  }

  /// Dies before or after each transaction; the lanes hand over again from where their checkpoint stood.
  @Test(arguments: 0..<12, [false, true])
  func dyingAnywhereChangesNothing(cut: Int, answerLost: Bool) async throws {
    let kinds: [ConditionChange.Kind] = [.raised, .cleared]
    let changes = (0..<12).map { change(kinds[($0 / 3) % 2], "s\($0 % 3)", JournalPosition($0 + 1)) }
    let dying = try await desk()
    for change in changes[..<cut] { _ = await dying.take([change], lane: "main") }
    storage.fail(answerLost ? .loseAnswer : .refuse(.diskFull))
    #expect(await dying.take([changes[cut]], lane: "main") == .pending)
    storage.fail(nil)
    let after = try await desk()
    for change in changes { #expect(await after.take([change], lane: "main") == .stored) }
    let undisturbedFolder = try TemporaryFolder()
    let undisturbed = AlertDesk(storage: try Store(path: undisturbedFolder.database), policy: samplePolicy)
    try await undisturbed.start()
    _ = await undisturbed.take(changes, lane: "main")
    #expect(try await after.list(AlertQuery(includeClosed: true)) == undisturbed.list(AlertQuery(includeClosed: true)))
    let audit = try await storage.store.audit()
    #expect(audit.map(\.sequence) == Array(1...12) && Set(audit.map(\.event.alert.id)).count == 6)
    #expect(try await storage.store.outboxCounts().pending == 24)
  }

  @Test func goesOnFromMemoryWhenTheDiskIsFull() async throws {
    let desk = try await desk()
    _ = await desk.take([change(.raised, "a", 1)], lane: "main")
    storage.fail(.refuse(.diskFull))
    #expect(await desk.take([change(.raised, "b", 2)], lane: "main") == .pending)
    #expect(await desk.take([change(.cleared, "a", 3)], lane: "main") == .pending)
    let id = try #require(try await desk.list(AlertQuery()).alerts.first { $0.subject == "a" }).id
    let outcome = try await desk.perform(.acknowledge, on: id, by: "张三", at: at(5))
    #expect(!outcome.stored && outcome.events.map(\.kind) == [.acknowledged, .closed])
    let late = try await desk.perform(.comment, on: id, by: "张三", at: at(6), comment: "已处理")
    #expect(late.alert.step == 5)
    let trouble = try #require(await desk.storageTrouble)
    #expect(trouble.error == .diskFull && trouble.pendingEvents == 5 && trouble.since == at(2))
    #expect(await !desk.isSettled(lane: "main"))
    #expect(await desk.isSettled(lane: "other"))
    #expect(try await desk.story(id)?.events.map(\.event.number) == [1, 2, 3, 4, 5])
    #expect(try await desk.list(AlertQuery(includeClosed: true)).alerts.map(\.isClosed).count == 2)
    let attempts = storage.commitAttempts
    await desk.advance(to: at(10))
    #expect(storage.commitAttempts == attempts + 1)
    #expect(await desk.storageTrouble != nil)
    storage.fail(nil)
    await desk.advance(to: at(11))
    #expect(await desk.storageTrouble == nil)
    #expect(await desk.isSettled(lane: "main"))
    #expect(try await storage.store.audit().map(\.sequence) == Array(1...6))
    #expect(try await storage.store.story(id)?.alert == late.alert)
    #expect(try await storage.store.applied(lane: "main") == LaneStep(position: 3, ordinal: 0))
  }

  @Test func aLostAnswerIsNoSecondTime() async throws {
    let desk = try await desk()
    _ = await desk.take([change(.raised, "a", 1)], lane: "main")
    let id = try #require(try await desk.list(AlertQuery()).alerts.first).id
    storage.fail(.loseAnswer)
    #expect(try await !desk.perform(.acknowledge, on: id, by: "张三", at: at(2)).stored)
    storage.fail(nil)
    await desk.advance(to: at(3))
    #expect(try await storage.store.story(id)?.events.map(\.event.kind) == [.raised, .acknowledged])
    #expect(try await storage.store.outboxCounts().pending == 4)
  }

  @Test func tooMuchWaitingIsRefusedNotForgotten() async throws {
    var policy = samplePolicy
    policy.pendingEvents = 3
    let desk = try await desk(policy)
    storage.fail(.refuse(.readOnly))
    for position in 1...3 as ClosedRange<JournalPosition> {
      #expect(await desk.take([change(.raised, "s\(position)", position)], lane: "main") == .pending)
    }
    #expect(await desk.take([change(.raised, "s4", 4)], lane: "main") == .refused)
    #expect(await desk.refusedBatches == 1)
    storage.fail(nil)
    await desk.advance(to: at(9))
    #expect(await desk.take([change(.raised, "s4", 4)], lane: "main") == .stored)
    #expect(await desk.openAlerts == 4)
    #expect(await desk.activeByPriority == [.high: 4])
  }

  @Test func twoPeopleAtOnce() async throws {
    let desk = try await desk()
    _ = await desk.take([change(.raised, "a", 1)], lane: "main")
    let id = try #require(try await desk.list(AlertQuery()).alerts.first).id
    let outcomes = try await withThrowingTaskGroup(of: ActionOutcome.self) { group in
      for person in ["张三", "李四", "王五"] {
        group.addTask { try await desk.perform(.acknowledge, on: id, by: person, at: at(2)) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.filter { !$0.events.isEmpty }.count == 1)
    #expect(Set(outcomes.map(\.alert.acknowledgedBy)).count == 1)
    #expect(try await storage.store.audit().count == 2)
  }

  @Test func lateCommentsHaveNumbersOfTheirOwn() async throws {
    let desk = try await desk()
    _ = await desk.take([change(.raised, "a", 1)], lane: "main")
    let id = try #require(try await desk.list(AlertQuery()).alerts.first).id
    _ = try await desk.perform(.close(force: true), on: id, by: "张三", at: at(2), comment: "误报")
    let again = try await self.desk()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask { _ = try await again.perform(.comment, on: id, by: "李四", at: at(3), comment: "第 \(number) 条") }
      }
      try await group.waitForAll()
    }
    _ = await again.take([change(.cleared, "a", 4), change(.raised, "a", 5)], lane: "main")
    let story = try #require(try await again.story(id))
    #expect(story.events.map(\.event.number) == Array(1...11) && story.events.last?.event.kind == .cleared)
    #expect(try await again.list(AlertQuery()).alerts.count == 1)
    await #expect(throws: AlertError.closed(id: id, at: at(2))) {
      try await again.perform(.acknowledge, on: id, by: "李四", at: at(9))
    }
    await #expect(throws: AlertError.unknown(id: "none")) {
      try await again.perform(.acknowledge, on: "none", by: "李四", at: at(9))
    }
  }

  @Test func shelvesSurviveARestart() async throws {
    let desk = try await desk()
    _ = await desk.take([change(.raised, "a", 1)], lane: "main")
    let id = try #require(try await desk.list(AlertQuery()).alerts.first).id
    _ = try await desk.perform(.shelve(until: at(100)), on: id, by: "张三", at: at(2))
    let again = try await self.desk()
    #expect(await again.nextDue == at(100))
    let events = await again.advance(to: at(500))
    #expect(events.map(\.kind) == [.unshelved] && events[0].at == at(100))
    #expect(try await storage.store.alert(id)?.shelvedUntil == nil)
  }

  @Test func orphansAreClosed() async throws {
    let desk = try await desk()
    _ = await desk.take([change(.raised, "a", 1), change(.raised, "b", 2)], lane: "main")
    let events = await desk.closeOrphans(at: at(9)) { $0.subject == "b" }
    #expect(events.map(\.kind) == [.cleared, .closed] && events[0].alert.subject == "a")
    #expect(try await storage.store.openAlerts().map(\.subject) == ["b"])
  }

  @Test(arguments: [false, true])
  func livePagesMissNothing(databaseRefuses: Bool) async throws {
    let desk = try await desk()
    _ = await desk.take([change(.raised, "a", 1), change(.raised, "b", 2)], lane: "main")
    let again = try await self.desk()
    if databaseRefuses { storage.fail(.refuse(.diskFull)) }
    let resumed = await again.events(after: 1)
    let live = await again.events()
    _ = await again.take([change(.raised, "c", 3)], lane: "main")
    let second = await again.events(after: 2)
    _ = await again.take([change(.cleared, "c", 4)], lane: "main")
    storage.fail(nil)
    await again.advance(to: at(9))
    again.stop()
    #expect(await sequences(resumed) == [2, 3, 4])
    #expect(await sequences(live) == [3, 4])
    #expect(await sequences(second) == [3, 4])
  }

  /// More than any queue holds: each event once, in order, also to whoever has been away and to whoever does not keep up.
  @Test(arguments: [false, true])
  func whoIsFarBehindMissesNothing(databaseRefuses: Bool) async throws {
    let first = try await self.desk()
    _ = await first.take([change(.raised, "b", 1)], lane: "main")
    let desk = try await self.desk()
    let slow = await desk.events()
    if databaseRefuses { storage.fail(.refuse(.diskFull)) }
    let changes = (2...2 * JournalPosition(EventFeed.capacity) + 300).map { position in
      change(position % 2 == 0 ? .raised : .cleared, "a", position)
    }
    _ = await desk.take(changes, lane: "main")
    let resumed = await desk.events(after: 1)
    let mistaken = await desk.events(after: 1_000_000)
    desk.stop()
    #expect(desk.droppedLiveEvents > 0)
    let got = await sequences(slow)
    #expect(got.count >= changes.count && got == Array(2..<Int64(got.count) + 2))
    #expect(await sequences(resumed) == got)
    #expect(await sequences(mistaken) == [])
  }

  private func sequences(_ stream: AlertEventStream) async -> [Int64] {
    await stream.reduce(into: []) { $0.append($1.sequence) }
  }

  @Test func manyLanesAndPeopleAtOnce() async throws {
    let desk = try await desk()
    await withTaskGroup(of: Void.self) { group in
      for lane in 0..<4 {
        group.addTask {
          for position in 1...50 as ClosedRange<JournalPosition> {
            let kind: ConditionChange.Kind = position % 2 == 1 ? .raised : .cleared
            _ = await desk.take([change(kind, "lane\(lane)", position)], lane: "lane\(lane)")
          }
        }
      }
      group.addTask {
        for second in 0..<50 as Range<Int64> {
          for alert in (try? await desk.list(AlertQuery(limit: 3)))?.alerts ?? [] {
            _ = try? await desk.perform(.acknowledge, on: alert.id, by: "张三", at: at(second))
          }
        }
      }
    }
    let audit = try await storage.store.audit()
    #expect(audit.map(\.sequence) == Array(1...Int64(audit.count)))
    #expect(audit.filter { $0.event.kind == .raised }.count == 100)
    let open = try await storage.store.openAlerts()
    #expect(Set(open.map(\.id)) == Set(try await desk.list(AlertQuery()).alerts.map(\.id)))
    let reopened = try await self.desk()
    #expect(try await reopened.list(AlertQuery()) == desk.list(AlertQuery()))
  }
}
