// The outbox over SQLite: order, idempotency, and what stays visible.
import Alerts
import Notify
import Pipeline
import TestSupport
import Testing
import Words

@testable import Store

@Suite struct StoreOutboxTests {
  let folder: TemporaryFolder
  let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.database)
  }

  private func keys(at second: Int64 = 1_000, excluding busy: Set<String> = [], limit: Int = 99) async throws
    -> [String]
  {
    try await store.due(at: at(second), excluding: busy, limit: limit).map(\.event.alert.subject)
  }

  @Test func mostUrgentFirstThenOldest() async throws {
    try await store.add(entry(raisedEvent("low", 1, .low), createdAt: 1))
    try await store.add(entry(raisedEvent("high-late", 1, .high), createdAt: 9))
    try await store.add(entry(raisedEvent("high-early", 1, .high), createdAt: 5))
    try await store.add(entry(raisedEvent("critical", 1, .critical), createdAt: 20))
    try await store.add(entry(raisedEvent("later", 1, .critical), createdAt: 0, due: 2_000))
    try await store.add(entry(raisedEvent("busy", 1, .critical), channel: "wecom", createdAt: 0))
    #expect(try await keys(excluding: ["wecom"]) == ["critical", "high-early", "high-late", "low"])
    #expect(try await keys(limit: 2) == ["busy", "critical"])
    #expect(try await store.nextDue(after: at(0)) == at(2_000))
    #expect(try await store.nextDue(after: at(2_000)) == nil)
  }

  @Test func whatOneMessageMayCover() async throws {
    var book = AlertBook()
    let raised = book.apply(change(.raised, "a", 1), lane: "main", traits: traits())[0]
    let cleared = book.apply(change(.cleared, "a", 2), lane: "main", traits: traits())[0]
    let other = book.apply(change(.raised, "b", 3), lane: "main", traits: traits(.critical))[0]
    try await store.commit(
      events: [raised, cleared, other],
      outbox: [entry(raised), entry(cleared), entry(other), entry(other, channel: "x")])
    let all = try await store.due(at: at(9), of: "ops", limit: 9)
    #expect(all.map(\.event.alert.subject) == ["b", "a", "a"])
    // While the raise waits for another attempt its end stays behind it.
    var later = all[1]
    later.nextAttemptAt = at(60)
    try await store.postpone(later)
    #expect(try await store.due(at: at(9), of: "ops", limit: 9).map(\.event.alert.subject) == ["b"])
    #expect(try await store.due(at: at(60), of: "ops", limit: 9).count == 3)
  }

  /// The database and the outbox in memory, which says what the protocol means.
  @Test(arguments: [true, false]) func remindersDoNotPileUpBehindWhatWaits(inMemory: Bool) async throws {
    let outbox: any Outbox = inMemory ? MemoryOutbox() : store
    var raised = raisedEvent("a", 1, .critical)
    try await outbox.add(entry(raised))
    func remind(_ channel: String = "ops") async throws {
      raised.alert.step += 1
      let event = AlertEvent(kind: .repeated, alert: raised.alert, at: at(Int64(raised.alert.step)))
      try await outbox.add(entry(event, channel: channel))
    }
    func waiting() async throws -> [String] {
      try await outbox.due(at: at(1_000), of: "ops", limit: 9).map { "\($0.event.kind) \($0.event.number)" }
    }
    for _ in 0..<3 { try await remind() }
    #expect(try await waiting() == ["raised 1", "repeated 2"])
    try await remind("mail")
    #expect(try await outbox.due(at: at(1_000), of: "mail", limit: 9).count == 1, "another channel")
    // Somebody else is asked, and then reminded.
    raised.alert.step += 1
    try await outbox.add(entry(AlertEvent(kind: .escalated, alert: raised.alert, at: at(50))))
    for _ in 0..<3 { try await remind() }
    #expect(try await waiting() == ["raised 1", "repeated 2", "escalated 6", "repeated 7"])
    for entry in try await outbox.due(at: at(1_000), of: "ops", limit: 9) {
      try await outbox.delivered(entry, at: at(60))
    }
    try await remind()
    #expect(try await waiting() == ["repeated 10"])
  }

  @Test func settlesManyInOneTransaction() async throws {
    let entries = (0..<5).map { entry(raisedEvent("s\($0)", 1)) }
    for entry in entries { try await store.add(entry) }
    var late = entries[4]
    late.attempts = 1
    late.nextAttemptAt = at(99)
    late.failingSince = at(2)
    var note = ChannelNote(channel: "ops")
    note.flood.note([at(1)])
    let second = OutboxEntry(
      idempotencyKey: entries[3].idempotencyKey + "-via-b", channel: "b", event: entries[3].event, createdAt: at(2),
      nextAttemptAt: at(2))
    let settlements: [Settlement] =
      entries[..<3].map { .delivered($0, at: at(2)) } + [.failed(entries[3], at: at(2)), .postponed(late)]
    for _ in 0..<2 { try await store.settle(settlements, adding: [second], note: note) }
    #expect(try await store.outboxCounts() == (2, 1))
    #expect(try await store.notes() == [note])
    #expect(try await store.due(at: at(3), of: "b", limit: 9).map(\.idempotencyKey) == [second.idempotencyKey])
  }

  @Test func census() async throws {
    _ = try await store.commit(
      lane: "main", position: 1, ordinal: 0, events: [raisedEvent("a", 1), raisedEvent("b", 500)], outbox: [])
    let sent = entry(raisedEvent("a", 1))
    try await store.add(sent)
    try await store.delivered(sent, at: at(20))
    let census = try await store.census(from: at(0), to: at(100), channel: "ops")
    #expect(census == AlertCensus(open: 2, raised: 1, closed: 0, delivered: 1))
  }

  @Test func laterEventsOfAnAlertStayBehind() async throws {
    var book = AlertBook()
    let raised = book.apply(change(.raised, "a", 1), lane: "main", traits: traits())[0]
    let cleared = book.apply(change(.cleared, "a", 2), lane: "main", traits: traits())[0]
    try await store.commit(
      events: [raised, cleared], outbox: [entry(raised), entry(cleared), entry(cleared, channel: "b")])
    #expect(try await store.due(at: at(9), excluding: [], limit: 9).map(\.idempotencyKey).count == 2)
    var first = try #require(try await store.due(at: at(9), excluding: ["b"], limit: 9).first)
    first.attempts = 1
    first.nextAttemptAt = at(60)
    first.lastError = "HTTP 503"
    try await store.postpone(first)
    #expect(try await store.due(at: at(9), excluding: ["b"], limit: 9).isEmpty)
    #expect(try await store.due(at: at(60), excluding: ["b"], limit: 9) == [first])
    #expect(try await store.stuck(since: at(10)) == [first])
    try await store.delivered(first, at: at(61))
    #expect(try await store.due(at: at(61), excluding: ["b"], limit: 9).map(\.event.kind) == [.cleared])
  }

  /// The text of an earlier version is one for both languages.
  @Test(
    arguments: [
      "HTTP 503", "{broken", #"{"code": 7}"#, "", LocalizedText(zh: "没有应答：连接被拒绝", en: "no answer: connection refused"),
    ] as [LocalizedText])
  func aReasonIsReadBackInBothLanguages(reason: LocalizedText) async throws {
    var waiting = entry(raisedEvent("waiting", 1)), failed = entry(raisedEvent("failed", 1))
    for entry in [waiting, failed] { try await store.add(entry) }
    waiting.lastError = reason
    try await store.postpone(waiting)
    failed.lastError = reason
    try await store.failed(failed, at: at(3))
    #expect(try await store.due(at: at(9), excluding: [], limit: 9).map(\.lastError) == [reason])
    #expect(try await store.failures().map(\.lastError) == [reason])
  }

  @Test func aKnownKeyIsIgnored() async throws {
    let delivered = entry(raisedEvent("delivered", 1)), failed = entry(raisedEvent("failed", 1))
    let waiting = entry(raisedEvent("waiting", 1))
    for entry in [delivered, failed, waiting] { try await store.add(entry) }
    try await store.delivered(delivered, at: at(2))
    var givenUp = failed
    givenUp.attempts = 7
    givenUp.lastError = "no such robot"
    try await store.failed(givenUp, at: at(3))
    for entry in [delivered, failed, waiting] {
      try await store.add(entry)
      try await store.commit(events: [entry.event], outbox: [entry])
    }
    #expect(try await keys() == ["waiting"])
    #expect(try await store.outboxCounts() == (1, 1))
    let record = try #require(try await store.failures().first)
    #expect(record.state == .failed && record.lastError == "no such robot" && record.attempts == 7)
    #expect(record.finishedAt == at(3) && record.alert == failed.event.alert.id)
  }
}
