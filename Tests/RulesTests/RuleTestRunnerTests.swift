import Community
import ConfigFile
import Pipeline
import Rules
import Testing

@Suite struct RuleTestRunnerTests {
  static let rules = """
    rules:
      - id: care-room-cold
        on: {quantity: temperature, place_kind: care-room}
        when: {below: 16, for: 10m, deadband: 1}
      - id: door-left-open
        on: {quantity: open}
        when: {equals: open, for: 5m}
      - id: boiler-off
        on: {point: boiler/mode}
        when: {equals: off}
      - id: flow-of-ten
        on: {point: boiler/flow}
        when: {inside: [10, 10], deadband: 0.5}
      - id: boiler-in-use
        on: {point: boiler-2/mode}
        when: {equals: in use}
      - id: boiler-aux
        on: {point: boiler-2/mode}
        when: {equals: aux1}
      - id: call
        on: {quantity: pressed}
        when: {equals: true}
    """

  /// What people see of one test: its text, or what is wrong with it.
  static func run(_ lines: String, in language: Language = .en) -> String {
    let log = ProblemLog()
    var results: [String] = []
    if let root = ConfigReader.parse(rules, file: "rules.yaml", log: log) {
      let set = RuleSet(RuleReader.read(root, log: log), site: SmallSite.site, log: log)
      let runner = RuleTestRunner(set, log: log)
      let yaml = "tests:\n  - name: t\n    start: 2026-01-05T03:00:00+08:00\n" + lines
      if let file = ConfigReader.parse(yaml, file: "t.yaml", log: log) {
        results = RuleTestReader.read(file, at: set.site, log: log).compactMap { runner.run($0)?.text(in: language) }
      }
    }
    return (log.problems.map { $0.text(in: language) } + results).joined(separator: "\n")
  }

  static let cold = "    readings: [{point: care-301-env/temperature, every: 1m, values: 18 15x15 17.5 18}]\n"

