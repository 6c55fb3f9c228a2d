/// A message on its way through the simulated world.
struct SimulatedMessage {
  /// Number among all messages of a run; 0 = not one of the devices' (status messages).
  var number: Int
  var topic: String
  var payload: [UInt8]
  var qos: UInt8
  var isRetained = false
}

enum Packet {
  case connect
  case connack(sessionPresent: Bool)
  case subscribe(id: UInt16, count: Int, statusOnly: Bool)
  case suback(id: UInt16, count: Int)
  case publish(SimulatedMessage, id: UInt16, isDuplicate: Bool)
  case puback(id: UInt16)
  case disconnect
}

/// One TCP connection: packets on their way in both directions.
final class Link {
  var toClient: [Packet] = []
  var toBroker: [Packet] = []
  /// The broker has answered CONNECT.
  var isAccepted = false
  /// The broker's end is gone; the client may still read what is left.
  var isCut = false
  /// …with a reset: it may not.
  var isReset = false
}

/// A broker with one persistent session, as much of MQTT 5 as matters for not losing and not doubling messages: QoS 0 and 1,
/// packet ids, a window of unacknowledged messages, re-delivery with DUP, retained messages, a session that may be forgotten.
final class SimulatedBroker {
  struct InFlight {
    var id: UInt16
    var message: SimulatedMessage
    var isSent = false
  }

  var receiveMaximum: Int
  /// Gives the lowest free packet id instead of counting up.
  let reusesIDs: Bool
  /// Takes connections.
  var isUp = true
  private(set) var link: Link?
  private(set) var inFlight: [InFlight] = []
  private(set) var waiting: [SimulatedMessage] = []
  private(set) var hasSession = false
  private(set) var isSubscribed = false
  /// Messages that it took, and what became of them, by number.
  private(set) var taken: Set<Int> = []
  private(set) var acknowledged: Set<Int> = []
  /// Forgotten with a session; whether they had been received only the receiver knows.
  private(set) var forgotten: Set<Int> = []
  private var retained: [String: SimulatedMessage] = [:]
  private var statusRetained: SimulatedMessage?
  private var nextID: UInt16
  private let chance: Chance

  init(chance: Chance, receiveMaximum: Int, reusesIDs: Bool) {
    self.chance = chance
    self.receiveMaximum = receiveMaximum
    self.reusesIDs = reusesIDs
    nextID = UInt16(chance.dice.chance(30) ? chance.dice.pick(65_400...65_535) : chance.dice.pick(1...65_535))
  }

  var isIdle: Bool {
    inFlight.isEmpty && waiting.isEmpty && (link.map { $0.toClient.isEmpty && $0.toBroker.isEmpty } ?? true)
  }

  // MARK: - Connections

  /// nil: nobody answers.
  func connect() -> Link? {
    guard isUp else {
      chance.saw(.brokerAway)
      return nil
    }
    if link != nil { cut(isReset: true) }
    let new = Link()
    link = new
    return new
  }

  /// The connection breaks: of what is on its way in each direction a part arrives.
  func cut(isReset: Bool) {
    guard let link else { return }
    chance.saw(isReset ? .connectionReset : .connectionCut)
    // The broker has read a part of what was under way to it.
    turn(packets: chance.dice.pick(0...link.toBroker.count))
    link.toBroker = []
    let arrived = isReset ? 0 : chance.dice.pick(0...link.toClient.count)
    link.toClient.removeLast(link.toClient.count - arrived)
    link.isCut = true
    link.isReset = isReset
    self.link = nil
    for index in inFlight.indices { inFlight[index].isSent = false }
  }

  /// The broker forgets what it knew of us (restart without persistence, expiry).
  func forgetSession() {
    cut(isReset: false)
    if hasSession { chance.saw(.sessionForgotten) }
    hasSession = false
    isSubscribed = false
    forgotten.formUnion(inFlight.map(\.message.number))
    forgotten.formUnion(waiting.map(\.number))
    inFlight = []
    waiting = []
  }

  // MARK: - Messages

  func publish(_ message: SimulatedMessage) {
    if message.isRetained { retained[message.topic] = message }
    var copy = message
    copy.isRetained = false
    guard isSubscribed else { return }
    if message.qos == 0 {
      // What nobody is there to hear is gone.
      if let link { link.toClient.append(.publish(copy, id: 0, isDuplicate: false)) }
      return
    }
    taken.insert(message.number)
    waiting.append(copy)
  }

  /// Reads so many packets of the client's and sends what the window allows.
  func turn(packets: Int) {
    guard let link else { return }
    for _ in 0..<min(packets, link.toBroker.count) { handle(link.toBroker.removeFirst(), link) }
    guard self.link === link, link.isAccepted else { return }
    while !waiting.isEmpty, inFlight.count < receiveMaximum {
      let message = waiting.removeFirst()
      let id = freeID()
      inFlight.append(InFlight(id: id, message: message, isSent: true))
      link.toClient.append(.publish(message, id: id, isDuplicate: false))
    }
  }

  private func handle(_ packet: Packet, _ link: Link) {
    switch packet {
    case .connect:
      link.toClient.append(.connack(sessionPresent: hasSession))
      hasSession = true
      link.isAccepted = true
      for index in inFlight.indices {
        inFlight[index].isSent = true
        link.toClient.append(.publish(inFlight[index].message, id: inFlight[index].id, isDuplicate: true))
        chance.saw(.messageAgain)
      }
    case .subscribe(let id, let count, let statusOnly):
      link.toClient.append(.suback(id: id, count: count))
      if statusOnly {
        if let statusRetained { link.toClient.append(.publish(statusRetained, id: 0, isDuplicate: false)) }
      } else {
        isSubscribed = true
        for topic in retained.keys.sorted() {
          guard let message = retained[topic] else { continue }
          sendRetained(message, link)
        }
      }
    case .publish(let message, let id, _):
      statusRetained = message
      statusRetained?.qos = 0
      if id != 0 { link.toClient.append(.puback(id: id)) }
      // It comes back to us behind what is queued already.
      var copy = message
      copy.isRetained = false
      waiting.append(copy)
    case .puback(let id):
      if let index = inFlight.firstIndex(where: { $0.id == id }) {
        acknowledged.insert(inFlight[index].message.number)
        inFlight.remove(at: index)
      }
    case .disconnect: cut(isReset: false)
    case .connack, .suback: break
    }
  }

  /// A retained message is a delivery of its own, with no number: it may come often.
  private func sendRetained(_ original: SimulatedMessage, _ link: Link) {
    var message = original
    message.number = 0
    if message.qos == 0 {
      link.toClient.append(.publish(message, id: 0, isDuplicate: false))
    } else {
      waiting.append(message)
    }
  }

  private func freeID() -> UInt16 {
    let used = Set(inFlight.map(\.id))
    if reusesIDs { return (1...UInt16.max).first { !used.contains($0) } ?? 1 }
    repeat { nextID = nextID == UInt16.max ? 1 : nextID + 1 } while used.contains(nextID)
    return nextID
  }
}
