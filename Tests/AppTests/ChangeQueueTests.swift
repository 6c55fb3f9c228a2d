import App
import Foundation
import Pipeline
import Synchronization
import Testing

/// What the core hands over arrives in order and completely; a full queue holds the core back.
@Suite struct ChangeQueueTests {
  private func item(_ number: JournalPosition) -> ChangeQueue.Item { .checkpoint([], position: number) }

  private func number(_ item: ChangeQueue.Item) -> JournalPosition? {
    if case .checkpoint(_, let position) = item { return position }
    return nil
  }

  @Test func orderIsKeptAndTheEndIsSeen() async {
    let queue = ChangeQueue()
    queue.putUnbounded(item(1))
    #expect(queue.offer(item(2)))
    queue.close()
    #expect(queue.offer(item(3)))
    #expect(await queue.next().map(number) == [1, 2])
    #expect(await queue.next().isEmpty)
    #expect(await queue.next().isEmpty)
  }

  @Test func aFullQueueMakesTheWriterWait() async {
    let queue = ChangeQueue()
    let total: JournalPosition = 20_000
    let writer = Thread {
      for number in 1...total {
        while !queue.offer(.checkpoint([], position: number)) { usleep(50) }
      }
      queue.close()
    }
    writer.start()
    while queue.waits == 0 { await Task.yield() }
    #expect(queue.count <= 4_096)
    var expected: JournalPosition = 1
    while true {
      let items = await queue.next()
      if items.isEmpty { break }
      for item in items {
        #expect(number(item) == expected)
        expected += 1
      }
    }
    #expect(expected == total + 1)
  }

  @Test func closingWakesWhoWaits() async {
    let queue = ChangeQueue()
    async let items = queue.next()
    await Task.yield()
    queue.close()
    #expect(await items.isEmpty)
  }
}
