import Community
package import Pipeline

extension Site {
  /// The points that a selector matches, in the order of the plan. A place stands for everything in it; its tags hold for
  /// everything in it too, its kind for all that no nearer place gives another one. A point pattern without "/" may also
  /// be the point's name on any device.
  package func select(_ selector: Selector) -> [PointID] {
    guard !selector.isEmpty else { return [] }
    if let only = exactPoint(selector) { return only }
    let wanted = Wanted(selector, self)
    let fitsMake = kinds.makes.map { wanted.fits($0) }
    let fitsPlace = kinds.places.map { wanted.fits(place: $0, kind: places[$0]?.kind ?? "") }
    var points: [PointID] = []
    // Which slots measure what is wanted is the same for all devices of a profile.
    var slots: [Int: [Int]] = [:]
    for index in plan.devices.indices
    where fitsMake[Int(kinds.makeOfDevice[index])] && fitsPlace[Int(kinds.placeOfDevice[index])] {
      if let globs = wanted.devices, !globs.contains(where: { $0.matches(plan.devices[index].id) }) { continue }
      let profile = plan.devices[index].profile
      let first = plan.devices[index].firstPoint
      let candidates = slots[profile] ?? measuring(wanted, profile, first)
      slots[profile] = candidates
      let isTagged = wanted.tags.map { hasTag(device: index, $0) } ?? true
      for slot in candidates where isTagged || hasTag(device: index, slot: slot, wanted.tags ?? []) {
        let point = first + PointID(slot)
        if wanted.points == nil || wanted.names(plan.points[Int(point)].id) { points.append(point) }
      }
    }
    return points
  }

  private func measuring(_ wanted: Wanted, _ profile: Int, _ first: PointID) -> [Int] {
    plan.profiles[profile].points.indices.filter { slot in
      wanted.quantities?.contains(plan.points[Int(first) + slot].quantity) ?? true
    }
  }

  /// The common case of one fully named point needs no scan over the community.
  private func exactPoint(_ selector: Selector) -> [PointID]? {
    guard selector.terms.count == 1, let terms = selector.terms[.point], terms.count == 1,
      let point = pointNamed(terms[0].text)
    else { return nil }
    return [point]
  }

  private func hasTag(device index: Int, _ tags: Set<String>) -> Bool {
    !tags.isDisjoint(with: devices[index].tags)
      || !tags.isDisjoint(with: places[plan.devices[index].place]?.tags ?? [])
  }

  private func hasTag(device index: Int, slot: Int, _ tags: Set<String>) -> Bool {
    let own = devices[index].pointTags
    return slot < own.count && !tags.isDisjoint(with: own[slot])
  }
}

/// A selector with its texts made ready for comparison; nil = the key is not given.
private struct Wanted {
  let quantities: Set<String>?
  let placeKinds: Set<String>?
  let deviceKinds: Set<String>?
  let profiles: Set<String>?
  let tags: Set<String>?
  let places: [String]?
  let devices: [Glob]?
  let points: [Glob]?
  let pointNames: [Glob]

  init(_ selector: Selector, _ site: Site) {
    func texts(_ key: Selector.Key) -> [String]? { selector.terms[key].map { $0.map(\.text) } }
    quantities = texts(.quantity).map { Set($0.map { site.quantity(named: $0) }) }
    placeKinds = texts(.placeKind).map(Set.init)
    deviceKinds = texts(.deviceKind).map(Set.init)
    profiles = texts(.profile).map(Set.init)
    tags = texts(.tag).map(Set.init)
    places = texts(.place)
    devices = texts(.device).map { $0.map(Glob.init) }
    points = texts(.point).map { $0.map(Glob.init) }
    pointNames = (texts(.point) ?? []).filter { !$0.contains("/") }.map(Glob.init)
  }

  func fits(_ make: DeviceKinds.Make) -> Bool {
    (deviceKinds?.contains(make.kind) ?? true) && (profiles?.contains(make.profile) ?? true)
  }

  func fits(place: String, kind: String) -> Bool {
    if let places, !places.contains(where: { PlaceTree.contains($0, place) }) { return false }
    return placeKinds?.contains(kind) ?? true
  }

  /// Whether the id or the name of a point is a wanted one.
  func names(_ id: String) -> Bool {
    guard let points else { return true }
    if points.contains(where: { $0.matches(id) }) { return true }
    guard !pointNames.isEmpty else { return false }
    let name = id.lastIndex(of: "/").map { id[id.index(after: $0)...] } ?? id[...]
    return pointNames.contains { $0.matches(name) }
  }
}
