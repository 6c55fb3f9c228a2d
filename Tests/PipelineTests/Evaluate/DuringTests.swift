import Testing

@testable import Pipeline

@Suite struct DuringTests {
  private static let hour: Int64 = 3_600_000
  /// 2026-01-05, a Monday, 00:00 UTC.
  private static let monday: Int64 = 1_767_571_200_000

  /// New York in 2026: summer time from 8 March 07:00Z to 1 November 06:00Z.
  static let newYork = LocalTimeTable(
    name: "America/New_York",
    changes: [
      .init(at: .distantPast, offset: -5 * hour),
      .init(at: Timestamp(milliseconds: 1_772_953_200_000), offset: -4 * hour),
      .init(at: Timestamp(milliseconds: 1_793_512_800_000), offset: -5 * hour),
    ])

  /// Edges found by search against edges found minute by minute.
  @Test(arguments: [
    DuringPlan(from: 22 * 60, to: 6 * 60), DuringPlan(from: 0, to: 1440), DuringPlan(from: 90, to: 150),
    DuringPlan(from: 150, to: 170, days: 0x40), DuringPlan(from: 0, to: 0, days: 0x1f), DuringPlan(from: 600, to: 1440),
    DuringPlan(from: 60, to: 60, days: 0x20), DuringPlan(from: 100, to: 200, days: 0),
  ])
  func edgesAreWhereTheWallClockSaysSo(period: DuringPlan) {
    // Two weeks around each change of the clock.
    for start in [1_772_953_200_000 - 7 * 24 * Self.hour, 1_793_512_800_000 - 7 * 24 * Self.hour] {
      var edge = period.nextEdge(after: start, in: Self.newYork)
      var inside = period.contains(start, in: Self.newYork)
      for minute in 1...(13 * 1440) {
        let time = start + Int64(minute) * 60_000
        let now = period.contains(time, in: Self.newYork)
        #expect((now != inside) == (time == edge), "\(period) at \(time)")
        if now != inside { edge = period.nextEdge(after: time, in: Self.newYork) }
        inside = now
      }
    }
  }

  private func night(_ condition: ConditionPlan, _ messages: [Scene.Message], until: Int64) -> [String] {
    var scene = Scene()
    scene.unit = Self.hour
    scene.device(points: [.boolean])
    var condition = condition
    condition.during = DuringPlan(from: 22 * 60, to: 6 * 60)
    scene.rule("r", condition, 0)
    let base = Self.monday / Self.hour
    let core = scene.core(startedAt: base)
    let shifted = messages.map { Scene.Message(at: $0.at + base, device: 0, readings: $0.readings) }
    for entry in scene.entries(shifted) { core.process(entry) }
    core.advance(to: Timestamp(milliseconds: (base + until) * Self.hour))
    return core.takeChanges().map {
      "\($0.kind.rawValue) \(($0.at.milliseconds - Self.monday) / Self.hour)"
    }
  }

  private func say(_ at: Int64, _ value: Double) -> Scene.Message {
    Scene.Message(at: at, device: 0, readings: [.init(point: 0, value: value)])
  }

  @Test func anOpenDoorAtNightOnly() {
    let open = ConditionPlan(predicate: .compare(.last, .equals(1)))
    #expect(
      night(open, [say(12, 1)], until: 72) == ["raised 22", "cleared 30", "raised 46", "cleared 54", "raised 70"])
  }

  @Test func aHoldStandsStillByDay() {
    let open = ConditionPlan(predicate: .compare(.last, .equals(1)), hold: 12 * Self.hour)
    // Eight hours of the first night, four of the second.
    #expect(night(open, [say(12, 1)], until: 60) == ["raised 50", "cleared 54"])
    #expect(night(open, [say(12, 1), say(40, 0), say(41, 1)], until: 60) == [])
  }

  @Test func quietCountsAtNightOnly() {
    let quiet = ConditionPlan(predicate: .quiet(10 * Self.hour))
    #expect(night(quiet, [say(12, 0)], until: 60) == ["raised 48", "cleared 54"])
    #expect(night(quiet, [say(12, 0), say(23, 1), say(24, 0)], until: 60) == ["raised 49", "cleared 54"])
  }

  @Test func theEndOfThePeriodGoesThroughClearFor() {
    let open = ConditionPlan(predicate: .compare(.last, .equals(1)), clearHold: 3 * Self.hour)
    #expect(night(open, [say(12, 1)], until: 40) == ["raised 22", "cleared 33"])
  }
}
