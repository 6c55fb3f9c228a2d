/// Tells the second coming of a QoS 1 message, already in the journal, from a new message.
///
/// A PUBACK that was handed to the kernel may never have arrived, so the broker may send that message again on the next
/// connection of the session. It must be acknowledged and dropped: a press journaled twice would be two alerts. A new
/// press with the same bytes must never be dropped. What is remembered and why it suffices:
///
/// - **How many.** Acks leave in the order of the messages and TCP keeps the order. So when the ack of a message has not
///   arrived, none after it has, and the broker may have no more than the receive maximum unacknowledged. Hence only the
///   last `capacity` = receive maximum messages of the session are in doubt.
/// - **What matches.** Packet id, topic and payload (64-bit hash) must be equal, *and* the message must carry the DUP flag
///   where that flag is known ([MQTT-3.3.1-1]: a re-delivery must carry it, a first delivery must not). A new press has
///   DUP 0 and is never dropped. Where the flag is unknown the id decides: brokers that count ids up (mosquitto, EMQX, NATS)
///   give an id again only after 65,535 others, which is more than are remembered.
/// - **When.** Only messages of *earlier* connections can come again: a broker re-sends when a client connects, not in
///   between ([MQTT-4.4.0-1]). A known id that comes on the same connection is therefore a new message, and proof that the
///   ack of the older one had arrived; the older one is forgotten.
/// - **Once.** A recognised message belongs to the current connection from then on. It is recognised once on each
///   connection: again only if that connection is lost too. It keeps its age: the broker's order is that of the first sending,
///   and put behind those that have not come again yet it would push one of them out.
/// - **Session lost.** With no session present the broker has forgotten what was in flight and its ids; so do we.
///
/// What remains: a broker that gives ids again at once (lowest free id) sends a message, gets our ack, sends an equal message
/// with the same id, and loses the connection before that one reaches us. Its re-delivery then cannot be told from a
/// second coming by any receiver. The other way round, a crash takes with it what is not on disk; that comes again and is
/// taken as new, rightly.
package struct SecondComings {
  /// Messages remembered at most: the receive maximum (MQTT 5), 65,535 where the protocol sets no bound (3.1.1).
  package let capacity: Int
  /// Messages remembered now.
  package private(set) var count = 0

  private struct Slot {
    var fingerprint: UInt64 = 0
    var connection: UInt32 = 0
    /// 0 = free.
    var packetID: UInt16 = 0
  }

  private var slots: [Slot]
  private var next = 0
  /// Packet id → slot + 1; 0 = not remembered.
  private var slotOfID: [UInt32]
  private var connection: UInt32 = 0

  /// - Parameter capacity: 1…65,535, brought into that range.
  package init(capacity: Int) {
    self.capacity = min(max(capacity, 1), 65_535)
    slots = Array(repeating: Slot(), count: self.capacity)
    slotOfID = Array(repeating: 0, count: 65_536)
  }

  /// A connection was accepted; before its first message.
  package mutating func connected(sessionPresent: Bool) {
    connection &+= 1
    if !sessionPresent { forgetAll() }
  }

  /// Remembers a message that goes into the journal. Packet id 0 (QoS 0) is not remembered.
  package mutating func remember(_ message: RawMessage) {
    guard message.packetID != 0 else { return }
    remember(message.packetID, Self.fingerprint(message))
  }

  /// Whether the message is in the journal already: acknowledge it and drop it.
  /// - Parameter redelivered: the DUP flag, nil where it is not known.
  package mutating func recognises(_ message: RawMessage, redelivered: Bool?) -> Bool {
    guard message.packetID != 0, redelivered != false else { return false }
    let slot = slotOfID[Int(message.packetID)]
    guard slot != 0 else { return false }
    let known = slots[Int(slot) - 1]
    guard known.connection != connection, known.fingerprint == Self.fingerprint(message) else { return false }
    slots[Int(slot) - 1].connection = connection
    return true
  }

  /// A QoS 1 message that is not kept came with this id: the acknowledgement of the older message with it had arrived. (Whether this
  /// one comes again does not matter.)
  package mutating func forget(packetID: UInt16) {
    let slot = slotOfID[Int(packetID)]
    guard packetID != 0, slot != 0 else { return }
    slotOfID[Int(packetID)] = 0
    slots[Int(slot) - 1] = Slot()
    count -= 1
  }

  package mutating func forgetAll() {
    for index in slots.indices where slots[index].packetID != 0 {
      slotOfID[Int(slots[index].packetID)] = 0
      slots[index] = Slot()
    }
    count = 0
  }

  private mutating func remember(_ packetID: UInt16, _ fingerprint: UInt64) {
    let old = slotOfID[Int(packetID)]
    if old != 0 {
      slots[Int(old) - 1] = Slot()
      count -= 1
    }
    let displaced = slots[next].packetID
    if displaced != 0 {
      slotOfID[Int(displaced)] = 0
      count -= 1
    }
    slots[next] = Slot(fingerprint: fingerprint, connection: connection, packetID: packetID)
    slotOfID[Int(packetID)] = UInt32(next + 1)
    count += 1
    next = next + 1 == capacity ? 0 : next + 1
  }

  /// 64 bits over topic and payload, eight bytes a step (multiply and fold, after wyhash).
  private static func fingerprint(_ message: RawMessage) -> UInt64 {
    mix(mix(0x9e37_79b9_7f4a_7c15, message.topic), message.payload)
  }

  private static func mix(_ seed: UInt64, _ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash = fold(seed ^ UInt64(bytes.count), 0xa076_1d64_78bd_642f)
    var offset = 0
    while bytes.count - offset >= 8 {
      hash = fold(hash ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self), 0xe703_7ed1_a0b4_28db)
      offset += 8
    }
    var rest: UInt64 = 0
    while offset < bytes.count {
      rest = rest << 8 | UInt64(bytes[offset])
      offset += 1
    }
    return fold(hash ^ rest, 0x8ebc_6af0_9c88_c6e3)
  }

  private static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}
