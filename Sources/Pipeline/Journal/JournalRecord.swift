/// One record of a segment file, as bytes. Little-endian:
///
///     0  u32 magic "LJR1"     12 u64 position     30 u16 packet id
///     4  u32 bytes after 12   20 i64 arrival, ms  32 u16 topic bytes
///     8  u32 CRC-32C of       28 u8  kind         34 u16 0
///        4…<8 and 12…         29 u8  QoS, 4 = retained, 8 = backlog   36 topic, payload
enum JournalRecord {
  enum Kind: UInt8 {
    case message = 0
    /// The broker had no session: what was in doubt before is forgotten (`SecondComings`). Carries the position of the
    /// message that will follow and uses none up.
    case sessionLost = 1
    /// The lane was opened again and its clock stood there: every timer due by then had fired before the next message came.
    /// The journal holds no ticks; without this a replay would let a backlog message come before them. Carries the position of
    /// the message that will follow and uses none up.
    case clock = 2
  }

  static let magic: UInt32 = 0x3152_4a4c
  static let headBytes = 12
  static let fixedBytes = 36
  /// MQTT's own limits: topic 65,535 bytes, packet 268,435,455 bytes.
  static let bytesMaximum = fixedBytes + 65_535 + 268_435_455

  static func bytes(_ message: RawMessage) -> Int { fixedBytes + message.topic.count + message.payload.count }

  /// Writes `bytes(message)` bytes.
  static func encode(
    _ message: RawMessage, kind: Kind, position: JournalPosition, to target: UnsafeMutableRawPointer
  ) {
    let total = bytes(message)
    store(magic, target, 0)
    store(UInt32(total - headBytes), target, 4)
    store(position, target, 12)
    store(message.arrival.milliseconds, target, 20)
    store(kind.rawValue, target, 28)
    store((message.qos & 3) | (message.retained ? 4 : 0) | (message.backlog ? 8 : 0), target, 29)
    store(message.packetID, target, 30)
    store(UInt16(truncatingIfNeeded: message.topic.count), target, 32)
    store(UInt16(0), target, 34)
    if let topic = message.topic.baseAddress {
      (target + fixedBytes).copyMemory(from: topic, byteCount: message.topic.count)
    }
    if let payload = message.payload.baseAddress {
      (target + fixedBytes + message.topic.count).copyMemory(from: payload, byteCount: message.payload.count)
    }
    store(checksum(target, total), target, 8)
  }

  /// The whole length a record at `bytes` claims, or nil when no record can begin there.
  /// Needs `fixedBytes` readable bytes.
  static func claimedBytes(_ bytes: UnsafeRawPointer) -> Int? {
    guard load(bytes, 0, UInt32.self) == magic else { return nil }
    let total = headBytes + Int(load(bytes, 4, UInt32.self))
    return total >= fixedBytes && total <= bytesMaximum ? total : nil
  }

  /// Decodes a record of `total` readable bytes; nil when it is damaged. The message's buffers point into `bytes`.
  static func decode(_ bytes: UnsafeRawPointer, _ total: Int) -> (kind: Kind, message: RawMessage)? {
    guard load(bytes, 8, UInt32.self) == checksum(bytes, total) else { return nil }
    guard let kind = Kind(rawValue: load(bytes, 28, UInt8.self)) else { return nil }
    guard load(bytes, 12, UInt64.self) <= Journal.positionsMost else { return nil }
    let topicBytes = Int(load(bytes, 32, UInt16.self))
    guard fixedBytes + topicBytes <= total else { return nil }
    let flags = load(bytes, 29, UInt8.self)
    let message = RawMessage(
      topic: UnsafeRawBufferPointer(start: bytes + fixedBytes, count: topicBytes),
      payload: UnsafeRawBufferPointer(
        start: bytes + fixedBytes + topicBytes, count: total - fixedBytes - topicBytes),
      arrival: Timestamp(milliseconds: load(bytes, 20, Int64.self)), qos: flags & 3, retained: flags & 4 != 0,
      packetID: load(bytes, 30, UInt16.self), position: load(bytes, 12, UInt64.self), backlog: flags & 8 != 0)
    return (kind, message)
  }

  private static func checksum(_ bytes: UnsafeRawPointer, _ total: Int) -> UInt32 {
    CRC32C.checksum(bytes + headBytes, total - headBytes, continuing: CRC32C.checksum(bytes + 4, 4))
  }

  private static func store<T: FixedWidthInteger>(_ value: T, _ target: UnsafeMutableRawPointer, _ offset: Int) {
    target.storeBytes(of: value.littleEndian, toByteOffset: offset, as: T.self)
  }

  private static func load<T: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawPointer, _ offset: Int, _: T.Type
  ) -> T {
    T(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
  }
}

/// The first 16 bytes of a segment file: magic with format version, first position.
enum SegmentHeader {
  static let magic: UInt64 = 0x3130_4a49_4c4e_494c  // "LINLIJ01"
  static let bytes = 16

  static func encode(_ first: JournalPosition, to target: UnsafeMutableRawPointer) {
    target.storeBytes(of: magic.littleEndian, as: UInt64.self)
    target.storeBytes(of: first.littleEndian, toByteOffset: 8, as: UInt64.self)
  }
}
