import Community
import ConfigFile
import Foundation
import Pipeline
import Rules
import Testing

/// The rules of the example community compile without a word, every one of them watches something, and its own rule tests
/// pass.
@Suite struct ExampleRulesTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let config = root.appendingPathComponent("config").path

  private static func load(_ log: ProblemLog) -> RuleSet {
    let installed = root.appendingPathComponent("devices").path
    let community = CommunityModel.load(directory: config, installed: [installed], log: log)
    return RuleSet.load(
      directory: config, community: community, zone: LocalTimeTable(named: "Asia/Shanghai") ?? .utc, log: log)
  }

  @Test func allRulesWatchSomething() {
    let log = ProblemLog()
    let set = Self.load(log)
    #expect(log.problems.map(\.description) == [])
    #expect(set.rules.count > 20)
    #expect(Set(set.rules.filter(\.enabled).map(\.id)).isSubset(of: Set(set.plan.rules.map(\.id))))
    #expect(set.plan.rules.allSatisfy { !$0.instances.isEmpty })
  }

  @Test func ruleTestsPass() throws {
    let folder = Self.config + "/tests"
    let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".yaml") }
    let log = ProblemLog()
    let set = Self.load(log)
    let runner = RuleTestRunner(set, log: log)
    for file in files.sorted() {
      for test in RuleTestReader.load("\(folder)/\(file)", at: set.site, log: log) {
        let result = try #require(runner.run(test))
        #expect(result.passed, "\(result.text(in: .en))")
      }
    }
    #expect(log.problems.map(\.description) == [])
  }
}
