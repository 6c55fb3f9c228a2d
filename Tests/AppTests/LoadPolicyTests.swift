import Testing

@testable import App

/// When a lane drops QoS 0, when it says so, and that neither flickers.
@Suite struct LoadPolicyTests {
  @Test(arguments: [
    LoadPolicy.Measure(fill: 0.75), LoadPolicy.Measure(wait: 250), LoadPolicy.Measure(behind: 1_000),
  ])
  func eachMeasureAloneIsEnough(measure: LoadPolicy.Measure) {
    var policy = LoadPolicy()
    policy.note(measure, now: 0)
    #expect(policy.sheds && policy.load == .overloaded)
  }

  @Test func droppingEndsOnlyWhenThereIsRoomAgain() {
    var policy = LoadPolicy()
    policy.note(.init(wait: 249), now: 0)
    #expect(!policy.sheds && policy.load == .busy)
    policy.note(.init(wait: 250), now: 20)
    #expect(policy.sheds)
    for (step, wait) in [240, 180, 120, 100].enumerated() {
      policy.note(.init(wait: Int64(wait)), now: 40 + Int64(step) * 20)
      #expect(policy.sheds, "\(wait)")
    }
    policy.note(.init(fill: 0.3, wait: 0), now: 120)
    #expect(policy.sheds)
    policy.note(.init(fill: 0.2, wait: 99, behind: 99), now: 140)
    #expect(!policy.sheds)
    policy.note(.init(wait: 240), now: 160)
    #expect(!policy.sheds)
  }

  @Test func aStateIsLeftOnlyAfterACalm() {
    var policy = LoadPolicy()
    policy.note(.init(fill: 1), now: 1_000)
    policy.note(.init(), now: 1_020)
    #expect(!policy.sheds && policy.load == .overloaded)
    policy.note(.init(wait: 150), now: 4_000)
    policy.note(.init(), now: 5_999)
    #expect(policy.load == .overloaded)
    policy.note(.init(), now: 6_000)
    #expect(policy.load == .busy)
    policy.note(.init(), now: 8_999)
    #expect(policy.load == .busy)
    policy.note(.init(), now: 9_000)
    #expect(policy.load == .normal)
  }

  @Test func aLaneThatDropsEveryOtherMomentIsOverloadedAllTheTime() {
    var policy = LoadPolicy()
    var changes = 0
    var last = policy.load
    for step in 0..<10_000 {
      policy.note(.init(wait: step % 50 < 10 ? 300 : 50), now: Int64(step) * 20)
      if policy.load != last { changes += 1 }
      last = policy.load
    }
    #expect(changes == 1 && last == .overloaded)
  }
}

@Suite struct LoadMeterTests {
  /// A lane of which every part does what it is told, a millisecond a step.
  private struct Lane {
    var meter = LoadMeter()
    var policy = LoadPolicy()
    var now: Int64 = 1_000_000
    var published = 0
    var taken = 0
    var core = 0.0
    var dropped = 0
    var worstWait = 0.0
    let capacity = 65_536

    /// - Parameters:
    ///   - incoming: QoS 0 entries a ms; `confirmed`: QoS 1 entries a ms.
    ///   - speed: entries that the core takes in a ms.
    mutating func run(milliseconds: Int, incoming: Int, confirmed: Int = 0, speed: Double, reading: Bool = true) {
      for _ in 0..<milliseconds {
        now += 1
        let waiting = published - taken
        let isCrowded = capacity - waiting < capacity / 4 || waiting > meter.room
        if policy.sheds || isCrowded { dropped += incoming } else { published += incoming }
        published += confirmed
        worstWait = max(worstWait, Double(published - taken) / speed)
        core = min(core + speed, Double(published - taken))
        let whole = Int(core)
        taken += whole
        core -= Double(whole)
        if reading { meter.caughtUp() }
        if let measure = meter.turn(now: now, taken: taken, published: published, capacity: capacity) {
          policy.note(measure, now: meter.clock)
        }
      }
    }
  }

  @Test func aLaneThatKeepsUpIsNormal() {
    var lane = Lane()
    lane.run(milliseconds: 20_000, incoming: 30, confirmed: 1, speed: 1_000)
    #expect(lane.policy.load == .normal && lane.dropped == 0)
  }

  @Test func aSingleMessageNowAndThenIsNoLoad() {
    var lane = Lane()
    for _ in 0..<100 {
      lane.run(milliseconds: 1, incoming: 2, speed: 0.1)
      lane.run(milliseconds: 99, incoming: 0, speed: 0.1)
    }
    #expect(lane.policy.load == .normal && lane.dropped == 0)
  }

