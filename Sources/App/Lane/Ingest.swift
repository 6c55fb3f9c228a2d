import Foundation
import Logging
import MQTT
import Pipeline
import Synchronization

/// A lane's ingest side, on the connection's thread: a message goes into the journal's batch and, decoded, into the ring;
/// after the commit the ring shows it to the core, and the connection lets the acknowledgements go.
final class Ingest: ConnectionHandler, @unchecked Sendable {
  // @unchecked: everything that is not a lock or a mailbox belongs to the connection's thread.

  /// What others may know at any time; renewed about ten times a second.
  struct Status: Sendable {
    var journal = Journal.Counters()
    var decoder = DecoderCounters()
    var duplicates: UInt64 = 0
    /// Publications of the service's own channels that came back.
    var own: UInt64 = 0
    var nextPosition: JournalPosition = 1
    /// Messages that had to wait in front of a full ring.
    var ringWaits: UInt64 = 0
    /// Why the journal could not commit last time; nil when it could.
    var storageTrouble: JournalError?
    var now = Timestamp.distantPast
    var clockJumps: UInt64 = 0
    var shedding = Shedding()
  }

  /// What the lane could not take in: QoS 0 messages dropped before they were journaled or decoded.
  struct Shedding: Sendable {
    var load = LaneLoad.normal
    /// Since when it is so.
    var since = Timestamp.distantPast
    /// Messages taken in a second, over the last ten seconds: an overloaded lane takes them by fits and starts.
    var takenPerSecond = 0.0
    var dropped: UInt64 = 0
    var prefixes: [PrefixCounts.Row] = []
    /// The same when the present overload began.
    var before: [PrefixCounts.Row] = []
  }

  /// Entries that must be free before another packet is read: more than any message makes. (Of a small ring a quarter.)
  private static let roomMin = 4_096
  /// Ms between two syncs of QoS 0 messages.
  private static let quietSync: Int64 = 1_000
  /// Ms between two ticks.
  private static let tickEvery: Int64 = 100
  /// Catching up ends so long after the last message of the backlog, and after so long anyway (the broker may be away), ms.
  private static let catchUpQuiet: Int64 = 400
  private static let catchUpMax: Int64 = 15_000
  /// The last places of the ring are for QoS 1.
  private static let confirmedPart = 4

  let mailbox = Mailbox<Ingest>()
  let status = Mutex(Status())
  /// Since when the broker is there, or since when it is not; nil: it never was.
  let connectedSince = Mutex<Timestamp?>(nil)
  /// `Journal.committed`, for those who read along (history).
  let committed = Atomic<JournalPosition>(0)
  /// Told, on this thread, which plan holds for the messages behind a position. Set before the connection starts.
  var onChangeover: (@Sendable (LanePlan, JournalPosition) -> Void)?

  private let journal: Journal
  private let decoder: MessageDecoder
  private let ring: EntryRing
  private let core: Mailbox<CoreDriver>
  private let gauge: LoadGauge
  private let logger: Logger
  private var meter = LoadMeter()
  private var policy = LoadPolicy()
  /// The ring has room for QoS 1 only.
  private var isCrowded = false
  private var isConnected = false
  private var dropped = PrefixCounts()
  private var rates = RateMeter()
  private var clock: SteadyClock
  private var now: Timestamp
  private var entries: [Entry] = []
  /// Entries that found no room; they go first as soon as there is some.
  private var spill: [Entry] = []
  private var holdsQoS1 = false
  private var current = Status()
  private var lastTick: Timestamp
  /// At the start no tick goes out before the broker has handed over what waited there: a silence that the backlog is about
  /// to break must not become an alert. The lane's clock then stands where it stood when the service died.
  private var isCatchingUp = true
  private let startedAt: Timestamp
  /// The lane's clock at its start.
  var started: Timestamp { startedAt }
  private var subscribedAt: Timestamp?
  private var lastBacklog = Timestamp.distantPast
  private var lastSync: Timestamp
  private var lastTold = Timestamp.distantPast
  /// New plans on their way, the oldest first.
  private var changeovers: [PlanChangeover] = []

  init(
    journal: Journal, decoder: MessageDecoder, ring: EntryRing, core: Mailbox<CoreDriver>, gauge: LoadGauge,
    clock: SteadyClock, logger: Logger
  ) {
    self.journal = journal
    self.decoder = decoder
    self.ring = ring
    self.core = core
    self.gauge = gauge
    self.clock = clock
    self.logger = logger
    var jump: SteadyClock.Jump?
    now = self.clock.now(jump: &jump)
    lastTick = now
    lastSync = now
    startedAt = now
    current.shedding.since = now
    rates.note(journal.next, at: now.milliseconds)
    entries.reserveCapacity(256)
    committed.store(journal.committed, ordering: .releasing)
  }

