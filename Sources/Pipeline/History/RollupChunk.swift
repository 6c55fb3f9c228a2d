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

  private static var wholeColumns: [WritableKeyPath<Whole, Int64>] {
    [\.count, \.badCount, \.held, \.isTrue, \.last]
  }
  private static var valueColumns: [WritableKeyPath<RollupBucket, Double>] { [\.minimum, \.maximum, \.sum, \.last] }

  /// The whole numbers of a bucket.
  private struct Whole {
    var count: Int64 = 0
    var badCount: Int64 = 0
    var held: Int64 = 0
    var isTrue: Int64 = 0
    var last: Int64 = -1

    init() {}

    init(_ bucket: RollupBucket) {
      count = Int64(bucket.count)
      badCount = Int64(bucket.badCount)
      held = bucket.heldMilliseconds
      isTrue = bucket.trueMilliseconds
      if bucket.count > 0 { last = bucket.lastTime - bucket.start }
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
    let wholes = buckets.map { Whole($0) }
    for column in wholeColumns {
      for (index, whole) in wholes.enumerated() { row.values[index] = whole[keyPath: column] }
      WholeColumn(row.view).write(into: &writer)
    }
    let valued = buckets.filter { $0.count > 0 }
    if !valued.isEmpty {
      for column in valueColumns {
        valued.map { $0[keyPath: column] }.withUnsafeBufferPointer { ValueColumn.encode($0, into: &writer) }
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
    var wholes = [Whole](repeating: Whole(), count: buckets.count)
    for column in wholeColumns {
      if let list = try WholeColumn.decode(&reader, into: row.values) {
        for index in wholes.indices { row.values[index] = list.values[Int(row.values[index])] }
      }
      for index in wholes.indices { wholes[index][keyPath: column] = row.values[index] }
    }
    for (index, whole) in wholes.enumerated() {
      let numbers = [whole.count, whole.badCount, whole.held, whole.isTrue]
      guard numbers.allSatisfy({ (0...1 << 50).contains($0) }), (-1...1 << 50).contains(whole.last) else {
        throw .damaged
      }
      buckets[index].count = Int(whole.count)
      buckets[index].badCount = Int(whole.badCount)
      buckets[index].heldMilliseconds = whole.held
      buckets[index].trueMilliseconds = whole.isTrue
      if whole.count > 0 { buckets[index].lastTime = buckets[index].start + whole.last }
    }
    let valued = buckets.indices.filter { buckets[$0].count > 0 }
    if !valued.isEmpty {
      for column in valueColumns {
        try ValueColumn.decode(&reader, count: valued.count) { buckets[valued[$0]][keyPath: column] = $1 }
      }
    }
    guard !reader.isOverrun, reader.remaining < 8 else { throw .damaged }
    return buckets
  }
}
