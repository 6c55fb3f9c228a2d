import Logging
import Pipeline
import Store

/// A lane brought back from disk: the newest checkpoint that is whole, then the journal behind it through the same decoder
/// and core as in a live run. No thread, no connection.
struct LaneRecovery {
  let core: LaneCore
  let decoder: MessageDecoder
  let journal: Journal
  /// Messages taken in again.
  let replayed: UInt64
  /// The newest time that the lane has seen. Messages of a backlog do not move the core's clock, so it may stand behind their
  /// arrival; a clock that was set back must not give the next message an earlier one, or its readings would be late.
  let newest: Timestamp

  /// When it returns, every change since the checkpoint lies in `changes`.
  /// - Parameters:
  ///   - directory: the lane's; exists.
  ///   - applied: the newest change in the alert store, nil for none.
  ///   - kept: position up to which the history has the lane's readings, 0 for none.
  ///   - noticed: the lane's clock at the newest change in the alert store. The journal holds no ticks, so the core runs on to
  ///     here by itself: it must know every change that a tick had brought.
  ///   - start: now.
  init(
    id: String, plan: LanePlan, directory: String, journal options: Journal.Options, applied: LaneStep?,
    noticed: Timestamp, kept: JournalPosition = 0, start: Timestamp, changes: ChangeQueue,
    files: JournalFiles = JournalFiles(), logger: Logger
  ) throws {
    var core = Self.restore(CheckpointFile(directory: directory, files: files), plan: plan, logger: logger)
    decoder = MessageDecoder(plan: plan)
    if let core { decoder.restore(lowBatteryDevices: Self.lowBatteries(core)) }
    let journalDirectory = directory + "/journal"
    journal = try Journal(
      directory: journalDirectory, options: options,
      nextPositionAtLeast: max(applied?.position ?? 0, core?.position ?? 0, kept) + 1,
      files: files)
    for damage in journal.damage { logger.error("journal of \(id): \(damage)") }
    journal.checkpoint = core?.position

    replayed = try Self.replay(
      journalDirectory, into: &core, plan: plan, decoder: decoder, changes: changes, start: start)
    let recovered = core ?? LaneCore(plan: plan, startedAt: start)
    self.core = recovered
    recovered.advance(to: max(noticed, recovered.now))
    let known = recovered.takeChanges()
    if !known.isEmpty { changes.putUnbounded(.changes(known)) }
    if let applied { recovered.continueBehind(applied.position, ordinal: applied.ordinal) }
    if replayed > 0 { logger.info("lane \(id): \(replayed) messages replayed from the journal") }
    changes.putUnbounded(.standing(recovered.standing, orphans: recovered.takeOrphans(), at: recovered.now))
    newest = max(recovered.now, journal.newestArrival ?? .distantPast)
    journal.opened(at: recovered.now)
    // What cannot be written now goes with the first batch.
    do { try journal.commit(sync: true) } catch { logger.error("journal of \(id): \(error)") }
  }

  private static func restore(_ file: CheckpointFile, plan: LanePlan, logger: Logger) -> LaneCore? {
    file.first { bytes in
      do { return try LaneCore(plan: plan, restoring: bytes) } catch {
        logger.error("a checkpoint cannot be used (\(error)); trying the one before, then the journal alone")
        return nil
      }
    }
  }

  /// What the decoder knew about batteries follows from the battery points.
  private static func lowBatteries(_ core: LaneCore) -> [String] {
    core.plan.points.indices.compactMap { index in
      let point = core.plan.points[index]
      guard let low = point.low, let value = core.snapshot(ofPoint: PointID(index)).value, value < low else {
        return nil
      }
      return core.plan.devices[Int(point.device)].id
    }
  }

  /// The same decoder and core as in a live run take the journal's tail in again.
  private static func replay(
    _ directory: String, into core: inout LaneCore?, plan: LanePlan, decoder: MessageDecoder, changes: ChangeQueue,
    start: Timestamp
  ) throws -> UInt64 {
    var entries: [Entry] = []
    var running = core
    func handOn(_ core: LaneCore) {
      let new = core.takeChanges()
      if !new.isEmpty { changes.putUnbounded(.changes(new)) }
    }
    let report = try Journal.read(
      directory: directory, from: (core?.position ?? 0) + 1,
      clock: { time in
        let target = running ?? LaneCore(plan: plan, startedAt: time)
        running = target
        target.advance(to: time)
        handOn(target)
      },
      body: { message in
        let target = running ?? LaneCore(plan: plan, startedAt: message.arrival)
        running = target
        entries.removeAll(keepingCapacity: true)
        decoder.decode(message, into: &entries)
        entries.withUnsafeBufferPointer { target.process($0) }
        handOn(target)
        return true
      })
    core = running
    return report.messages
  }
}