  /// Whatever the core's speed: what cannot be taken is dropped, no more, and QoS 1 waits about as long as the limit says.
  @Test(arguments: [1.0, 10, 100, 1_000])
  func ofTooMuchOnlyWhatCannotBeTakenIsDropped(speed: Double) {
    var lane = Lane()
    let incoming = Int(speed * 20)
    lane.run(milliseconds: 30_000, incoming: incoming, confirmed: speed < 10 ? 0 : 1, speed: speed)
    #expect(lane.policy.load == .overloaded)
    let offered = Double(incoming) * 30_000
    #expect(Double(lane.dropped) < offered)
    // The core was never without work for want of messages.
    #expect(Double(lane.taken) > 0.95 * speed * 30_000)
    #expect(lane.worstWait < 1_000, "\(lane.worstWait) ms")
    lane.run(milliseconds: 12_000, incoming: 0, speed: speed)
    #expect(lane.policy.load == .normal)
    let dropped = lane.dropped
    lane.run(milliseconds: 10_000, incoming: Int(speed / 2), speed: speed)
    #expect(lane.dropped == dropped)
  }

  @Test func aCoreThatStandsStillStopsQoS0() {
    var lane = Lane()
    lane.run(milliseconds: 1_000, incoming: 30, speed: 1_000)
    lane.run(milliseconds: 3_000, incoming: 30, speed: 0)
    #expect(lane.policy.sheds && lane.published - lane.taken < lane.capacity * 3 / 4 + 30)
    // With few messages nothing is full for long, but somebody should look.
    lane = Lane()
    lane.run(milliseconds: 1_000, incoming: 1, speed: 1_000)
    lane.run(milliseconds: 4_900, incoming: 1, speed: 0)
    #expect(lane.policy.load == .normal)
    lane.run(milliseconds: 200, incoming: 1, speed: 0)
    #expect(lane.policy.load == .overloaded)
  }

  /// The first tick after hours of downtime fires everything that fell due meanwhile: one entry, a second of work. Nothing is
  /// dropped for it, neither meanwhile nor when what waited behind it is taken all at once.
  @Test(arguments: [0, 1_000])
  func aSlowEntryIsNoOverload(msBefore: Int) {
    for batch in [1, 64, 3_000] {
      var lane = Lane()
      lane.run(milliseconds: msBefore, incoming: 10, speed: 1_000)
      lane.run(milliseconds: 1_000, incoming: 10, speed: 0)
      // The entry was the first of a batch, which the ring gives free as a whole.
      lane.taken += batch
      lane.run(milliseconds: 5_000, incoming: 10, speed: 800)
      #expect(lane.policy.load == .normal && lane.dropped == 0, "\(batch)")
    }
  }

  /// Batches that all take long are a slow core: 64 entries in 200 ms are not enough for five a millisecond.
  @Test func slowBatchesOneAfterTheOtherAreTooMuch() {
    var lane = Lane()
    lane.run(milliseconds: 1_000, incoming: 1, speed: 1_000)
    for _ in 0..<10 {
      lane.run(milliseconds: 200, incoming: 5, speed: 0)
      lane.taken += 64
    }
    #expect(lane.policy.load == .overloaded && lane.policy.sheds)
    #expect(lane.published - lane.taken < 3_000)
  }

  @Test func readingWithoutAPauseForASecondIsTooMuch() {
    var lane = Lane()
    lane.run(milliseconds: 900, incoming: 1, speed: 1_000, reading: false)
    #expect(lane.policy.load == .busy)
    lane.run(milliseconds: 200, incoming: 1, speed: 1_000, reading: false)
    #expect(lane.policy.sheds)
    lane.run(milliseconds: 30, incoming: 1, speed: 1_000)
    #expect(!lane.policy.sheds && lane.policy.load == .overloaded)
  }

  @Test func aProcessThatWasStoppedIsNotOverloaded() {
    var lane = Lane()
    lane.run(milliseconds: 1_000, incoming: 5, speed: 1_000)
    lane.now += 60_000
    lane.run(milliseconds: 200, incoming: 50, speed: 1_000, reading: false)
    #expect(!lane.policy.sheds)
  }

  /// A quiet lane turns ten times a second.
  @Test func waitingForMessagesIsNotBeingBehind() {
    var meter = LoadMeter()
    for turn in Int64(0)..<20 {
      meter.caughtUp()
      let measure = meter.turn(now: turn * 100, taken: 5, published: 5, capacity: 64)
      #expect(measure ?? .init() == .init())
    }
  }

  @Test func aClockThatGoesBackIsNoTime() {
    var meter = LoadMeter()
    _ = meter.turn(now: 1_000_000, taken: 0, published: 0, capacity: 64)
    _ = meter.turn(now: 1_000_100, taken: 0, published: 0, capacity: 64)
    _ = meter.turn(now: 0, taken: 0, published: 0, capacity: 64)
    #expect(meter.clock == 100)
    _ = meter.turn(now: 30, taken: 0, published: 0, capacity: 64)
    #expect(meter.clock == 130)
  }
}

@Suite struct BatchPaceTests {
  @Test func expensiveEntriesMakeSmallBatches() {
    var pace = BatchPace()
    #expect(pace.entries == BatchPace.most)
    for _ in 0..<20 { pace.took(pace.entries, microseconds: Int64(pace.entries) * 500) }
    #expect(pace.entries == BatchPace.least)
    for _ in 0..<20 { pace.took(pace.entries, microseconds: Int64(pace.entries) / 10) }
    #expect(pace.entries == BatchPace.most)
    // A few entries say nothing about how many would be too many.
    pace.took(1, microseconds: 5)
    #expect(pace.entries == BatchPace.most)
  }
}
