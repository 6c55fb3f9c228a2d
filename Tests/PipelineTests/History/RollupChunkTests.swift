import Testing

@testable import Pipeline

@Suite struct RollupChunkTests {
  private func buckets(_ count: Int, seed: Int) -> [RollupBucket] {
    var random = SeededNumbers(seed)
    return (0..<count).map { number in
      var bucket = RollupBucket(start: Timestamp(milliseconds: Int64(number * 3_600_000) + 1_772_323_200_000))
      for _ in 0..<random.pick(0...70) {
        bucket.add(
          HistoryReading(
            time: bucket.start + Int64(random.pick(0...3_599_999)), value: Double(random.pick(-50...900)) / 10,
            reason: random.chance(5) ? .outOfRange : .none))
      }
      bucket.heldMilliseconds = Int64(random.pick(0...3_600_000))
      bucket.trueMilliseconds = random.chance(50) ? 0 : bucket.heldMilliseconds / 2
      return bucket
    }
  }

  @Test(arguments: [1, 2, 24, 240, 4_096]) func whatWentInComesOut(count: Int) throws {
    for seed in 0..<20 {
      let buckets = buckets(count, seed: seed)
      let bytes = RollupChunk.encode(buckets)
      #expect(try bytes.withUnsafeBytes { try RollupChunk.decode($0) } == buckets)
    }
    let empty = [RollupBucket(start: Timestamp(milliseconds: -3_600_000))]
    #expect(try RollupChunk.encode(empty).withUnsafeBytes { try RollupChunk.decode($0) } == empty)
  }

  @Test func damageEndsInAnError() {
    let bytes = RollupChunk.encode(buckets(50, seed: 1))
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= 0x41
      #expect(throws: HistoryBlockError.self) { try damaged.withUnsafeBytes { try RollupChunk.decode($0) } }
      _ = try? damaged[1..<bytes.count - 4].withUnsafeBytes { try RollupChunk.decodeContent($0) }
    }
    for count in 0..<bytes.count {
      #expect(throws: HistoryBlockError.self) {
        try bytes.prefix(count).withUnsafeBytes { try RollupChunk.decode($0) }
      }
    }
  }
}
