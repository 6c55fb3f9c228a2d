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
      for (key, matcher) in [("source", rule.source), ("target", rule.target)] {
        let what = LocalizedText(zh: "inhibit“\(rule.id)”的 \(key)", en: "inhibit \"\(rule.id)\", \(key)")
        check(matcher, of: what, at: rule.location, log)
      }
      if rule.target.priorities == [.critical] {
        log.error(
          at: rule.location, zh: "inhibit“\(rule.id)”：critical 报警从不被其他报警隐藏",
          en: "inhibit \"\(rule.id)\": critical alerts are never hidden by others",
          hint: .init(zh: "请在 target 里写 `up_to: high`", en: "use `up_to: high` for the target"))
      }
    }
    for window in settings.maintenance {
      let what = LocalizedText(zh: "maintenance“\(window.id)”", en: "maintenance \"\(window.id)\"")
      check(window.matcher, of: what, at: window.location, log)
    }
    for circle in InhibitRule.circles(settings.inhibit) { warn(of: circle, log) }
  }

  private func warn(of circle: [InhibitRule], _ log: ProblemLog) {
    guard let first = circle.first(where: { !$0.location.file.isEmpty }) else { return }
    let hint = LocalizedText(
      zh: "请用规则或优先级把 source 和 target 区分开", en: "tell source and target apart by rule or priority")
    if circle.count > 1 {
      let zh = circle.map { "“\($0.id)”" }.joined(separator: " → ")
      let en = circle.map { "\"\($0.id)\"" }.joined(separator: " → ")
      log.warning(
        at: first.location, zh: "inhibit\(zh)：它们可能互相隐藏而绕成一圈；其中总有一条报警会发出",
        en: "inhibit \(en): they may explain each other in a circle; one alert of it will always speak", hint: hint)
    } else if !first.target.rules.isEmpty, Set(first.target.rules).isSubset(of: first.source.rules) {
      log.warning(
        at: first.location, zh: "inhibit“\(first.id)”：source 和 target 是同样的报警，它们从不互相隐藏",
        en: "inhibit \"\(first.id)\": source and target are the same alerts, and those never hide each other",
        hint: hint)
    }
  }

  private func check(_ matcher: AlertMatcher, of what: LocalizedText, at location: SourceLocation, _ log: ProblemLog) {
    for place in matcher.places where community.places[place] == nil {
      log.noSuch(.place, place, of: what, at: location, among: community.places.places.map(\.path))
    }
    for rule in matcher.rules where !rules.contains(where: { AlertMatcher.names(rule, $0) }) {
      log.noSuch(.rule, rule, of: what, at: location, among: rules)
    }
    for device in matcher.devices where !isDevice(device) {
      log.noSuch(.device, device, of: what, at: location, among: community.devices.map(\.id))
    }
  }

  private func isDevice(_ pattern: String) -> Bool {
    if community.device(pattern) != nil || community.refusedDevices.contains(pattern) { return true }
    return pattern.hasSuffix("*") && community.devices.contains { AlertMatcher.names(pattern, $0.id) }
  }
}
