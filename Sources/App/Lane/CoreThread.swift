import Foundation
package import Pipeline

/// The thread that owns a lane's core: drains the ring, hands changes on, writes checkpoints, answers questions.
package final class CoreThread: @unchecked Sendable {
  // @unchecked: `core` and the plain variables belong to the thread once it runs; everything else is Sendable itself.

  package struct Timing: Sendable {
    /// Ms between two checkpoints, and messages after which one is due anyway.
    package var checkpointEvery: Int64 = 60_000
    package var checkpointMessages: UInt64 = 1_000_000
    package init() {}
  }

  package let mailbox: Mailbox<LaneCore>
  private let ring: EntryRing
  private let changes: ChangeQueue
  private let core: LaneCore
  private let timing: Timing
  private let ended = DispatchSemaphore(value: 0)
  private let stopping = AtomicFlag()
  private var lastCheckpoint: (at: Timestamp, position: JournalPosition)

  package init(core: LaneCore, ring: EntryRing, changes: ChangeQueue, timing: Timing = Timing()) {
    self.core = core
    self.ring = ring
    self.changes = changes
    self.timing = timing
    lastCheckpoint = (core.now, core.position)
    mailbox = Mailbox { ring.wake() }
  }

  package func start(name: String) {
    let thread = Thread { [self] in
      run()
      ended.signal()
    }
    thread.name = "core-\(name)"
    thread.stackSize = 4 << 20
    thread.start()
  }

  /// Takes in what is left in the ring, hands over a last checkpoint, ends. The ingest thread must have ended before.
  package func stop() {
    stopping.raise()
    ring.wake()
    ended.wait()
  }

  /// Entries taken at once, so that questions and checkpoints never wait long.
  private static let batch = 8_192

  private func run() {
    while true {
      let isLast = stopping.isRaised
      let count = ring.drain(limit: Self.batch) { core.process($0) }
      handOn()
      mailbox.answer(core)
      if isCheckpointDue { checkpoint() }
      if count == 0 {
        if isLast { break }
        _ = ring.sleep(milliseconds: 250)
      }
    }
    checkpoint()
    mailbox.close()
    changes.close()
  }

  private func handOn() {
    let new = core.takeChanges()
    if !new.isEmpty { changes.put(.changes(new)) }
  }

  private var isCheckpointDue: Bool {
    core.now - lastCheckpoint.at >= timing.checkpointEvery
      || core.position - lastCheckpoint.position >= timing.checkpointMessages
  }

  private func checkpoint() {
    lastCheckpoint = (core.now, core.position)
    changes.put(.checkpoint(core.checkpoint(), position: core.position))
  }

  /// A new plan; called by the ingest thread when the ring is empty. Returns when the core has it.
  package func install(_ plan: LanePlan) {
    let done = DispatchSemaphore(value: 0)
    mailbox.put { [self] core in
      if let core {
        core.install(plan, at: core.now)
        let orphans = core.takeOrphans()
        if !orphans.isEmpty {
          changes.put(.orphans(orphans.map { ($0.rule, $0.subject) }, at: core.now))
        }
        checkpoint()
      }
      done.signal()
    }
    done.wait()
  }
}
