// The worker over the desk and a real database: a flood is told in digests, also while the database refuses, and nothing is
// told twice or left behind.
import Alerts
import Logging
import Notify
import Pipeline
import Synchronization
import Testing

@testable import Store

/// A group that takes everything and remembers the keys that each message covered.
private final class Group: BulletinSender {
  private let state = Mutex<[[String]]>([])
  var messages: [[String]] { state.withLock { $0 } }

  func send(_ entry: OutboxEntry, now: Timestamp) async -> DeliveryResult {
    state.withLock { $0.append([entry.idempotencyKey]) }
    return .delivered
  }

  func send(_ bulletin: Bulletin, now: Timestamp) async -> DeliveryResult {
    if case .digest(let entries, _) = bulletin.content {
      state.withLock { $0.append(entries.map(\.idempotencyKey)) }
    }
    return .delivered
  }
}

private final class TestClock: DeliveryClock {
  private let time = Mutex(at(100))
  var now: Timestamp { time.withLock { $0 } }
  func advance(_ milliseconds: Int64) { time.withLock { $0 = $0 + milliseconds } }
  func sleep(until deadline: Timestamp) async {}
}

@Suite struct DeskDigestTests {
  @Test func aFloodThroughARefusingDatabase() async throws {
    let folder = try TemporaryFolder()
    let storage = FailingStorage(try Store(path: folder.database))
    let desk = AlertDesk(
      storage: storage,
      policy: DeskPolicy(
        traits: { traits($0.subject.hasPrefix("critical") ? .critical : .high) }, channels: { _ in ["ops"] }))
    try await desk.start()
    let (clock, group) = (TestClock(), Group())
    func worker() -> OutboxWorker {
      OutboxWorker(
        outbox: desk, outlets: [.init(channel: Channel(id: "ops", kind: .wecom), sender: group)], clock: clock,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }
    let first = worker()
    _ = await desk.take((1...30).map { change(.raised, "a\($0)", JournalPosition($0)) }, lane: "main")
    await first.runOnce()
    #expect(group.messages.map(\.count) == [30])
    storage.fail(.refuse(.diskFull))
    let more = (31...60).map { change(.raised, $0 == 45 ? "critical" : "b\($0)", JournalPosition($0)) }
    _ = await desk.take(more, lane: "main")
    await first.runOnce()
    #expect(group.messages.map(\.count) == [30, 1], "the critical one at once, the others in the next digest")
    clock.advance(180_000)
    await first.runOnce()
    #expect(group.messages.map(\.count) == [30, 1, 29])
    await first.runOnce()
    storage.fail(nil)
    await desk.advance(to: clock.now)
    #expect(try await storage.store.outboxCounts() == (0, 0))
    #expect(Set(group.messages.flatMap(\.self)).count == 60)
    // The next life knows the flood and the budget.
    _ = await desk.take([change(.raised, "c", 61)], lane: "main")
    let second = worker()
    await second.runOnce()
    #expect(group.messages.count == 3, "the digest's time has not come")
    clock.advance(180_000)
    await second.runOnce()
    #expect(group.messages.map(\.count) == [30, 1, 29, 1])
    #expect(await second.statistics()["ops"]?.floodSince != nil)
  }
}