  // MARK: - From the connection

  /// What nobody acknowledges may be dropped; it goes first and as early as it can, so that what is behind it on the same
  /// socket gets through.
  func sheds(_ message: IncomingMessage) -> Bool {
    guard policy.sheds || isCrowded else { return false }
    dropped.add(message.topic)
    return true
  }

  func caughtUp() { meter.caughtUp() }

  func received(_ message: IncomingMessage) {
    readClock()
    var raw = RawMessage(
      topic: message.topic, payload: message.payload, arrival: now, qos: message.qos, retained: message.retained,
      packetID: message.packetID, backlog: message.backlog && isCatchingUp)
    if raw.backlog { lastBacklog = now }
    if decoder.isOwn(raw.topic) {
      // Acknowledged with the others; there is nothing to keep.
      current.own += 1
      return journal.passedOver(raw)
    }
    if raw.qos > 0 { holdsQoS1 = true }
    if journal.isSecondComing(raw, redelivered: message.redelivered) {
      current.duplicates += 1
      return
    }
    raw.position = journal.append(raw)
    entries.removeAll(keepingCapacity: true)
    decoder.decode(raw, into: &entries)
    push(entries)
  }

  /// Messages are shown to the core when they are on disk. While the disk refuses they are shown all the same, so that
  /// alerts go on; the acknowledgements then wait.
  func commit() throws {
    defer { ring.publish() }
    do {
      try journal.commit(sync: holdsQoS1)
    } catch {
      current.storageTrouble = error
      throw error
    }
    if holdsQoS1 { lastSync = now }
    holdsQoS1 = false
    committedNow()
  }

  func idle() {
    readClock()
    drainSpill()
    noteLoad()
    if now - lastSync >= Self.quietSync {
      lastSync = now
      do {
        try journal.commit(sync: true)
        committedNow()
      } catch {
        current.storageTrouble = error
        // As at `commit`: a disk that refuses must not hide ticks from the core.
        ring.publish()
      }
    }
    if isCatchingUp { isCatchingUp = !hasCaughtUp }
    // While plans change over the ring must run empty; and what the core does not take need not be told the time again.
    if !isCatchingUp, changeovers.isEmpty, spill.isEmpty, now - lastTick >= Self.tickEvery {
      lastTick = now
      // The ms that runs may still bring a message, and what is due in it comes behind that one. So a tick, which the journal
      // does not hold, never parts two messages of one ms, and a recovery comes to the same.
      push([Entry(kind: .tick, time: now - 1, position: journal.next - 1)])
      // Ticks go with what is committed already; what is in the current batch waits for its own commit.
      if journal.pendingBytes == 0 { ring.publish() }
    }
    if now - lastTold >= Self.tickEvery { tellStatus() }
    mailbox.answer(self)
    if !changeovers.isEmpty { changeOver() }
  }

  private func committedNow() {
    current.storageTrouble = nil
    committed.store(journal.committed, ordering: .releasing)
  }

  private var hasCaughtUp: Bool {
    if now - startedAt >= Self.catchUpMax { return true }
    guard let subscribedAt else { return false }
    return now - max(subscribedAt, lastBacklog) >= Self.catchUpQuiet
  }

  func stateChanged(_ state: ConnectionState) {
    readClock()
    switch state {
    case .connected(let sessionPresent):
      journal.connected(sessionPresent: sessionPresent)
      isConnected = true
      connectedSince.withLock { $0 = now }
    case .subscribed: subscribedAt = subscribedAt ?? now
    case .waiting, .stopped:
      // Each attempt that fails comes by here again; what counts is how long the broker has been away.
      if isConnected { connectedSince.withLock { $0 = now } }
      isConnected = false
    case .idle, .connecting, .holding: break
    }
  }

  var canTakeMore: Bool {
    drainSpill()
    guard changeovers.isEmpty else { return false }
    let space = ring.space
    isCrowded = space < ring.capacity / Self.confirmedPart || ring.capacity - space > meter.room
    guard spill.isEmpty, space >= min(Self.roomMin, ring.capacity / 4) else {
      current.ringWaits += 1
      return false
    }
    return true
  }

  // MARK: - Load

