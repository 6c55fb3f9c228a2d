import Pipeline
import Testing

/// The evaluation against the definition, over thousands of random scenes.
@Suite struct OracleTests {
  @Test(arguments: 0..<20) func everyConditionAgreesWithTheDefinition(block: Int) {
    for seed in block * 75..<(block + 1) * 75 { compare(seed: seed, hasPeriods: false) }
  }

  @Test(arguments: 0..<15) func periodsAndClockChangesAgreeWithTheDefinition(block: Int) {
    for seed in block * 70..<(block + 1) * 70 { compare(seed: 1_000_227 - seed, hasPeriods: true) }
  }

  private func compare(seed: Int, hasPeriods: Bool) {
    let random = RandomScene(seed: seed, hasPeriods: hasPeriods)
    let scene = random.scene
    let expected = NaiveOracle(scene.plan, unit: scene.unit).run(random.messages, until: random.end)
    let core = scene.core()
    for entry in scene.entries(random.messages) { core.process(entry) }
    core.advance(to: Timestamp(milliseconds: random.end * scene.unit))
    let changes = core.takeChanges()
    for change in changes { #expect(change.at.milliseconds % scene.unit == 0, "seed \(seed)") }
    let actual = changes.map {
      NaiveOracle.Change(at: $0.at.milliseconds / scene.unit, rule: $0.rule, raised: $0.kind == .raised)
    }
    for rule in scene.plan.rules {
      let (want, got) = (expected.filter { $0.rule == rule.id }, actual.filter { $0.rule == rule.id })
      #expect(got == want, "seed \(seed), \(rule.conditions), inputs \(rule.instances[0].inputs)")
    }
    #expect(actual.map(\.at) == actual.map(\.at).sorted(), "seed \(seed)")
  }
}
