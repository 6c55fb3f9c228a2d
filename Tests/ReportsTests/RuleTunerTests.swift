import Community
import ConfigFile
import Foundation
import Pipeline
import Reports
import Rules
import TestSupport
import Testing

/// Variants of a rule on a tape whose alerts can be counted by hand.
@Suite struct RuleTunerTests {
  private static let profile = """
    profile: t
    kind: sensor
    topic: t/{device}
    format: json
    interval: 1m
    points:
      temperature: {from: /v, quantity: temperature, unit: Cel}
    """
  private static let rule = """
    rules:
      - id: hot
        on: {quantity: temperature}
        when: {above: 20, for: 2m}
        priority: low
        title: hot
    """

  /// A value a minute: 3 minutes hot, 1 minute hot, 10 minutes hot, and a wobble around the threshold.
  private static let values = [
    10, 25, 25, 25, 10, 25, 10, 25, 25, 25, 25, 25, 25, 25, 25, 25, 25, 10, 20.5, 19.9, 20.5, 19.9, 20.5, 10,
  ]

  private func rows(
    holds: [Int64] = [], deadbands: [Double] = [], thresholds: [Double] = [], values: [Double] = Self.values
  ) throws -> [RuleTuner.Row] {
    let log = ProblemLog()
    let folder = try TemporaryDirectory()
    let tape = folder.path + "/tape.jsonl"
    var text = ""
    for (minute, value) in values.enumerated() {
      let time = Timestamp(milliseconds: 1_767_225_600_000 + Int64(minute) * 60_000).rfc3339
      text += "{\"tst\":\"\(time)\",\"topic\":\"t/a\",\"payload\":{\"v\":\(value)}}\n"
    }
    try text.write(toFile: tape, atomically: true, encoding: .utf8)
    let library = ProfileLibrary(
      [ConfigReader.parse(Self.profile, file: "t.yaml", log: log).flatMap { ProfileReader.read($0, log: log) }]
        .compactMap { $0 })
    let places = try #require(ConfigReader.parse("places: [{id: p, level: room}]", file: "places.yaml", log: log))
    let tree = PlaceTreeReader.read(places, log: log)
    let devices = try #require(
      ConfigReader.parse("devices: [{id: a, profile: t, place: p, match: {device: a}}]", file: "devices.yaml", log: log)
    )
    let community = CommunityModel(
      places: tree, library: library, devices: DeviceReader.read(devices, places: tree, library: library, log: log))
    let node = try #require(ConfigReader.parse(Self.rule, file: "rules.yaml", log: log))
    let rule = try #require(RuleReader.read(node, log: log).first)
    let variants = RuleVariant.all(of: rule, holds: holds, deadbands: deadbands, thresholds: thresholds)
    let tuner = RuleTuner(variants, site: Site(community: community, zone: .utc), log: log)
    #expect(!log.hasErrors)
    return try tuner.run([tape]) { _, _, problem in Issue.record("\(problem)") }
  }

  @Test func asItIs() throws {
    let row = try #require(try rows().first)
    #expect(row.knob == nil)
    #expect(row.alerts == 2)
    #expect(row.subjects == 1)
    #expect(row.active == 60_000 + 8 * 60_000)
  }

  @Test func holds() throws {
    let rows = try rows(holds: [0, 5 * 60_000, 3_600_000]).filter { $0.knob == .hold }
    #expect(rows.map(\.alerts) == [6, 1, 0])
  }

  @Test func deadbands() throws {
    let rows = try rows(holds: [0], deadbands: [1]).filter { $0.knob == .deadband }
    #expect(rows.map(\.alerts) == [2])
  }

  @Test func thresholds() throws {
    let rows = try rows(thresholds: [30, 5]).filter { $0.knob == .threshold }
    #expect(rows.map(\.alerts) == [0, 1])
  }

  /// What is still active counts until the last message, whatever else is tried beside it.
  @Test(arguments: [[300_000], [120_000], [3_600_000]] as [[Int64]])
  func stillActiveAtTheEnd(holds: [Int64]) throws {
    let row = try #require(try rows(holds: holds, values: [10] + Array(repeating: 25, count: 20)).first)
    // Hot from the first minute on, raised at the third, heard of until the twentieth.
    #expect(row.alerts == 1 && row.active == 17 * 60_000)
  }

  @Test func aTapeWithoutAMessageHasNoRows() throws {
    #expect(try rows(values: []).isEmpty)
  }

  @Test func theUsualStepsLeaveTheRuleItselfOut() throws {
    let rows = try rows()
    #expect(
      rows.map(\.knob) == [nil] + Array(repeating: .hold, count: 5) + Array(repeating: .deadband, count: 4)
        + Array(repeating: .threshold, count: 4))
  }
}
