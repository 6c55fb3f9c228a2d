package import Pipeline

/// Drives a lane's core, one turn after the other: drains the ring, hands changes on, makes checkpoints, answers questions.
/// Has no thread and never waits; `CoreThread` gives it one, the simulation calls it.
package final class CoreDriver {
  package struct Timing: Sendable {
    /// Ms between two checkpoints, and messages after which one is due anyway.
    package var checkpointEvery: Int64 = 60_000
    package var checkpointMessages: UInt64 = 1_000_000
    package init() {}
  }

  /// What a turn came to.
  package enum Turn: Equatable {
    /// So many entries were taken in; 0 = the ring is empty.
    case took(Int)
    /// The change queue is full: nothing is taken out of the ring until there is room.
    case blocked
  }

  /// Questions, and orders that change something here.
  package let mailbox: Mailbox<LaneCore>
  package let orders: Mailbox<CoreDriver>
  package let core: LaneCore
  private let ring: EntryRing
  private let changes: ChangeQueue
  private let timing: Timing
  /// What found no room in the queue yet.
  private var outgoing: [ChangeQueue.Item] = []
  private var isFinished = false
  private var lastCheckpoint: (at: Timestamp, position: JournalPosition)

  package init(core: LaneCore, ring: EntryRing, changes: ChangeQueue, timing: Timing = Timing()) {
    self.core = core
    self.ring = ring
    self.changes = changes
    self.timing = timing
    lastCheckpoint = (core.now, core.position)
    mailbox = Mailbox { ring.wake() }
    orders = Mailbox { ring.wake() }
  }

  /// Entries taken at once, so that questions and checkpoints never wait long.
  private static let batch = 8_192

  package func turn(limit: Int = CoreDriver.batch) -> Turn {
    var count = 0
    let mayTake = handOn()
    if mayTake {
      let checkpoints = isCheckpointDue
      count = ring.drain(limit: limit) { entries in
        let boundary = checkpoints ? lastBoundary(entries) : nil
        core.process(UnsafeBufferPointer(rebasing: entries[..<(boundary ?? 0)]))
        if boundary != nil {
          takeChanges()
          checkpoint()
        }
        core.process(UnsafeBufferPointer(rebasing: entries[(boundary ?? 0)...]))
      }
      takeChanges()
    }
    mailbox.answer(core)
    orders.answer(self)
    return handOn() ? .took(count) : .blocked
  }

  /// At the end, when the ring is empty and nothing more will come: a last checkpoint. True when everything is handed over.
  package func finish() -> Bool {
    if !isFinished { checkpoint() }
    isFinished = true
    return handOn()
  }

  /// A new plan; to be called when everything before it has been taken in.
  package func install(_ plan: LanePlan) {
    core.advance(to: core.now)
    takeChanges()
    core.install(plan, at: core.now)
    let orphans = core.takeOrphans()
    if !orphans.isEmpty { outgoing.append(.orphans(orphans, at: core.now)) }
    // Behind the orphans: a changed rule that holds at once is a new alert. Before the checkpoint that contains it.
    takeChanges()
    checkpoint()
  }

  /// Where the last message or tick begins. A drain may end within a message, and the rest of it may not even be in the ring
  /// yet; a checkpoint there would forget that rest, because recovery goes on with the next message.
  private func lastBoundary(_ entries: UnsafeBufferPointer<Entry>) -> Int? {
    entries.indices.last { index in
      switch entries[index].kind {
      case .tick: true
      case .message: entries[index].position != (index == 0 ? core.position : entries[index - 1].position)
      case .reading: false
      }
    }
  }

  private func takeChanges() {
    let new = core.takeChanges()
    if !new.isEmpty { outgoing.append(.changes(new)) }
  }

  /// False when something found no room.
  private func handOn() -> Bool {
    guard !outgoing.isEmpty else { return true }
    let kept = outgoing.firstIndex { !changes.offer($0) } ?? outgoing.count
    outgoing.removeFirst(kept)
    return outgoing.isEmpty
  }

  private var isCheckpointDue: Bool {
    core.now - lastCheckpoint.at >= timing.checkpointEvery
      || core.position - lastCheckpoint.position >= timing.checkpointMessages
  }

  private func checkpoint() {
    lastCheckpoint = (core.now, core.position)
    outgoing.append(.checkpoint(core.checkpoint(), position: core.position))
  }
}
