import ConfigFile
import Foundation
package import Logging
package import MQTT
package import Pipeline

/// One broker's subscription with everything that hangs on it: connection, journal, decoder, ring, core. Opened from disk
/// (newest valid checkpoint, then the journal behind it), run on two threads of its own.
package final class Lane: Sendable {
  package let id: String
  package let directory: String
  package let changes: ChangeQueue
  package let connection: Connection
  let ingest: Ingest
  let core: CoreThread
  private let checkpoints: CheckpointFile
  private let logger: Logger

  package struct Failure: Error, CustomStringConvertible {
    package var description: String
  }

  /// Recovers the lane; when it returns, every change since the checkpoint lies in `changes`, those that fell due while the
  /// service was down among them as soon as the connection has drained the broker's backlog.
  /// - Parameters:
  ///   - applied: position of the newest change in the alert store, 0 for none.
  ///   - noticed: when the newest of the lane's open alerts became known. The journal holds no ticks, so the core runs on to
  ///     here by itself: it must know every alert that a tick had raised.
  package init(
    configuration: LoadedConfiguration.LaneConfiguration, journalBytes: Int64, directory: String,
    applied: JournalPosition, noticed: Timestamp, machine: any MachineClock, logger: Logger
  ) throws {
    let id = configuration.broker.clientID
    self.id = id
    self.directory = directory
    self.logger = logger
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    checkpoints = CheckpointFile(directory: directory)
    let changes = ChangeQueue()
    self.changes = changes
    let settings = try Self.settings(configuration.broker)

    let start = Timestamp(milliseconds: machine.wall())
    var core = Self.restore(checkpoints, plan: configuration.plan, logger: logger)
    let decoder = MessageDecoder(plan: configuration.plan)
    if let core { decoder.restore(lowBatteryDevices: Self.lowBatteries(core)) }
    let journalDirectory = directory + "/journal"
    let journal = try Journal(
      directory: journalDirectory,
      options: .init(maximumBytes: Int(journalBytes), receiveMaximum: settings.inDoubtMaximum),
      nextPositionAtLeast: max(applied, core?.position ?? 0) + 1)
    for damage in journal.damage { logger.error("journal of \(id): \(damage)") }
    journal.checkpoint = core?.position

    let replayed = try Self.replay(
      journalDirectory, into: &core, plan: configuration.plan, decoder: decoder, changes: changes, start: start)
    let recovered = core ?? LaneCore(plan: configuration.plan, startedAt: start)
    recovered.advance(to: noticed)
    let known = recovered.takeChanges()
    if !known.isEmpty { changes.putUnbounded(.changes(known)) }
    if replayed > 0 { logger.info("lane \(id): \(replayed) messages replayed from the journal") }
    let orphans = recovered.takeOrphans()
    if !orphans.isEmpty { changes.putUnbounded(.orphans(orphans.map { ($0.rule, $0.subject) }, at: recovered.now)) }

    let ring = EntryRing(capacity: 1 << 16)
    self.core = CoreThread(core: recovered, ring: ring, changes: changes)
    ingest = Ingest(
      journal: journal, decoder: decoder, ring: ring, coreThread: self.core,
      clock: SteadyClock(machine: machine, floor: recovered.now), logger: logger)
    connection = try Connection(settings: settings, handler: ingest, logger: logger)
  }

  package func start() {
    core.start(name: id)
    connection.start()
  }

  /// Commits, acknowledges, takes everything in, leaves a checkpoint in `changes` and closes it.
  package func stop() {
    connection.stop()
    ingest.mailbox.close()
    core.stop()
  }

  /// Called when every change before the checkpoint is in the store.
  package func write(checkpoint bytes: [UInt8], position: JournalPosition) throws {
    try checkpoints.write(bytes)
    ingest.mailbox.put { $0?.checkpointWritten(at: position) }
  }

  /// Changes over to a new plan without losing a hold, an alert or a message.
  package func install(_ plan: LanePlan) async {
    _ = await ingest.mailbox.ask { $0.install(plan) }
  }

  // MARK: - Recovery

  private static func restore(_ file: CheckpointFile, plan: LanePlan, logger: Logger) -> LaneCore? {
    for bytes in file.candidates() {
      do { return try LaneCore(plan: plan, restoring: bytes) } catch {
        logger.error("a checkpoint cannot be used (\(error)); trying the one before, then the journal alone")
      }
    }
    return nil
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
    let report = try Journal.read(directory: directory, from: (core?.position ?? 0) + 1) { message in
      let target = running ?? LaneCore(plan: plan, startedAt: min(message.arrival, start))
      running = target
      entries.removeAll(keepingCapacity: true)
      decoder.decode(message, into: &entries)
      entries.withUnsafeBufferPointer { target.process($0) }
      let new = target.takeChanges()
      if !new.isEmpty { changes.putUnbounded(.changes(new)) }
      return true
    }
    core = running
    return report.messages
  }

  private static func settings(_ broker: ServiceSettings.Broker) throws -> ConnectionSettings {
    var settings = try ConnectionSettings(
      id: broker.clientID, host: broker.host, port: broker.port, clientID: broker.clientID,
      subscriptions: broker.subscriptions, qos: broker.qos, version: broker.protocolVersion == 4 ? .v311 : .v5)
    settings.user = broker.user
    settings.password = broker.password?.value
    settings.tls = broker.tls.map { .init(ca: $0.ca, certificate: $0.certificate, key: $0.key) }
    return settings
  }
}