  private func noteLoad() {
    let measure = meter.turn(
      now: now.milliseconds, taken: ring.taken, published: ring.published, capacity: ring.capacity)
    guard let measure else { return }
    policy.note(measure, now: meter.clock)
    let before = current.shedding.load
    guard policy.load != before else { return }
    current.shedding.load = policy.load
    current.shedding.since = now
    gauge.set(policy.load)
    if policy.load == .overloaded {
      current.shedding.before = current.shedding.prefixes
      logger.warning(
        "more comes in than the lane can do: QoS 1 waits at the broker, QoS 0 that finds no room is dropped",
        metadata: [
          "ring_percent": "\(Int(measure.fill * 100))", "core_late_ms": "\(measure.wait)",
          "reading_late_ms": "\(measure.behind)",
        ])
    } else if before == .overloaded {
      logger.notice("the lane keeps up again", metadata: ["dropped_total": "\(dropped.total)"])
    }
  }

  private func tellLoad() {
    rates.note(journal.next, at: now.milliseconds)
    current.shedding.takenPerSecond = rates.perSecond(journal.next, at: now.milliseconds)
    guard current.shedding.dropped != dropped.total else { return }
    current.shedding.dropped = dropped.total
    current.shedding.prefixes = dropped.rows
  }

  // MARK: - Entries

  private func push(_ new: [Entry]) {
    guard spill.isEmpty else { return spill.append(contentsOf: new) }
    for (index, entry) in new.enumerated() where !ring.append(entry) {
      return spill.append(contentsOf: new[index...])
    }
  }

  private func drainSpill() {
    guard !spill.isEmpty else { return }
    let waiting = spill
    spill.removeAll(keepingCapacity: true)
    push(waiting)
    if journal.pendingBytes == 0 { ring.publish() }
  }

  private func readClock() {
    var jump: SteadyClock.Jump?
    now = clock.now(jump: &jump)
    guard let jump else { return }
    current.clockJumps += 1
    switch jump {
    case .forward(let milliseconds):
      logger.warning("the machine's clock was set forward by \(milliseconds / 1_000) s; the lane follows")
    case .backward(let milliseconds):
      logger.warning(
        "the machine's clock was set back by \(milliseconds / 1_000) s; the lane goes on at three quarters of its speed until the clock has caught up"
      )
    }
  }

  private func tellStatus() {
    lastTold = now
    current.journal = journal.counters
    current.decoder = decoder.counters
    current.nextPosition = journal.next
    current.now = now
    tellLoad()
    status.withLock { $0 = current }
  }

  // MARK: - Questions and commands, on this thread through the mailbox

  var unassigned: (discovered: [DiscoveredDevice], unknown: [UnknownTopic], letters: [DeadLetter]) {
    (decoder.discovered, decoder.unknownTopics, decoder.deadLetters)
  }

  var messagesWithoutReading: [String: UInt64] { decoder.messagesWithoutReading }

  func checkpointWritten(at position: JournalPosition) { journal.checkpoint = position }

  /// Changes over to a new plan: nothing more is read, what was read goes through the core, the core changes over, then the
  /// decoder. So each message is decoded and judged by one plan.
  /// - Parameter done: called once, on this thread or by `close`.
  func install(_ plan: LanePlan, done: @escaping @Sendable () -> Void = {}) {
    changeovers.append(PlanChangeover(plan: plan, done: done))
  }

  private func changeOver() {
    let next = changeovers[0]
    meter.caughtUp()
    guard next.hasBegun else {
      do { try commit() } catch { logger.error("journal: \(error)") }
      guard spill.isEmpty, ring.count == 0, ring.unpublished == 0 else { return ring.wake() }
      changeovers[0].hasBegun = true
      let plan = next.plan
      let isDone = next.isDone
      core.put { core in
        core?.install(plan)
        isDone.raise()
      }
      return
    }
    guard next.isDone.isRaised else { return }
    decoder.install(next.plan)
    onChangeover?(next.plan, journal.next - 1)
    changeovers.removeFirst()
    next.done()
  }

  /// The connection has ended. False while entries wait for room in the ring: the core must get all of them before it ends.
  func hasHandedOver() -> Bool {
    drainSpill()
    ring.publish()
    return spill.isEmpty
  }

  /// The connection has ended: answers whoever waits.
  func close() {
    mailbox.close()
    for changeover in changeovers { changeover.done() }
    changeovers = []
    onChangeover = nil
  }
}

/// A new plan on its way into a lane.
private struct PlanChangeover {
  let plan: LanePlan
  let done: @Sendable () -> Void
  /// The core was told.
  var hasBegun = false
  /// …and has it.
  let isDone = AtomicFlag()
}
