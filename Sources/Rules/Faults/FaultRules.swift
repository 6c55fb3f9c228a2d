package import Pipeline

/// Makes the plans of the built-in device faults. They are ordinary rules; several plans share an id where profiles differ.
package struct FaultRules {
  private let site: Site
  private let settings: (_ profile: String, _ fault: DeviceFault) -> FaultSettings

  package init(
    site: Site,
    settings: @escaping (_ profile: String, _ fault: DeviceFault) -> FaultSettings = { _, _ in FaultSettings() }
  ) {
    self.site = site
    self.settings = settings
  }

  package func plans() -> [RulePlan] {
    DeviceFault.allCases.flatMap { fault in
      var variants: [(condition: ConditionPlan, instances: [InstancePlan])] = []
      for (index, device) in site.plan.devices.enumerated() {
        let wish = settings(site.devices[index].profile, fault)
        guard wish.isEnabled else { continue }
        for (predicate, instance) in subjects(of: fault, device) {
          let condition = ConditionPlan(predicate: predicate, hold: wish.hold, clearHold: wish.clearHold)
          if let slot = variants.firstIndex(where: { $0.condition.matches(condition) }) {
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
  private func subjects(of fault: DeviceFault, _ device: DevicePlan) -> [(Predicate, InstancePlan)] {
    let count = site.plan.profiles[device.profile].points.count
    guard count > 0 else { return [] }
    if fault == .silent {
      guard device.silentAfter != nil else { return [] }
      return [(.bad([.silent]), instance(device.id, device, device.firstPoint))]
    }
    return (device.firstPoint..<device.firstPoint + PointID(count)).compactMap { index in
      let point = site.plan.points[Int(index)]
      guard let predicate = predicate(of: fault, point) else { return nil }
      return (predicate, instance(point.id, device, index))
    }
  }

  private func predicate(of fault: DeviceFault, _ point: PointPlan) -> Predicate? {
    switch fault {
    case .silent, .fault: fault.reasons.map { .bad($0) }
    case .stuck: point.mustChangeWithin == nil ? nil : fault.reasons.map { .bad($0) }
    case .outOfRange: point.range == nil ? nil : fault.reasons.map { .bad($0) }
    case .batteryLow: point.low.map { .compare(.last, .below($0)) }
    }
  }

  private func instance(_ subject: String, _ device: DevicePlan, _ point: PointID) -> InstancePlan {
    InstancePlan(subject: subject, place: device.place, zone: site.zone, inputs: [[point]])
  }
}

extension ConditionPlan {
  fileprivate func matches(_ other: ConditionPlan) -> Bool {
    predicate == other.predicate && hold == other.hold && clearHold == other.clearHold
  }
}
