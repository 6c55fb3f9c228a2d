import Testing

@testable import Store

@Suite struct EventFeedTests {
  private static func event(_ sequence: Int64) -> NumberedEvent {
    NumberedEvent(sequence: sequence, event: raisedEvent("a", sequence))
  }

  /// Pages that are closed while events are handed over once stopped the whole service: each waited for the other's lock.
  @Test func listenersMayGoAtAnyTime() async {
    let feed = EventFeed()
    let events = (1...64).map { Self.event($0) }
    await withTaskGroup { group in
      group.addTask {
        for round in Int64(0)..<3_000 {
          feed.publish(events.map { NumberedEvent(sequence: round * 64 + $0.sequence, event: $0.event) })
        }
      }
      for listener in 0..<4 {
        group.addTask {
          for round in 0..<1_000 {
            let page = Task { for await _ in feed.subscribe(after: nil) {} }
            for _ in 0..<(round + listener) % 4 { await Task.yield() }
            page.cancel()
            await page.value
          }
        }
      }
    }
    feed.publish([Self.event(1_000_000)])
    #expect(feed.load.waiting == 0, "nobody is left")
  }

  /// What is remembered and what comes meanwhile, in order and once each.
  @Test(arguments: [Int64(0), 5, 700]) func aListenerThatResumesMissesNothing(after: Int64) async {
    let feed = EventFeed()
    feed.publish((1...1_000).map { Self.event($0) })
    let stream = feed.subscribe(after: after)
    for sequence in Int64(1_001)...1_100 { feed.publish([Self.event(sequence)]) }
    feed.finish()
    var heard: [Int64] = []
    for await event in stream { heard.append(event.sequence) }
    #expect(heard == Array(after + 1...1_100))
  }

  @Test func whoIsTooSlowLosesTheOldestAndThatIsCounted() async {
    let feed = EventFeed()
    let stream = feed.subscribe(after: nil)
    let many = Int64(EventFeed.queueMax + 10)
    for sequence in 1...many { feed.publish([Self.event(sequence)]) }
    #expect(feed.dropped == 10 && feed.load == (EventFeed.queueMax, EventFeed.queueMax))
    feed.finish()
    var first: Int64?
    for await event in stream where first == nil { first = event.sequence }
    #expect(first == 11)
  }
}
