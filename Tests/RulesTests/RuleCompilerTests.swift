import Pipeline
import Rules
import Testing

@Suite struct RuleCompilerTests {
  @Test func theRuleOfTheInterface() throws {
    let (plans, problems) = compile(
      """
      rules:
        - id: care-room-cold
          on: {quantity: temperature, place_kind: care-room}
          when: {below: 16, for: 10m, deadband: 1}
          priority: high
          title: {zh: 房间温度过低, en: Room too cold}
          advice: {zh: 检查暖气和窗户, en: Check heating and windows}
      """)
    #expect(problems == [])
    let plan = try #require(plans.first)
    #expect(plans.count == 1)
    #expect(plan.id == "care-room-cold")
    #expect(plan.conditions.map(\.predicate) == [.compare(.last, .below(16))])
    #expect(plan.conditions[0].hold == 600_000)
    #expect(plan.conditions[0].deadband == 1)
    #expect(plan.instances.map(\.subject) == ["care-301-env/temperature", "care-302-env/temperature"])
    #expect(plan.instances.map(\.place) == [SmallSite.room301, SmallSite.room302])
    #expect(plan.instances.map(\.inputs) == [[[0]], [[4]]])
  }

  @Test(arguments: [
    ("{quantity: temperature}", ["care-301-env/temperature", "care-302-env/temperature", "boiler/flow"]),
    (
      "{quantity: [temperature, relative-humidity], place: hedong/b3/f3/301}",
      ["care-301-env/temperature", "care-301-env/humidity"]
    ),
    ("{point: care-302-env/humidity}", ["care-302-env/humidity"]),
    ("{point: 'care-*/humidity'}", ["care-301-env/humidity", "care-302-env/humidity"]),
    ("{point: humidity}", ["care-301-env/humidity", "care-302-env/humidity"]),
    ("{device: 'care-30*', quantity: battery-level}", ["care-301-env/battery", "care-302-env/battery"]),
    ("{device_kind: boiler, quantity: temperature}", ["boiler/flow"]),
    ("{profile: em300, quantity: temperature, place: [hedong/b3/f3/302]}", ["care-302-env/temperature"]),
    ("{tag: heating, quantity: temperature}", ["boiler/flow"]),
    ("{tag: old, quantity: temperature, place_kind: plant-room}", ["boiler/flow"]),
    ("{place: hedong/b3/plant, quantity: temperature}", ["boiler/flow"]),
  ])
  func selectors(_ on: String, _ subjects: [String]) {
    let (plans, problems) = compile(rule(on: on, when: "{above: 5}"))
    #expect(problems == [])
    #expect(plans.flatMap { $0.instances.map(\.subject) } == subjects)
  }

  static let predicates: [(String, Predicate)] = [
    ("{above: 1.5}", .compare(.last, .above(1.5))),
    ("{below: -3}", .compare(.last, .below(-3))),
    ("{outside: [10, 30]}", .compare(.last, .outside(10, 30))),
    ("{inside: [10, 30]}", .compare(.last, .inside(10, 30))),
    ("{inside: [10, 10]}", .compare(.last, .inside(10, 10))),
    ("{outside: [10, 10]}", .compare(.last, .outside(10, 10))),
    ("{equals: 7}", .compare(.last, .equals(7))),
    ("{not_equals: 7}", .compare(.last, .notEquals(7))),
    ("{average: 12h, below: 18}", .compare(.window(.average, 43_200_000), .below(18))),
    ("{rate_per_hour: 30m, outside: [1, 2]}", .compare(.window(.ratePerHour, 1_800_000), .outside(1, 2))),
    ("{count: 1d, equals: 0}", .compare(.window(.count, 86_400_000), .equals(0))),
    ("{changes: {by: -5, within: 10m}}", .changes(by: -5, within: 600_000)),
    ("{quiet: 12h}", .quiet(43_200_000)),
    ("{silent: 2h}", .silent(7_200_000)),
    ("{stuck: 6h}", .stuck(21_600_000)),
  ]

  @Test(arguments: predicates)
  func predicate(_ when: String, _ expected: Predicate) {
    let (plans, problems) = compile(rule(when: when))
    #expect(problems == [])
    #expect(plans.first?.conditions.map(\.predicate) == [expected])
  }

