import Pipeline

/// Blocks of history. The first byte says how the rest is meant: as a block whose checksum is repaired, or as readings.
/// What a block is decoded to must be bounded, and be the same after it was encoded again; on an error nothing is given.
enum HistoryTarget {
  static func run(_ bytes: UnsafeRawBufferPointer) throws {
    guard let way = bytes.first else { return }
    let rest = Array(bytes.dropFirst())
    if way & 1 == 0 { try decode(repaired(rest)) } else { try encode(readings(rest)) }
  }

  private static func decode(_ block: [UInt8]) throws {
    let marker = HistoryReading(time: Timestamp(milliseconds: 1), value: 1)
    var found = [marker]
    do {
      try block.withUnsafeBytes { try HistoryBlock.decode($0, into: &found) }
    } catch {
      return try require(found == [marker], "an error, and something was given")
    }
    try require(found.first == marker, "what was there before has changed")
    found.removeFirst()
    try require(!found.isEmpty && found.count <= HistoryBlock.maximumCount, "\(found.count) readings in a block")
    try encode(found)
  }

  private static func encode(_ readings: [HistoryReading]) throws {
    guard !readings.isEmpty else { return }
    var block: [UInt8] = [0x4c]
    readings.withUnsafeBufferPointer { HistoryBlock.encode($0, into: &block) }
    try require(block.first == 0x4c, "what stood before the block has changed")
    // Incompressible readings may cost a little more than they are, and a block its head.
    try require(block.count <= 64 + readings.count * 24, "\(readings.count) readings in \(block.count) bytes")
    var again: [HistoryReading] = []
    try block.dropFirst().withUnsafeBytes { try HistoryBlock.decode($0, into: &again) }
    try require(again == readings, "readings have changed in a block")
  }

  private static func repaired(_ block: [UInt8]) -> [UInt8] {
    var block = block
    guard block.count >= 4 else { return block }
    let checksum = NaiveCRC32C.of(block.dropLast(4))
    for place in 0..<4 { block[block.count - 4 + place] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * place)) }
    return block
  }

  /// Steps from reading to reading, each a byte of what follows: mostly small ones, as devices send them.
  private static func readings(_ bytes: [UInt8]) -> [HistoryReading] {
    var rest = bytes[...]
    func integer(_ count: Int) -> UInt64 {
      var value: UInt64 = 0
      for _ in 0..<count { value = value << 8 | UInt64(rest.popFirst() ?? 0) }
      return value
    }
    var time: Int64 = 1_767_583_200_000
    var value = 21.5
    var readings: [HistoryReading] = []
    while let step = rest.popFirst(), readings.count < 2_000 {
      switch step & 7 {
      case 0, 1: time += 60_000
      case 2: time += Int64(Int8(truncatingIfNeeded: integer(1))) * 1_000
      case 3: time += Int64(Int32(truncatingIfNeeded: integer(4)))
      case 4: time = Int64(bitPattern: integer(8)) >> 8
      default: break
      }
      switch step >> 3 & 7 {
      case 0, 1: break
      case 2: value += 0.1
      case 3: value = Double(Int8(truncatingIfNeeded: integer(1))) / 10
      case 4: value = Double(bitPattern: integer(8))
      case 5: value = Double(Int32(truncatingIfNeeded: integer(4)))
      case 6: value = step & 64 == 0 ? 0 : 1
      default: value = .nan
      }
      let reason = step & 128 == 0 ? 0 : UInt8(truncatingIfNeeded: integer(1)) % UInt8(QualityReason.allCases.count)
      readings.append(
        HistoryReading(
          time: Timestamp(milliseconds: time), value: value, reason: QualityReason(rawValue: reason) ?? .none,
          isLate: step == 0xc7))
    }
    return readings
  }
}
