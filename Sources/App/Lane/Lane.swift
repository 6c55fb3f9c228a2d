import ConfigFile
import Foundation
import Glibc
package import Logging
package import MQTT
package import Pipeline
package import Store
import Synchronization

/// One broker's subscription with everything that hangs on it: connection, journal, decoder, ring, core. Opened from disk
/// (newest valid checkpoint, then the journal behind it), run on two threads of its own.
package final class Lane: Sendable {
  package let id: String
  package let directory: String
  package let changes: ChangeQueue
  package let connection: Connection
  /// What can wait looks here.
  package let gauge: LoadGauge
  let ingest: Ingest
  let core: CoreThread
  let ring: EntryRing
  /// nil when the history's database cannot be opened: alerts go on without it.
  let history: HistoryThread?
  private let checkpoints: CheckpointFile
  private let logger: Logger

  /// Recovers the lane; when it returns, every change since the checkpoint lies in `changes`, those that fell due while the
  /// service was down among them as soon as the connection has drained the broker's backlog.
  /// - Parameters:
  ///   - history: keeps the readings; `historySettings` say how.
  ///   - applied: the newest change in the alert store, nil for none.
  ///   - noticed: the lane's clock at the newest change in the alert store.
  ///   - mayForget: false while the date may be wrong.
  package init(
    configuration: LoadedConfiguration.LaneConfiguration, journalBytes: Int64, directory: String,
    history: (any HistoryKeeping)?, historySettings: HistoryWriter.Settings, applied: LaneStep?,
    noticed: Timestamp, machine: any MachineClock, mayForget: @escaping @Sendable () -> Bool, logger: Logger
  ) throws {
    let id = configuration.broker.clientID
    self.id = id
    self.directory = directory
    self.logger = logger
    try Journal.makeDirectory(directory)
    checkpoints = CheckpointFile(directory: directory)
    let changes = ChangeQueue()
    self.changes = changes
    gauge = LoadGauge()
    let settings = try Self.settings(configuration.broker)
    let kept = try history?.position(lane: id) ?? 0
    let recovery = try LaneRecovery(
      id: id, plan: configuration.plan, directory: directory,
      journal: .init(maximumBytes: Int(journalBytes), receiveMaximum: settings.inDoubtMaximum), applied: applied,
      noticed: noticed, kept: kept, start: Timestamp(milliseconds: machine.wall()), changes: changes, logger: logger)

    let ring = EntryRing(capacity: 1 << 16)
    self.ring = ring
    core = CoreThread(core: recovery.core, ring: ring, changes: changes)
    ingest = Ingest(
      journal: recovery.journal, decoder: recovery.decoder, ring: ring, core: core.orders, gauge: gauge,
      clock: SteadyClock(machine: machine, floor: recovery.newest), logger: logger)
    connection = try Connection(settings: settings, handler: ingest, logger: logger)
    let reader = history.map { [ingest, gauge] store in
      HistoryThread(
        writer: HistoryWriter(
          lane: id, directory: directory + "/journal", plan: configuration.plan, store: store, written: kept,
          settings: historySettings, mayForget: mayForget,
          committed: { ingest.committed.load(ordering: .acquiring) }), machine: machine, gauge: gauge)
    }
    self.history = reader
    ingest.onChangeover = { plan, position in reader?.writer.install(plan, after: position) }
  }

  package func start() {
    core.start(name: id)
    connection.start()
    history?.start(name: id)
  }

  /// Commits, acknowledges, takes everything in, writes the history, leaves a checkpoint in `changes` and closes it.
  package func stop() {
    connection.stop()
    while !ingest.hasHandedOver() { usleep(1_000) }
    ingest.close()
    history?.stop()
    core.stop()
  }

  /// Called when every change before the checkpoint is in the store.
  package func write(checkpoint bytes: [UInt8], position: JournalPosition) throws {
    try checkpoints.write(bytes)
    ingest.mailbox.put { $0?.checkpointWritten(at: position) }
  }

  /// Changes over to a new plan without losing a hold, an alert or a message. Not refused, however many questions wait.
  package func install(_ plan: LanePlan) async {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      ingest.mailbox.put { ingest in
        guard let ingest else { return continuation.resume() }
        ingest.install(plan) { continuation.resume() }
      }
    }
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
