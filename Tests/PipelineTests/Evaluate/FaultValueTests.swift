// What a fault says of the reading behind it: the value that is out of range, with its unit, and none where there is none.
import Testing

@testable import Pipeline

@Suite struct FaultValueTests {
  /// Plain faults have no instances; one that has to hold for a while has one. Both say the same.
  private func scene(hold: Int64) -> Scene {
    var scene = Scene()
    scene.device(silentAfter: 100, points: [.number(), .number()])
    for (rule, reasons) in [
      ("range", [QualityReason.outOfRange]), ("fault", [.sensorFault, .notANumber, .undecodable]),
      ("silent", [.silent]),
    ] { scene.rule(rule, ConditionPlan(predicate: .bad(Set(reasons)), hold: hold), 0) }
    return scene
  }

  private func reading(_ at: Int64, _ value: Double, _ reason: QualityReason, point: Int = 0) -> Scene.Message {
    .init(at: at, device: 0, readings: [.init(point: point, value: value, reason: reason)])
  }

  private func text(_ change: ConditionChange) -> String {
    change.told() + (change.value.map { " \($0)" } ?? "") + (change.unit.isEmpty ? "" : " \(change.unit)")
  }

  @Test(arguments: [Int64(0), 2], [-41.25, 1e300, 0])
  func theReadingOutOfRangeIsTold(hold: Int64, value: Double) {
    let scene = scene(hold: hold)
    let core = scene.core()
    let messages = [
      reading(1, 20, .none), reading(3, 7, .outOfRange, point: 1), reading(5, value, .outOfRange),
      reading(20, 21, .none), reading(30, .nan, .sensorFault), reading(35, 21, .none), reading(40, value, .outOfRange),
    ]
    for entry in scene.entries(messages) { core.process(entry) }
    core.advance(to: Timestamp(milliseconds: 200))
    let (late, told) = (hold, "\(value) Cel")
    #expect(
      core.takeChanges().map(text) == [
        "range raised \(5 + late) \(told)", "range cleared 20", "fault raised \(30 + late)", "fault cleared 35",
        "range raised \(40 + late) \(told)", "silent raised \(140 + late)",
      ])
    #expect(core.standing.map(text) == ["range raised \(40 + late) \(told)", "silent raised \(140 + late)"])
  }

  /// A restart and another plan know it, too: it is the point's newest reading.
  @Test func theValueOutlivesRestartAndReload() throws {
    var (old, new) = (scene(hold: 0), scene(hold: 0))
    old.plan.rules.removeAll { $0.id == "range" }
    let core = old.core()
    for entry in old.entries([reading(1, 20, .none), reading(5, -41.25, .outOfRange)]) { core.process(entry) }
    #expect(core.takeChanges().isEmpty)
    new.plan.points[0].unit = "K"
    let restored = try LaneCore(plan: old.plan, restoring: core.checkpoint())
    for core in [core, restored] {
      core.install(new.plan, at: Timestamp(milliseconds: 9))
      #expect(core.takeChanges().map(text) == ["range raised 9 -41.25 K"])
    }
  }
}
