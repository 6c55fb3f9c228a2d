import Alerts
import Glibc
import Notify
import Pipeline
import Store
import Synchronization

@testable import App
@testable import MQTT

/// One run: a broker, a disk, a database, a process that lives and dies, and the steps that chance chooses. Everything follows
/// from the seed.
final class World: @unchecked Sendable {
  // @unchecked: a simulation has one thread.

  /// An invariant that does not hold.
  struct Violation: Error, CustomStringConvertible {
    var description: String
  }

  /// The bounds of this run, small so that they are met.
  struct Limits {
    var journal: Journal.Options
    var connection: ConnectionSettings
    var timing = CoreDriver.Timing()
    var ring = 512
    var changeQueue = 8
    var pendingEvents = 60
    var history = HistoryWriter.Settings()
  }

  enum Death: Int { case kill, powerCut }

  let seed: UInt64
  let mutant: Mutant
  let chance: Chance
  let disk: SimulatedDisk
  let broker: SimulatedBroker
  let store: any AlertStorage
  let history = SimulatedHistory()
  let storeFaults = SimulatedStorage.Faults()
  let post: SimulatedPost
  /// What the database has taken in.
  let chronicle: Chronicle
  let limits: Limits
  let weights: Weights
  var trace = Trace()

  /// Version of the configuration that lies on disk.
  var version = 0
  var process: LaneProcess?
  var death = Death.kill
  var deaths = 0
  var ledger = Ledger()
  var readings = HistoryLedger()
  var deskLog = DeskLog()
  var quiet = QuietLedger()
  /// What people were told, by key.
  var told: [String: AlertEvent] = [:]
  var devices: SimulatedDevices

  init(seed: UInt64, mutant: Mutant, store: any AlertStorage, directory: String) throws {
    self.seed = seed
    self.mutant = mutant
    self.store = store
    chance = Chance(seed: seed)
    post = SimulatedPost(chance: chance)
    chronicle = Chronicle(post: PostLedger(policy: post.policy))
    let receiveMaximum = chance.dice.pick([2, 5, 20, 60])
    disk = SimulatedDisk(directory: directory, chance: chance)
    broker = SimulatedBroker(chance: chance, receiveMaximum: receiveMaximum, reusesIDs: chance.dice.chance(20))
    var connection = try ConnectionSettings(
      id: LaneProcess.lane, host: "simulated", port: 1883, clientID: LaneProcess.lane, subscriptions: ["sim/#"])
    connection.receiveMaximum = receiveMaximum
    connection.batchMessages = chance.dice.pick([1, 4, 50])
    var limits = Limits(
      journal: .init(
        maximumBytes: 128 << 10, segmentBytes: chance.dice.pick([4 << 10, 8 << 10, 32 << 10]),
        receiveMaximum: receiveMaximum), connection: connection)
    limits.timing.checkpointEvery = Int64(chance.dice.pick([1_000, 20_000, 120_000]))
    limits.timing.checkpointMessages = UInt64(chance.dice.pick([5, 40, 1_000]))
    limits.ring = chance.dice.pick([64, 512])
    limits.changeQueue = chance.dice.pick([1, 3, 64])
    limits.pendingEvents = chance.dice.pick([4, 60])
    limits.history.bufferReadings = chance.dice.pick([4, 40, 1_000])
    limits.history.portion = .init(messages: chance.dice.pick([1, 10, 1_000]), bytes: 1 << 20)
    limits.history.writeEvery = Int64(chance.dice.pick([1_000, 60_000, 3_600_000]))
    limits.history.waitingBytes = chance.dice.pick([2_000, 1 << 20])
    self.limits = limits
    weights = Weights(&chance.dice)
    devices = SimulatedDevices(usesEqualPayloads: !broker.reusesIDs, areLong: chance.dice.chance(8))
  }

  var now: Timestamp { Timestamp(milliseconds: chance.wall()) }

  func note(_ what: StaticString, _ a: Int = 0, _ b: Int = 0) { trace.note(what, a, b) }

  // MARK: - The run

  /// - Throws: `Violation`.
  func run(steps: Int) async throws {
    try await start()
    for step in 0..<steps {
      trace.step = step
      try await act()
      try await afterStep()
    }
    trace.step = steps
    try await drain()
    try await checkEnd()
    chance.finish(isExact: ledger.inexact == nil, hasExactHistory: readings.inexact == nil)
  }

  private func afterStep() async throws {
    if let process, !process.fate.isAlive { await die() }
    guard let process else { return }
    try check(process)
    // It looks at every open alert.
    if trace.step % 8 == 0 { try await checkHidden(process) }
  }

