// The database on its own: what is written comes back, once, and what is refused leaves nothing behind.
import Alerts
import Community
import Foundation
import GRDB
import Notify
import Pipeline
import Testing

@testable import Store

@Suite struct StoreTests {
  let folder: TemporaryFolder
  let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.database)
  }

  @Test func survivesPowerCutsByItsSettings() throws {
    let (mode, level) = try store.pool.writeWithoutTransaction { db in
      (try String.fetchOne(db, sql: "PRAGMA journal_mode"), try Int.fetchOne(db, sql: "PRAGMA synchronous"))
    }
    #expect(mode == "wal" && level == 2)
  }

  @Test func everythingOfAChangeIsWrittenOnce() async throws {
    let event = raisedEvent("a", 5)
    for expected in [true, false] {
      let applied = try await store.commit(
        lane: "main", position: 5, ordinal: 1, events: [event], outbox: [entry(event)])
      #expect(applied == expected)
    }
    #expect(try await store.applied(lane: "main") == LaneStep(position: 5, ordinal: 1))
    #expect(try await store.applied(lane: "other") == nil)
    #expect(try await store.openAlerts() == [event.alert])
    #expect(try await store.alert(event.alert.id) == event.alert)
    let story = try #require(try await store.story(event.alert.id))
    #expect(story.events == [NumberedEvent(sequence: 1, event: event)])
    #expect(story.deliveries.map(\.state) == [.pending])
    #expect(try await store.outboxCounts() == (1, 0))
  }

  @Test(arguments: [(4, 9), (5, 0), (5, 1)] as [(JournalPosition, UInt32)])
  func positionsNeverGoBack(position: JournalPosition, ordinal: UInt32) async throws {
    try await store.commit(lane: "main", position: 5, ordinal: 1, events: [raisedEvent("a", 5)], outbox: [])
    let late = raisedEvent("b", 4)
    #expect(
      try await !store.commit(lane: "main", position: position, ordinal: ordinal, events: [late], outbox: [entry(late)])
    )
    #expect(try await store.openAlerts().count == 1)
    #expect(try await store.outboxCounts().pending == 0)
    #expect(try await store.commit(lane: "second", position: position, ordinal: ordinal, events: [late], outbox: []))
  }

  @Test func isTheSameAfterReopening() async throws {
    let event = raisedEvent("a", 5)
    try await store.commit(lane: "main", position: 5, ordinal: 0, events: [event], outbox: [entry(event)])
    try await store.setMeta("site", to: "朝阳")
    try store.close()
    let again = try Store(path: folder.database)
    #expect(try await again.openAlerts() == [event.alert])
    #expect(try await again.applied(lane: "main") == LaneStep(position: 5, ordinal: 0))
    #expect(try await again.due(at: at(0), excluding: [], limit: 9).map(\.event) == [event])
    #expect(try await again.lastSequence() == 1)
    #expect(try await again.meta("site") == "朝阳")
    #expect(try await again.quickCheck().isEmpty)
  }

  @Test func aFullDiskRefusesTheWholeTransaction() async throws {
    try await store.pool.writeWithoutTransaction { db in
      try db.execute(sql: "PRAGMA max_page_count = \(Int.fetchOne(db, sql: "PRAGMA page_count") ?? 1)")
    }
    var events: [AlertEvent] = []
    for second in 1...200 as ClosedRange<Int64> { events.append(raisedEvent("s\(second)", second)) }
    await #expect(throws: StoreError.diskFull) {
      try await store.commit(lane: "main", position: 200, ordinal: 0, events: events, outbox: events.map { entry($0) })
    }
    #expect(StoreError.diskFull.passes)
    #expect(try await store.openAlerts().isEmpty)
    #expect(try await store.lastSequence() == 0)
    #expect(try await store.applied(lane: "main") == nil)
    try await store.pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA max_page_count = 1073741823") }
    #expect(
      try await store.commit(lane: "main", position: 200, ordinal: 0, events: events, outbox: events.map { entry($0) }))
    #expect(try await store.openAlerts().count == 200)
  }

  @Test func readOnlyIsRecognised() async throws {
    try await store.pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA query_only = 1") }
    await #expect(throws: StoreError.readOnly) {
      try await store.commit(events: [raisedEvent("a", 1)], outbox: [])
    }
  }

  @Test(arguments: [0, 100, 4_096])
  func aDamagedFileIsReportedAndLeftAlone(from offset: Int) async throws {
    for second in 1...50 as ClosedRange<Int64> {
      try await store.commit(events: [raisedEvent("s\(second)", second)], outbox: [])
    }
    try await store.pool.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
    try store.close()
    var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.database))
    for index in offset..<min(offset + 12_000, bytes.count) { bytes[index] = 0x5a }
    try bytes.write(to: URL(fileURLWithPath: folder.database))
    do throws(StoreError) {
      _ = try Store(path: folder.database)
      Issue.record("a damaged database was opened")
    } catch {
      guard case .damaged(let path, _) = error else { throw error }
      #expect(path == folder.database && error.text.en.contains("linli restore"))
      #expect(!error.passes)
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.database)) == bytes)
  }

  @Test func aMissingFolderIsAnError() throws {
    #expect {
      _ = try Store(path: folder.url.appendingPathComponent("none/linli.db").path)
    } throws: { error in
      if case .cannotOpen = error as? StoreError { true } else { false }
    }
  }

  @Test func aNewerDatabaseIsRefused() async throws {
    try await store.pool.write { db in
      try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 from the future')")
    }
    try store.close()
    #expect(throws: StoreError.tooNew(path: folder.database)) { try Store(path: folder.database) }
  }

  @Test(arguments: [false, true], [["hedong"], ["hedong/jiefang/s1", "hedong/jiefang/s3"], [], ["hedong/jief"], nil])
  func listsAreThoseOfMemory(includeClosed: Bool, places: [String]?) async throws {
    var dice = Dice(state: 7)
    var book = AlertBook()
    var all: [String: Alert] = [:]
    for second in 1...120 as ClosedRange<UInt64> {
      let subject = "s\(Int.random(in: 0..<30, using: &dice))"
      let kind: ConditionChange.Kind = book.active(rule: "cold", subject: subject) == nil ? .raised : .cleared
      let priority = Priority.allCases.randomElement(using: &dice) ?? .low
      var events = book.apply(change(kind, subject, 1 + second / 4), lane: "main", traits: traits(priority))
      if let id = book.open.map(\.id).sorted().randomElement(using: &dice), second % 3 == 0 {
        events += try book.perform(.acknowledge, on: id, by: "张三", at: at(Int64(second)))
      }
      try await store.commit(events: events, outbox: [])
      for event in events { all[event.alert.id] = event.alert }
    }
    for priorities in [[], [.critical, .low]] as [Set<Priority>] {
      var query = AlertQuery(places: places, includeClosed: includeClosed, priorities: priorities, limit: 7)
      repeat {
        let page = try await store.alerts(query)
        #expect(page == query.page(of: all.values))
        query.cursor = page.next
      } while query.cursor != nil
    }
  }

  @Test func pruningKeepsWhatIsNeeded() async throws {
    var book = AlertBook()
    func life(_ subject: String, _ start: JournalPosition, close: Bool, force: Bool = false) throws -> [AlertEvent] {
      var events = book.apply(change(.raised, subject, start), lane: "main", traits: traits())
      let id = events[0].alert.id
      if !force { events += book.apply(change(.cleared, subject, start + 1), lane: "main", traits: traits()) }
      if close {
        events += try book.perform(.close(force: force), on: id, by: "张三", at: at(Int64(start) + 2))
      }
      return events
    }
    let old = try life("old", 10, close: true)
    let open = try life("open", 10, close: false)
    let forced = try life("forced", 10, close: true, force: true)
    let fresh = try life("fresh", 1_000, close: true)
    for events in [old, open, forced, fresh] {
      try await store.commit(events: events, outbox: events.map { entry($0) })
    }
    for entry in try await store.due(at: at(0), excluding: [], limit: 99) {
      try await store.delivered(entry, at: at(20))
    }
    #expect(try await store.prune(alertsClosedBefore: at(500), auditBefore: .distantPast) == 1)
    #expect(try await store.alert(old[0].alert.id) == nil)
    #expect(try await store.story(old[0].alert.id)?.alert == old.last?.alert)
    #expect(try await store.alertsToRestore(endedAfter: .distantFuture).count == 3)
    #expect(try await store.prune(alertsClosedBefore: at(500), auditBefore: at(500)) == 3 + 1)
    #expect(try await store.story(old[0].alert.id) == nil)
    #expect(try await store.audit().map(\.event.alert.subject).contains("open"))
    #expect(try await store.audit(since: at(900)).count == 3)
  }

  @Test func aBackupIsAWholeDatabase() async throws {
    let event = raisedEvent("a", 5)
    try await store.commit(lane: "main", position: 5, ordinal: 0, events: [event], outbox: [entry(event)])
    let copy = folder.url.appendingPathComponent("copy.db").path
    try await store.backup(to: copy)
    #expect(try await Store(path: copy).openAlerts() == [event.alert])
    await #expect(throws: StoreError.self) { try await store.backup(to: copy) }
    let size = try await store.size()
    #expect(size.bytes > 4_096 && size.alerts == 1 && size.events == 1 && size.outbox == 1)
  }
}
