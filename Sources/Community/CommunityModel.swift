package import ConfigFile
package import Pipeline
// Whoever knows the community speaks its languages, too.
@_exported public import Words

/// The whole community as configured — places, profiles, devices and their points — with the look-ups that rules, routes
/// and answers need. Immutable; a reload makes a new one.
package struct CommunityModel: Sendable {
  package let places: PlaceTree
  /// Index = `LanePlan.profiles`.
  package let profiles: [DeviceProfile]
  /// Index = `DeviceID`.
  package let devices: [Device]
  package let devicePlans: [DevicePlan]
  /// Index = `PointID`.
  package let points: [PointPlan]
  /// False where places.yaml or devices.yaml could not be read at all: then what others say about them cannot be judged.
  package private(set) var isWhole = true
  /// Ids of devices that devices.yaml names and that had errors of their own.
  package private(set) var refusedDevices: Set<String> = []
  private let deviceByID: [String: DeviceID]
  /// Of each device; the same work is not done again for each point and rule.
  private let placeKinds: [String]
  private let deviceTags: [Set<String>]

  package init(places: PlaceTree = .empty, library: ProfileLibrary = ProfileLibrary([]), devices: [Device] = []) {
    let isUsable = { library.index(of: $0) != nil }
    let usable = devices.allSatisfy { isUsable($0.profile) } ? devices : devices.filter { isUsable($0.profile) }
    let compiled = DeviceCompiler.compile(devices: usable, library: library)
    self.places = places
    profiles = library.profiles
    self.devices = usable
    devicePlans = compiled.devices
    points = compiled.points
    deviceByID = Dictionary(
      zip(usable.map(\.id), usable.indices.map(DeviceID.init)), uniquingKeysWith: { first, _ in first })
    var kinds: [String: String] = [:]
    var tags: [String: Set<String>] = [:]
    for path in Set(usable.map(\.place)) {
      kinds[path] = places.kind(of: path)
      tags[path] = places.tags(of: path)
    }
    placeKinds = usable.map { kinds[$0.place] ?? "" }
    deviceTags = usable.indices.map { index in
      let (own, profile) = (usable[index].tags, library.profiles[compiled.devices[index].profile].tags)
      let around = tags[usable[index].place] ?? []
      return own.isEmpty && profile.isEmpty ? around : around.union(own).union(profile)
    }
  }

  /// Profiles, devices and points of a lane; rules, zones and limits are added by others.
  package func makePlan() -> LanePlan {
    var plan = LanePlan()
    plan.profiles = profiles.map(\.plan)
    plan.devices = devicePlans
    plan.points = points
    return plan
  }

  // MARK: - Look-ups

  package func deviceID(_ id: String) -> DeviceID? { deviceByID[id] }
  /// By the parts of its id, `DEVICE/POINT`: an index of all points would be a megabyte for 25,000 of them.
  package func pointID(_ id: String) -> PointID? {
    guard let slash = id.utf8.lastIndex(of: UInt8(ascii: "/")), let device = deviceByID[String(id[..<slash])] else {
      return nil
    }
    let name = id[id.utf8.index(after: slash)...]
    guard let slot = profile(of: device).points.firstIndex(where: { $0.name == name }) else { return nil }
    return devicePlans[Int(device)].firstPoint + PointID(slot)
  }
  package func device(_ id: String) -> Device? { deviceByID[id].map { devices[Int($0)] } }
  package func point(_ id: String) -> PointPlan? { pointID(id).map { points[Int($0)] } }

  package func profile(of device: DeviceID) -> DeviceProfile { profiles[devicePlans[Int(device)].profile] }
  package func points(of device: DeviceID) -> Range<PointID> {
    let first = devicePlans[Int(device)].firstPoint
    return first..<(first + PointID(profile(of: device).points.count))
  }
  /// What the profile says about a point.
  package func profilePoint(of point: PointID) -> ProfilePoint {
    let device = points[Int(point)].device
    return profile(of: device).points[Int(point - devicePlans[Int(device)].firstPoint)]
  }
  package func quantity(of point: PointID) -> Quantity { profilePoint(of: point).quantity }
  package func device(of point: PointID) -> Device { devices[Int(points[Int(point)].device)] }
  /// Path of the place of the point's device.
  package func place(of point: PointID) -> String { device(of: point).place }
  /// Kind of the nearest place that has one; empty when none has.
  package func placeKind(of point: PointID) -> String { placeKinds[Int(points[Int(point)].device)] }
  package func placeKind(ofDevice device: DeviceID) -> String { placeKinds[Int(device)] }
  package func deviceKind(of point: PointID) -> String { profile(of: points[Int(point)].device).kind }
  /// Tags of the device, its profile, its place and the places above.
  package func tags(ofDevice device: DeviceID) -> Set<String> { deviceTags[Int(device)] }
  /// …and of the point itself.
  package func tags(of point: PointID) -> Set<String> {
    deviceTags[Int(points[Int(point)].device)].union(profilePoint(of: point).tags)
  }
}

extension CommunityModel {
  /// Reads `places.yaml`, `devices.yaml` and the profiles of a configuration directory.
  /// - Parameter installed: folders of installed profiles, after the configuration's own `devices/`.
  package static func load(directory: String, installed: [String], log: ProblemLog) -> CommunityModel {
    func path(_ name: String) -> String { directory.hasSuffix("/") ? directory + name : directory + "/" + name }
    var errors = log.errorCount
    let tree = ConfigReader.load(path("places.yaml"), log: log).map { PlaceTreeReader.read($0, log: log) } ?? .empty
    let knowsPlaces = !tree.places.isEmpty || log.errorCount == errors
    let library = ProfileLibrary.load(folders: [path("devices")] + installed, log: log)
    // A fresh installation has no devices yet: they are adopted as they are heard.
    errors = log.errorCount
    let node = ConfigReader.load(path("devices.yaml"), mayBeMissing: true, log: log)
    let knowsDevices = node != nil || log.errorCount == errors
    var refused: Set<String> = []
    let devices =
      node.map {
        DeviceReader.read($0, places: knowsPlaces ? tree : nil, library: library, refused: &refused, log: log)
      } ?? []
    var model = CommunityModel(places: tree, library: library, devices: devices)
    model.refusedDevices = refused
    model.isWhole = knowsPlaces && knowsDevices
    return model
  }
}
