import Community
import ConfigFile
import Pipeline
import Testing

@testable import Rules

/// Every rule is found by its id, whatever the order in which the files name them.
@Suite struct RuleCatalogueTests {
  private func rule(_ id: String, enabled: Bool = true) -> Rule {
    Rule(
      id: id, location: .init(file: ""), on: Selector(), per: nil,
      condition: Condition(test: .quiet(1), key: "quiet", location: .init(file: "")),
      traits: RuleTraits(priority: "high", title: LocalizedText(zh: id, en: id)), enabled: enabled)
  }

  @Test(arguments: [0, 1, 2, 3, 100, 257])
  func eachIsFoundByItsId(count: Int) {
    let ids = (0..<count).map { "rule-\(($0 * 37) % 1_000)" }
    let catalogue = RuleCatalogue(ids.map { rule($0) } + [rule("off", enabled: false)])
    for id in ids { #expect(catalogue[id]?.title == LocalizedText(zh: id, en: id)) }
    for id in ["", "off", "rule", "rule-1000", "z", "气"] { #expect(catalogue[id] == nil, "\(id)") }
    #expect(catalogue[BuiltInFault.allCases[0].rawValue] == BuiltInFault.allCases[0].traits)
    #expect(catalogue.ids == (ids + BuiltInFault.allCases.map(\.rawValue)).sorted())
  }

  /// What somebody presses for is told apart from what a rule finds, also of buttons, and from what looks at other things as well.
  @Test(arguments: [
    ("on: {quantity: pressed}, when: {equals: true}", true),
    ("on: {point: button-301/press}, when: {equals: true}", true),
    ("on: {quantity: pressed}, when: {quiet: 30d}", false),
    ("on: {device: [button-301, care-301-door]}, when: {equals: true}", false),
    ("on: {quantity: open}, when: {equals: true}", false),
    ("per: room, when: {all: [{on: {quantity: pressed}, equals: true}, {on: {quantity: open}, equals: true}]}", false),
  ])
  func aPressIsRaisedByHand(rule: String, isManual: Bool) throws {
    let log = ProblemLog()
    let root = try #require(ConfigReader.parse("rules:\n- {id: r, \(rule)}", file: "rules/a.yaml", log: log))
    let rules = RuleSet(RuleReader.read(root, log: log), site: SmallSite.site, log: log)
    #expect(log.problems.isEmpty && !rules.plan.rules.filter { $0.id == "r" }.isEmpty, "\(log.problems)")
    #expect(rules.catalogue["r"]?.isManual == isManual)
    #expect(rules.catalogue.traits(of: "r", subject: "button-301/press")?.isManual == isManual)
    for fault in BuiltInFault.allCases { #expect(rules.catalogue[fault.rawValue]?.isManual == false) }
  }

  /// A rule of one's own may have the name of a built-in fault: it is the one that speaks.
  @Test func ownRulesComeBeforeBuiltInFaults() {
    let name = BuiltInFault.allCases[0].rawValue
    let catalogue = RuleCatalogue([rule(name)])
    #expect(catalogue[name]?.title == LocalizedText(zh: name, en: name))
    #expect(catalogue.ids.count(where: { $0 == name }) == 1)
  }
}
