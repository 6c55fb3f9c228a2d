// A real process, really killed in the middle of a transaction.
import Alerts
import Foundation
import GRDB
import Notify
import Pipeline
import Testing

@testable import Store

@Suite struct KilledProcessTests {
  @Test func whatWasAnsweredIsThereAndTheRestIsNot() async throws {
    let folder = try TemporaryFolder()
    let path = folder.database
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let store = try Store(path: path)
      let desk = AlertDesk(storage: store, policy: samplePolicy)
      try await desk.start()
      for position in 1...5 as ClosedRange<JournalPosition> {
        _ = await desk.take([change(.raised, "s\(position)", position)], lane: "main")
      }
      try await store.pool.write { db in
        try db.execute(sql: "UPDATE lane_positions SET position = 99")
        try db.execute(sql: "DELETE FROM alerts")
        kill(getpid(), SIGKILL)
      }
    }
    let store = try Store(path: path)
    #expect(try await store.quickCheck().isEmpty)
    #expect(try await store.applied(lane: "main") == LaneStep(position: 5, ordinal: 0))
    #expect(try await store.openAlerts().count == 5)
    let desk = AlertDesk(storage: store, policy: samplePolicy)
    try await desk.start()
    let replayed = (1...8).map { change(.raised, "s\($0)", JournalPosition($0)) }
    #expect(await desk.take(replayed, lane: "main") == .stored)
    #expect(try await store.audit().map(\.event.alert.subject) == (1...8).map { "s\($0)" })
    #expect(try await store.outboxCounts().pending == 16)
  }

  /// Killed between the digest's way out and the transaction that settles it: all of it is sent again, none is lost, and
  /// afterwards all of it is settled.
  @Test func killedBetweenSendingAndSettlingMany() async throws {
    let folder = try TemporaryFolder()
    let path = folder.database
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let store = try Store(path: path)
      let desk = AlertDesk(storage: store, policy: samplePolicy)
      try await desk.start()
      let changes = (1...40).map { change(.raised, "s\($0)", JournalPosition($0)) }
      _ = await desk.take(changes, lane: "main")
      let covered = try await desk.due(at: at(99), of: "ops", limit: 100)
      try await store.pool.write { db in
        for entry in covered.prefix(20) { try db.settle(.delivered(entry, at: at(99))) }
        kill(getpid(), SIGKILL)
      }
    }
    let store = try Store(path: path)
    #expect(try await store.outboxCounts().pending == 80)
    let again = try await store.due(at: at(99), of: "ops", limit: 100)
    #expect(again.count == 40 && Set(again.map(\.idempotencyKey)).count == 40)
    try await store.settle(again.map { .delivered($0, at: at(100)) }, adding: [], note: ChannelNote(channel: "ops"))
    #expect(try await store.outboxCounts().pending == 40)
    #expect(try await store.due(at: at(99), of: "ops", limit: 100).isEmpty)
  }
}
