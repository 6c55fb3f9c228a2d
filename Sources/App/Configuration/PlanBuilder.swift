import Community
import ConfigFile
import Pipeline
import Rules

/// Compiles a community and its rules into a lane's plan.
struct PlanBuilder {
  let settings: ServiceSettings
  let rules: [Rule]

  /// Problems of the rules go to `log`.
  func plan(for community: CommunityModel, log: ProblemLog) -> LanePlan {
    var plan = community.makePlan()
    plan.zones = [LocalTimeTable(zone: settings.timeZone)]
    plan.limits.maxAhead = settings.maxAhead
    plan.limits.maxLate = settings.maxLate
    let site = Site(community: community, plan: plan)
    plan.rules = RuleCompiler(site: site, log: log).compile(rules)
    plan.rules += FaultRules(site: site) { profile, fault in
      guard let faults = community.profiles.first(where: { $0.name == profile })?.faults,
        let known = BuiltInFault(rawValue: fault.rawValue), let setting = faults[known]
      else { return FaultSettings() }
      return FaultSettings(isEnabled: !setting.isOff, hold: setting.after ?? 0)
    }.plans()
    return plan
  }
}

extension Site {
  init(community: CommunityModel, plan: LanePlan) {
    self.init(
      plan: plan,
      devices: community.devices.indices.map { index in
        let device = DeviceID(index)
        let profile = community.profile(of: device)
        return DeviceFacts(profile: profile.name, kind: profile.kind, tags: community.tags(ofDevice: device))
      },
      places: community.places.places, quantities: Quantity.all.map(\.name), profiles: community.profiles.map(\.name))
  }
}
