// Notifications through the desk: the same as the database's while it works, and from memory while it refuses.
import Alerts
import Notify
import Pipeline
import Testing

@testable import Store

@Suite struct AlertDeskOutboxTests {
  let folder: TemporaryFolder
  let storage: FailingStorage
  let desk: AlertDesk

  init() async throws {
    folder = try TemporaryFolder()
    storage = FailingStorage(try Store(path: folder.database))
    desk = AlertDesk(
      storage: storage,
      policy: DeskPolicy(
        traits: { traits($0.subject.hasPrefix("critical") ? .critical : .high) }, channels: { _ in ["ops"] }))
    try await desk.start()
  }

  private func due(at second: Int64) async throws -> [OutboxEntry] {
    try await desk.due(at: at(second), excluding: [], limit: 10)
  }

  @Test func isTheDatabasesWhileThatWorks() async throws {
    _ = await desk.take([change(.raised, "a", 1)], lane: "main")
    let entries = try await due(at: 2)
    #expect(entries == (try await storage.store.due(at: at(2), excluding: [], limit: 10)) && entries.count == 1)
    try await desk.delivered(entries[0], at: at(3))
    #expect(try await due(at: 4).isEmpty)
    #expect(try await storage.store.outboxCounts() == (0, 0))
  }

  @Test func getsOutWhileTheDiskIsFullAndIsNotSentAgain() async throws {
    _ = await desk.take([change(.raised, "a", 1)], lane: "main")
    storage.fail(.refuse(.diskFull))
    _ = await desk.take([change(.raised, "critical", 2), change(.cleared, "a", 3)], lane: "main")
    let first = try await due(at: 4)
    #expect(first.map(\.event.alert.subject) == ["critical", "a"], "the clear of a waits behind its raise")
    #expect(first[0].id < 0 && first[1].id > 0)
    for entry in first { try await desk.delivered(entry, at: at(5)) }
    var last = try await due(at: 6)
    #expect(last.map(\.event.kind) == [.cleared])
    last[0].attempts = 1
    last[0].nextAttemptAt = at(60)
    try await desk.postpone(last[0])
    #expect(try await due(at: 7).isEmpty)
    #expect(try await desk.nextDue(after: at(7)) == at(60))
    storage.fail(nil)
    await desk.advance(to: at(8))
    #expect(await desk.storageTrouble == nil)
    #expect(try await due(at: 9).isEmpty)
    let again = try await due(at: 60)
    #expect(again.map(\.event.kind) == [.cleared] && again[0].id > 0 && again[0].attempts == 1)
    try await desk.delivered(again[0], at: at(61))
    #expect(try await storage.store.outboxCounts() == (0, 0))
    #expect(
      try await storage.store.story(again[0].event.alert.id)?.deliveries.map(\.state) == [.delivered, .delivered])
  }

  @Test func underWayWhenTheDatabaseComesBackKeepsItsKey() async throws {
    storage.fail(.refuse(.readOnly))
    _ = await desk.take([change(.raised, "a", 1)], lane: "main")
    let entries = try await due(at: 2)
    #expect(entries.count == 1 && entries[0].id < 0)
    storage.fail(nil)
    await desk.advance(to: at(3))
    #expect(try await storage.store.outboxCounts().pending == 1)
    // By its key the worker knows that it is under way.
    #expect(try await due(at: 4).map(\.idempotencyKey) == entries.map(\.idempotencyKey))
    try await desk.delivered(entries[0], at: at(5))
    #expect(try await due(at: 6).isEmpty)
    #expect(try await storage.store.outboxCounts().pending == 0)
  }

  /// A channel is gone and the routes name one that has been told: the database would not take that in, nor does memory.
  @Test func aWayThatWasTakenIsNotTakenAgainWhileTheDiskIsFull() async throws {
    _ = await desk.take([change(.raised, "a", 1)], lane: "main")
    let told = try #require(try await due(at: 2).first)
    try await desk.delivered(told, at: at(3))
    storage.fail(.refuse(.diskFull))
    let ways = ["ops", "other"].map { OutboxEntry(event: told.event, channel: $0, at: at(4)) }
    try await desk.settle([], adding: ways, note: nil)
    #expect(try await due(at: 5).map(\.channel) == ["other"])
  }

  /// One message about many: settled together, from memory too.
  @Test func manyAreSettledAtOnce() async throws {
    _ = await desk.take([change(.raised, "a", 1), change(.raised, "b", 2)], lane: "main")
    storage.fail(.refuse(.diskFull))
    _ = await desk.take([change(.cleared, "a", 3), change(.raised, "critical", 4)], lane: "main")
    let all = try await desk.due(at: at(5), of: "ops", limit: 10)
    #expect(
      Set(all.map { "\($0.event.alert.subject) \($0.event.kind)" }).isSuperset(of: [
        "a raised", "b raised", "critical raised",
      ]))
    var note = ChannelNote(channel: "ops")
    note.budget.sent = [at(5)]
    try await desk.settle(all.map { .delivered($0, at: at(5)) }, adding: [], note: note)
    storage.fail(nil)
    await desk.advance(to: at(6))
    #expect(try await storage.store.notes() == [note])
    for entry in try await desk.due(at: at(7), of: "ops", limit: 10) { try await desk.delivered(entry, at: at(7)) }
    #expect(try await storage.store.outboxCounts() == (0, 0))
  }

  /// A stored notification that fails while nothing can be written goes out again when it is due, and what is behind it waits.
  @Test func whatWasStoredIsTriedAgainWhileTheDiskIsFull() async throws {
    _ = await desk.take([change(.raised, "a", 1), change(.cleared, "a", 2)], lane: "main")
    storage.fail(.refuse(.diskFull))
    var entry = try #require(try await due(at: 3).first)
    #expect(entry.id > 0)
    for attempt in 1...3 {
      entry.attempts = attempt
      entry.nextAttemptAt = at(Int64(attempt) * 10)
      try await desk.postpone(entry)
      #expect(try await due(at: Int64(attempt) * 10 - 1).isEmpty)
      #expect(try await desk.due(at: at(Int64(attempt) * 10 - 1), of: "ops", limit: 10).isEmpty)
      #expect(try await desk.nextDue(after: at(Int64(attempt) * 10 - 1)) == entry.nextAttemptAt)
      entry = try #require(try await due(at: Int64(attempt) * 10).first)
      #expect(entry.attempts == attempt && entry.event.kind == .raised)
    }
    try await desk.delivered(entry, at: at(31))
    #expect(try await desk.due(at: at(32), of: "ops", limit: 10).map(\.event.kind) == [.cleared])
    storage.fail(nil)
    await desk.advance(to: at(33))
    #expect(try await due(at: 34).map(\.event.kind) == [.cleared])
  }

  /// Steps of one alert that were put off together go out again together, and before what came later.
  @Test func whatWasPutOffTogetherDoesNotWaitForEachOtherWhileTheDiskIsFull() async throws {
    _ = await desk.take([change(.raised, "a", 1)], lane: "main")
    let raised = try #require(try await due(at: 2).first)
    try await desk.delivered(raised, at: at(2))
    for second in 3...5 {
      _ = try await desk.perform(
        .comment, on: raised.event.alert.id, by: "张三", at: at(Int64(second)), comment: "\(second)")
    }
    let steps = try await desk.due(at: at(6), of: "ops", limit: 10)
    try #require(steps.count == 3)
    storage.fail(.refuse(.diskFull))
    let later = steps.prefix(2).map { entry in
      var entry = entry
      entry.nextAttemptAt = at(10)
      return entry
    }
    try await desk.settle(later.map { .postponed($0) }, adding: [], note: nil)
    #expect(try await desk.due(at: at(9), of: "ops", limit: 10).isEmpty)
    #expect(try await desk.due(at: at(10), of: "ops", limit: 10).map(\.event.number) == [2, 3, 4])
    #expect(try await due(at: 10).map(\.event.number) == [2])
  }

  /// A ban and a third failure may both ask for the second way, and the channel of another configuration for one that waits already.
  @Test func askedForTwiceItIsOneWhileTheDiskIsFull() async throws {
    _ = await desk.take([change(.raised, "a", 1), change(.cleared, "a", 2)], lane: "main")
    storage.fail(.refuse(.diskFull))
    var first = try #require(try await due(at: 3).first)
    for _ in 0..<2 {
      let ways = ["spare", "ops"].map { OutboxEntry(event: first.event, channel: $0, at: at(3)) }
      try await desk.settle([], adding: ways, note: nil)
    }
    #expect(try await desk.due(at: at(4), of: "spare", limit: 10).map(\.event.kind) == [.raised])
    // What only its double in memory stands for was tried: the step behind it waits all the same.
    first.attempts = 1
    first.nextAttemptAt = at(10)
    try await desk.postpone(first)
    #expect(try await desk.due(at: at(9), of: "ops", limit: 10).isEmpty)
    #expect(try await desk.due(at: at(10), of: "ops", limit: 10).first?.event.kind == .raised)
  }

  /// A second way that the database has, and that was tried, keeps its pause when it is asked for again.
  @Test func askedForAgainItKeepsItsTimeWhileTheDiskIsFull() async throws {
    _ = await desk.take([change(.raised, "a", 1)], lane: "main")
    let first = try #require(try await due(at: 3).first)
    let way = OutboxEntry(event: first.event, channel: "spare", at: at(3))
    try await desk.settle([], adding: [way], note: nil)
    var tried = try #require(try await desk.due(at: at(4), of: "spare", limit: 10).first)
    tried.attempts = 1
    tried.nextAttemptAt = at(10)
    try await desk.postpone(tried)
    storage.fail(.refuse(.diskFull))
    try await desk.settle([], adding: [OutboxEntry(event: first.event, channel: "spare", at: at(5))], note: nil)
    #expect(try await desk.due(at: at(9), of: "spare", limit: 10).isEmpty)
    #expect(try await desk.due(at: at(10), of: "spare", limit: 10).map(\.attempts) == [1])
  }

  /// Somebody closed by force an alert of Linli itself: the same trouble is no news while it lasts, and news when it comes again.
  @Test func itsOwnTroubleClosedByForceIsRaisedTheNextTime() async throws {
    var away = change(.raised, "critical-broker", 0)
    away.rule = "linli-broker"
    let first = try #require(await desk.report(away, traits: traits(.critical)).first)
    _ = try await desk.perform(.close(force: true), on: first.alert.id, by: "张三", at: at(1), comment: "known")
    #expect(await desk.report(away, traits: traits(.critical)).isEmpty)
    away.kind = .cleared
    away.at = at(2)
    _ = await desk.report(away, traits: traits(.critical))
    away.kind = .raised
    away.at = at(3)
    #expect(await desk.report(away, traits: traits(.critical)).map(\.kind) == [.raised])
  }

  @Test func aFallbackIsWrittenToo() async throws {
    storage.fail(.refuse(.diskFull))
    try await desk.add(entry(raisedEvent("a", 1), channel: "backup"))
    #expect(await desk.storageTrouble?.error == .diskFull)
    #expect(try await due(at: 2).map(\.channel) == ["backup"])
    storage.fail(nil)
    await desk.advance(to: at(3))
    #expect(try await storage.store.outboxCounts().pending == 1)
  }

  @Test func itsOwnTroublesAreAlertsToo() async throws {
    storage.fail(.refuse(.diskFull))
    var full = change(.raised, "critical-disk", 0)
    full.rule = "linli-storage"
    #expect(await desk.report(full, traits: traits(.critical)).map(\.kind) == [.raised])
    #expect(await desk.report(full, traits: traits(.critical)).isEmpty)
    #expect(try await due(at: 2).map(\.event.alert.traits.priority) == [.critical])
    storage.fail(nil)
    full.kind = .cleared
    full.at = at(9)
    #expect(await desk.report(full, traits: traits(.critical)).map(\.kind) == [.cleared])
    await desk.advance(to: at(10))
    #expect(await desk.report(full, traits: traits(.critical)).isEmpty)
    #expect(try await storage.store.audit().count == 2)
    let counts = await desk.counts
    #expect(counts.strayClears == 0 && counts.repeatedRaises == 0)
  }
}
