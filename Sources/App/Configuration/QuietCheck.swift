// What alerts.yaml says about keeping quiet, held against the community: names that do not exist, inhibitions that could hide
// each other, chains of them that come back to where they began.
import Alerts
import Community
import ConfigFile
import Rules

struct QuietCheck {
  private let settings: QuietSettings
  private let community: CommunityModel
  private let rules: [String]

  init(settings: QuietSettings, community: CommunityModel, rules: RuleSet) {
    self.settings = settings
    self.community = community
    self.rules = rules.catalogue.ids + rules.rules.map(\.id) + SelfTrouble.allCases.map(\.rawValue)
  }

  func check(log: ProblemLog) {
    for rule in settings.inhibit where !rule.location.file.isEmpty {
      check(rule.source, of: "inhibit \"\(rule.id)\", source", at: rule.location, log)
      check(rule.target, of: "inhibit \"\(rule.id)\", target", at: rule.location, log)
      if rule.target.priorities == [.critical] {
        log.error(
          at: rule.location, "inhibit \"\(rule.id)\": critical alerts are never hidden by others",
          hint: "use `up_to: high` for the target")
      }
    }
    for window in settings.maintenance {
      check(window.matcher, of: "maintenance \"\(window.id)\"", at: window.location, log)
    }
    for circle in InhibitRule.circles(settings.inhibit) {
      guard let first = circle.first(where: { !$0.location.file.isEmpty }) else { continue }
      let names = circle.map { "\"\($0.id)\"" }.joined(separator: " → ")
      if circle.count > 1 {
        log.warning(
          at: first.location,
          "inhibit \(names): they may explain each other in a circle; one alert of it will always speak",
          hint: "tell source and target apart by rule or priority")
      } else if !first.target.rules.isEmpty, Set(first.target.rules).isSubset(of: first.source.rules) {
        log.warning(
          at: first.location,
          "inhibit \(names): source and target are the same alerts, and those never hide each other",
          hint: "tell source and target apart by rule or priority")
      }
    }
  }

  private func check(_ matcher: AlertMatcher, of what: String, at location: SourceLocation, _ log: ProblemLog) {
    for place in matcher.places where community.places[place] == nil {
      log.error(
        at: location, "\(what): there is no place \"\(place.prefix(100))\"",
        hint: Suggestion.hint(for: place, among: community.places.places.map(\.path)))
    }
    for rule in matcher.rules where !rules.contains(where: { AlertMatcher.names(rule, $0) }) {
      log.error(
        at: location, "\(what): there is no rule \"\(rule.prefix(100))\"",
        hint: Suggestion.hint(for: rule, among: rules))
    }
    for device in matcher.devices where !isDevice(device) {
      log.error(
        at: location, "\(what): there is no device \"\(device.prefix(100))\"",
        hint: Suggestion.hint(for: device, among: community.devices.map(\.id)))
    }
  }

  private func isDevice(_ pattern: String) -> Bool {
    if community.device(pattern) != nil || community.refusedDevices.contains(pattern) { return true }
    return pattern.hasSuffix("*") && community.devices.contains { AlertMatcher.names(pattern, $0.id) }
  }
}
