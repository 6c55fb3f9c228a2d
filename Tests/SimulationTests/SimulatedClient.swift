import CMosquitto
import Glibc
import Pipeline

@testable import MQTT

/// libmosquitto as `ConnectionLoop` sees it, over a simulated connection: a PUBACK is queued when its message is read and
/// leaves by `write` only; what is queued is gone with the connection.
final class SimulatedClient: Client, @unchecked Sendable {
  // @unchecked: a simulation has one thread.

  private struct Outgoing {
    var packet: Packet
    /// Of a PUBACK: the journal position of its message, nil where that is not known.
    var position: JournalPosition?
    /// Of a QoS 0 publication.
    var publication: CInt?
  }

  private let broker: SimulatedBroker
  private let chance: Chance
  private let fate: Fate
  private let tap: HandlerTap
  private weak var loop: ConnectionLoop?
  private var link: Link?
  private var queue: [Outgoing] = []
  private var lastID: UInt16 = 0
  /// Own QoS 1 publications the broker has not acknowledged: sent again on the next connection.
  private var unacknowledged: [(id: UInt16, message: SimulatedMessage)] = []
  private var watchesLog = false
  /// Called for each PUBACK that leaves.
  var acknowledges: (JournalPosition?) -> Void = { _ in }

  init(broker: SimulatedBroker, chance: Chance, fate: Fate, tap: HandlerTap) {
    self.broker = broker
    self.chance = chance
    self.fate = fate
    self.tap = tap
  }

  func attach(_ loop: ConnectionLoop) { self.loop = loop }
  func watchLog(_ watch: Bool) { watchesLog = watch }

  // MARK: - Connection

  func connect(_ done: @escaping @Sendable (ConnectOutcome) -> Void) {
    queue = []
    link = fate.effect() ? broker.connect() : nil
    guard link != nil else { return done(ConnectOutcome(code: MOSQ_ERR_ERRNO.code, errno: ECONNREFUSED)) }
    queue = [Outgoing(packet: .connect)]
    done(ConnectOutcome(code: MOSQ_ERR_SUCCESS.code, errno: 0))
  }

  func abandon() {
    if link != nil, fate.effect() { broker.cut(isReset: true) }
    link = nil
  }

  func disconnect() { queue.append(Outgoing(packet: .disconnect)) }

  var isOpen: Bool { link != nil }

  private func lose() -> CInt {
    link = nil
    queue = []
    loop?.disconnected(MOSQ_ERR_CONN_LOST.code)
    return MOSQ_ERR_CONN_LOST.code
  }

  // MARK: - Reading

  func read() -> CInt {
    guard let link, fate.isAlive else { return MOSQ_ERR_NO_CONN.code }
    if link.isReset || (link.isCut && link.toClient.isEmpty) { return lose() }
    // The library takes several packets in one call while QoS 1 messages are in flight.
    for _ in 0..<chance.dice.pick(1...3) where !link.toClient.isEmpty { take(link.toClient.removeFirst()) }
    return MOSQ_ERR_SUCCESS.code
  }

  private func take(_ packet: Packet) {
    switch packet {
    case .connack(let present):
      for own in unacknowledged where present {
        queue.append(Outgoing(packet: .publish(own.message, id: own.id, isDuplicate: true)))
      }
      if !present { unacknowledged = [] }
      loop?.answered(0, sessionPresent: present)
    case .suback(let id, let count): loop?.subscribed(CInt(id), [CInt](repeating: 1, count: count))
    case .puback(let id):
      unacknowledged.removeAll { $0.id == id }
      loop?.acknowledged(CInt(id), 0)
    case .publish(let message, let id, let isDuplicate): deliver(message, id, isDuplicate)
    case .connect, .subscribe, .disconnect: break
    }
  }

  private func deliver(_ message: SimulatedMessage, _ id: UInt16, _ isDuplicate: Bool) {
    if watchesLog { log(isDuplicate) }
    var acknowledgement: Int?
    if id != 0 {
      acknowledgement = queue.count
      queue.append(Outgoing(packet: .puback(id: id)))
    }
    tap.incoming = message.number
    tap.position = nil
    var topic = Array(message.topic.utf8CString)
    var payload = message.payload
    topic.withUnsafeMutableBufferPointer { topic in
      payload.withUnsafeMutableBytes { payload in
        loop?.received(
          mosquitto_message(
            mid: CInt(id), topic: topic.baseAddress, payload: payload.baseAddress, payloadlen: CInt(payload.count),
            qos: CInt(id == 0 ? 0 : 1), retain: message.isRetained))
      }
    }
    if let acknowledgement, queue.indices.contains(acknowledgement) { queue[acknowledgement].position = tap.position }
  }

