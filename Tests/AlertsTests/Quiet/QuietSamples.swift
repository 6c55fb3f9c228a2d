// Alerts with a rule, a device and a place of their own, and what keeps them quiet, for the tests of this folder.
import Community
import ConfigFile
import Pipeline
import Testing

@testable import Alerts

enum QuietSample {
  static let places = """
    places:
    - id: d
      level: district
      places:
      - id: y
        level: compound
        places:
        - {id: b1, level: building, places: [{id: "101", level: room, care: {profile: lives-alone}}, {id: plant, level: floor}]}
        - {id: b2, level: building, places: [{id: "201", level: room}]}
    """

  static func site(gateways: [String: String] = [:]) -> QuietSite {
    let log = ProblemLog()
    let node = ConfigReader.parse(places, file: "places.yaml", log: log)
    let tree = node.map { PlaceTreeReader.read($0, log: log) } ?? .empty
    #expect(log.problems.map(\.description) == [])
    return QuietSite(places: tree, gateways: gateways)
  }

  static func settings(_ yaml: String, zone: LocalTimeTable = DutySample.shanghai) -> QuietSettings {
    let log = ProblemLog()
    let settings = AlertSettings.read(ConfigReader.parse(yaml, file: "alerts.yaml", log: log), zone: zone, log: log)
    #expect(log.problems.map(\.description) == [])
    return settings.quiet
  }

  /// Of `alerts.yaml`; without a word about damping there is none.
  static func policy(_ yaml: String, gateways: [String: String] = [:]) -> QuietPolicy {
    QuietPolicy(
      settings: settings(yaml.contains("damp:") ? yaml : yaml + "\ndamp: off"), site: site(gateways: gateways))
  }
}

extension AlertBook {
  mutating func happen(
    _ kind: ConditionChange.Kind, _ rule: String, _ subject: String, _ place: String = "d/y/b1/101", at seconds: Int64,
    _ priority: Priority = .high, audience: [String] = [], lane: String = "main", away: Bool = false
  ) -> [AlertEvent] {
    var traits = traits(priority)
    traits.audience = audience
    traits.quietWhenAway = away
    let change = ConditionChange(
      kind: kind, rule: rule, subject: subject, place: place, at: moment(seconds), noticedAt: moment(seconds),
      value: nil, unit: "", point: nil, position: 1, ordinal: 0)
    return advance(to: moment(seconds)) + apply(change, lane: lane, traits: traits)
  }

  mutating func silence(
    _ matcher: AlertMatcher, at seconds: Int64, from: Int64? = nil, until: Int64? = nil, critical: Bool = false
  ) throws -> (PlannedQuiet, [AlertEvent]) {
    try plan(.silence, matcher, at: seconds, from: from, until: until, critical: critical)
  }

  mutating func plan(
    _ kind: PlannedQuiet.Kind, _ matcher: AlertMatcher, at seconds: Int64, from: Int64? = nil,
    until: Int64? = nil, critical: Bool = false
  ) throws -> (PlannedQuiet, [AlertEvent]) {
    let request = QuietRequest(
      kind: kind, matcher: matcher, from: from.map(moment), until: until.map(moment), reason: "换电池", by: "张三",
      critical: critical)
    let quiet = try request.plan(at: moment(seconds), limits: QuietLimits(), planned: planned)
    return (quiet, plan(quiet, at: moment(seconds)))
  }

  /// Subjects of the open alerts that keep quiet, with the kind.
  var quietSubjects: [String: Suppression.Kind] {
    Dictionary(uniqueKeysWithValues: open.compactMap { alert in alert.suppression.map { (alert.subject, $0.kind) } })
  }
}

private func moment(_ seconds: Int64) -> Timestamp { at(seconds) }

extension [AlertEvent] {
  /// `10 released a`: second, step, subject.
  var short: [String] {
    map { "\(($0.at - at(0)) / 1000) \($0.kind.rawValue) \($0.alert.subject)" }
  }
}