  /// The process is gone, and with it everything that was only in memory.
  func die() async {
    guard let process else { return }
    deaths += 1
    chance.saw(death == .kill ? .kill : .powerCut)
    noteEnd(of: process)
    note("died", death.rawValue, Int(process.driver.core.position))
    ledger.died(corePosition: process.driver.core.position)
    self.process = nil
    await cutOff(process)
    broker.cut(isReset: chance.dice.chance(50))
    if death == .powerCut {
      disk.cutPower()
      ledger.mayHaveGaps = true
    }
    if disk.hasLostPages { ledger.mayHaveGaps = true }
  }

  /// A new process. A disk that refuses may keep it from starting.
  func start() async throws {
    guard process == nil else { return }
    let fate = Fate()
    if deaths > 0, weights.killsInRecovery, chance.dice.chance(15) {
      fate.effectsLeft = chance.dice.pick(1...12)
      death = chance.dice.chance(50) ? .kill : .powerCut
    }
    let failures = disk.failedCalls
    let new: LaneProcess
    do {
      new = try await LaneProcess(self, fate: fate)
    } catch {
      note("no start")
      chance.saw(.noStart)
      if !fate.isAlive { chance.saw(.deathInRecovery) }
      if disk.failedCalls == failures, fate.isAlive {
        throw Violation(description: "the service does not start: \(error)")
      }
      if !fate.isAlive, death == .powerCut {
        disk.cutPower()
        ledger.mayHaveGaps = true
      }
      return
    }
    loseChannels()
    note("started", Int(new.journal.next), Int(new.driver.core.position))
    connect(new)
    process = new
    if fate.isAlive { try await checkRecovery(new) }
  }

  private func connect(_ process: LaneProcess) {
    process.tap.received = { [unowned self] number, position in ledger.received(number, position) }
    process.sending.answersAtOnce = { [unowned self] in post.answersAtOnce($0) }
    process.sending.answers = { [unowned self, unowned process] in arrive($1, on: $0, process) }
    process.client.acknowledges = { [unowned self] position in
      if let position { ledger.acknowledged(position, isSafe: disk.safePositions.contains(position)) }
    }
  }

  // MARK: - Turns

  /// What one can only ask a process about while it is there.
  func noteEnd(of process: LaneProcess) {
    let journal = process.journal.counters
    if journal.secondComings > 0 { chance.saw(.secondComing) }
    if journal.lostBeforeCheckpoint > 0 { chance.saw(.ringGaveUp) }
    if process.changes.waits > 0 { chance.saw(.changeQueueFull) }
    let status = process.ingest.status.withLock { $0 }
    if status.ringWaits > 0 { chance.saw(.ringFull) }
    if status.shedding.dropped > 0 { chance.saw(.shed) }
  }

  @discardableResult
  func turnCore(_ process: LaneProcess, limit: Int) -> CoreDriver.Turn {
    let before = SimulatedSite.version(of: process.driver.core.plan)
    let turn = process.driver.turn(limit: limit)
    let after = SimulatedSite.version(of: process.driver.core.plan)
    if before != after {
      ledger.planChanges.append((process.driver.core.position, after, process.driver.core.now))
    }
    if case .took(let count) = turn { note("core", count, Int(process.driver.core.position)) } else { note("blocked") }
    return turn
  }

  func turnLoop(_ process: LaneProcess) {
    let segments = process.journal.counters.segments
    process.loop.turn()
    if process.journal.counters.segments > max(segments, 1) { chance.saw(.segmentRolled) }
    if process.loop.hold != nil { chance.saw(.commitHeld) }
    if process.loop.incoming.backlog { chance.saw(.backlog) }
    note("loop", Int(process.journal.next), process.journal.pendingBytes)
  }

  /// A stop in good order, as `Lane.stop` and `LaneService.run` do it.
  private func stopInOrder(_ process: LaneProcess) async {
    chance.saw(.orderlyStop)
    process.loop.shutDown()
    while process.fate.isAlive, !process.ingest.hasHandedOver() {
      turnCore(process, limit: 50)
      while await process.carry(self) {}
    }
    process.ingest.close()
    follow(process)
    process.history.finish(now: now)
    while process.fate.isAlive {
      let isEmpty = turnCore(process, limit: .max) == .took(0)
      if isEmpty, process.driver.finish() { break }
      while await process.carry(self) {}
      await advance(process)
    }
    while await process.carry(self) {}
  }

  func stop(_ process: LaneProcess) async {
    note("stop")
    storeFaults.refusals = 0
    await stopInOrder(process)
    death = .kill
    process.fate.die()
  }

  /// What waits for channels that this version does not have goes elsewhere.
  private func loseChannels() {
    for robot in SimulatedPost.robots where robot != SimulatedPost.robot(version) { chronicle.post.lost(robot) }
  }

