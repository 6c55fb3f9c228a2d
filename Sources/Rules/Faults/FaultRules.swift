package import Community
package import Pipeline

/// Makes the plans of the built-in device faults. They are ordinary rules; several plans share an id where profiles differ.
package struct FaultRules {
  private let site: Site
  private let settings: (_ profile: String, _ fault: BuiltInFault) -> FaultSettings

  /// With the settings that the site's devices have from their profiles.
  package init(site: Site) {
    let wishes = Dictionary(
      site.devices.map { ($0.profile, $0.faults) }, uniquingKeysWith: { first, _ in first })
    self.init(site: site) { profile, fault in FaultSettings(wishes[profile]?[fault]) }
  }

  /// - Parameter settings: the same for all devices of a profile.
  package init(site: Site, settings: @escaping (_ profile: String, _ fault: BuiltInFault) -> FaultSettings) {
    self.site = site
    self.settings = settings
  }

  package func plans() -> [RulePlan] { BuiltInFault.allCases.flatMap { plans(of: $0) } }

  /// The points at which a fault makes up the same rule.
  private struct Variant {
    var hold: Int64
    /// Only of low batteries.
    var low: Double?
    var points: [PointID]
  }

  private func plans(of fault: BuiltInFault) -> [RulePlan] {
    var variants: [Variant] = []
    // The same for all devices of a profile.
    var known: [Int: FaultSettings] = [:]
    // By index: a copy of each device would cost more than what is asked of it.
    for index in site.plan.devices.indices {
      let profile = site.plan.devices[index].profile
      let setting = known[profile] ?? settings(site.devices[index].profile, fault)
      known[profile] = setting
      guard setting.isEnabled else { continue }
      for point in subjects(of: fault, index) {
        let low = fault == .batteryLow ? site.plan.points[Int(point)].low : nil
        if let slot = variants.firstIndex(where: { $0.hold == setting.hold && $0.low == low }) {
          variants[slot].points.append(point)
        } else {
          variants.append(Variant(hold: setting.hold, low: low, points: [point]))
        }
      }
    }
    return variants.map { variant in
      RulePlan(
        id: fault.rawValue,
        conditions: [ConditionPlan(predicate: fault.predicate(low: variant.low), hold: variant.hold)],
        instances: site.instances(at: variant.points, isNamedByDevice: fault == .deviceSilent))
    }
  }

  /// Where a device can have this fault. Silence concerns the whole device and is seen at its first point.
  private func subjects(of fault: BuiltInFault, _ device: Int) -> [PointID] {
    let count = PointID(site.plan.profiles[site.plan.devices[device].profile].points.count)
    let first = site.plan.devices[device].firstPoint
    let points = first..<first + count
    switch fault {
    case .deviceSilent: return site.plan.devices[device].silentAfter == nil ? [] : Array(points.prefix(1))
    case .deviceStuck: return points.filter { site.plan.points[Int($0)].mustChangeWithin != nil }
    case .pointOutOfRange: return points.filter { site.plan.points[Int($0)].range != nil }
    case .pointFault: return Array(points)
    case .batteryLow: return points.filter { site.plan.points[Int($0)].low != nil }
    }
  }
}