  @Test func theTestOfTheInterface() {
    #expect(
      Self.run(
        Self.cold
          + """
              expect:
                - {at: 11m, raised: care-room-cold, subject: care-301-env/temperature}
                - {at: 16m, cleared: care-room-cold}
          """) == "ok  t")
  }

  @Test func wrongTimesShowBothSides() {
    #expect(
      Self.run(
        Self.cold
          + """
              expect:
                - {at: 10m, raised: care-room-cold, subject: care-301-env/temperature}
          """) == """
          FAILED  t  (t.yaml:2)
            - expected  10m  raised  care-room-cold  care-301-env/temperature  (t.yaml:6)
            + got  11m  raised  care-room-cold  care-301-env/temperature  15
            + got  16m  cleared  care-room-cold  care-301-env/temperature  17.5
          """)
  }

  @Test func everythingIsSaidInChineseToo() {
    #expect(
      Self.run(Self.cold + "    expect: [{at: 11m, raised: care-room-cold}]\n", in: .zh) == """
        失败  t  (t.yaml:2)
          + 实际  16m  cleared  care-room-cold  care-301-env/temperature  17.5
        """)
    #expect(
      Self.run("    readings: [{point: boiler/mode, values: heet}]\n", in: .zh)
        == "t.yaml:4:24: error: “heet”不是“boiler/mode”的值，它的值应为以下之一：off、eco、heat")
  }

  @Test func nothingExpectedAllowsNothing() {
    #expect(
      Self.run(Self.cold) == """
        FAILED  t  (t.yaml:2)
          + got  11m  raised  care-room-cold  care-301-env/temperature  15
          + got  16m  cleared  care-room-cold  care-301-env/temperature  17.5
        """)
    // Rules that are not named may do what they like, and silence is an expectation.
    #expect(Self.run(Self.cold + "    expect: [{silent: door-left-open}]\n") == "ok  t")
    #expect(
      Self.run(Self.cold + "    expect: [{silent: care-room-cold, subject: care-302-env/temperature}]\n") == "ok  t")
    #expect(
      Self.run(Self.cold + "    expect: [{silent: care-room-cold, subject: care-301-env/temperature}]\n")
        .hasPrefix("FAILED"))
  }

  @Test func seriesAreMergedAndTimersFireUntilTheLastExpectation() {
    #expect(
      Self.run(
        """
            readings:
              - {point: care-301-door/door, at: 2m, values: open}
              - {point: care-302-door/door, from: 1m, every: 2m, values: [open, closed, true]}
              - {point: boiler/mode, every: 1m, values: eco _ off heat}
              - {point: button-301/press, at: 3m, values: on}
            expect:
              - {at: 7m, raised: door-left-open, subject: care-301-door/door}
              - {at: 10m, raised: door-left-open, subject: care-302-door/door, value: 1}
              - {at: 2m, raised: boiler-off}
              - {at: 3m, cleared: boiler-off}
              - {at: 3m, raised: call}
              - {at: 3m, cleared: call}
        """ + "\n") == "ok  t")
  }

  @Test func badReadingsAndDeviceFaults() {
    #expect(
      Self.run(
        """
            readings:
              - {point: care-301-env/temperature, every: 1m, values: "15x5 !sensor-faultx2 15x20"}
              - {point: care-302-env/temperature, at: 0s, values: 20}
            until: 40m
            expect:
              - {at: 5m, raised: point-fault, subject: care-301-env/temperature}
              - {at: 7m, cleared: point-fault}
              - {at: 12m, raised: care-room-cold}
              - {at: 30m, raised: device-silent, subject: care-302-env}
        """ + "\n") == "ok  t")
  }

  @Test func aValueOutOfRangeIsBad() {
    #expect(
      Self.run(
        """
            readings: [{point: care-301-env/temperature, every: 1m, values: 20 -41 20}]
            expect:
              - {at: 1m, raised: point-out-of-range, value: -41}
              - {at: 2m, cleared: point-out-of-range}
        """ + "\n") == "ok  t")
  }

  @Test func aStateMayLookLikeARepetitionOrHaveASpace() {
    #expect(
      Self.run(
        """
            readings:
              - {point: boiler-2/mode, every: 1m, values: [heat, "in use", aux1, off]}
              - {point: boiler-2/mode, from: 5m, every: 1m, values: aux1 off}
            expect:
              - {at: 1m, raised: boiler-in-use}
              - {at: 2m, cleared: boiler-in-use}
              - {at: 2m, raised: boiler-aux}
              - {at: 3m, cleared: boiler-aux}
              - {at: 5m, raised: boiler-aux}
              - {at: 6m, cleared: boiler-aux}
        """ + "\n") == "ok  t")
  }

  /// A closed range of one value holds that value.
  @Test func aRangeOfOneValue() {
    #expect(
      Self.run(
        """
            readings: [{point: boiler/flow, every: 1m, values: 9.9 10 10.5 10.6 9 10 9.4}]
            expect:
              - {at: 1m, raised: flow-of-ten, value: 10}
              - {at: 3m, cleared: flow-of-ten}
              - {at: 5m, raised: flow-of-ten}
              - {at: 6m, cleared: flow-of-ten}
        """ + "\n") == "ok  t")
  }

  static let mistakes: [(String, String)] = [
    (
      "    readings: [{point: care-301-env/temperatur, values: 1}]\n",
      #"t.yaml:4:24: error: unknown point "care-301-env/temperatur"; did you mean "care-301-env/temperature"?"#
    ),
    (
      "    readings: [{point: boiler/mode, values: heet}]\n",
      #"t.yaml:4:24: error: "heet" is no value of "boiler/mode", which is one of off, eco, heat"#
    ),
    (
      "    readings: [{point: boiler/flow, values: warm}]\n",
      #"t.yaml:4:24: error: "warm" is no value of "boiler/flow", which is a number"#
    ),
    (
      "    expect: [{at: 1m, raised: care-room-colt}]\n",
      #"t.yaml:4:14: error: unknown rule "care-room-colt", or one that selects nothing; did you mean "care-room-cold"?"#
    ),
    (
      "    expect: [{at: 1m, raised: call, subject: button-31/press}]\n",
      #"t.yaml:4:14: error: rule "call" does not watch "button-31/press"; did you mean "button-301/press"?"#
    ),
  ]

  @Test(arguments: mistakes)
  func mistake(_ lines: String, _ problem: String) { #expect(Self.run(lines) == problem) }
}
