import Pipeline

/// The distinct places and makes of the devices, and which of them each device has.
struct DeviceKinds: Sendable {
  struct Make: Hashable {
    var profile: String
    var kind: String
  }

  private(set) var places: [String] = []
  private(set) var makes: [Make] = []
  /// Of each device: index into `places` and into `makes`.
  private(set) var placeOfDevice: [Int32] = []
  private(set) var makeOfDevice: [Int32] = []

  init(plan: LanePlan, devices: [Site.DeviceFacts]) {
    var placeIndex: [String: Int32] = [:]
    var makeIndex: [Make: Int32] = [:]
    placeOfDevice.reserveCapacity(devices.count)
    makeOfDevice.reserveCapacity(devices.count)
    for index in devices.indices {
      placeOfDevice.append(Self.number(plan.devices[index].place, &placeIndex, &places))
      let make = Make(profile: devices[index].profile, kind: devices[index].kind)
      makeOfDevice.append(Self.number(make, &makeIndex, &makes))
    }
  }

  private static func number<Thing: Hashable>(
    _ thing: Thing, _ numbers: inout [Thing: Int32], _ things: inout [Thing]
  ) -> Int32 {
    if let known = numbers[thing] { return known }
    let number = Int32(things.count)
    numbers[thing] = number
    things.append(thing)
    return number
  }
}
