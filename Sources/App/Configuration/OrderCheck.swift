// Whether what orders.yaml names exists: places, rules, people, points that are counted.
import Community
import ConfigFile
import Orders
import Pipeline

struct OrderCheck {
  let settings: OrderSettings
  let community: CommunityModel
  let duty: DutyTable
  let rules: [String]
  /// People who left are gone by then.
  let now: Timestamp

  func check(log: ProblemLog) {
    for entry in settings.automatic {
      let what = "automatic \"\(entry.id)\""
      for rule in entry.rules where !rules.contains(rule) {
        log.error(
          at: entry.location, "\(what): there is no rule \"\(rule.prefix(60))\"",
          hint: Suggestion.hint(for: rule, among: rules))
      }
      if let place = entry.place { checkPlace(place, what, at: entry.location, log: log) }
      checkPerson(entry.person, what, at: entry.location, log: log)
    }
    for plan in settings.maintenance {
      let what = "maintenance \"\(plan.id)\""
      checkPlace(plan.place, what, at: plan.location, log: log)
      checkPerson(plan.person, what, at: plan.location, log: log)
      if let usage = plan.usage { checkPoint(usage, what, at: plan.location, log: log) }
    }
  }

  private func checkPlace(_ place: String, _ what: String, at location: SourceLocation, log: ProblemLog) {
    if community.places[place] != nil { return }
    log.error(
      at: location, "\(what): there is no place \"\(place.prefix(100))\"",
      hint: Suggestion.hint(for: place, among: community.places.places.map(\.path)))
  }

  /// Somebody whom duty.yaml does not know has no channel; a name is enough all the same, an id in the air is not.
  private func checkPerson(_ name: String?, _ what: String, at location: SourceLocation, log: ProblemLog) {
    guard let name, !duty.people.isEmpty else { return }
    let named = duty.people.values.filter { $0.name == name }
    if let person = duty.people[name] ?? named.min(by: { $0.id ?? "" < $1.id ?? "" }) {
      guard let until = person.until, person.hasLeft(by: duty.zone.day(at: now)) else { return }
      log.warning(
        at: location, "\(what): \(person.name) left on \(until.text)",
        hint: "name somebody else in to, or leave it out: then those on duty are asked")
      return
    }
    log.warning(
      at: location, "\(what): duty.yaml knows nobody called \"\(name.prefix(60))\", so the order reaches no channel",
      hint: Suggestion.hint(for: name, among: duty.people.keys.sorted()))
  }

  private func checkPoint(_ usage: UsageTrigger, _ what: String, at location: SourceLocation, log: ProblemLog) {
    guard let point = community.point(usage.point) else {
      log.error(
        at: location, "\(what): there is no point \"\(usage.point.prefix(100))\"",
        hint: Suggestion.hint(for: usage.point, among: community.points.map(\.id)))
      return
    }
    let isBoolean = point.values == .boolean
    switch usage.measure {
    case .trueTime where !isBoolean:
      log.error(
        at: location, "\(what): \(usage.point) is no yes or no",
        hint: "say above which value it runs: hours: {point: …, every: …, above: 50}")
    case .timeAbove where isBoolean, .increase where isBoolean:
      log.error(at: location, "\(what): \(usage.point) is a yes or no", hint: "leave out above, or use count")
    case .count where !isBoolean:
      log.error(
        at: location, "\(what): \(usage.point) is no yes or no",
        hint: "a counter is a meter: meter: {point: …, every: …}")
    default: break
    }
  }
}
