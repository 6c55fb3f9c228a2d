package import Community
package import Pipeline

extension Site {
  /// The whole community as one lane; everything keeps the time of `zone`.
  package init(community: CommunityModel, zone: LocalTimeTable = .utc, limits: LanePlan.Limits = .init()) {
    var plan = community.makePlan()
    plan.zones = [zone]
    plan.limits = limits
    let pointTags = community.profiles.map { profile in
      profile.points.allSatisfy(\.tags.isEmpty) ? [] : profile.points.map { Set($0.tags) }
    }
    let facts = zip(community.devices, community.devicePlans).map { device, plan in
      let profile = community.profiles[plan.profile]
      return DeviceFacts(
        profile: profile.name, kind: profile.kind, tags: Set(device.tags + profile.tags),
        pointTags: pointTags[plan.profile], faults: profile.faults)
    }
    self.init(
      plan: plan, devices: facts, places: community.places.places, quantities: Quantity.all.map(\.name),
      profiles: community.profiles.map(\.name), refusedDevices: community.refusedDevices,
      pointNamed: { community.pointID($0) })
  }
}
