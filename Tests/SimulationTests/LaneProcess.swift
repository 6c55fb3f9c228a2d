import Alerts
import Logging
import Notify
import Pipeline
import Store

@testable import App
@testable import MQTT

/// One life of the service, from its start to its death: the production code of a lane and of the alert side on simulated
/// ground, each of its threads turned by hand.
final class LaneProcess {
  static let lane = "linli-sim"
  static let logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }

  let fate: Fate
  let desk: AlertDesk
  let loop: ConnectionLoop
  let ingest: Ingest
  let driver: CoreDriver
  let ring: EntryRing
  let changes: ChangeQueue
  let journal: Journal
  let client: SimulatedClient
  let tap: HandlerTap
  let carrier: ChangeCarrier
  /// Taken out of the queue, not carried yet.
  var inHand: [ChangeQueue.Item] = []
  /// Items that recovery put into the queue at once.
  var recoveredItems = 0
  private let shared = Shared()

  /// Does what `CommunityService.init` and `Lane.init` do.
  init(_ world: World, fate: Fate) async throws {
    self.fate = fate
    let version = world.version
    let storage = SimulatedStorage(world.store, fate: fate, faults: world.storeFaults)
    world.mutant.spoil(storage)
    desk = AlertDesk(storage: storage, policy: Self.policy(version, world))
    try await desk.start()
    let files = world.mutant.spoil(world.disk.calls(fate))
    let changes = ChangeQueue(capacity: world.limits.changeQueue)
    self.changes = changes
    let open = try await world.store.openAlerts()
    let recovery = try LaneRecovery(
      id: Self.lane, plan: SimulatedSite.lane(version).plan, directory: world.disk.directory,
      journal: world.limits.journal, applied: await desk.reached(lane: Self.lane)?.position ?? 0,
      noticed: max(
        open.map { $0.noticedAt }.max() ?? .distantPast, await desk.clock(lane: Self.lane) ?? .distantPast),
      start: Timestamp(milliseconds: world.chance.wall()),
      changes: changes, files: files, logger: Self.logger)
    let journal = recovery.journal
    self.journal = journal
    ring = EntryRing(capacity: world.limits.ring)
    driver = CoreDriver(core: recovery.core, ring: ring, changes: changes, timing: world.limits.timing)
    ingest = Ingest(
      journal: journal, decoder: recovery.decoder, ring: ring, core: driver.orders, gauge: LoadGauge(),
      clock: SteadyClock(machine: world.chance, floor: recovery.core.now), logger: Self.logger)
    tap = world.mutant.tap(ingest) { journal.next }
    client = SimulatedClient(broker: world.broker, chance: world.chance, fate: fate, tap: tap)
    loop = ConnectionLoop(
      settings: world.limits.connection, handler: tap, shared: shared, logger: Self.logger, client: client,
      jitter: { 0.5 })
    let checkpoints = CheckpointFile(directory: world.disk.directory, files: files)
    let mailbox = ingest.mailbox
    carrier = ChangeCarrier(lane: Self.lane, desk: desk, logger: Self.logger) { bytes, position in
      try checkpoints.write(bytes)
      mailbox.put { $0?.checkpointWritten(at: position) }
    }
    await closeOrphans(version)
    loop.begin()
  }

  static func policy(_ version: Int, _ world: World) -> DeskPolicy {
    let configuration = SimulatedSite.versions[version]
    var policy = DeskPolicy(
      traits: { configuration.traits(rule: $0.rule, subject: $0.subject) }, channels: { _ in ["hook"] })
    policy.pendingEvents = world.limits.pendingEvents
    return policy
  }

  /// What a reload does; when `done` was called, `finishReload` does the rest.
  func install(_ version: Int, _ world: World, done: @escaping @Sendable () -> Void) async {
    await desk.adopt(Self.policy(version, world))
    ingest.install(SimulatedSite.lane(version).plan, done: done)
  }

  func finishReload(_ version: Int, _ world: World) async { await closeOrphans(version) }

  var isOnline: Bool {
    if case .subscribed = shared.status.state { return true }
    return false
  }

  private func closeOrphans(_ version: Int) async {
    var subjects: Set<String> = []
    for rule in SimulatedSite.lane(version).plan.rules {
      for instance in rule.instances { subjects.insert("\(rule.id)|\(instance.subject)") }
    }
    let known = subjects
    await desk.closeOrphans(at: driver.core.now) { known.contains("\($0.rule)|\($0.subject)") }
  }

  /// The lane's task: the next item to the desk. False when there is none, or it was refused.
  func carry() async -> Bool {
    if inHand.isEmpty { inHand = changes.take() }
    guard let item = inHand.first, await carrier.carry(item) else { return false }
    inHand.removeFirst()
    return true
  }
}
