import Alerts
import Community
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

  /// Random lives, some removed: what is read of any time is every step before its end of all alerts that overlap it.
  @Test(arguments: 0..<8) func whatOverlapsAnyTimeIsRead(seed: UInt64) async throws {
    let folder = try TemporaryFolder()
    let store = try Store(path: folder.database)
    var dice = Dice(state: seed)
    var book = AlertBook()
    var events: [AlertEvent] = []
    for second in 1...200 {
      let subject = ["a", "b", "c", "d/1", "d/2"].randomElement(using: &dice) ?? "a"
      let open = book.open.map(\.id).sorted().randomElement(using: &dice)
      switch Int.random(in: 0..<6, using: &dice) {
      case 0, 1: events += book.apply(change(.raised, subject, JournalPosition(second)), lane: "main", traits: traits())
      case 2: events += book.apply(change(.cleared, subject, JournalPosition(second)), lane: "main", traits: traits())
      case 3: if let open { events += try book.perform(.acknowledge, on: open, by: "w", at: at(Int64(second))) }
      case 4: if let open { events += try book.perform(.close(force: true), on: open, by: "w", at: at(Int64(second))) }
      default: break
      }
    }
    try await store.commit(events: events, outbox: [])
    if seed % 2 == 1 { _ = try await store.prune(alertsClosedBefore: at(Int64(seed) * 20), auditBefore: at(0)) }
    let lives = Dictionary(grouping: events, by: \.alert.id)
    for _ in 0..<60 {
      let from = Int64.random(in: 0...200, using: &dice)
      let to = from + Int64.random(in: 1...60, using: &dice)
      let overlapping = lives.filter { _, steps in
        let isOver = steps.last.map { $0.alert.isClosed && !$0.alert.isActive } ?? false
        return steps.contains { $0.at >= at(from) && $0.at < at(to) } || !isOver
          || steps.last.map { $0.at >= at(to) } ?? false
      }
      let expected = events.filter { overlapping[$0.alert.id] != nil && $0.at < at(to) }
      let read = try await store.fold(from: at(from), to: at(to), into: [AlertEvent]()) { $0.append($1) }
      #expect(read == expected, "\(from)…\(to)")
      let below = try await store.fold(from: at(from), to: at(to), below: "hedong/jiefang/d", into: [AlertEvent]()) {
        if $1.alert.place.hasPrefix("hedong/jiefang/d/") { $0.append($1) }
      }
      #expect(below == expected.filter { $0.alert.place.hasPrefix("hedong/jiefang/d/") })
    }
  }

  @Test func tooMuchIsRefusedWithAWordBeforeItIsRead() async throws {
    let folder = try TemporaryFolder()
    let store = try Store(path: folder.database)
    try await store.commit(events: (0..<9).map { raisedEvent("s\($0)", 10) }, outbox: [])
    let error = StoreError.tooManySteps(9, limit: 8)
    await #expect(throws: error) {
      try await store.fold(from: at(0), to: at(50), limit: 8, into: 0) { $0 += $1.number }
    }
    #expect(try await store.fold(from: at(0), to: at(50), limit: 9, into: 0) { $0 += $1.number } == 9)
    #expect(
      try await store.fold(from: at(0), to: at(50), below: "hedong/jiefang/s3", limit: 8, into: 0) { $0 += $1.number }
        == 1)
    for language in Language.allCases { #expect(error.text[language].contains("--place")) }
  }

  @Test func nothingYet() async throws {
    let folder = try TemporaryFolder()
    let store = try Store(path: folder.database)
    #expect(try await Self.told(store, 0, 50).isEmpty)
    #expect(try await store.oldestStep() == nil)
  }
}