  func reload(_ process: LaneProcess) async {
    version = (version + chance.dice.pick(1...SimulatedSite.versions.count - 1)) % SimulatedSite.versions.count
    note("reload", version)
    loseChannels()
    chance.saw(.reloadAsked)
    let chance = chance
    let before = await process.hidden
    await process.install(version, self) { chance.saw(.reloadDone) }
    if await process.hidden != before { chance.saw(.quietByReload) }
  }

  /// What the service's housekeeping does every second.
  func advance(_ process: LaneProcess) async {
    let time = now
    await tell(process, .time(time))
    await tell(process, .orderTime(time))
    for event in await process.desk.advance(to: time) {
      note("due", event.number, Int(truncatingIfNeeded: event.at.milliseconds))
    }
  }

  /// Notes what the journal has committed: what the history can read, the ledger has read before.
  private func follow(_ process: LaneProcess) {
    let committed = process.ingest.committed.load(ordering: .acquiring)
    _ = try? process.follower.read(to: committed, atMost: .init(messages: .max, bytes: .max)) {
      readings.committed($0)
      return true
    }
  }

  func turnHistory(_ process: LaneProcess) {
    follow(process)
    let before = history.position
    let rest = process.history.turn(now: now)
    let status = process.history.status.withLock { $0 }
    if status.follower.lost > 0 { readings.blur("the journal's ring has overtaken the history") }
    if status.buffered >= limits.history.bufferReadings { chance.saw(.historyFull) }
    if rest == .aSecond, history.position > before { chance.saw(.historyCaughtUp) }
    note("history", Int(status.position), Int(history.position))
  }

  /// Faults stop; everything must come to its end.
  private func drain() async throws {
    disk.faults = .init()
    storeFaults.refusals = 0
    storeFaults.lostAnswers = 0
    history.refusals = 0
    history.lostAnswers = 0
    post.recover()
    broker.isUp = true
    death = .kill
    var quiet = 0
    for _ in 0..<3_000 {
      try await start()
      guard let process else { continue }
      process.fate.effectsLeft = nil
      broker.turn(packets: .max)
      turnLoop(process)
      // Until it is rid of everything: what waits in the driver is in no queue yet.
      while turnCore(process, limit: .max) == .blocked, await process.carry(self) {}
      while await process.carry(self) {}
      await advance(process)
      while !process.sending.waiting.isEmpty { await answer(process) }
      try await deliver(process)
      turnHistory(process)
      try await afterStep()
      let settled = await process.desk.isSettled(lane: LaneProcess.lane)
      let isDelivered = try await store.nextDue(after: .distantPast) == nil
      let isSettled =
        broker.isIdle && process.ring.count == 0 && process.changes.count == 0 && process.inHand.isEmpty
        && process.journal.pendingBytes == 0 && settled && process.isOnline
      let isQuiet = isSettled && isDelivered && !process.isAwake && process.sending.waiting.isEmpty
      quiet = isQuiet ? quiet + 1 : 0
      if quiet > 12 { return }
      let wait = isSettled ? try await waitForPost(process) : nil
      chance.pass(milliseconds: max(wait ?? 0, 100))
    }
    throw Violation(description: "it does not come to rest: \(standing)")
  }

  private var standing: String {
    guard let process else { return "no process" }
    return """
      broker idle \(broker.isIdle) (in flight \(broker.inFlight.count), waiting \(broker.waiting.count)), ring \
      \(process.ring.count), queue \(process.changes.count), in hand \(process.inHand.count), uncommitted \
      \(process.journal.pendingBytes), online \(process.isOnline), phase \(process.loop.phase), state \
      \(process.loop.shared.status.state), takes \(process.ingest.canTakeMore), hold \(String(describing: process.loop.hold))
      """
  }
}

/// The last things that happened, and a hash of all of them: two runs of a seed must agree in it.
struct Trace {
  private var lines: [(step: Int, what: StaticString, a: Int, b: Int)] = []
  private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  var step = 0
  /// `LINLI_TRACE=1`: a failure prints everything that happened.
  private static let isWhole = getenv("LINLI_TRACE") != nil

  mutating func note(_ what: StaticString, _ a: Int, _ b: Int) {
    if lines.count >= 200, !Self.isWhole { lines.removeFirst(100) }
    lines.append((step, what, a, b))
    for value in [step, a, b] { mix(UInt64(truncatingIfNeeded: value)) }
    for byte in UnsafeBufferPointer(start: what.utf8Start, count: what.utf8CodeUnitCount) { mix(UInt64(byte)) }
  }

  private mutating func mix(_ value: UInt64) { hash = (hash ^ value) &* 0x100_0000_01b3 }

  /// More than a number fits.
  mutating func note(_ what: StaticString, _ text: String) {
    note(what, text.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xffff_ffff }, text.utf8.count)
  }

  var tail: String {
    lines.suffix(Self.isWhole ? .max : 40).map { "  \($0.step) \($0.what) \($0.a) \($0.b)" }.joined(separator: "\n")
  }
}
