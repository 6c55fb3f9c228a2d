package import Community
package import Pipeline

/// The devices and places that rules select from: a lane's plan together with what the community says about it, indexed for
/// selection.
package struct Site: Sendable {
  /// What a device is, as far as selectors ask.
  package struct DeviceFacts: Sendable {
    package var profile: String
    package var kind: String
    /// Of the device and its profile; those of its places come on top.
    package var tags: Set<String>
    /// Tags of single points, by slot; empty when none has any.
    package var pointTags: [Set<String>]
    package var faults: [BuiltInFault: FaultSetting]

    package init(
      profile: String, kind: String, tags: Set<String> = [], pointTags: [Set<String>] = [],
      faults: [BuiltInFault: FaultSetting] = [:]
    ) {
      self.profile = profile
      self.kind = kind
      self.tags = tags
      self.pointTags = pointTags
      self.faults = faults
    }
  }

  /// A place with everything it inherits from the places around it.
  struct PlaceFacts: Sendable {
    /// That of the nearest place that has one; empty when none has.
    var kind = ""
    var tags: Set<String> = []
    /// Path of the place of each level that it lies in, itself included.
    var levels: [Place.Level: String] = [:]
  }

  package let plan: LanePlan
  /// One for each of `plan.devices`.
  package let devices: [DeviceFacts]
  /// Quantities and profiles that exist, whether a device here uses them or not.
  package let quantities: [String]
  package let profiles: [String]
  /// Devices that the configuration names and that could not be taken over; the mistake was said where it is.
  package let refusedDevices: Set<String>
  /// Index into `plan.zones` of a place's local time.
  let zone: Int
  let places: [String: PlaceFacts]
  let pointNamed: @Sendable (_ id: String) -> PointID?
  /// What devices have in common, so that a selector is compared with each such thing once and not with each device.
  let kinds: DeviceKinds

  /// - Parameter pointNamed: finds a point by its id, where the caller knows how.
  package init(
    plan: LanePlan, devices: [DeviceFacts], places: [Place], quantities: [String], profiles: [String], zone: Int = 0,
    refusedDevices: Set<String> = [], pointNamed: (@Sendable (_ id: String) -> PointID?)? = nil
  ) {
    precondition(devices.count == plan.devices.count)
    self.plan = plan
    self.devices = devices
    self.quantities = quantities
    self.profiles = profiles
    self.zone = zone
    self.refusedDevices = refusedDevices
    self.places = Site.inherit(places)
    if let pointNamed {
      self.pointNamed = pointNamed
    } else {
      let index = Dictionary(
        plan.points.enumerated().map { ($0.element.id, PointID($0.offset)) }, uniquingKeysWith: { first, _ in first })
      self.pointNamed = { index[$0] }
    }
    kinds = DeviceKinds(plan: plan, devices: devices)
  }

  private static func inherit(_ places: [Place]) -> [String: PlaceFacts] {
    let byPath = Dictionary(places.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    var facts: [String: PlaceFacts] = [:]
    for place in places {
      var own = PlaceFacts()
      for path in ancestors(of: place.path) {
        guard let around = byPath[path] else { continue }
        if !around.kind.isEmpty { own.kind = around.kind }
        own.tags.formUnion(around.tags)
        own.levels[around.level] = path
      }
      facts[place.path] = own
    }
    return facts
  }

  /// `a/b/c` → `a`, `a/b`, `a/b/c`.
  static func ancestors(of path: String) -> [String] {
    var result = path.indices.filter { path[$0] == "/" }.map { String(path[..<$0]) }
    result.append(path)
    return result
  }

  /// The quantity's own name, where a rule uses another usual one (`humidity`); a text that names none stays as it is.
  func quantity(named text: String) -> String {
    quantities.contains(text) ? text : Quantity.named(text)?.name ?? text
  }

  /// A rule's subjects where each is a point, or the device of one.
  func instances(at points: [PointID], isNamedByDevice: Bool = false) -> InstanceList {
    // Mapped, so that the array does not keep the room it grew into.
    InstanceList(
      at: points.map { $0 }, of: plan.points, plan.devices, zone: zone, isNamedByDevice: isNamedByDevice)
  }

  func device(of point: PointID) -> Int { Int(plan.points[Int(point)].device) }
  func place(of point: PointID) -> String { plan.devices[device(of: point)].place }

  /// The subject that `grouping` gives a point; nil when it lies in no place of that level.
  func subject(of point: PointID, grouping: Grouping?) -> String? {
    switch grouping {
    case nil: plan.points[Int(point)].id
    case .device: plan.devices[device(of: point)].id
    case .place: place(of: point)
    case .level(let level): places[place(of: point)]?.levels[level]
    }
  }
}
