import Community
import ConfigFile
import Pipeline
import Rules

/// Decides which broker's lane a device belongs to: the one that names its place, else the first whose subscriptions can
/// carry its topics. Everything that a rule looks at together must lie in one lane (DESIGN §3).
struct LaneAssignment {
  let settings: ServiceSettings
  let community: CommunityModel
  /// The rules over the whole community.
  let rules: RuleSet

  func lanes(log: ProblemLog) -> [LoadedConfiguration.LaneConfiguration] {
    for broker in settings.brokers {
      for place in broker.places where community.places[place] == nil {
        log.error(
          at: broker.location, zh: "场所“\(place)”不存在", en: "place '\(place)' does not exist",
          hint: Suggestion.hint(for: place, among: community.places.places.map(\.path)))
      }
    }
    warnOfUnheard(log: log)
    guard settings.brokers.count > 1 else {
      return settings.brokers.map { .init(broker: $0, community: community, plan: rules.plan) }
    }
    var shares = [[Device]](repeating: [], count: settings.brokers.count)
    for (index, device) in community.devices.enumerated() {
      if let lane = lane(of: device, profile: community.profile(of: DeviceID(index))) { shares[lane].append(device) }
    }
    let lanes = zip(settings.brokers, shares).map { broker, devices in
      let share = CommunityModel(
        places: community.places, library: ProfileLibrary(community.profiles), devices: devices)
      let site = Site(community: share, zone: rules.plan.zones[0], limits: rules.plan.limits)
      // What is wrong with a rule was said when it was compiled for the whole.
      return LoadedConfiguration.LaneConfiguration(
        broker: broker, community: share, plan: RuleSet(rules.rules, site: site, log: ProblemLog()).plan)
    }
    refuseTornRules(lanes: lanes.map(\.plan), log: log)
    return lanes
  }

  private func lane(of device: Device, profile: DeviceProfile) -> Int? {
    let named = settings.brokers.firstIndex { broker in
      broker.places.contains { PlaceTree.contains($0, device.place) }
    }
    return named ?? settings.brokers.firstIndex { Self.carries($0, profile) } ?? settings.brokers.indices.first
  }

  private static func carries(_ broker: ServiceSettings.Broker, _ profile: DeviceProfile) -> Bool {
    profile.topics.contains { topic in broker.subscriptions.contains { TopicFilter.overlap($0, topic) } }
  }

  /// A device whose topics no subscription can bring will never be heard.
  private func warnOfUnheard(log: ProblemLog) {
    guard !settings.brokers.isEmpty else { return }
    // By profile: its topics are the same for all of its devices.
    let unheard = community.profiles.map { profile in
      !settings.brokers.contains { Self.carries($0, profile) }
    }
    guard unheard.contains(true) else { return }
    var reported: Set<String> = []
    for (index, device) in community.devices.enumerated() where unheard[community.devicePlans[index].profile] {
      guard reported.insert(device.profile).inserted else { continue }
      let topics = community.profile(of: DeviceID(index)).topics
      log.warning(
        at: device.location, zh: "没有订阅能收到设备“\(device.id)”的主题（\(topics.joined(separator: "、"))）",
        en: "no subscription brings the topics of '\(device.id)' (\(topics.joined(separator: ", ")))",
        hint: .init(
          zh: "请在 linli.yaml 的 subscribe 里加上过滤器", en: "add a filter to 'subscribe' in linli.yaml"))
    }
  }

  /// A subject of the whole that no lane has alone would silently never raise.
  private func refuseTornRules(lanes: [LanePlan], log: ProblemLog) {
    var inputs: [String: Set<Int>] = [:]
    for lane in lanes {
      for rule in lane.rules {
        for instance in rule.instances {
          inputs["\(rule.id)|\(instance.subject)", default: []].insert(Set(instance.inputs.joined()).count)
        }
      }
    }
    for rule in rules.plan.rules {
      for instance in rule.instances
      where !(inputs["\(rule.id)|\(instance.subject)"]?.contains(Set(instance.inputs.joined()).count) ?? false) {
        let location = rules.rules.first { $0.id == rule.id }?.location ?? SourceLocation(file: "rules")
        log.error(
          at: location, zh: "规则“\(rule.id)”在“\(instance.subject)”要看几个代理的设备",
          en: "rule '\(rule.id)' at '\(instance.subject)' looks at devices of several brokers",
          hint: .init(
            zh: "请让它们归一个代理：在 linli.yaml 里把它们的场所写进该代理的 places",
            en: "give them one broker: name their place in 'places' of that broker in linli.yaml"))
        break
      }
    }
  }
}
