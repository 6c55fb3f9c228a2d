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

  package init(site: Site, settings: @escaping (_ profile: String, _ fault: BuiltInFault) -> FaultSettings) {
    self.site = site
    self.settings = settings
  }

  package func plans() -> [RulePlan] {
    BuiltInFault.allCases.flatMap { fault in
      var variants: [(condition: ConditionPlan, instances: [InstancePlan])] = []
      for (index, device) in site.plan.devices.enumerated() {
        let setting = settings(site.devices[index].profile, fault)
        guard setting.isEnabled else { continue }
        for (predicate, instance) in subjects(of: fault, device) {
          let condition = ConditionPlan(predicate: predicate, hold: setting.hold)
          let slot = variants.firstIndex {
            $0.condition.predicate == predicate && $0.condition.hold == condition.hold
          }
          if let slot {
            variants[slot].instances.append(instance)
          } else {
            variants.append((condition, [instance]))
          }
        }
      }
      // Mapped, so that no array keeps the room it grew into.
      return variants.map { variant in
        RulePlan(id: fault.rawValue, conditions: [variant.condition], instances: variant.instances.map { $0 })
      }
    }
  }

  /// Where a device can have this fault. Silence concerns the whole device and is seen at its first point.
  private func subjects(of fault: BuiltInFault, _ device: DevicePlan) -> [(Predicate, InstancePlan)] {
    let count = PointID(site.plan.profiles[device.profile].points.count)
    let isSilent = fault == .deviceSilent
    if isSilent, device.silentAfter == nil { return [] }
    return (device.firstPoint..<device.firstPoint + (isSilent ? min(1, count) : count)).compactMap { index in
      let point = site.plan.points[Int(index)]
      guard let predicate = fault.predicate(at: point) else { return nil }
      let instance = InstancePlan(
        subject: isSilent ? device.id : point.id, place: device.place, zone: site.zone, inputs: [[index]])
      return (predicate, instance)
    }
  }
}
