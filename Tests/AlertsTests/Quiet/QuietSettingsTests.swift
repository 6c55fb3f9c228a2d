// What alerts.yaml says about keeping quiet, right and wrong.
import Community
import ConfigFile
import Foundation
import Pipeline
import Testing

@testable import Alerts

@Suite struct QuietSettingsTests {
  private func read(_ yaml: String) -> (QuietSettings, [String]) {
    let log = ProblemLog()
    let settings = AlertSettings.read(ConfigReader.parse(yaml, file: "alerts.yaml", log: log), log: log)
    return (settings.quiet, log.sorted.map(\.description))
  }

  @Test func withoutAFileThereAreDefaults() {
    let settings = AlertSettings.read(nil, log: ProblemLog()).quiet
    #expect(settings.damping == DampingSettings() && settings.inhibit.map(\.id) == ["broker-away", "gateway-silent"])
    #expect(settings.maintenance.isEmpty && !settings.isGiven && settings.limits == QuietLimits())
  }

  @Test func everythingCanBeSaid() {
    let (settings, problems) = read(
      """
      inhibit:
      - {id: power, source: {rule: supply-lost}, target: {rule: [device-silent, lift-*], up_to: medium}, within: building, wait: 30s, grace: 5m, reason: {zh: 断电, en: power cut}}
      maintenance:
      - {id: lift, place: d/y, device: lift-1, days: [tue], from: "09:00", to: "11:00", reason: 保养, critical: true}
      damp: {raises: 4, within: 2m, calm: 10m, fleeting: off}
      longest: {silence: 1d, maintenance: 14d, away: 90d, shelf: 12h}
      """)
    #expect(problems == [])
    let rule = settings.inhibit[0]
    #expect(rule.within == .level(.building) && rule.wait == 30_000 && rule.grace == 300_000)
    #expect(rule.target == AlertMatcher(rules: ["device-silent", "lift-*"], upTo: .medium))
    #expect(settings.maintenance[0].critical && settings.maintenance[0].days == 2)
    #expect(settings.damping?.raises == 4 && settings.damping?.fleeting == nil && settings.isGiven)
    #expect(settings.limits.silence == 86_400_000 && settings.shelf == 12 * 3_600_000)
  }

  @Test(arguments: [
    ("inhibit: [{id: x, source: {}, target: {rule: a}, within: room}]", "1:27: error: the source matches every alert"),
    ("inhibit: [{id: x, source: {rule: a}, target: {}, within: rom}]", "did you mean \"room\"?"),
    ("inhibit: [{id: broker-away, source: {rule: a}, target: {}, within: room}]", "one of Linli's own"),
    ("maintenance: [{id: w, days: [mon], from: \"1:00\", to: \"2:00\", reason: x}]", "maintenance needs a place"),
    ("maintenance: [{id: w, place: d, days: [mno], from: \"1:00\", to: \"2:00\", reason: x}]", "did you mean \"mon\"?"),
    ("maintenance: [{id: w, place: d, from: \"25:00\", to: \"2:00\", reason: x}]", "expected a time like"),
    ("maintenance: [{id: w, place: d, from: \"5:00\", to: \"2:00\"}]", "missing \"reason\""),
    ("damp: {raise: 3}", "did you mean \"raises\"?"), ("longest: {silence: 90d}", "90d is not between 1m and 31d"),
    ("silences: []", "unknown key"),
  ])
  func mistakesAreNamed(yaml: String, part: String) {
    let problems = read(yaml).1
    #expect(problems.contains { $0.contains(part) }, "\(problems)")
  }

  /// The JSON Schema that editors complete from names the same keys.
  @Test func theSchemaKnowsTheKeys() throws {
    let file = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("docs/schema/alerts.schema.json")
    let schema = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    func keys(_ path: String...) -> Set<String> {
      let found = path.reduce(schema as Any?) { value, step in
        Int(step).map { (value as? [Any])?[$0] } ?? (value as? [String: Any])?[step]
      }
      return Set((found as? [String: Any] ?? [:]).keys)
    }
    #expect(keys("properties") == Set(AlertSettings.keys))
    #expect(keys("properties", "inhibit", "items", "properties") == Set(QuietSettings.inhibitKeys))
    #expect(keys("$defs", "matcher", "properties") == Set(QuietSettings.matcherKeys))
    #expect(keys("properties", "maintenance", "items", "properties") == Set(QuietSettings.maintenanceKeys))
    #expect(keys("$defs", "damp", "properties") == Set(QuietSettings.dampKeys))
    #expect(keys("$defs", "fleeting", "properties") == Set(QuietSettings.fleetingKeys))
    #expect(keys("properties", "longest", "properties") == Set(QuietSettings.longestKeys))
  }
}
