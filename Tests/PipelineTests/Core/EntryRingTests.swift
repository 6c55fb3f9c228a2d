import Foundation
import Pipeline
import Testing

@Suite struct EntryRingTests {
  private static func entry(_ number: Int) -> Entry {
    Entry(kind: .reading, index: 7, time: Timestamp(milliseconds: Int64(number)), value: 1, position: 1)
  }

  @Test func theReaderSeesOnlyWhatIsPublished() {
    let ring = EntryRing(capacity: 5)
    #expect(ring.capacity == 8)
    #expect(ring.append(Self.entry(1)) && ring.append(Self.entry(2)))
    #expect(ring.drain { _ in } == 0)
    ring.publish()
    #expect(ring.append(Self.entry(3)))
    var seen: [Int64] = []
    #expect(ring.drain { seen = $0.map(\.time.milliseconds) } == 2)
    #expect(seen == [1, 2])
    ring.discardUnpublished()
    ring.publish()
    #expect(ring.drain { _ in } == 0)
  }

  @Test func aFullRingRefusesAndCounts() {
    let ring = EntryRing(capacity: 4)
    for number in 0..<4 { #expect(ring.append(Self.entry(number))) }
    #expect(!ring.append(Self.entry(4)))
    #expect(ring.refused == 1)
    #expect(!ring.waitForSpace(milliseconds: 0))
    #expect(ring.fullWaits == 1)
    ring.publish()
    #expect(ring.drain(limit: 3) { _ in } == 3)
    #expect(ring.space == 3 && ring.waitForSpace(3, milliseconds: 0))
  }

  @Test func wakeEndsASleepEvenBeforeItBegins() {
    let ring = EntryRing(capacity: 4)
    ring.wake()
    #expect(!ring.sleep(milliseconds: -1))
    #expect(!ring.sleep(milliseconds: 1))
  }

  /// A small ring, both sides sleeping for ever whenever they can: a lost wake-up would hang, a lost or doubled entry shows.
  @Test(.timeLimit(.minutes(10))) func twoThreadsLoseNothing() async {
    let ring = EntryRing(capacity: 64)
    let total = 300_000
    let writer = Thread {
      var numbers = SeededNumbers(1)
      var next = 0
      while next < total {
        let batch = min(numbers.pick(1...48), total - next)
        for _ in 0..<batch {
          while !ring.append(Self.entry(next)) {
            ring.publish()
            _ = ring.waitForSpace(milliseconds: -1)
          }
          next += 1
        }
        ring.publish()
      }
    }
    writer.start()
    let isOrdered = await withCheckedContinuation { continuation in
      let reader = Thread {
        var expected: Int64 = 0
        var isOrdered = true
        while expected < total {
          let count = ring.drain(limit: 37) { entries in
            for entry in entries {
              isOrdered = isOrdered && entry.time.milliseconds == expected
              expected += 1
            }
          }
          if count == 0 { _ = ring.sleep(milliseconds: -1) }
        }
        continuation.resume(returning: isOrdered)
      }
      reader.start()
    }
    #expect(isOrdered)
    #expect(ring.count == 0)
  }
}
