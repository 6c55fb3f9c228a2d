import Testing

@testable import Pipeline

@Suite struct TimerWheelTests {
  /// Against a plain dictionary: arm, cancel, arm again, advance by little and by much.
  @Test(arguments: 0..<40) func firesInOrderOfTimeAndOwner(seed: Int) {
    var numbers = SeededNumbers(seed)
    let owners = 50
    var clock: Int64 = 1_700_000_000_000
    var wheel = TimerWheel(owners: owners, clock: clock)
    var model: [Int: Int64] = [:]
    for _ in 0..<400 {
      let owner = numbers.pick(0...owners - 1)
      switch numbers.pick(0...9) {
      case 0:
        wheel.cancel(owner)
        model[owner] = nil
      case 1...6:
        // From overdue over next ms to years ahead.
        let due = clock + Int64(numbers.pick(-5...1 << numbers.pick(1...36)))
        wheel.schedule(owner, at: due)
        model[owner] = due
      default:
        clock += Int64(numbers.pick(0...1 << numbers.pick(0...34)))
        var fired: [Int] = []
        while let timer = wheel.pop(upTo: clock) {
          #expect(model[timer.owner] == timer.due)
          fired.append(timer.owner)
        }
        let expected = model.filter { $0.value <= clock }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        #expect(fired == expected.map(\.key))
        for owner in fired { model[owner] = nil }
      }
      #expect(model.allSatisfy { wheel.due(of: $0.key) == $0.value })
      let first = model.values.min()
      #expect((wheel.nextDue == nil) == (first == nil))
      if let next = wheel.nextDue, let first { #expect(next <= first) }
    }
  }

  @Test func nextDueIsReachedInFewSteps() {
    var wheel = TimerWheel(owners: 1, clock: 0)
    wheel.schedule(0, at: 123_456_789_012)
    var steps = 0
    while let next = wheel.nextDue {
      steps += 1
      if let timer = wheel.pop(upTo: next) { #expect(timer.due == 123_456_789_012) }
    }
    #expect(steps <= 9)
  }

  @Test func aMillionIdleTimersCostNothing() {
    var wheel = TimerWheel(owners: 1_000_000, clock: 0)
    for owner in 0..<1_000_000 { wheel.schedule(owner, at: 1_000_000_000 + Int64(owner)) }
    let clock = ContinuousClock()
    let time = clock.measure {
      for now in stride(from: Int64(0), to: 1_000_000, by: 10) {
        if wheel.pop(upTo: now) != nil { Issue.record("nothing is due yet") }
      }
    }
    // 100,000 ticks; anything that looked at the timers would take hours.
    #expect(time < .seconds(5))
  }

  @Test func manyTimersAtOneMomentComeInTheOrderOfTheirOwners() {
    var wheel = TimerWheel(owners: 20_000, clock: 0)
    for owner in (0..<20_000).reversed() { wheel.schedule(owner, at: 600_000) }
    for owner in 0..<20_000 {
      let timer = wheel.pop(upTo: 600_000)
      #expect(timer?.owner == owner)
      guard timer?.owner == owner else { return }
    }
    #expect(wheel.pop(upTo: 700_000) == nil)
  }
}