  @Test func timing() throws {
    let (plans, problems) = compile(
      rule(
        when:
          #"{above: 5, for: 90s, clear_for: 5m, deadband: 0.5, during: {from: 22:00, to: "06:30", days: [sat, sun]}}"#))
    #expect(problems == [])
    let condition = try #require(plans.first?.conditions.first)
    #expect(condition.hold == 90_000)
    #expect(condition.clearHold == 300_000)
    #expect(condition.deadband == 0.5)
    #expect(condition.during == DuringPlan(from: 1320, to: 390, days: 0b110_0000))
  }

  @Test func wordsBecomeTheNumbersOfEachProfile() throws {
    let (plans, problems) = compile(rule(on: "{quantity: mode}", when: "{equals: heat, for: 1h}"))
    #expect(problems == [])
    #expect(plans.map(\.id) == ["r", "r"])
    #expect(plans.map { $0.conditions[0].predicate } == [.compare(.last, .equals(2)), .compare(.last, .equals(0))])
    #expect(plans.map { $0.instances.map(\.subject) } == [["boiler/mode"], ["boiler-2/mode"]])
    // A name that only one of them has is never true at the other.
    let (eco, _) = compile(rule(on: "{quantity: mode}", when: "{not_equals: eco}"))
    #expect(
      eco.map { $0.conditions[0].predicate } == [.compare(.last, .notEquals(1)), .compare(.last, .notEquals(-1))])
  }

  @Test(arguments: [
    ("true", 1.0), ("open", 1), ("on", 1), ("1", 1), ("false", 0), ("closed", 0), ("off", 0), ("No", 0),
  ])
  func wordsOfBooleans(_ word: String, _ value: Double) {
    let (plans, problems) = compile(rule(on: "{quantity: open}", when: "{equals: \(word)}"))
    #expect(problems == [])
    #expect(plans.first?.conditions[0].predicate == .compare(.last, .equals(value)))
  }

  @Test func conditionsJoinInTheRoom() throws {
    let (plans, problems) = compile(
      rule(
        on: "{place_kind: care-room}",
        when:
          "{all: [{on: {quantity: open}, equals: true}, {not: {on: {quantity: temperature}, above: 16, for: 5m}}], for: 10m}",
        more: "per: room"))
    #expect(problems == [])
    let plan = try #require(plans.first)
    #expect(
      plan.conditions.map(\.predicate) == [
        .compare(.last, .equals(1)), .compare(.last, .above(16)), .not(1), .all([0, 2]),
      ])
    #expect(plan.conditions.map(\.hold) == [0, 300_000, 0, 600_000])
    #expect(plan.instances.map(\.subject).sorted() == [SmallSite.room301, SmallSite.room302])
    let first = try #require(plan.instances.first { $0.subject == SmallSite.room301 })
    #expect(first.inputs == [[3], [0], [], []])
    #expect(first.place == SmallSite.room301)
  }

  @Test func withoutPerOneKindOfDeviceJoinsByDevice() {
    let (plans, problems) = compile(
      rule(
        on: nil,
        when:
          "{all: [{on: {quantity: relative-humidity}, above: 80}, {on: {quantity: temperature, device_kind: room-climate}, below: 16}]}"
      ))
    #expect(problems == [])
    #expect(plans.first?.instances.map(\.subject) == ["care-301-env", "care-302-env"])
    #expect(plans.first?.instances.map(\.place) == [SmallSite.room301, SmallSite.room302])
  }

  @Test func conditionsOverTheSamePointsJoinByPoint() {
    let (plans, problems) = compile(rule(when: "{any: [{above: 40}, {below: 5, for: 1h}]}"))
    #expect(problems == [])
    #expect(
      plans.first?.instances.map(\.subject) == ["care-301-env/temperature", "care-302-env/temperature", "boiler/flow"])
    #expect(plans.first?.instances.first?.inputs == [[0], [0], []])
  }

  @Test func aPlaceNeedsAllOfAllAndOneOfAny() {
    let parts = "[{on: {quantity: temperature}, below: 16}, {on: {quantity: open}, equals: open}]"
    let (all, _) = compile(rule(on: nil, when: "{all: \(parts)}", more: "per: room"))
    #expect(all.first?.instances.map(\.subject) == [SmallSite.room301, SmallSite.room302])
    let (any, _) = compile(rule(on: nil, when: "{any: \(parts)}", more: "per: room"))
    #expect(any.first?.instances.map(\.subject) == [SmallSite.room301, SmallSite.room302, SmallSite.plant])
    #expect(any.first?.instances.last?.inputs == [[9], [], []])
  }

  @Test(arguments: [
    ("device", ["care-301-env", "care-302-env", "boiler"], [SmallSite.room301, SmallSite.room302, SmallSite.plant]),
    (
      "place", [SmallSite.room301, SmallSite.room302, SmallSite.plant],
      [SmallSite.room301, SmallSite.room302, SmallSite.plant]
    ),
    ("floor", ["hedong/b3/f3"], ["hedong/b3/f3"]),
    ("building", ["hedong/b3"], ["hedong/b3"]),
    ("district", ["hedong"], ["hedong"]),
  ])
  func grouping(_ per: String, _ subjects: [String], _ places: [String]) {
    let (plans, problems) = compile(rule(when: "{average: 1h, below: 16}", more: "per: \(per)"))
    #expect(problems == [])
    #expect(plans.first?.instances.map(\.subject) == subjects)
    #expect(plans.first?.instances.map(\.place) == places)
  }

  @Test func innerKeysWin() {
    let (plans, _) = compile(
      rule(
        on: "{quantity: temperature, place: hedong/b3/f3/301}",
        when: "{any: [{above: 30}, {on: {place: hedong/b3/f3/302}, below: 5}]}", more: "per: floor"))
    #expect(plans.first?.instances.map(\.inputs) == [[[0], [4], []]])
  }

  @Test func disabledRulesAreCheckedButNotRun() {
    let (plans, problems) = compile(rule(on: "{quantity: temperatur}", when: "{above: 5}", more: "enabled: false"))
    #expect(plans.isEmpty)
    #expect(problems == ["rules/a.yaml:3:20: error: unknown quantity \"temperatur\"; did you mean \"temperature\"?"])
    #expect(compile(rule(when: "{above: 5}", more: "enabled: false")).plans.isEmpty)
  }
}
