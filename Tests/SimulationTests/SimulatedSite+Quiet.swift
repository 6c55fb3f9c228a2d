import Alerts
import App
import Pipeline

/// What alerts.yaml says about keeping quiet in the versions of the site: rules that explain, windows that come round every three
/// hours, and damping that is met soon. A reload drops some of it and brings other.
extension SimulatedSite {
  static let quietPolicies = versions.map(\.quiet)

  static let quietWords = [
    """
    inhibit:
    - id: open-door
      source: {rule: open-long}
      target: {rule: [cold, chilly, average-cold]}
      within: room
      wait: 20s
      grace: 1m
    maintenance:
    \(rounds("open-*", minutes: 25))
    damp: {raises: 3, within: 10m, calm: 4m, fleeting: {under: 5m, times: 2, within: 1h, hold: 1m}}
    """,
    """
    inhibit:
    - id: cold
      source: {rule: cold}
      target: {rule: [chilly, average-cold]}
      within: device
      grace: 0s
    damp: off
    """,
    // The two lead in a circle, as nobody means it.
    """
    inhibit:
    - id: open-door
      source: {rule: [open-long, both]}
      target: {rule: [cold, chilly, device-silent]}
      within: room
      grace: 5m
    - id: silence
      source: {rule: device-silent}
      target: {rule: [open-*, quiet]}
      within: everywhere
      grace: 30s
    maintenance:
    \(rounds("pressed", minutes: 40, more: ", critical: true"))
    damp: {raises: 2, within: 5m, calm: 2m, fleeting: off}
    """,
  ]

  private static func rounds(_ rule: String, minutes: Int, more: String = "") -> String {
    (0..<8).map { round in
      let hour = "\(round * 3 < 10 ? "0" : "")\(round * 3)"
      return
        "- {id: round-\(round), rule: \"\(rule)\", from: \"\(hour):00\", to: \"\(hour):\(minutes)\", reason: round\(more)}"
    }.joined(separator: "\n")
  }
}

extension Dice {
  /// What somebody may want to keep quiet here.
  mutating func quiet(at now: Timestamp, by name: String) -> QuietRequest {
    let kind = pick([PlannedQuiet.Kind.silence, .silence, .maintenance, .maintenance, .outOfService, .away, .back])
    var matcher = pick([
      AlertMatcher(rules: ["cold"]), AlertMatcher(rules: ["open-*"]),
      AlertMatcher(rules: ["pressed", "device-silent"]),
      AlertMatcher(devices: ["climate-1"]), AlertMatcher(devices: ["door-1"]), AlertMatcher(devices: ["button-*"]),
    ])
    if kind == .away || kind == .back {
      matcher = AlertMatcher(places: ["street/town/room"])
    } else if kind == .outOfService {
      // Single devices, or single rules at a place.
      if matcher.devices.isEmpty { matcher.places = ["street/town"] }
      matcher.rules = matcher.rules.map { $0 == "open-*" ? "open-high" : $0 }
      matcher.devices = matcher.devices.map { $0 == "button-*" ? "button-1" : $0 }
    } else if chance(40) {
      matcher = AlertMatcher(places: [pick(["street/town", "street/town/room"])], upTo: chance(40) ? .medium : nil)
    }
    let from = now + (chance(40) ? Int64(pick(1_000...300_000)) : 0)
    return QuietRequest(
      kind: kind, matcher: matcher, from: from, until: from + Int64(pick(20_000...1_200_000)), reason: "works",
      by: name,
      critical: chance(40))
  }
}
