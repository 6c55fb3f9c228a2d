/// Roll-ups of one point and one step over a fixed stretch of time, packed column by column: how they lie on disk. Whatever bytes
/// it is given, decoding ends in buckets or in an error.
///
/// Layout: a byte with the version; then bits: the number of buckets, their starts (`TimeColumn`), their whole numbers
/// (`WholeColumn`: readings, bad ones, ms held and true, ms from the start to the last reading, -1 without one) and, of those with
/// readings, minimum, maximum, sum and last value (`ValueColumn`); zero bits to the end of the byte; CRC-32C, little-endian.
package enum RollupChunk {
  private static let version: UInt8 = 1
  private static let checksumSize = 4
  /// More than any stretch holds; a chunk that claims more is damaged.
  private static let maximumCount = 4_096

  /// Of an hour's and a day's bucket: milliseconds that one chunk spans, counted from 1970.
  package static func span(_ step: RollupStep) -> Int64 { step == .hour ? 10 * 86_400_000 : 240 * 86_400_000 }

  package static func number(_ step: RollupStep, of start: Timestamp) -> Int64 {
    LocalTimeTable.floored(start.milliseconds, by: span(step)) / span(step)
  }

  /// The columns of whole numbers and of values.
  private static let wholeColumns = 5
  private static let valueColumns = 4

  private static func whole(_ bucket: RollupBucket, _ column: Int) -> Int64 {
    switch column {
    case 0: Int64(bucket.count)
    case 1: Int64(bucket.badCount)
    case 2: bucket.heldMilliseconds
    case 3: bucket.trueMilliseconds
    default: bucket.count > 0 ? bucket.lastTime - bucket.start : -1
    }
  }

  private static func set(_ bucket: inout RollupBucket, _ column: Int, _ number: Int64) throws(HistoryBlockError) {
    guard number >= (column == 4 ? -1 : 0), number <= 1 << 50 else { throw .damaged }
    switch column {
    case 0: bucket.count = Int(number)
    case 1: bucket.badCount = Int(number)
    case 2: bucket.heldMilliseconds = number
    case 3: bucket.trueMilliseconds = number
    default: if bucket.count > 0 { bucket.lastTime = bucket.start + number }
    }
  }

  private static func value(_ bucket: RollupBucket, _ column: Int) -> Double {
    switch column {
    case 0: bucket.minimum
    case 1: bucket.maximum
    case 2: bucket.sum
    default: bucket.last
    }
  }

  private static func set(_ bucket: inout RollupBucket, _ column: Int, _ value: Double) {
    switch column {
    case 0: bucket.minimum = value
    case 1: bucket.maximum = value
    case 2: bucket.sum = value
    default: bucket.last = value
    }
  }

  /// - Parameter buckets: one or more, by start.
  package static func encode(_ buckets: [RollupBucket]) -> [UInt8] {
    precondition(!buckets.isEmpty && buckets.count <= maximumCount, "a chunk holds 1 to \(maximumCount) buckets")
    var writer = BitWriter([version])
    writer.putNumber(UInt64(buckets.count))
    let row = IntegerRow(count: buckets.count)
    for (index, bucket) in buckets.enumerated() { row.values[index] = bucket.start.milliseconds }
    TimeColumn.encode(row.values, into: &writer)
    for column in 0..<wholeColumns {
      for (index, bucket) in buckets.enumerated() { row.values[index] = whole(bucket, column) }
      WholeColumn(row.view).write(into: &writer)
    }
    let valued = buckets.filter { $0.count > 0 }
    if !valued.isEmpty {
      for column in 0..<valueColumns {
        valued.map { value($0, column) }.withUnsafeBufferPointer { ValueColumn.encode($0, into: &writer) }
      }
    }
    var bytes = writer.finished()
    let checksum = bytes.withUnsafeBytes { CRC32C.checksum($0.baseAddress.unsafelyUnwrapped, $0.count) }
    withUnsafeBytes(of: checksum.littleEndian) { bytes.append(contentsOf: $0) }
    return bytes
  }

  package static func decode(_ bytes: UnsafeRawBufferPointer) throws(HistoryBlockError) -> [RollupBucket] {
    guard let base = bytes.baseAddress, bytes.count > 1 + checksumSize else { throw .damaged }
    guard bytes[0] == version else { throw .unknownVersion(bytes[0]) }
    let end = bytes.count - checksumSize
    let stored = bytes.loadUnaligned(fromByteOffset: end, as: UInt32.self)
    guard CRC32C.checksum(base, end) == UInt32(littleEndian: stored) else { throw .damaged }
    return try decodeContent(UnsafeRawBufferPointer(rebasing: bytes[1..<end]))
  }

  /// The same for the bits between version and checksum, which may be anything.
  package static func decodeContent(_ content: UnsafeRawBufferPointer) throws(HistoryBlockError) -> [RollupBucket] {
    var reader = BitReader(content)
    let count = reader.takeNumber()
    guard count >= 1, count <= maximumCount else { throw .damaged }
    let row = IntegerRow(count: Int(count))
    try TimeColumn.decode(&reader, into: row.values)
    let limits = Timestamp.distantPast.milliseconds...Timestamp.distantFuture.milliseconds
    guard row.values.allSatisfy({ limits.contains($0) }) else { throw .damaged }
    var buckets = row.values.map { RollupBucket(start: Timestamp(milliseconds: $0)) }
    for column in 0..<wholeColumns {
      if let list = try WholeColumn.decode(&reader, into: row.values) {
        for index in buckets.indices { row.values[index] = list.values[Int(row.values[index])] }
      }
      for index in buckets.indices { try set(&buckets[index], column, row.values[index]) }
    }
    let valued = buckets.indices.filter { buckets[$0].count > 0 }
    if !valued.isEmpty {
      for column in 0..<valueColumns {
        try ValueColumn.decode(&reader, count: valued.count) { set(&buckets[valued[$0]], column, $1) }
      }
    }
    guard !reader.isOverrun, reader.remaining < 8 else { throw .damaged }
    return buckets
  }
}
