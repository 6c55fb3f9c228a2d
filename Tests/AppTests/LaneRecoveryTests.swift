import Foundation
import Pipeline
import TestSupport
import Testing

@testable import App

/// A lane brought back from disk; what may go wrong before it is the business of SimulationTests.
@Suite struct LaneRecoveryTests {
  /// Messages that waited at the broker do not move the core's clock. After a restart with a clock that was set back the next
  /// message must not arrive before them all the same: its readings would be late.
  @Test func theClockGoesOnBehindTheNewestMessage() throws {
    let folder = try TemporaryDirectory("lane-recovery")
    let start = Timestamp(milliseconds: 1_750_000_000_000)
    func recovered() throws -> LaneRecovery {
      try LaneRecovery(
        id: "lane", plan: LanePlan(), directory: folder.path, journal: .init(), applied: nil, noticed: start,
        start: start, changes: ChangeQueue(), logger: RunningService.silent)
    }
    func append(_ journal: Journal, arrival: Timestamp) throws {
      try Array("t/1".utf8).withUnsafeBytes { topic in
        let message = RawMessage(
          topic: topic, payload: UnsafeRawBufferPointer(start: nil, count: 0), arrival: arrival, qos: 1, packetID: 1,
          backlog: true)
        _ = journal.append(message)
        try journal.commit(sync: true)
      }
    }
    let first = try recovered()
    #expect(first.newest == start)
    try append(first.journal, arrival: start + 7_000_000)
    try append(first.journal, arrival: start + 3_000_000)
    let second = try recovered()
    #expect(second.core.now == start && second.newest == start + 7_000_000)
  }
}
