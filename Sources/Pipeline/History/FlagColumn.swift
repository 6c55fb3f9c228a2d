/// Reasons and late marks of a block: a single bit when all readings are good and in time, else runs of equal ones.
enum FlagColumn {
  private static let lateMark: UInt8 = 1
  /// Bits for a reason and the late mark.
  private static let width = 5

  @inline(__always)
  static func flags(_ reading: HistoryReading) -> UInt8 {
    reading.reason.rawValue << 1 | (reading.isLate ? lateMark : 0)
  }

  static func encode(_ readings: UnsafeBufferPointer<HistoryReading>, into writer: inout BitWriter) {
    if readings.allSatisfy({ flags($0) == 0 }) {
      writer.put(0, 1)
      return
    }
    writer.put(1, 1)
    var start = 0
    for index in 1...readings.count
    where index == readings.count || flags(readings[index]) != flags(readings[start]) {
      writer.putGamma(UInt64(index - start))
      writer.put(UInt64(flags(readings[start])), width)
      start = index
    }
  }

  /// Sets reason and mark of all `readings`.
  static func decode(
    _ reader: inout BitReader, into readings: UnsafeMutableBufferPointer<HistoryReading>
  ) throws(HistoryBlockError) {
    guard reader.takeBit() else { return }
    var start = 0
    while start < readings.count {
      let run = reader.takeGamma()
      let flags = UInt8(reader.take(width))
      guard run <= UInt64(readings.count - start), !reader.isOverrun,
        let reason = QualityReason(rawValue: flags >> 1)
      else { throw .damaged }
      for index in start..<(start + Int(run)) {
        readings[index].reason = reason
        readings[index].isLate = flags & lateMark != 0
      }
      start += Int(run)
    }
  }
}
