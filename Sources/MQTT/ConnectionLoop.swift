import CMosquitto
import Glibc
import Logging

/// The loop of one connection, on its own thread: wait, let messages gather, read until nothing is left or the batch is
/// full, have the handler commit, and only then let the acknowledgements go (DESIGN §4). Everything in here, the
/// library's callbacks and the handler's calls included, happens on that thread.
final class ConnectionLoop: @unchecked Sendable {
  enum Phase: Equatable {
    /// No connection; the policy knows until when.
    case away
    /// Another thread is in the library's blocking connect.
    case connecting
    /// Connected, the broker has not answered yet; monotonic ms until which it may.
    case handshake(deadline: Int64)
    case open
  }

  /// The handler cannot commit.
  struct Hold {
    var reason: String
    var since: Int64
    var nextTry: Int64
    var pause: Int64
    var stateBefore: ConnectionState
  }

  static let tick: Int64 = 100
  static let handshakeTimeout: Int64 = 20_000
  /// Messages read at once at most; more than are taken in only where some are dropped.
  static let readsMax = 16_384
  /// …and no longer than so, µs (looked at every `readsBetweenLooks` messages): what was read first waits for its commit.
  static let drainMax: Int64 = 40_000
  static let readsBetweenLooks = 128
  /// How long a broker may take to read our farewell, ms.
  static let partingMax: Int64 = 2_000

  let settings: ConnectionSettings
  let handler: any ConnectionHandler
  let shared: Shared
  let client: any Client
  let logger: Logger
  private let jitter: @Sendable () -> Double

  var phase = Phase.away
  var counters = ConnectionCounters()
  /// Why the connection ended, once it has: noticed by the callbacks or by a return code.
  var ended: (failure: ReconnectPolicy.Failure, reason: ConnectionLoss)?
  /// Received since the last successful commit; their acknowledgements wait in the library.
  var uncommitted = false
  var batchMessages = 0
  var batchBytes = 0
  /// Messages that the library has handed over, dropped ones included.
  var reads = 0
  var hold: Hold?
  var incoming = IncomingTracker()
  var pending: [CInt: Publication] = [:]
  /// Subscribe packets that are not answered yet; refused filters so far.
  var subscriptions: [CInt: [String]] = [:]
  var rejected: [RejectedSubscription] = []
  let statusTopic: [UInt8]
  /// The newest error line of the library, e.g. from OpenSSL.
  var libraryError: String?
  /// The library's log lines come to us.
  var watchesLog = false
  /// The last flush left nothing in the library: a ping of our own may be written in between.
  var outputIsEmpty = true
  private var policy = ReconnectPolicy()
  private var gather = GatherPolicy()
  private var nextMisc: Int64 = 0
  private var nextPing: Int64 = 0
  private var state = ConnectionState.idle
  private var publishedCounters = ConnectionCounters()

  init(
    settings: ConnectionSettings, handler: any ConnectionHandler, shared: Shared, logger: Logger,
    client: any Client, jitter: @escaping @Sendable () -> Double
  ) {
    self.settings = settings
    self.handler = handler
    self.shared = shared
    self.jitter = jitter
    var logger = logger
    logger[metadataKey: "mqtt"] = .string(settings.id)
    self.logger = logger
    statusTopic = Array(settings.statusTopic.utf8)
    self.client = client
  }

  /// Monotonic ms.
  var now: Int64 { client.microseconds / 1000 }

  func run() {
    begin()
    while !shared.isStopping { turn() }
    shutDown()
  }

  /// Before the first turn.
  func begin() {
    client.attach(self)
    perform(policy.handle(.start, now: now, jitter: 0))
  }

  // MARK: - Turns

  func turn() {
    switch phase {
    case .away: awayTurn()
    case .connecting: connectingTurn()
    case .handshake, .open:
      if hold != nil { holdTurn() } else { openTurn() }
      if ended != nil { lost() }
    }
    if phase != .open || hold != nil { handler.caughtUp() }
    handler.idle()
    shareCounters()
  }

