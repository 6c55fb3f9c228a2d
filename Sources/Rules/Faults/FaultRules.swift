import Community
package import Pipeline

/// Makes the plans of the built-in device faults. They are ordinary rules; several plans share an id where profiles differ.
package enum FaultRules {
  package static func plans(site: Site) -> [RulePlan] {
    BuiltInFault.allCases.flatMap { fault in
      var variants: [(condition: ConditionPlan, instances: [InstancePlan])] = []
      for (index, device) in site.plan.devices.enumerated() {
        let setting = site.devices[index].faults[fault] ?? FaultSetting()
        guard !setting.isOff else { continue }
        for (predicate, instance) in subjects(of: fault, device, site) {
          let condition = ConditionPlan(predicate: predicate, hold: setting.after ?? 0)
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
      return variants.map { RulePlan(id: fault.rawValue, conditions: [$0.condition], instances: $0.instances) }
    }
  }

  /// Where a device can have this fault. Silence concerns the whole device and is seen at its first point.
  private static func subjects(
    of fault: BuiltInFault, _ device: DevicePlan, _ site: Site
  ) -> [(Predicate, InstancePlan)] {
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
