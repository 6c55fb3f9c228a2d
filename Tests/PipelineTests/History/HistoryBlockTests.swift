import Pipeline
import Testing
import TestSupport

/// Packed readings come back bit for bit, whatever they are, and no bytes make decoding crash.
@Suite struct HistoryBlockTests {
  @Test(arguments: HistoryShape.allCases)
  func everyShapeComesBack(shape: HistoryShape) throws {
    for seed in 0..<60 {
      var random = SeededGenerator(seed: UInt64(seed) &* 977)
      let count = [1, 2, 3, 63, 64, 65, 200, 1024].randomElement(using: &random)!
      let readings = shape.readings(count, &random)
      #expect(try decoded(encoded(readings)) == readings, "\(shape), seed \(seed)")
    }
  }

  @Test func theLargestBlockComesBack() throws {
    var random = SeededGenerator(seed: 5)
    let readings = HistoryShape.noise.readings(HistoryBlock.maximumCount, &random)
    #expect(try decoded(encoded(readings)) == readings)
  }

  @Test func blocksAreAppended() throws {
    var random = SeededGenerator(seed: 6)
    let readings = HistoryShape.decimals.readings(100, &random)
    var bytes: [UInt8] = [1, 2, 3]
    readings.withUnsafeBufferPointer { HistoryBlock.encode($0, into: &bytes) }
    #expect(Array(bytes[..<3]) == [1, 2, 3])
    var back = Array(readings[..<5])
    try bytes[3...].withUnsafeBytes { try HistoryBlock.decode($0, into: &back) }
    #expect(back == Array(readings[..<5]) + readings)
  }

  @Test func steadyReadingsTakeAlmostNothing() throws {
    let readings = (0..<1000).map {
      HistoryReading(time: Timestamp(milliseconds: 1_767_571_200_000 + $0 * 60_000), value: 21.5)
    }
    #expect(encoded(readings).count < 40)
  }

  /// Every prefix, and blocks with bits turned over, end in an error; with the checksum out of the way, in readings or an error.
  @Test(arguments: HistoryShape.allCases)
  func damagedBlocksEndInErrors(shape: HistoryShape) {
    var random = SeededGenerator(seed: 7)
    let readings = shape.readings(150, &random)
    let bytes = encoded(readings)
    for length in 0..<bytes.count {
      #expect(throws: HistoryBlockError.self) { try decoded(Array(bytes[..<length])) }
      _ = try? decodedContent(Array(bytes[1..<max(1, length)]))
    }
    for _ in 0..<500 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        damaged[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
      }
      if damaged == bytes { continue }
      #expect(throws: HistoryBlockError.self) { try decoded(damaged) }
      if let back = try? decodedContent(Array(damaged[1..<(damaged.count - 4)])) {
        #expect(back.count <= HistoryBlock.maximumCount)
      }
    }
  }

  @Test func anyBytesEndInReadingsOrErrors() {
    var random = SeededGenerator(seed: 8)
    for _ in 0..<3000 {
      var bytes = (0..<Int.random(in: 0...120, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      // A count that leaves bits for the rest, most of the time.
      if !bytes.isEmpty, Bool.random(using: &random) { bytes[0] = UInt8.random(in: 1...127, using: &random) }
      if let back = try? decodedContent(bytes) { #expect(back.count <= HistoryBlock.maximumCount) }
    }
  }

  @Test func anUnknownVersionIsNamed() {
    #expect(throws: HistoryBlockError.unknownVersion(9)) { try decoded([9, 0, 0, 0, 0, 0, 0]) }
  }

  @Test func errorsLeaveTheArrayAlone() {
    var random = SeededGenerator(seed: 9)
    var bytes = encoded(HistoryShape.noise.readings(70, &random))
    bytes[20] ^= 1
    var back = HistoryShape.decimals.readings(3, &random)
    let before = back
    #expect(throws: HistoryBlockError.damaged) {
      try bytes.withUnsafeBytes { try HistoryBlock.decode($0, into: &back) }
    }
    #expect(back == before)
  }

  private func encoded(_ readings: [HistoryReading]) -> [UInt8] {
    var bytes: [UInt8] = []
    readings.withUnsafeBufferPointer { HistoryBlock.encode($0, into: &bytes) }
    return bytes
  }

  private func decoded(_ bytes: [UInt8]) throws -> [HistoryReading] {
    var readings: [HistoryReading] = []
    try bytes.withUnsafeBytes { try HistoryBlock.decode($0, into: &readings) }
    return readings
  }

  private func decodedContent(_ bytes: [UInt8]) throws -> [HistoryReading] {
    var readings: [HistoryReading] = []
    try bytes.withUnsafeBytes { try HistoryBlock.decodeContent($0, into: &readings) }
    return readings
  }
}