  private func awayTurn() {
    // What could not be committed must be safe before the broker may send it again.
    if uncommitted, now >= hold?.nextTry ?? 0 { commit() }
    if !uncommitted { perform(policy.handle(.tick, now: now, jitter: 0)) }
    if phase == .away { client.wait(shared.wakeUp, timeout: Self.tick) }
  }

  private func connectingTurn() {
    client.wait(shared.wakeUp, timeout: Self.tick)
    guard let outcome = shared.takeOutcome() else { return }
    if outcome.code == MOSQ_ERR_SUCCESS.code {
      phase = .handshake(deadline: now + Self.handshakeTimeout)
      flush()  // the CONNECT itself sits in the queue
    } else {
      ended = (.network, reason(outcome.code, outcome.errno))
      lost()
    }
  }

  private func openTurn() {
    takePublications()
    flush()
    guard ended == nil else { return }
    let reads = handler.canTakeMore
    let events = waitForSocket(reads: reads, timeout: reads ? Self.tick : 5)
    if events & (POLLIN | POLLHUP | POLLERR) != 0 {
      if phase == .open { gatherMore() }
      drain()
      if uncommitted { commit() }
    } else if reads {
      incoming.quiet(now)
      handler.caughtUp()
    }
    guard hold == nil else { return }
    flush()
    if ended == nil, reads, now >= nextMisc {
      nextMisc = now + 250
      take(client.keepUp())
    }
    if reads { nextPing = now + Int64(settings.keepalive) * 400 } else { ping() }
    checkHandshake(readable: events & POLLIN != 0)
  }

  /// While the handler cannot commit: nothing is read or written but pings.
  private func holdTurn() {
    guard var hold else { return }
    if now >= hold.nextTry {
      commit()
      if self.hold == nil {
        flush()
        return
      }
      hold = self.hold ?? hold
    }
    ping()
    let events = waitForSocket(reads: false, timeout: min(Self.tick, max(hold.nextTry - now, 1)))
    if events & (POLLHUP | POLLERR) != 0 { ended = (.network, .lostWhileHeld) }
  }

  private func gatherMore() {
    let maximum = settings.qos == 1 ? settings.commitWithin : settings.gather
    let pause = gather.pause(maximum: Int64(maximum) * 1000, now: client.microseconds)
    if pause > 0 { client.sleep(microseconds: pause) }
  }

  /// Reads until the count of messages stands still, the batch is full or the handler is.
  private func drain() {
    batchMessages = 0
    batchBytes = 0
    let (start, began) = (reads, client.microseconds)
    // With TLS, bytes may wait in OpenSSL's own buffer behind a packet that was no message.
    var patience = settings.tls == nil ? 0 : 1
    while ended == nil {
      let before = reads
      errno = 0
      take(client.read())
      if reads == before {
        if patience == 0 {
          if !client.hasUnread { handler.caughtUp() }
          break
        }
        patience -= 1
      }
      if batchMessages >= settings.batchMessages || batchBytes >= settings.batchBytes { break }
      if reads - start >= Self.readsMax { break }
      if (reads - start) % Self.readsBetweenLooks == 0, client.microseconds - began >= Self.drainMax { break }
      if reads > before, !handler.canTakeMore { break }
    }
    if reads > start { gather.took(reads - start, now: client.microseconds) }
  }

  /// The broker must answer in time; one that hangs up in the TLS handshake shows as readable without anything to read.
  private func checkHandshake(readable: Bool) {
    guard case .handshake(let deadline) = phase, ended == nil else { return }
    if now >= deadline {
      ended = (.network, .noAnswer(Self.handshakeTimeout / 1000))
    } else if readable, client.hasHungUp {
      ended = (.network, libraryError.map(ConnectionLoss.library) ?? ConnectionLoss.closedInHandshake)
    }
  }

  // MARK: - Commit

  /// Has the handler commit; when that fails, the acknowledgements stay where they are.
  func commit() {
    do {
      try handler.commit()
    } catch {
      heldBack("\(error)")
      return
    }
    counters.commits += 1
    counters.acksHeld = 0
    uncommitted = false
    guard let hold else { return }
    self.hold = nil
    logger.notice("commits work again, acknowledging", metadata: ["held_ms": "\(now - hold.since)"])
    if phase == .open { set(hold.stateBefore) }
  }

