/// Readings of one point, packed: the unit in which history lies on disk. A block describes itself; whatever bytes it is
/// given, decoding ends in readings or in an error.
package enum HistoryBlock {
  /// Most readings in one block; a block that claims more is damaged.
  package static let maximumCount = 65_536

  /// Appends a block with `readings` (1 to `maximumCount`, in the order given) to `bytes`.
  package static func encode(_ readings: UnsafeBufferPointer<HistoryReading>, into bytes: inout [UInt8]) {
    precondition(!readings.isEmpty && readings.count <= maximumCount, "a block holds 1 to 65536 readings")
    let start = bytes.count
    bytes.append(1)
    withUnsafeBytes(of: UInt32(readings.count).littleEndian) { bytes.append(contentsOf: $0) }
    for reading in readings {
      withUnsafeBytes(of: reading.time.milliseconds.littleEndian) { bytes.append(contentsOf: $0) }
      withUnsafeBytes(of: reading.value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
      bytes.append(reading.reason.rawValue << 1 | (reading.isLate ? 1 : 0))
    }
    let checksum = bytes[start...].withUnsafeBytes { CRC32C.checksum($0.baseAddress.unsafelyUnwrapped, $0.count) }
    withUnsafeBytes(of: checksum.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends the readings of the block that `bytes` are, in the order in which they were given. On an error nothing is appended.
  package static func decode(
    _ bytes: UnsafeRawBufferPointer, into readings: inout [HistoryReading]
  ) throws(HistoryBlockError) {
    guard let base = bytes.baseAddress, bytes.count >= 9 else { throw .damaged }
    guard bytes[0] == 1 else { throw .unknownVersion(bytes[0]) }
    let stored = bytes.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self)
    guard CRC32C.checksum(base, bytes.count - 4) == UInt32(littleEndian: stored) else { throw .damaged }
    let count = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self)))
    guard count >= 1, count <= maximumCount, bytes.count == 9 + count * 17 else { throw .damaged }
    let known = readings.count
    for index in 0..<count {
      let offset = 5 + index * 17
      let time = Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int64.self))
      let value = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
      guard let reason = QualityReason(rawValue: bytes[offset + 16] >> 1) else {
        readings.removeLast(readings.count - known)
        throw .damaged
      }
      readings.append(
        HistoryReading(
          time: Timestamp(milliseconds: time), value: Double(bitPattern: value), reason: reason,
          isLate: bytes[offset + 16] & 1 == 1))
    }
  }
}

/// Why a block cannot be read.
package enum HistoryBlockError: Error, Equatable, CustomStringConvertible {
  case unknownVersion(UInt8)
  case damaged

  package var description: String {
    switch self {
    case .unknownVersion(let version): "history block version \(version) is not known to this program"
    case .damaged: "the history block is damaged (its length, checksum or content do not fit)"
    }
  }
}
