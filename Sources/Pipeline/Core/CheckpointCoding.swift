/// Why a checkpoint cannot be used. The caller then takes the one before it, or starts empty and replays the journal.
package enum CheckpointError: Error, Equatable, CustomStringConvertible {
  case notACheckpoint
  case unknownVersion(UInt32)
  case damaged

  package var description: String {
    switch self {
    case .notACheckpoint: "not a checkpoint of Linli's core"
    case .unknownVersion(let version): "checkpoint version \(version) is not known to this program"
    case .damaged: "the checkpoint is damaged (length or CRC-32C do not fit)"
    }
  }
}

/// Little-endian fields one behind the other.
struct CheckpointWriter {
  private(set) var bytes: [UInt8] = []

  /// - Parameter size: about how many bytes there will be.
  init(size: Int = 0) { bytes.reserveCapacity(size) }

  /// Groups of seven bits, the low ones first, each with a bit on top that says whether more follow.
  mutating func putNumber(_ value: UInt64) {
    var rest = value
    while rest >= 128 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func put(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func put(_ value: Double) { put(value.bitPattern) }
  mutating func put(_ value: Bool) { bytes.append(value ? 1 : 0) }
  mutating func put(_ value: Timestamp) { put(value.milliseconds) }

  mutating func put(_ text: String) {
    put(UInt32(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func sealed() -> [UInt8] {
    let checksum = bytes.withUnsafeBytes { CRC32C.checksum($0.baseAddress.unsafelyUnwrapped, $0.count) }
    put(checksum)
    return bytes
  }
}

/// Reads what `CheckpointWriter` wrote; everything is checked against the length.
struct CheckpointReader {
  private let bytes: [UInt8]
  private var offset = 0
  private let end: Int

  /// - Throws: `CheckpointError.damaged` when the checksum at the end does not fit.
  init(_ bytes: [UInt8]) throws(CheckpointError) {
    guard bytes.count >= 4 else { throw .damaged }
    self.bytes = bytes
    end = bytes.count - 4
    let end = end
    let (checksum, stored) = bytes.withUnsafeBytes {
      (CRC32C.checksum($0.baseAddress.unsafelyUnwrapped, end), $0.loadUnaligned(fromByteOffset: end, as: UInt32.self))
    }
    guard checksum == UInt32(littleEndian: stored) else { throw .damaged }
  }

  mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type = T.self) throws(CheckpointError) -> T {
    let size = MemoryLayout<T>.size
    guard end - offset >= size else { throw .damaged }
    let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: T.self) }
    offset += size
    return T(littleEndian: value)
  }

  /// What `putNumber` wrote.
  mutating func number() throws(CheckpointError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      let group: UInt8 = try integer()
      value |= UInt64(group & 127) << shift
      if group < 128 { return value }
    }
    throw .damaged
  }

  mutating func double() throws(CheckpointError) -> Double { Double(bitPattern: try integer()) }

  /// A value of a reading: what is no number never becomes one.
  mutating func value() throws(CheckpointError) -> Double {
    let value = try double()
    guard value.isFinite else { throw .damaged }
    return value
  }

  mutating func bool() throws(CheckpointError) -> Bool { try integer(UInt8.self) != 0 }

  mutating func timestamp() throws(CheckpointError) -> Timestamp {
    let time = Timestamp(milliseconds: try integer())
    guard time >= .distantPast, time <= .distantFuture else { throw .damaged }
    return time
  }

  /// A time or a span, ms: so far from the ends of its type that sums with it do not overflow.
  mutating func milliseconds() throws(CheckpointError) -> Int64 {
    let time: Int64 = try integer()
    guard time.magnitude < 1 << 50 else { throw .damaged }
    return time
  }

  /// The same, or `none`: the end of the type that stands for "never", or for "nothing is due", at this place. The other end
  /// would overflow.
  mutating func milliseconds(or none: Int64) throws(CheckpointError) -> Int64 {
    let time: Int64 = try integer()
    guard time == none || time.magnitude < 1 << 50 else { throw .damaged }
    return time
  }

  /// A number that goes on being counted up.
  mutating func counter() throws(CheckpointError) -> UInt64 {
    let value: UInt64 = try integer()
    guard value <= 1 << 62 else { throw .damaged }
    return value
  }

  mutating func text() throws(CheckpointError) -> String {
    let count = Int(try integer(UInt32.self))
    guard end - offset >= count else { throw .damaged }
    defer { offset += count }
    return String(decoding: bytes[offset..<offset + count], as: UTF8.self)
  }

  /// A number of things that each take at least `size` bytes: never more than the rest can hold.
  mutating func count(ofSize size: Int) throws(CheckpointError) -> Int {
    let count = Int(try integer(UInt32.self))
    guard count <= (end - offset) / size else { throw .damaged }
    return count
  }

  mutating func reason() throws(CheckpointError) -> QualityReason {
    guard let reason = QualityReason(rawValue: try integer(UInt8.self)) else { throw .damaged }
    return reason
  }

  mutating func truth() throws(CheckpointError) -> Truth {
    guard let truth = Truth(rawValue: try integer(UInt8.self)) else { throw .damaged }
    return truth
  }
}
