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
      let what = LocalizedText(zh: "automatic“\(entry.id)”", en: "automatic \"\(entry.id)\"")
      for rule in entry.rules where !rules.contains(rule) {
        log.noSuch(.rule, rule, shown: 60, of: what, at: entry.location, among: rules)
      }
      if let place = entry.place { checkPlace(place, what, at: entry.location, log: log) }
      checkPerson(entry.person, what, at: entry.location, log: log)
    }
    for plan in settings.maintenance {
      let what = LocalizedText(zh: "maintenance“\(plan.id)”", en: "maintenance \"\(plan.id)\"")
      checkPlace(plan.place, what, at: plan.location, log: log)
      checkPerson(plan.person, what, at: plan.location, log: log)
      if let usage = plan.usage { checkPoint(usage, what, at: plan.location, log: log) }
    }
  }

  private func checkPlace(_ place: String, _ what: LocalizedText, at location: SourceLocation, log: ProblemLog) {
    if community.places[place] != nil { return }
    log.noSuch(.place, place, of: what, at: location, among: community.places.places.map(\.path))
  }

  /// Somebody whom duty.yaml does not know has no channel; a name is enough all the same, an id in the air is not.
  private func checkPerson(_ name: String?, _ what: LocalizedText, at location: SourceLocation, log: ProblemLog) {
    guard let name, !duty.people.isEmpty else { return }
    let named = duty.people.values.filter { $0.name == name }
    if let person = duty.people[name] ?? named.min(by: { $0.id ?? "" < $1.id ?? "" }) {
      guard let until = person.until, person.hasLeft(by: duty.zone.day(at: now)) else { return }
      log.warning(
        at: location, zh: "\(what.zh)：\(person.name) 已于 \(until.text) 离开",
        en: "\(what.en): \(person.name) left on \(until.text)",
        hint: .init(
          zh: "请在 to 里另写一人，或去掉 to：那样就找值班的人",
          en: "name somebody else in to, or leave it out: then those on duty are asked"))
      return
    }
    log.warning(
      at: location, zh: "\(what.zh)：duty.yaml 里没有叫“\(name.prefix(60))”的人，工单送不到任何渠道",
      en: "\(what.en): duty.yaml knows nobody called \"\(name.prefix(60))\", so the order reaches no channel",
      hint: Suggestion.hint(for: name, among: duty.people.keys.sorted()))
  }

  private func checkPoint(_ usage: UsageTrigger, _ what: LocalizedText, at location: SourceLocation, log: ProblemLog) {
    guard let point = community.point(usage.point) else {
      log.noSuch(.point, usage.point, of: what, at: location, among: community.points.map(\.id))
      return
    }
    let isBoolean = point.values == .boolean
    let notBoolean = LocalizedText(
      zh: "\(what.zh)：\(usage.point) 不是开关量", en: "\(what.en): \(usage.point) is no yes or no")
    switch usage.measure {
    case .trueTime where !isBoolean:
      log.error(
        at: location, notBoolean,
        hint: .init(
          zh: "请写明高于多少算在运行：hours: {point: …, every: …, above: 50}",
          en: "say above which value it runs: hours: {point: …, every: …, above: 50}"))
    case .timeAbove where isBoolean, .increase where isBoolean:
      log.error(
        at: location, zh: "\(what.zh)：\(usage.point) 是开关量", en: "\(what.en): \(usage.point) is a yes or no",
        hint: .init(zh: "请去掉 above，或改用 count", en: "leave out above, or use count"))
    case .count where !isBoolean:
      log.error(
        at: location, notBoolean,
        hint: .init(
          zh: "计数器请用 meter: {point: …, every: …}", en: "a counter is a meter: meter: {point: …, every: …}"))
    default: break
    }
  }
}