  private func heldBack(_ reason: String) {
    counters.failedCommits += 1
    if let previous = hold {
      let pause = min(previous.pause * 2, 5_000)
      hold?.pause = pause
      hold?.nextTry = now + pause
    } else {
      logger.error("cannot commit: acknowledging and reading stop, the broker keeps the messages: \(reason)")
      hold = Hold(
        reason: reason, since: now, nextTry: now + 100, pause: 100, stateBefore: state)
      if phase == .open { set(.holding(reason: reason)) }
    }
  }

  /// Keeps the broker from dropping us while nothing is read, so that the library would miss the answers to its own pings,
  /// or while its queue must not be written: a PINGREQ past it, 2.5 in a keepalive. Not with TLS, where only the library can
  /// write; the broker then drops us after one and a half keepalives and keeps the messages.
  private func ping() {
    guard now >= nextPing else { return }
    nextPing = now + Int64(settings.keepalive) * 400
    guard settings.tls == nil, outputIsEmpty, phase == .open else { return }
    client.ping()
  }

  // MARK: - Coming and going

  func perform(_ action: ReconnectPolicy.Action) {
    guard action == .connect else { return }
    phase = .connecting
    ended = nil
    libraryError = nil
    watchLog(true)
    set(.connecting)
    client.connect { [self] in shared.set($0) }
  }

  /// CONNACK said yes.
  func accepted() {
    _ = policy.handle(.accepted, now: now, jitter: 0)
    phase = .open
    outputIsEmpty = false
    nextMisc = now
  }

  /// The connection, or the attempt, has ended.
  func lost() {
    guard let (failure, reason) = ended else { return }
    ended = nil
    if phase == .open { counters.disconnects += 1 } else { counters.failedAttempts += 1 }
    phase = .away
    failWritten()
    if uncommitted, hold == nil { commit() }
    let action = policy.handle(.failed(failure), now: now, jitter: jitter())
    if case .wait(let pause) = action { set(.waiting(reason: reason, retryIn: pause)) }
  }

  /// Sets and shows the state: one log line, the handler, the metrics.
  func set(_ new: ConnectionState) {
    guard new != state else { return }
    state = new
    log(new)
    shared.set(new)
    handler.stateChanged(new)
  }

  private func shareCounters() {
    guard counters != publishedCounters else { return }
    publishedCounters = counters
    shared.set(counters)
  }

  // MARK: - Waiting

  /// Waits for the socket or a wake-up; what the socket is ready for.
  private func waitForSocket(reads: Bool, timeout: Int64) -> CInt {
    client.wait(shared.wakeUp, reads: reads, writes: hold == nil, timeout: timeout)
  }

  // MARK: - Stop

  func shutDown() {
    _ = policy.handle(.stop, now: now, jitter: 0)
    if uncommitted { commit() }
    if phase == .open, hold == nil { signOff() }
    // What did not end in good order ends all the same: a broker that thinks we are there sends us what the next one needs.
    if phase != .connecting, client.isOpen { client.abandon() }
    for publication in pending.values + shared.takeQueue() { complete(publication, .failure(.stopped)) }
    pending = [:]
    set(.stopped)
    shareCounters()
  }

  /// Sends what waits, says "offline" and disconnects; at most two seconds. Where they are over before it comes to that – a slow
  /// broker, a machine that stood still – the farewell is written all the same, once. Then the broker has `partingMax` to read it.
  private func signOff() {
    let deadline = now + 2_000
    takePublications()
    while !pending.isEmpty, ended == nil, hold == nil, now < deadline {
      flush()
      if waitForSocket(reads: true, timeout: 50) & POLLIN != 0 {
        drain()
        if uncommitted { commit() }
      }
    }
    guard ended == nil, hold == nil else { return }
    _ = client.publish(settings.statusTopic, Array(StatusMessage.offline.utf8), qos: 0, retain: true)
    client.disconnect()
    repeat {
      take(client.write())
      if ended != nil || !client.isOpen { break }
      _ = waitForSocket(reads: false, timeout: 50)
    } while now < deadline
    if !client.isOpen { client.part(within: Self.partingMax) }
  }
}
