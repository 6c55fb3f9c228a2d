import Community
import ConfigFile
import Pipeline
import Rules
import Testing

@Suite struct FaultRulesTests {
  @Test func eachFaultWhereItCanHappen() {
    let plans = FaultRules(site: SmallSite.site).plans()
    func subjects(_ fault: String) -> [[String]] {
      plans.filter { $0.id == fault }.map { $0.instances.map(\.subject) }
    }
    #expect(subjects("device-silent") == [["care-301-env", "care-302-env"]])
    #expect(subjects("device-stuck") == [["care-301-env/temperature"]])
    #expect(subjects("point-out-of-range") == [["care-301-env/temperature"]])
    #expect(subjects("point-fault").flatMap { $0 }.count == SmallSite.site.plan.points.count)
    // Two thresholds, two plans with one id.
    #expect(subjects("battery-low") == [["care-301-env/battery"], ["care-302-env/battery"]])
    #expect(
      plans.filter { $0.id == "battery-low" }.map { $0.conditions.map(\.predicate) } == [
        [.compare(.last, .below(15))], [.compare(.last, .below(20))],
      ])
    #expect(plans.first { $0.id == "device-silent" }?.conditions.map(\.predicate) == [.bad([.silent])])
  }

  @Test func profilesAdjustThem() {
    var builder = SiteBuilder()
    builder.place("a", .district)
    builder.device("x", profile: "p", kind: "k", place: "a", silentAfter: 1000, points: [("t", "temperature", .number)])
    builder.device("y", profile: "q", kind: "k", place: "a", silentAfter: 1000, points: [("t", "temperature", .number)])
    builder.device("z", profile: "r", kind: "k", place: "a", silentAfter: 1000, points: [("t", "temperature", .number)])
    builder.facts[0].faults = [.deviceSilent: FaultSetting(isOff: true)]
    builder.facts[1].faults = [.deviceSilent: FaultSetting(priority: "critical", after: 60_000)]
    let rules = RuleSet([], site: builder.site(), log: ProblemLog())
    let silent = rules.plan.rules.filter { $0.id == "device-silent" }
    #expect(silent.map { $0.instances.map(\.subject) } == [["y"], ["z"]])
    #expect(silent.map { $0.conditions[0].hold } == [60_000, 0])
    #expect(rules.catalogue.traits(of: "device-silent", subject: "y")?.priority == "critical")
    #expect(rules.catalogue.traits(of: "device-silent", subject: "z")?.priority == "medium")
    #expect(rules.catalogue.traits(of: "gone", subject: "z") == nil)
  }
}
