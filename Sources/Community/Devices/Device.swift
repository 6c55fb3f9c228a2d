package import ConfigFile

/// A device of `devices.yaml`: which one it is, what it is and where.
package struct Device: Sendable {
  package static let fileKeys = ["devices"]
  package static let keys = ["id", "profile", "place", "match", "name", "tags", "silent_after", "gateway"]

  package var id: String
  package var profile: String
  /// Full path of its place.
  package var place: String
  /// The captures of its topics that identify it.
  package var match: [String: String]
  package var name: LocalizedText?
  package var tags: [String]
  /// ms; overrides the profile's.
  package var silentAfter: Int64?
  /// Id of the device through which it talks: while that is silent, its own silence is explained.
  package var gateway: String?
  package var location: SourceLocation

  package init(
    id: String, profile: String, place: String, match: [String: String], name: LocalizedText? = nil,
    tags: [String] = [], silentAfter: Int64? = nil, gateway: String? = nil, location: SourceLocation
  ) {
    self.id = id
    self.profile = profile
    self.place = place
    self.match = match
    self.name = name
    self.tags = tags
    self.silentAfter = silentAfter
    self.gateway = gateway
    self.location = location
  }
}
