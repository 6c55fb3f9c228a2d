import Pipeline
import Testing

/// All readings of a moment are taken in before what leaves a window, falls due or times out at that moment (INTERFACE §4).
@Suite struct MomentTests {
  private func window(_ function: WindowFunction, _ comparison: Comparison, _ width: Int64, hold: Int64 = 0)
    -> ConditionPlan
  {
    ConditionPlan(predicate: .compare(.window(function, width), comparison), hold: hold)
  }

  private func told(
    _ condition: ConditionPlan, _ values: [Double], every: Int64, point: PointPlan = .number(), more: Int64 = 0
  )
    -> [String]
  {
    var scene = Scene()
    scene.device(points: [point])
    scene.rule("r", condition, 0)
    let messages = values.enumerated().map { index, value in
      Scene.Message(at: Int64(index) * every, device: 0, readings: [.init(point: 0, value: value)])
    }
    return scene.run(messages, until: Int64(values.count - 1) * every + more).map { String($0.dropFirst(2)) }
  }

  /// 84 once in ten readings, else 10: every ten of them average 17.4.
  private let regular = (0..<60).map { $0 % 10 == 0 ? 84.0 : 10 }

  @Test func aWindowGivesAndTakesAtOnce() {
    #expect(told(window(.average, .above(15), 10), regular, every: 1) == ["raised 10"])
    #expect(told(window(.average, .above(15), 10, hold: 15), regular, every: 1) == ["raised 25"])
    #expect(told(window(.maximum, .below(50), 10), regular, every: 1).isEmpty)
    #expect(told(window(.minimum, .above(50), 10), regular.map { 94 - $0 }, every: 1).isEmpty)
    #expect(told(window(.sum, .below(170), 10), regular, every: 1).isEmpty)
    #expect(told(window(.count, .below(1), 10), [1, 1, 1, 1], every: 10, point: .boolean).isEmpty)
    #expect(told(window(.count, .below(1), 10), [1, 1, 1, 1], every: 10, point: .boolean, more: 10) == ["raised 40"])
    let meter = (0..<6).map { 100 + Double($0) * 0.25 }
    #expect(told(window(.increase, .below(0.125), 24), meter, every: 24).isEmpty)
  }

  @Test func aWindowOverSeveralPointsWaitsForAllOfThem() {
    var scene = Scene()
    let (a, b) = (scene.device(points: [.number()])[0], scene.device(points: [.number()])[0])
    scene.rule("r", window(.average, .above(15), 10), a, b)
    let messages = (0..<40).flatMap { step in
      [a, b].map { point in
        Scene.Message(at: Int64(step), device: point, readings: [.init(point: point, value: regular[step])])
      }
    }
    #expect(scene.run(messages, until: 39) == ["r raised 10"])
  }

  @Test func absencesAndHoldsAreBrokenAtTheVeryEnd() {
    let steps: [Double] = [1, 2, 3, 4]
    #expect(told(ConditionPlan(predicate: .quiet(10)), steps, every: 10).isEmpty)
    #expect(told(ConditionPlan(predicate: .silent(10)), steps, every: 10).isEmpty)
    #expect(
      told(ConditionPlan(predicate: .compare(.last, .above(3)), hold: 10), [0, 4, 0, 4], every: 10, more: 9).isEmpty)
    #expect(told(ConditionPlan(predicate: .silent(10)), steps, every: 10, more: 10) == ["raised 40"])
    #expect(
      told(ConditionPlan(predicate: .compare(.last, .above(3)), hold: 10), [0, 4, 4], every: 10) == ["raised 20"])
    let stuck = told(
      ConditionPlan(predicate: .bad([.stuck])), [1, 1, 2, 2, 3], every: 5, point: .number(mustChangeWithin: 10))
    #expect(stuck.isEmpty)
  }

  @Test func aDeviceThatIsHeardWhenItsTimeIsOverIsNotSilent() {
    var scene = Scene()
    scene.device(silentAfter: 10, points: [.number()])
    scene.rule("r", ConditionPlan(predicate: .bad([.silent])), 0)
    #expect(scene.run([0, 10, 20].map { Scene.Message(at: $0, device: 0) }, until: 29).isEmpty)
    #expect(scene.run([0, 10, 20].map { Scene.Message(at: $0, device: 0) }, until: 30) == ["r raised 30"])
  }

  @Test func aConditionOverSeveralSeesNoHalfMoment() {
    var scene = Scene()
    let points = scene.device(points: [.number(), .number()])
    let above = ConditionPlan(predicate: .compare(.last, .above(20)))
    scene.rule("r", [above, above, ConditionPlan(predicate: .all([0, 1]))], inputs: [[points[0]], [points[1]], []])
    func message(_ at: Int64, _ a: Double, _ b: Double) -> Scene.Message {
      Scene.Message(at: at, device: 0, readings: [.init(point: 0, value: a), .init(point: 1, value: b)])
    }
    #expect(scene.run([message(0, 10, 30), message(5, 30, 10), message(9, 30, 30)], until: 9) == ["r raised 9"])
  }

  @Test func aPeriodThatEndsAtTheMomentOfAReadingIsOver() {
    var scene = Scene()
    scene.unit = 60_000
    scene.plan.zones = [LocalTimeTable(name: "UTC", changes: [.init(at: .distantPast, offset: 0)])]
    scene.device(points: [.number()])
    var condition = ConditionPlan(predicate: .compare(.last, .above(20)))
    condition.during = DuringPlan(from: 60, to: 120)
    scene.rule("r", condition, 0)
    func message(_ at: Int64, _ value: Double) -> Scene.Message {
      Scene.Message(at: at, device: 0, readings: [.init(point: 0, value: value)])
    }
    #expect(scene.run([message(0, 30), message(60, 10), message(120, 30)], until: 200).isEmpty)
    #expect(
      scene.run([message(0, 10), message(60, 30), message(120, 30)], until: 200) == ["r raised 60", "r cleared 120"])
  }

  @Test func whatWaitsForTheEndOfTheMomentSurvivesARestart() throws {
    var scene = Scene()
    let points = scene.device(points: [.number(), .number()])
    let above = ConditionPlan(predicate: .compare(.last, .above(20)))
    scene.rule("all", [above, above, ConditionPlan(predicate: .all([0, 1]))], inputs: [[points[0]], [points[1]], []])
    scene.rule("sum", window(.sum, .above(50), 5), points[0], points[1])
    let first = Scene.Message(at: 0, device: 0, readings: [.init(point: 0, value: 30)])
    let second = Scene.Message(at: 8, device: 0, readings: [.init(point: 0, value: 30), .init(point: 1, value: 30)])
    let core = scene.core()
    for entry in scene.entries([first, second]) { core.process(entry) }
    #expect(core.takeChanges().isEmpty)
    let restored = try LaneCore(plan: scene.plan, restoring: core.checkpoint())
    restored.advance(to: Timestamp(milliseconds: 9))
    #expect(restored.takeChanges().map { $0.told() } == ["all raised 8", "sum raised 8"])
  }
}