  private func log(_ isDuplicate: Bool) {
    let line = "Client linli received PUBLISH (d\(isDuplicate ? 1 : 0), q1, r0, m1, 'x', ... (2 bytes))"
    line.withCString { loop?.logged(CInt(MOSQ_LOG_DEBUG), $0) }
  }

  // MARK: - Writing

  var wantsToWrite: Bool { link != nil && !queue.isEmpty }

  func write() -> CInt {
    guard let link else { return MOSQ_ERR_NO_CONN.code }
    if link.isReset { return lose() }
    // Now and then the socket takes only a part.
    let count = chance.dice.chance(15) ? chance.dice.pick(0...queue.count) : queue.count
    for _ in 0..<count {
      guard fate.effect() else { return MOSQ_ERR_CONN_LOST.code }
      let next = queue.removeFirst()
      if case .puback = next.packet { acknowledges(next.position) }
      // Into a connection that is gone already: it leaves, nobody hears it.
      if !link.isCut { link.toBroker.append(next.packet) }
      if let publication = next.publication { loop?.acknowledged(publication, 0) }
      if case .disconnect = next.packet { self.link = nil }
    }
    return MOSQ_ERR_SUCCESS.code
  }

  func keepUp() -> CInt { MOSQ_ERR_SUCCESS.code }
  func ping() {}

  func subscribe(_ filters: [String], qos: CInt, options: CInt) -> (code: CInt, id: CInt) {
    let id = newID()
    let statusOnly = filters.allSatisfy { $0.hasPrefix("linli/") }
    queue.append(Outgoing(packet: .subscribe(id: id, count: filters.count, statusOnly: statusOnly)))
    return (MOSQ_ERR_SUCCESS.code, CInt(id))
  }

  func publish(_ topic: String, _ payload: [UInt8], qos: UInt8, retain: Bool) -> (code: CInt, id: CInt) {
    let id = newID()
    let message = SimulatedMessage(number: 0, topic: topic, payload: payload, qos: qos, isRetained: retain)
    if qos > 0 { unacknowledged.append((id, message)) }
    queue.append(
      Outgoing(
        packet: .publish(message, id: qos > 0 ? id : 0, isDuplicate: false), publication: qos == 0 ? CInt(id) : nil))
    return (MOSQ_ERR_SUCCESS.code, CInt(id))
  }

  private func newID() -> UInt16 {
    lastID = lastID == UInt16.max ? 1 : lastID + 1
    return lastID
  }

  // MARK: - Waiting

  var hasUnread: Bool { link.map { !$0.toClient.isEmpty } ?? false }
  var hasHungUp: Bool { link.map { $0.isCut && $0.toClient.isEmpty } ?? true }

  func wait(_ wakeUp: WakeUp, timeout: Int64) { chance.pass(milliseconds: Int64(chance.dice.pick(0...Int(timeout)))) }

  func wait(_ wakeUp: WakeUp, reads: Bool, writes: Bool, timeout: Int64) -> CInt {
    var events: CInt = 0
    if let link {
      if link.isReset { events |= POLLHUP | POLLERR }
      if reads, link.isCut || !link.toClient.isEmpty { events |= POLLIN }
      if writes, !queue.isEmpty { events |= POLLOUT }
    }
    chance.pass(microseconds: 20)
    if events == 0 { chance.pass(milliseconds: Int64(chance.dice.pick(0...Int(max(timeout, 1))))) }
    return events
  }

  var microseconds: Int64 { chance.microseconds }
  func sleep(microseconds: Int64) { chance.pass(microseconds: microseconds) }
}

/// Stands between the loop and the lane's ingest and sees which message got which place in the journal.
class HandlerTap: ConnectionHandler {
  let handler: any ConnectionHandler
  private let next: () -> JournalPosition
  /// Number of the message that is being handed over.
  var incoming = 0
  /// Its position; nil when it got none.
  var position: JournalPosition?
  /// Called for each message with a number: its position, nil when it was recognised as a second coming.
  var received: (_ number: Int, _ position: JournalPosition?) -> JournalPosition? = { $1 }

  init(_ handler: any ConnectionHandler, next: @escaping () -> JournalPosition) {
    self.handler = handler
    self.next = next
  }

  func received(_ message: IncomingMessage) {
    let before = next()
    handler.received(message)
    position = received(incoming, next() > before ? before : nil)
  }

  func sheds(_ message: IncomingMessage) -> Bool { handler.sheds(message) }
  func caughtUp() { handler.caughtUp() }
  func commit() throws { try handler.commit() }
  func idle() { handler.idle() }
  func stateChanged(_ state: ConnectionState) { handler.stateChanged(state) }
  var canTakeMore: Bool { handler.canTakeMore }
}
