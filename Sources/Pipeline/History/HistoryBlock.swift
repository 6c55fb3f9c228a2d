/// Readings of one point, packed: the unit in which history lies on disk. A block describes itself; whatever bytes it is
/// given, decoding ends in readings or in an error.
///
/// Layout: a byte with the version; then bits: the count (`BitWriter.putNumber`), `TimeColumn`, `FlagColumn`, a bit that says
/// whether bad readings have values, `ValueColumn` of the readings with values; zero bits to the end of the byte; CRC-32C of all
/// that, four bytes, little-endian.
package enum HistoryBlock {
  /// Most readings in one block; a block that claims more is damaged.
  package static let maximumCount = 65_536

  private static let version: UInt8 = 1
  private static let checksumSize = 4

  /// Appends a block with `readings` (1 to `maximumCount`, in the order given) to `bytes`.
  package static func encode(_ readings: UnsafeBufferPointer<HistoryReading>, into bytes: inout [UInt8]) {
    precondition(!readings.isEmpty && readings.count <= maximumCount, "a block holds 1 to 65536 readings")
    let start = bytes.count
    bytes.append(version)
    var writer = BitWriter(bytes)
    bytes = []
    writer.putNumber(UInt64(readings.count))
    let times = IntegerRow(count: readings.count)
    for index in readings.indices { times.values[index] = readings[index].time.milliseconds }
    TimeColumn.encode(times.values, into: &writer)
    FlagColumn.encode(readings, into: &writer)
    encodeValues(readings, into: &writer)
    bytes = writer.finished()
    let checksum = bytes[start...].withUnsafeBytes { CRC32C.checksum($0.baseAddress.unsafelyUnwrapped, $0.count) }
    withUnsafeBytes(of: checksum.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Bad readings have no value, so none is written, unless some of them bring one other than plain NaN.
  private static func encodeValues(
    _ readings: UnsafeBufferPointer<HistoryReading>, into writer: inout BitWriter
  ) {
    let skipsBad = readings.allSatisfy { !isBad($0) || $0.value.bitPattern == Double.nan.bitPattern }
    writer.put(skipsBad ? 0 : 1, 1)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: readings.count) { values in
      var count = 0
      for reading in readings where !skipsBad || !isBad(reading) {
        values[count] = reading.value
        count += 1
      }
      if count > 0 { ValueColumn.encode(UnsafeBufferPointer(rebasing: values[..<count]), into: &writer) }
    }
  }

  @inline(__always)
  private static func isBad(_ reading: HistoryReading) -> Bool {
    reading.reason != .none && reading.reason.quality == .bad
  }

  /// Appends the readings of the block that `bytes` are, in the order in which they were given. On an error nothing is appended.
  package static func decode(
    _ bytes: UnsafeRawBufferPointer, into readings: inout [HistoryReading]
  ) throws(HistoryBlockError) {
    guard let base = bytes.baseAddress, bytes.count > 1 + checksumSize else { throw .damaged }
    guard bytes[0] == version else { throw .unknownVersion(bytes[0]) }
    let end = bytes.count - checksumSize
    let stored = bytes.loadUnaligned(fromByteOffset: end, as: UInt32.self)
    guard CRC32C.checksum(base, end) == UInt32(littleEndian: stored) else { throw .damaged }
    try decodeContent(UnsafeRawBufferPointer(rebasing: bytes[1..<end]), into: &readings)
  }

  /// The same for the bits between version and checksum, which may be anything: what fuzzing looks at.
  package static func decodeContent(
    _ content: UnsafeRawBufferPointer, into readings: inout [HistoryReading]
  ) throws(HistoryBlockError) {
    var reader = BitReader(content)
    let count = reader.takeNumber()
    guard count >= 1, count <= maximumCount else { throw .damaged }
    let known = readings.count
    readings.append(
      contentsOf: repeatElement(
        HistoryReading(time: Timestamp(milliseconds: 0), value: .nan), count: Int(count)))
    let failure = readings.withUnsafeMutableBufferPointer { all -> HistoryBlockError? in
      do throws(HistoryBlockError) {
        try decodeColumns(&reader, into: UnsafeMutableBufferPointer(rebasing: all[known...]))
        return nil
      } catch {
        return error
      }
    }
    if let failure {
      readings.removeLast(readings.count - known)
      throw failure
    }
  }

  private static func decodeColumns(
    _ reader: inout BitReader, into readings: UnsafeMutableBufferPointer<HistoryReading>
  ) throws(HistoryBlockError) {
    let times = IntegerRow(count: readings.count)
    try TimeColumn.decode(&reader, into: times.values)
    for index in readings.indices { readings[index].time = Timestamp(milliseconds: times.values[index]) }
    try FlagColumn.decode(&reader, into: readings)
    let skipsBad = !reader.takeBit()
    let bad = skipsBad ? readings.count { isBad($0) } : 0
    if bad == 0 {
      try ValueColumn.decode(&reader, count: readings.count) { readings[$0].value = $1 }
    } else if bad < readings.count {
      let valued = IntegerRow(count: readings.count - bad)
      var next = 0
      for index in readings.indices where !isBad(readings[index]) {
        valued.values[next] = Int64(index)
        next += 1
      }
      try ValueColumn.decode(&reader, count: valued.values.count) { readings[Int(valued.values[$0])].value = $1 }
    }
    guard !reader.isOverrun, reader.remaining < 8 else { throw .damaged }
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
