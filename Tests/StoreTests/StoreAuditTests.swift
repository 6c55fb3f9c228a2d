import Alerts
import Pipeline
import Testing

@testable import Store

/// The audit trail of a time, as reports read it.
@Suite struct StoreAuditTests {
  private static func told(_ store: Store, _ from: Int64, _ to: Int64) async throws -> [String] {
    try await store.fold(from: at(from), to: at(to), into: []) { $0.append("\($1.alert.subject)\($1.number)") }
  }

  @Test func whatOverlapsIsToldFromItsBegin() async throws {
    let folder = try TemporaryFolder()
    let store = try Store(path: folder.database)
    var book = AlertBook()
    var events: [AlertEvent] = []
    func raise(_ subject: String, _ seconds: JournalPosition) {
      events += book.apply(change(.raised, subject, seconds), lane: "main", traits: traits())
    }
    func end(_ subject: String, _ seconds: JournalPosition) throws {
      let id = try #require(book.active(rule: "cold", subject: subject)?.id)
      events += book.apply(change(.cleared, subject, seconds), lane: "main", traits: traits())
      events += try book.perform(.acknowledge, on: id, by: "w", at: at(Int64(seconds) + 1))
    }
    raise("over", 1)
    raise("across", 2)
    raise("open", 3)
    try end("over", 10)
    raise("within", 30)
    try end("within", 40)
    try end("across", 60)
    raise("later", 70)
    for event in events { try await store.commit(events: [event], outbox: []) }
    #expect(try await Self.told(store, 20, 50) == ["across1", "open1", "within1", "within2", "within3", "within4"])
    #expect(try await Self.told(store, 65, 80) == ["open1", "later1"])
    #expect(try await store.oldestStep() == at(1))
    // Removed alerts are read from their steps.
    _ = try await store.prune(alertsClosedBefore: at(1_000), auditBefore: at(0))
    #expect(try await Self.told(store, 20, 50) == ["across1", "open1", "within1", "within2", "within3", "within4"])
  }

  @Test func nothingYet() async throws {
    let folder = try TemporaryFolder()
    let store = try Store(path: folder.database)
    #expect(try await Self.told(store, 0, 50).isEmpty)
    #expect(try await store.oldestStep() == nil)
  }
}
