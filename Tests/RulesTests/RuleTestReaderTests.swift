import ConfigFile
import Pipeline
import Rules
import Testing

@Suite struct RuleTestReaderTests {
  static func read(_ yaml: String, at site: Site = SmallSite.site) -> (tests: [RuleTest], problems: [String]) {
    let log = ProblemLog()
    let root = ConfigReader.parse(yaml, file: "t.yaml", log: log)
    return (root.map { RuleTestReader.read($0, at: site, log: log) } ?? [], log.problems.map(\.description))
  }

  @Test func valuesAreCountedAndMayBeMissing() throws {
    let (tests, problems) = Self.read(
      """
      tests:
        - name: a
          start: 2026-01-05T03:00:00+08:00
          readings:
            - {point: a/t, every: 1m, values: "18 15x15 _×2 fix2x !sensor-fault -0.5x2"}
            - {point: a/u, at: 5m, values: open}
            - {point: a/v, from: 90s, every: 10s, values: [1, 2x3]}
          expect:
            - {at: 11m, raised: r, subject: a/t, value: 15}
            - {at: 16m, cleared: r}
            - {silent: q}
      """)
    #expect(problems == [])
    let test = try #require(tests.first)
    #expect(test.start == Timestamp(rfc3339: "2026-01-04T19:00:00Z"))
    #expect(
      test.series[0].values.map(\.value) == [
        .text("18"), .text("15"), .none, .text("fix2x"), .bad(.sensorFault), .text("-0.5"),
      ])
    #expect(test.series[0].values.map(\.count) == [1, 15, 2, 1, 1, 2])
    #expect(test.series.map(\.from) == [0, 300_000, 90_000])
    #expect(test.series[2].values.map(\.count) == [1, 3])
    #expect(test.expectations.map(\.at) == [660_000, 960_000, nil])
    #expect(test.expectations.map(\.kind) == [.change(.raised), .change(.cleared), .silent])
    #expect(test.expectations[0].value == 15)
  }

  /// A name of the point's set comes before anything else that it looks like.
  @Test(arguments: [
    ("idle aux1", ["idle", "aux1"], [1, 1]), ("aux1x2 box2×3", ["aux1", "box2"], [2, 3]),
    (#"[bo, box2, "in use", in use×2]"#, ["bo", "box2", "in use", "in use"], [1, 1, 1, 2]),
    (#"["idle aux1", in use bo]"#, ["idle", "aux1", "in", "use", "bo"], [1, 1, 1, 1, 1]),
    ("in use", ["in", "use"], [1, 1]), (#""box02 boxx2""#, ["bo", "box"], [2, 2]),
  ])
  func namesOfThePoint(_ values: String, _ texts: [String], _ counts: [Int]) throws {
    var builder = SiteBuilder()
    let names = ["idle", "in use", "aux1", "bo", "box2", "box"]
    builder.device("m", profile: "m", kind: "m", place: "d", points: [("mode", "state", .named(names))])
    let (tests, problems) = Self.read(
      "tests: [{name: a, start: 2026-01-05T03:00:00Z, readings: [{point: m/mode, every: 1m, values: \(values)}]}]",
      at: builder.site())
    #expect(problems == [])
    let series = try #require(tests.first?.series.first)
    #expect(series.values.map(\.value) == texts.map { .text($0) })
    #expect(series.values.map(\.count) == counts)
  }

  static let mistakes: [(String, String)] = [
    (
      "{name: a, start: 2026-01-05 03:00}",
      #"t.yaml:2:22: error: start: expected a time with offset, found "2026-01-05 03:00"; e.g. 2026-01-05T03:00:00+08:00"#
    ),
    ("{start: 2026-01-05T03:00:00Z}", #"t.yaml:2:5: error: missing "name""#),
    (
      "{name: a, start: 2026-01-05T03:00:00Z, readings: [{point: a, values: 1 2}]}",
      #"t.yaml:2:55: error: missing "every": how far apart are the values?"#
    ),
    (
      "{name: a, start: 2026-01-05T03:00:00Z, readings: [{point: a, every: 1s, values: 1x0}]}",
      #"t.yaml:2:85: error: values: "1x0" repeats too often or not at all"#
    ),
    (
      "{name: a, start: 2026-01-05T03:00:00Z, readings: [{point: a, every: 1s, values: \"!odd\"}]}",
      #"t.yaml:2:85: error: values: unknown quality "!odd"; known: !out-of-range, !not-a-number, !sensor-fault, !undecodable"#
    ),
    (
      "{name: a, start: 2026-01-05T03:00:00Z, expect: [{at: 1m}]}",
      "t.yaml:2:53: error: expect: give exactly one of raised, cleared, silent"
    ),
    ("{name: a, start: 2026-01-05T03:00:00Z, expect: [{raised: r}]}", #"t.yaml:2:53: error: missing "at""#),
    (
      "{name: a, start: 2026-01-05T03:00:00Z, expect: [{at: 1m, silent: r}]}",
      #"t.yaml:2:58: error: "silent" holds for the whole test: leave out "at""#
    ),
    (
      "{name: a, start: 2026-01-05T03:00:00Z, expct: []}",
      #"t.yaml:2:44: error: unknown key "expct"; did you mean "expect"?"#
    ),
  ]

  @Test(arguments: mistakes)
  func mistake(_ test: String, _ problem: String) {
    let (tests, problems) = Self.read("tests:\n  - \(test)\n")
    #expect(tests.isEmpty)
    #expect(problems == [problem])
  }
}
