import Pipeline

/// Bytes as what happens to the memory of unacknowledged messages; its answers must be those of a plain list that is
/// searched from end to end.
enum SecondComingsTarget {
  static func run(_ bytes: UnsafeRawBufferPointer) throws {
    guard let first = bytes.first else { return }
    let capacity = Int(first % 6) + 1
    var memory = SecondComings(capacity: capacity)
    var list = NaiveSecondComings(capacity: capacity)
    for byte in bytes.dropFirst().prefix(2_000) {
      let (id, body) = (UInt16(byte >> 2 & 7), byte >> 5 & 1)
      switch byte & 3 {
      case 0, 1:
        let redelivered: Bool? = byte & 1 == 0 ? nil : byte & 0x80 != 0
        let answer = with(id, body) { memory.recognises($0, redelivered: redelivered) }
        let expected = list.recognises(id, body, redelivered: redelivered)
        try require(answer == expected, "message \(id) \(body) is recognised: \(answer)")
      case 2:
        with(id, body) { memory.remember($0) }
        list.remember(id, body)
      default:
        memory.connected(sessionPresent: byte & 0x80 == 0)
        list.connected(sessionPresent: byte & 0x80 == 0)
      }
      try require(memory.count == list.count, "\(memory.count) messages, not \(list.count)")
      try require(memory.count <= capacity, "more than \(capacity) messages")
    }
  }

  private static func with<Result>(_ id: UInt16, _ body: UInt8, _ use: (RawMessage) -> Result) -> Result {
    [UInt8](arrayLiteral: 0x74).withUnsafeBytes { topic in
      [body].withUnsafeBytes { payload in
        use(
          RawMessage(
            topic: topic, payload: payload, arrival: Timestamp(milliseconds: 0), qos: 1, packetID: id))
      }
    }
  }
}

/// The rules of `SecondComings`, word by word.
private struct NaiveSecondComings {
  private struct Known {
    var id: UInt16
    var body: UInt8
    var connection: Int
    var number: Int
  }

  let capacity: Int
  private var known: [Known] = []
  private var connection = 0
  private var number = 0

  init(capacity: Int) { self.capacity = capacity }

  var count: Int { known.count }

  mutating func connected(sessionPresent: Bool) {
    connection += 1
    if !sessionPresent { known = [] }
  }

  /// Only the last `capacity` messages are in doubt; of one id only the newest.
  mutating func remember(_ id: UInt16, _ body: UInt8) {
    guard id != 0 else { return }
    known.removeAll { $0.id == id }
    number += 1
    known.append(Known(id: id, body: body, connection: connection, number: number))
    known.removeAll { $0.number <= number - capacity }
  }

  mutating func recognises(_ id: UInt16, _ body: UInt8, redelivered: Bool?) -> Bool {
    guard redelivered != false, let match = known.firstIndex(where: { $0.id == id }), known[match].body == body,
      known[match].connection < connection
    else { return false }
    // It keeps its age.
    known[match].connection = connection
    return true
  }
}
