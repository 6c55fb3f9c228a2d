import Community
import ConfigFile
import Pipeline
import Rules
import Testing

/// `linli rules test config/tests/*.yaml`, and that no rule is without a test.
@Suite("Rule tests of the example")
struct ExampleRuleTests {
  static let files = ["care", "safety", "plant", "parking", "yard"]

  @Test("Every test passes", arguments: files)
  func passes(file: String) {
    let example = ExampleCommunity()
    let site = Site(community: example.community, zone: ExampleCommunity.zone)
    let set = RuleSet(example.rules, site: site, log: example.log)
    let runner = RuleTestRunner(set, log: example.log)
    let tests = RuleTestReader.load("\(ExampleCommunity.config)/tests/\(file).yaml", at: site, log: example.log)
    #expect(example.problems.isEmpty)
    #expect(tests.count >= 10)
    for test in tests {
      guard let result = runner.run(test) else {
        Issue.record("\(test.name): \(example.problems)")
        continue
      }
      #expect(result.passed, "\(result.text(in: .en))")
    }
  }

  @Test("Every rule is seen to raise, to clear and to keep quiet")
  func everyRuleIsTested() {
    let example = ExampleCommunity()
    let site = Site(community: example.community, zone: ExampleCommunity.zone)
    let tests = Self.files.flatMap {
      RuleTestReader.load("\(ExampleCommunity.config)/tests/\($0).yaml", at: site, log: example.log)
    }
    let expectations = tests.flatMap(\.expectations)
    for rule in example.rules {
      let kinds = expectations.filter { $0.rule == rule.id }.map(\.kind)
      #expect(kinds.contains(.change(.raised)), "\(rule.id) is never raised")
      #expect(kinds.contains(.change(.cleared)), "\(rule.id) is never cleared")
      #expect(kinds.contains(.silent), "\(rule.id) has no near miss")
    }
  }
}
