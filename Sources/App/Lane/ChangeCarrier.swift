import Logging
import Pipeline
import Store

/// Carries what a lane's core found to the alert desk, item by item and in order, and writes checkpoints behind it.
struct ChangeCarrier {
  let lane: String
  let desk: AlertDesk
  let logger: Logger
  /// Puts a checkpoint on disk; all that it contains is in the store.
  let write: @Sendable (_ checkpoint: [UInt8], _ position: JournalPosition) async throws -> Void

  /// False: the database refuses and too much waits; carry the same item again later.
  func carry(_ item: ChangeQueue.Item) async -> Bool {
    switch item {
    case .changes(let changes): return await desk.take(changes, lane: lane) != .refused
    case .orphans(let orphans, let at): await desk.closeOrphans(orphans, lane: lane, at: at)
    case .standing(let standing, let orphans, let at):
      let repairs = await desk.reconcile(lane: lane, standing: standing, orphans: orphans, at: at)
      if repairs > 0 {
        logger.notice("lane \(lane): \(repairs) alerts brought in line with what the journal says after the start")
      }
    case .checkpoint(let bytes, let position):
      // A checkpoint must not pass a change that only memory knows.
      guard await desk.isSettled(lane: lane) else { return true }
      do { try await write(bytes, position) } catch { logger.error("checkpoint of \(lane): \(error)") }
    }
    return true
  }
}
