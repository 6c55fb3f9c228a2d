import Alerts
import Community
import Logging
import Notify
import Orders
import Pipeline
import Synchronization

@testable import App
@testable import MQTT
@testable import Store

/// One life of the service, from its start to its death: the production code of a lane and of the alert side on simulated
/// ground, each of its threads turned by hand.
final class LaneProcess {
  static let lane = "linli-sim"
  static let logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }

  let fate: Fate
  let desk: AlertDesk
  private let storage: SimulatedStorage
  let worker: OutboxWorker
  let clock: ServiceClock
  let sending = SimulatedSending()
  /// The worker has a reason to look, or will have one then.
  var isAwake = true
  var nextLook: Timestamp?
  let loop: ConnectionLoop
  let ingest: Ingest
  let driver: CoreDriver
  let ring: EntryRing
  let changes: ChangeQueue
  let journal: Journal
  let client: SimulatedClient
  let tap: HandlerTap
  let carrier: ChangeCarrier
  let history: HistoryWriter
  /// Reads along for the ledger what comes in this life.
  let follower: JournalFollower
  let startedAt: Timestamp
  /// How many changeovers of plans the next checkpoint out of the queue contains, and of which version the last one was.
  private var planChanges: (count: Int, version: Int)
  private let chance: Chance
  /// Taken out of the queue, not carried yet.
  var inHand: [ChangeQueue.Item] = []
  /// Items that recovery put into the queue at once.
  var recoveredItems = 0
  private let shared = Shared()

  /// Does what `CommunityService.init` and `Lane.init` do.
  init(_ world: World, fate: Fate) async throws {
    self.fate = fate
    let version = world.version
    chance = world.chance
    let storage = SimulatedStorage(
      world.store, fate: fate, faults: world.storeFaults, chance: world.chance,
      chronicle: world.chronicle)
    world.mutant.spoil(storage)
    self.storage = storage
    desk = AlertDesk(storage: storage, policy: Self.policy(version, world))
    try await desk.start()
    try await Self.noteStart(world)
    try await world.checkOrders(desk)
    clock = ServiceClock(machine: world.chance)
    worker = OutboxWorker(outbox: desk, outlets: [], clock: clock, policy: world.post.policy, logger: Self.logger)
    let files = world.mutant.spoil(world.disk.calls(fate))
    let changes = ChangeQueue(capacity: world.limits.changeQueue)
    self.changes = changes
    let open = try await storage.alertsToRestore(endedAfter: .distantFuture).filter { !$0.isClosed }
    let keeping = HistoryConnection(world.history, fate: fate, chance: world.chance)
    let kept = try keeping.position(lane: Self.lane)
    let recovery = try LaneRecovery(
      id: Self.lane, plan: SimulatedSite.lane(version).plan, directory: world.disk.directory,
      journal: world.limits.journal, applied: await desk.reached(lane: Self.lane),
      noticed: max(
        open.map { $0.noticedAt }.max() ?? .distantPast, await desk.clock(lane: Self.lane) ?? .distantPast),
      kept: kept, start: Timestamp(milliseconds: world.chance.wall()),
      changes: changes, files: files, logger: Self.logger)
    let journal = recovery.journal
    self.journal = journal
    ring = EntryRing(capacity: world.limits.ring)
    driver = CoreDriver(core: recovery.core, ring: ring, changes: changes, timing: world.limits.timing)
    ingest = Ingest(
      journal: journal, decoder: recovery.decoder, ring: ring, core: driver.orders, gauge: LoadGauge(),
      clock: SteadyClock(machine: world.chance, floor: recovery.newest), logger: Self.logger)
    tap = world.mutant.tap(ingest) { journal.next }
    client = SimulatedClient(broker: world.broker, chance: world.chance, fate: fate, tap: tap)
    loop = ConnectionLoop(
      settings: world.limits.connection, handler: tap, shared: shared, logger: Self.logger, client: client,
      jitter: { 0.5 })
    let ingest = ingest
    let writer = HistoryWriter(
      lane: Self.lane, directory: world.disk.directory + "/journal", plan: SimulatedSite.lane(version).plan,
      store: keeping, written: kept, settings: world.limits.history,
      committed: { [unowned ingest] in ingest.committed.load(ordering: .acquiring) })
    history = writer
    follower = JournalFollower(directory: world.disk.directory + "/journal", after: journal.next - 1)
    startedAt = world.now
    ingest.onChangeover = { [unowned world] plan, position in
      writer.install(plan, after: position)
      world.readings.reads(SimulatedSite.version(of: plan), after: position)
    }
    planChanges = (world.ledger.planChanges.count, version)
    let checkpoints = CheckpointFile(directory: world.disk.directory, files: files)
    let mailbox = ingest.mailbox
    carrier = ChangeCarrier(lane: Self.lane, desk: desk, logger: Self.logger) { bytes, position in
      try checkpoints.write(bytes)
      mailbox.put { $0?.checkpointWritten(at: position) }
    }
    world.readings.reads(version, after: kept)
    await desk.adopt(deskPolicy(version, world))
    // In the order of `CommunityService`.
    clock.reach(await desk.newestTime)
    clock.reach(ingest.started)
    await replaceOutlets(version, world)
    await closeOrphans(world)
    while await carry(world) {}
    await world.tell(self, .time(startedAt))
    await world.tell(self, .orderTime(startedAt))
    for event in await desk.advance(to: startedAt) {
      if event.isBroughtByTime { chance.saw(.dueWhileDown) }
      if event.kind == .suppressed || event.kind == .released { chance.saw(.quietWhileDown) }
    }
    await askForgotten(world, at: startedAt)
    loop.begin()
    note(recovery)
  }

  static func policy(_ version: Int, _ world: World) -> DeskPolicy {
    let configuration = SimulatedSite.versions[version]
    var policy = DeskPolicy(
      traits: { configuration.traits(rule: $0.rule, subject: $0.subject) }, response: configuration.response,
      orders: configuration.orderPolicy, quiet: SimulatedSite.quietPolicies[version],
      channels: { SimulatedPost.names($0, version: version) })
    policy.pendingEvents = world.limits.pendingEvents
    return policy
  }

  /// What is new in the outbox wakes the worker.
  private func deskPolicy(_ version: Int, _ world: World) -> DeskPolicy {
    var policy = Self.policy(version, world)
    let wake = WeakProcess(self)
    policy.wakeOutbox = { wake.process?.isAwake = true }
    return policy
  }

  private func replaceOutlets(_ version: Int, _ world: World) async {
    let outlets = world.post.channels(version).map { channel in
      let sender = SimulatedSender(
        channel: channel.id, sending: sending, marksEarly: world.mutant == .earlyMark ? desk : nil)
      return OutboxWorker.Outlet(
        channel: channel, sender: channel.kind.isForPeople ? SimulatedBulletinSender(plain: sender) : sender,
        zone: SimulatedSite.versions[version].orderPolicy.zone)
    }
    await worker.replace(outlets: outlets, router: world.post.router(version))
    isAwake = true
  }

  /// How far the desk has come.
  var place: DeskLog.Place {
    get async {
      let waiting = await desk.queue.waiting.count { $0.commit.isStep }
      return DeskLog.Place(sequence: await desk.sequence, steps: storage.knownSteps + waiting)
    }
  }

  /// What a reload does.
  func install(_ version: Int, _ world: World, done: @escaping @Sendable () -> Void) async {
    await world.tell(self, .configuration(version: version))
    await desk.adopt(deskPolicy(version, world))
    await replaceOutlets(version, world)
    await askForgotten(world, at: world.now)
    ingest.install(SimulatedSite.lane(version).plan, done: done)
  }

  var isOnline: Bool {
    if case .subscribed = shared.status.state { return true }
    return false
  }

  /// What the desk does first, whatever it is asked: what is due by then, and what orders make of it, come before the rest.
  func catchUp(_ world: World, to time: Timestamp) async {
    await world.tell(self, .time(time))
    await desk.catchUp(to: time)
  }

  private func askForgotten(_ world: World, at time: Timestamp) async {
    await catchUp(world, to: time)
    await world.tell(self, .forgotten(time))
    await desk.askForgotten(at: time)
  }

  private static func noteStart(_ world: World) async throws {
    let place = DeskLog.Place(sequence: try await world.store.lastSequence(), steps: world.chronicle.steps.count)
    let gone = world.deskLog.restarted(after: place, version: world.version)
    if gone > 0 { world.chance.saw(.planGone) }
  }

  private func closeOrphans(_ world: World) async {
    var subjects: Set<String> = []
    for rule in SimulatedSite.lane(world.version).plan.rules {
      for instance in rule.instances { subjects.insert("\(rule.id)|\(instance.subject)") }
    }
    let known = subjects
    await world.tell(self, .time(driver.core.now))
    await desk.closeOrphans(at: driver.core.now) { known.contains("\($0.rule)|\($0.subject)") }
  }

  /// The lane's task: the next item to the desk. False when there is none, or it was refused.
  func carry(_ world: World) async -> Bool {
    if inHand.isEmpty { inHand = changes.take() }
    guard let item = inHand.first else { return false }
    var time: Timestamp?
    switch item {
    case .checkpoint(let bytes, _): noteCheckpoint(bytes, world)
    case .changes(let changes):
      world.ledger.carried(changes)
      time = await firstNew(of: changes)
    case .orphans(_, let at), .standing(_, _, let at): time = at
    }
    let before = await place
    guard await carrier.carry(item) else {
      chance.saw(.deskFull)
      return false
    }
    if let time { world.deskLog.note(.time(time), after: before) }
    inHand.removeFirst()
    return true
  }

  /// When the lane noticed the first change that the desk has not taken in yet; nil: it knows all of them.
  private func firstNew(of changes: [ConditionChange]) async -> Timestamp? {
    let reached = await desk.reached(lane: Self.lane)
    return changes.first { change in
      reached.map { LaneStep(position: change.position, ordinal: change.ordinal) > $0 } ?? true
    }?.noticedAt
  }

  /// Checkpoints come in the order of the changeovers, each of which makes one.
  private func noteCheckpoint(_ bytes: [UInt8], _ world: World) {
    guard let facts = CheckpointFacts(bytes) else { return }
    if facts.version != planChanges.version { planChanges = (planChanges.count + 1, facts.version) }
    world.ledger.checkpoints[facts.sum] = planChanges.count
  }

  private func note(_ recovery: LaneRecovery) {
    if recovery.replayed > 0 { chance.saw(.replayed) }
    if journal.counters.tornBytes > 0 { chance.saw(.tornTail) }
    if journal.counters.damagedPlaces > 0 { chance.saw(.damageSkipped) }
  }
}

/// What a policy may know of its process.
private final class WeakProcess: @unchecked Sendable {
  // @unchecked: a simulation has one thread.

  weak var process: LaneProcess?

  init(_ process: LaneProcess) { self.process = process }
}
