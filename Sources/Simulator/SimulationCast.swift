import Community
import Pipeline

/// Who lives and moves in the community, found from its devices: a household in each care room, a car in each bay, a lift
/// for each lift controller.
struct SimulationCast {
  private(set) var devices: [SimulatedDevice] = []
  private(set) var households: [Household] = []
  private(set) var lifts: [Lift] = []
  private(set) var bays: [ParkingBay] = []
  /// Devices of the households, then of the lifts, then of the bays.
  private(set) var members: [[Int]] = []

  init(_ community: CommunityModel, rhythm: Rhythm, seed: UInt64) {
    var rooms: [String: Int] = [:]
    var inHousehold: [[Int]] = []
    var inLift: [[Int]] = []
    var inBay: [[Int]] = []
    for (index, device) in community.devices.enumerated() {
      let profile = community.devicePlans[index].profile
      let subject: SimulatedDevice.Subject
      if community.placeKind(ofDevice: DeviceID(index)) == "care-room" {
        let room = device.place + CommunityCopies.suffix(of: device.id)
        if let known = rooms[room] {
          subject = .household(known)
          inHousehold[known].append(index)
        } else {
          rooms[room] = households.count
          subject = .household(households.count)
          households.append(Household(seed: seed, name: room))
          inHousehold.append([index])
        }
      } else if community.profiles[profile].kind == "lift" {
        subject = .lift(lifts.count)
        lifts.append(Lift(seed: seed, name: device.id))
        inLift.append([index])
      } else if community.profiles[profile].kind == "parking-bay" {
        subject = .bay(bays.count)
        bays.append(ParkingBay(seed: seed, name: device.id, isForVisitors: device.tags.contains("visitor")))
        inBay.append([index])
      } else {
        subject = .nothing
      }
      devices.append(
        SimulatedDevice(device, profile: profile, of: community, subject: subject, rhythm: rhythm, seed: seed))
    }
    members = inHousehold + inLift + inBay
  }
}
