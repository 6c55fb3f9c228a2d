package import Community

/// A community of many devices for benchmarks: copies of the configured one, each with names of its own.
package enum CommunityCopies {
  /// Stands between a name and the number of the copy.
  static let mark: Character = "@"

  /// `count` devices: the community's own and as many copies as it takes, the last one cut off. Places stay the same.
  /// A service that is to know the copies too gets its `devices.yaml` from `devicesFile`.
  package static func scaled(_ community: CommunityModel, to count: Int) -> CommunityModel {
    guard count > 0, !community.devices.isEmpty else { return community }
    var devices: [Device] = []
    devices.reserveCapacity(count)
    while devices.count < count {
      let copy = devices.count / community.devices.count
      var device = community.devices[devices.count % community.devices.count]
      if copy > 0 {
        device.id += "\(mark)\(copy)"
        device.match = device.match.mapValues { "\($0)-\(copy)" }
      }
      devices.append(device)
    }
    return CommunityModel(places: community.places, library: ProfileLibrary(community.profiles), devices: devices)
  }

  /// The text of a `devices.yaml` with the devices of a community.
  package static func devicesFile(_ community: CommunityModel) -> String {
    var text = "devices:\n"
    for device in community.devices {
      let match = device.match.sorted { $0.key < $1.key }.map { "\($0.key): \"\($0.value)\"" }.joined(separator: ", ")
      let tags = device.tags.isEmpty ? "" : ", tags: [\(device.tags.joined(separator: ", "))]"
      text +=
        "- {id: \"\(device.id)\", profile: \(device.profile), place: \"\(device.place)\", match: {\(match)}\(tags)}\n"
    }
    return text
  }

  /// What tells the devices of one copy from those of another; empty for the original.
  static func suffix(of id: String) -> Substring {
    id.lastIndex(of: mark).map { id[$0...] } ?? ""
  }
}
