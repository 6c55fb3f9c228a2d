package import Pipeline

/// Devices and their profiles → the arrays of a lane's plan. Points of a device stand together, in the profile's order.
package enum DeviceCompiler {
  /// `DevicePlan.profile` is the index into `library.profiles`. Devices with an unknown profile are left out by the caller.
  package static func compile(
    devices: [Device], library: ProfileLibrary
  ) -> (devices: [DevicePlan], points: [PointPlan]) {
    var plans: [DevicePlan] = []
    var points: [PointPlan] = []
    // One of each kind, whose copies share what the profile says.
    var models: [Int: [PointPlan]] = [:]
    plans.reserveCapacity(devices.count)
    points.reserveCapacity(
      devices.reduce(0) { sum, device in
        sum + (library.index(of: device.profile).map { library.profiles[$0].points.count } ?? 0)
      })
    for device in devices {
      guard let index = library.index(of: device.profile) else { continue }
      let profile = library.profiles[index]
      let silentAfter = device.silentAfter ?? profile.silentAfter ?? profile.interval.map { $0 * 3 }
      let id = DeviceID(plans.count)
      plans.append(
        DevicePlan(
          id: device.id, profile: index, place: device.place, match: device.match,
          firstPoint: PointID(points.count), silentAfter: silentAfter))
      let kinds = models[index] ?? profile.points.map { PointPlan(device: id, deviceID: device.id, point: $0) }
      models[index] = kinds
      for (kind, point) in zip(kinds, profile.points) {
        var own = kind
        own.id = device.id + "/" + point.name
        own.device = id
        points.append(own)
      }
    }
    return (plans, points)
  }
}

extension PointPlan {
  /// The point of one device; its id is `DEVICE/POINT`.
  init(device: DeviceID, deviceID: String, point: ProfilePoint) {
    self.init(
      id: deviceID + "/" + point.name, device: device, quantity: point.quantity.name, unit: point.quantity.unit,
      values: point.values, range: point.range, event: point.event, mustChangeWithin: point.mustChangeWithin,
      low: point.low)
  }
}
