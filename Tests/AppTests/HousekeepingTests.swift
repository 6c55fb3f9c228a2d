import Pipeline
import ServiceLifecycleTestKit
import Synchronization
import Testing

@testable import App

/// The duties of the service beside each other, without a pause between their turns.
@Suite(.timeLimit(.minutes(10))) struct HousekeepingTests {
  /// A clock that goes on by ten seconds whenever it is looked at.
  private final class Clock: Sendable {
    private let time = Mutex<Int64>(0)
    @Sendable func now() -> Timestamp {
      time.withLock { time in
        time += 10_000
        return Timestamp(milliseconds: time)
      }
    }
  }

  /// Runs the duties until `body` is through.
  private func run(_ duties: [Housekeeping.Duty], until body: @Sendable @escaping () async -> Void) async throws {
    let clock = Clock()
    let housekeeping = Housekeeping(duties: duties, now: clock.now, pause: { await Task.yield() })
    try await testGracefulShutdown { trigger in
      async let running: Void = housekeeping.run()
      await body()
      trigger.triggerGracefulShutdown()
      try await running
    }
  }

  @Test func deadlinesWaitForNothingThatIsSlow() async throws {
    let (turns, turn) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let (starts, start) = AsyncStream<Void>.makeStream()
    let (gate, open) = AsyncStream<Void>.makeStream()
    let slow = Housekeeping.Duty { _ in
      start.yield()
      for await _ in gate {}
    }
    try await run([slow, .init { _ in turn.yield() }]) {
      // The slow one has begun and does not end …
      for await _ in starts { break }
      // … and the other has turn after turn.
      var count = 0
      for await _ in turns {
        count += 1
        if count == 10 { break }
      }
      open.finish()
    }
  }

  @Test func eachHasItsOwnPace() async throws {
    let (turns, turn) = AsyncStream<Timestamp>.makeStream()
    try await run([.init(every: 60_000) { turn.yield($0) }]) {
      var times: [Int64] = []
      for await time in turns {
        times.append(time.milliseconds)
        if times.count == 4 { break }
      }
      #expect(times == [10_000, 70_000, 130_000, 190_000])
    }
  }

  /// What is put off is done when it may be, not a day later.
  @Test func whatIsPutOffIsNotForgotten() async throws {
    let (turns, turn) = AsyncStream<Timestamp>.makeStream()
    let asked = Mutex(0)
    let mayBegin: @Sendable () -> Bool = {
      asked.withLock { asked in
        asked += 1
        return asked > 3
      }
    }
    try await run([.init(every: 86_400_000, mayBegin: mayBegin) { turn.yield($0) }]) {
      for await time in turns {
        #expect(time == Timestamp(milliseconds: 40_000))
        break
      }
    }
  }
}
