// A real process, really killed in the middle of a transaction.
import Alerts
import Foundation
import GRDB
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
}
