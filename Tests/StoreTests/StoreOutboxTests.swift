// The outbox over SQLite: order, idempotency, and what stays visible.
import Alerts
import Notify
import Pipeline
import Testing

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
