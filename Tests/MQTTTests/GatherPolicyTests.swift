import Testing

@testable import MQTT

@Suite struct GatherPolicyTests {
  /// Lets messages come at a steady rate; batch sizes vary a little as they do in life. The last pause, µs.
  private func pause(rate: Double, maximum: Int64) -> Int64 {
    var policy = GatherPolicy()
    var now = 1_000_000.0
    var owed = 0.0
    var last: Int64 = 0
    for turn in 0..<2000 {
      let pause = policy.pause(maximum: maximum, now: Int64(now))
      if pause > 0 { last = pause }
      let length = max(Double(pause), 1e6 / rate) + Double(turn % 3) * 15
      now += length
      owed += rate * length / 1e6 + Double(turn % 5) * 0.3 - 0.6
      let count = max(Int(owed), 1)
      owed -= Double(count)
      policy.took(count, now: Int64(now))
    }
    return last
  }

  @Test func notAtAllWhenMessagesAreRare() {
    #expect(pause(rate: 1, maximum: 5000) == 0)
    #expect(pause(rate: 100, maximum: 5000) == 0)
  }

  @Test(arguments: [5000.0, 20_000, 30_000, 100_000]) func aboutTheTargetUnderLoad(rate: Double) {
    let pause = pause(rate: rate, maximum: 2000)
    let expected = min(2000, 40 / rate * 1e6)
    #expect(Double(pause) > expected * 0.5 && Double(pause) <= min(2000, expected * 2))
  }

  @Test func givesUpWhereTheBrokerStandsStillMeanwhile() {
    var policy = GatherPolicy()
    var now: Int64 = 1_000_000
    var waited: Int64 = 0
    // The broker sends 20, then waits for acknowledgements: a longer pause brings nothing.
    for _ in 0..<2000 {
      let pause = policy.pause(maximum: 5000, now: now)
      waited += pause
      now += pause + 200
      policy.took(20, now: now)
    }
    #expect(waited < (now - 1_000_000) / 4)
  }

  @Test func forgetsAfterSilence() {
    var policy = GatherPolicy()
    for turn in 1...100 as ClosedRange<Int64> { policy.took(20 + Int(turn % 3), now: turn * 1000) }
    #expect(policy.pause(maximum: 2000, now: 100_000) > 0)
    #expect(policy.pause(maximum: 2000, now: 102_000) == 0, "they have gathered while the last batch was synced")
    policy.took(1, now: 10_000_000)
    #expect(policy.pause(maximum: 2000, now: 10_000_000) == 0)
  }
}
