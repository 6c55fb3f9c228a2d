import CAllocationCount
import Pipeline
import Testing

@Suite struct CoreAllocationTests {
  @Test(.enabled(if: allocation_count_works(), "malloc cannot be counted here"))
  func readingsAllocateNothingInTheSteadyState() {
    var scene = Scene()
    scene.device(silentAfter: 1000, points: [.number(mustChangeWithin: 500), .boolean])
    scene.rule("last", ConditionPlan(predicate: .compare(.last, .above(1e6)), hold: 5), 0)
    scene.rule("average", ConditionPlan(predicate: .compare(.window(.average, 100), .above(1e6))), 0)
    scene.rule("maximum", ConditionPlan(predicate: .compare(.window(.maximum, 100), .above(1e6))), 0)
    scene.rule("rose", ConditionPlan(predicate: .changes(by: 1e6, within: 100)), 0)
    scene.rule("quiet", ConditionPlan(predicate: .quiet(900)), 1)
    scene.rule("fault", ConditionPlan(predicate: .bad([.outOfRange, .silent])), 0)
    let core = scene.core()
    func entries(from start: Int) -> [Entry] {
      var messages: [Scene.Message] = []
      for number in start..<start + 1000 {
        let value = Double(number * 7 % 13)
        let motion = Double(number / 100 % 2)
        messages.append(
          .init(
            at: Int64(number), device: 0, readings: [.init(point: 0, value: value), .init(point: 1, value: motion)]))
      }
      return scene.entries(messages, from: JournalPosition(start))
    }
    let (first, second) = (entries(from: 1), entries(from: 1001))
    first.withUnsafeBufferPointer { core.process($0) }
    let before = allocation_count()
    second.withUnsafeBufferPointer { core.process($0) }
    #expect(allocation_count() - before == 0)
    #expect(core.takeChanges().isEmpty)
  }
}
