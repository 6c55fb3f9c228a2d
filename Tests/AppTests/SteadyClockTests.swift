import App
import Pipeline
import TestSupport
import Testing

/// The clock of a lane: never backwards, whatever somebody does to the machine's clock, and back with it in the end.
@Suite struct SteadyClockTests {
  private func now(_ clock: inout SteadyClock) -> (Int64, SteadyClock.Jump?) {
    var jump: SteadyClock.Jump?
    let time = clock.now(jump: &jump)
    return (time.milliseconds, jump)
  }

  @Test func followsTheWallForwards() {
    let machine = TurnableClock(wall: 1_000_000)
    var clock = SteadyClock(machine: machine)
    machine.pass(250)
    #expect(now(&clock) == (1_000_250, nil))
    machine.set(by: 3_600_000)
    machine.pass(10)
    #expect(now(&clock) == (4_600_260, .forward(milliseconds: 3_600_000)))
    // Said once.
    machine.pass(10)
    #expect(now(&clock) == (4_600_270, nil))
  }

  @Test func goesOnSlowlyAfterTheWallWasSetBack() {
    let machine = TurnableClock(wall: 1_000_000)
    var clock = SteadyClock(machine: machine)
    machine.set(by: -60_000)
    #expect(now(&clock) == (1_000_000, .backward(milliseconds: 60_000)))
    machine.pass(4_000)
    #expect(now(&clock) == (1_003_000, nil))
    // A quarter of a minute's lead goes by each minute: after four minutes wall and clock are one again.
    machine.pass(236_000)
    #expect(now(&clock).0 == machine.wall())
    machine.pass(1)
    #expect(now(&clock).0 == machine.wall())
  }

  @Test func smallCorrectionsAreNoJumps() {
    let machine = TurnableClock(wall: 1_000_000)
    var clock = SteadyClock(machine: machine)
    machine.set(by: SteadyClock.jumpMin - 1)
    #expect(now(&clock).1 == nil)
    machine.set(by: -(SteadyClock.jumpMin - 1))
    let (time, jump) = now(&clock)
    #expect(jump == nil)
    #expect(time == 1_000_000 + SteadyClock.jumpMin - 1)
  }

  @Test func startsAboveWhatTheLaneHasSeen() {
    let machine = TurnableClock(wall: 1_000_000)
    var clock = SteadyClock(machine: machine, floor: Timestamp(milliseconds: 1_500_000))
    #expect(now(&clock).0 == 1_500_000)
    machine.pass(100)
    #expect(now(&clock).0 == 1_500_075)
  }

  /// Never backwards; never faster than the clocks; at most a quarter slower; with the wall again after four times the lead.
  @Test(arguments: 0..<200)
  func neverBackwardsAndConverging(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let machine = TurnableClock(wall: 1_000_000_000)
    var clock = SteadyClock(machine: machine)
    var last = now(&clock).0
    for _ in 0..<300 {
      if Int.random(in: 0..<20, using: &random) == 0 {
        machine.set(by: Int64.random(in: -100_000...100_000, using: &random))
      }
      let step = Int64.random(in: 0...700, using: &random)
      machine.pass(step)
      let (time, _) = now(&clock)
      #expect(time >= last)
      #expect(time >= machine.wall())
      if time > machine.wall() { #expect(time - last <= step && (time - last) * 4 >= step * 3 - 4) }
      last = time
    }
    for _ in 0..<1_000 where last > machine.wall() {
      machine.pass(4 * (last - machine.wall()) / 3 + 1)
      last = now(&clock).0
    }
    #expect(last == machine.wall())
  }
}
