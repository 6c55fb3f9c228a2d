import Pipeline
import Testing

/// A point that was never heard takes no part in its group.
@Suite struct UnheardTests {
  private func told(_ condition: ConditionPlan, _ readings: [(at: Int64, point: Int, value: Double?)], until: Int64)
    -> [String]
  {
    var scene = Scene()
    scene.device(points: [.number()])
    scene.device(silentAfter: 50, points: [.number()])
    scene.rule("r", condition, 0, 1)
    let messages = readings.map { at, point, value in
      let item = Scene.Item(point: point, value: value ?? 0, reason: value == nil ? .sensorFault : .none)
      return Scene.Message(at: at, device: point, readings: [item])
    }
    return scene.run(messages, until: until).map { String($0.dropFirst(2)) }
  }

  private let above = ConditionPlan(predicate: .compare(.last, .above(20)))

  @Test func theOthersRaiseAndClear() {
    #expect(told(above, [(0, 0, 25), (1, 0, 10)], until: 9) == ["raised 0", "cleared 1"])
    var hold = above
    hold.hold = 5
    #expect(told(hold, [(0, 0, 25), (1, 0, 10), (2, 0, 10), (3, 0, 25)], until: 9) == ["raised 8"])
    #expect(told(ConditionPlan(predicate: .quiet(5)), [(0, 0, 1)], until: 9) == ["raised 5"])
  }

  @Test func alsoWhenItCountsAsSilent() {
    #expect(told(above, [(60, 0, 25), (61, 0, 10)], until: 99) == ["raised 60", "cleared 61"])
    let average = ConditionPlan(predicate: .compare(.window(.average, 5), .above(20)))
    #expect(told(average, [(60, 0, 25), (64, 0, 25), (66, 0, 25)], until: 67) == ["raised 65"])
  }

  @Test func itTakesPartFromItsFirstReadingOn() {
    #expect(told(above, [(0, 0, 25), (1, 1, 25), (2, 0, 10), (3, 1, 10)], until: 9) == ["raised 0", "cleared 3"])
    // What is bad is unknown, and so is the group.
    #expect(told(above, [(0, 0, 25), (1, 1, nil), (2, 0, 10), (3, 1, 10)], until: 9) == ["raised 0", "cleared 3"])
    #expect(told(ConditionPlan(predicate: .quiet(5)), [(0, 0, 1), (3, 1, 1)], until: 9) == ["raised 8"])
  }

  @Test func withNothingHeardAtAllTheGroupIsUnknown() {
    var scene = Scene()
    scene.device(points: [.number(), .number()])
    scene.rule("r", [above, ConditionPlan(predicate: .not(0))], inputs: [[0, 1], []])
    #expect(scene.run([], until: 9).isEmpty)
  }

  @Test func aRestartKnowsWhoWasHeard() throws {
    var scene = Scene()
    scene.device(points: [.number(), .number()])
    scene.rule("r", above, 0, 1)
    func message(_ at: Int64, _ value: Double) -> Scene.Message {
      Scene.Message(at: at, device: 0, readings: [.init(point: 0, value: value)])
    }
    let core = scene.core()
    for entry in scene.entries([message(1, 25)]) { core.process(entry) }
    _ = core.takeChanges()
    let restored = try LaneCore(plan: scene.plan, restoring: core.checkpoint())
    for entry in scene.entries([message(2, 10)], from: 2) { restored.process(entry) }
    #expect(restored.takeChanges().map { $0.told() } == ["r cleared 2"])
  }
}
