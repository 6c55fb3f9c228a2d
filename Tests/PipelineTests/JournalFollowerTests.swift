import Foundation
import Pipeline
import TestSupport
import Testing

/// Reading along behind a journal that is being written: each committed message once, in order, and what the ring took is
/// counted.
@Suite struct JournalFollowerTests {
  let folder: TemporaryDirectory
  init() throws { folder = try TemporaryDirectory("follower") }

  private func journal(_ maximum: Int = 64 << 20, segment: Int = 4 << 10) throws -> Journal {
    try Journal(directory: folder.path, options: .init(maximumBytes: maximum, segmentBytes: segment))
  }

  private static let plenty = JournalFollower.Portion(messages: 1_000_000, bytes: 1 << 30)

  private func read(
    _ follower: JournalFollower, to end: JournalPosition, _ portion: JournalFollower.Portion = plenty
  ) throws -> [Sample] {
    var samples: [Sample] = []
    _ = try follower.read(to: end, atMost: portion) {
      samples.append(Sample($0))
      return true
    }
    return samples
  }

  @Test(arguments: 1...20) func givesEachCommittedMessageOnceAndInOrder(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let journal = try journal()
    let follower = JournalFollower(directory: folder.path, after: 0)
    var expected: [Sample] = []
    var found: [Sample] = []
    for number in 0..<400 {
      let sample = journal.append(Sample(number, bytes: Int.random(in: 0...300, using: &random)))
      expected.append(sample)
      if number % 97 == 5 { journal.connected(sessionPresent: false) }
      if Int.random(in: 0..<4, using: &random) == 0 { try journal.commit(sync: Bool.random(using: &random)) }
      if Int.random(in: 0..<5, using: &random) == 0 {
        let portion = JournalFollower.Portion(
          messages: Int.random(in: 1...30, using: &random), bytes: Int.random(in: 1...5_000, using: &random))
        let new = try read(follower, to: journal.committed, portion)
        #expect(new.count <= portion.messages)
        found += new
        #expect(found.elementsEqual(expected.prefix(found.count)))
        #expect(follower.position <= journal.committed)
      }
    }
    try journal.commit(sync: true)
    found += try read(follower, to: journal.committed)
    #expect(found == expected)
    #expect(follower.position == journal.committed)
    #expect(follower.counters.lost == 0 && follower.counters.damagedPlaces == 0)
    #expect(follower.counters.messages == 400)
  }

  @Test func whatIsNotTakenComesAgain() throws {
    let journal = try journal()
    for number in 0..<50 { journal.append(Sample(number)) }
    try journal.commit(sync: true)
    let follower = JournalFollower(directory: folder.path, after: 0)
    var taken: [JournalPosition] = []
    for round in 0..<10 {
      _ = try follower.read(to: journal.committed, atMost: Self.plenty) { message in
        if taken.count == (round + 1) * 5 { return false }
        taken.append(message.position)
        return true
      }
    }
    #expect(taken == (1...50).map(JournalPosition.init))
  }

  @Test func goesOnBehindAPositionInTheMiddleOfASegment() throws {
    let journal = try journal()
    let samples = (0..<200).map { journal.append(Sample($0)) }
    try journal.commit(sync: true)
    for position in [1, 57, 199] {
      let follower = JournalFollower(directory: folder.path, after: JournalPosition(position))
      #expect(try read(follower, to: 150) == samples.filter { $0.position > position && $0.position <= 150 })
      #expect(try read(follower, to: 200) == samples.filter { $0.position > max(position, 150) })
    }
  }

  @Test func messagesThatTheRingTookAreCounted() throws {
    let journal = try journal(128 << 10, segment: 8 << 10)
    let follower = JournalFollower(directory: folder.path, after: 0)
    for number in 0..<100 { journal.append(Sample(number, bytes: 100)) }
    try journal.commit(sync: true)
    let first = try read(follower, to: journal.committed, .init(messages: 30, bytes: 1 << 20))
    #expect(first.count == 30)
    for number in 100..<3_000 { journal.append(Sample(number, bytes: 100)) }
    try journal.commit(sync: true)
    let rest = try read(follower, to: journal.committed)
    #expect(rest.last?.position == 3_000)
    #expect(follower.counters.lost > 0)
    #expect(UInt64(first.count + rest.count) + follower.counters.lost == 3_000)
    #expect(rest.map(\.position) == Array(3_001 - JournalPosition(rest.count)...3_000))
  }

  @Test func aNewReaderOfAnOldJournalHasLostNothing() throws {
    let journal = try journal(128 << 10, segment: 8 << 10)
    for number in 0..<3_000 { journal.append(Sample(number, bytes: 100)) }
    try journal.commit(sync: true)
    let follower = JournalFollower(directory: folder.path, after: 0)
    #expect(try read(follower, to: journal.committed).last?.position == 3_000)
    #expect(follower.counters.lost == 0)
  }

  @Test func damageIsSkippedAndCountedOnce() throws {
    let journal = try journal()
    let samples = (0..<200).map { journal.append(Sample($0)) }
    try journal.commit(sync: true)
    let file = try segments(folder.path)[1]
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count / 2] ^= 0xff
    try bytes.write(to: file)
    let follower = JournalFollower(directory: folder.path, after: 0)
    var found: [Sample] = []
    while follower.position < journal.committed {
      found += try read(follower, to: journal.committed, .init(messages: 7, bytes: 1 << 20))
    }
    #expect(found.count == 199 && Set(found.map(\.position)).isSubset(of: samples.map(\.position)))
    #expect(follower.counters.damagedRecords == 1 && follower.counters.damagedPlaces == 1)
  }

  @Test func positionsLeftOutAreNoLoss() throws {
    do {
      let journal = try journal()
      journal.append(Sample(1))
      try journal.commit(sync: true)
    }
    let journal = try Journal(directory: folder.path, nextPositionAtLeast: 1_000)
    let follower = JournalFollower(directory: folder.path, after: 1)
    #expect(try read(follower, to: journal.committed).isEmpty)
    #expect(follower.position == 999)
    journal.append(Sample(2))
    try journal.commit(sync: true)
    #expect(try read(follower, to: journal.committed).map(\.position) == [1_000])
    #expect(follower.counters.lost == 0)
  }
}
