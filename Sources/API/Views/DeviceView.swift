package import Community

/// `devices`: one device and how it is. Times are RFC 3339 with the offset of the service's zone.
package struct DeviceView: Codable, Sendable, Equatable {
  package var id: String
  package var profile: String
  package var place: String
  package var placeName: LocalizedText
  @ExplicitNull package var lastSeen: String?
  package var silent: Bool
  /// The worst quality among its points: good, uncertain, bad; "unknown" when never heard.
  package var quality: String
  /// Per cent; null where the device has no battery point.
  @ExplicitNull package var battery: Double?
  package var points: [String]
  /// Messages that could be read and held none of the profile's fields: the device sends something else than its profile
  /// expects.
  package var messagesWithoutReading: UInt64

  package init(
    id: String, profile: String, place: String, placeName: LocalizedText, lastSeen: String?, silent: Bool,
    quality: String, battery: Double?, points: [String], messagesWithoutReading: UInt64 = 0
  ) {
    self.id = id
    self.profile = profile
    self.place = place
    self.placeName = placeName
    self.lastSeen = lastSeen
    self.silent = silent
    self.quality = quality
    self.battery = battery
    self.points = points
    self.messagesWithoutReading = messagesWithoutReading
  }
}

/// What arrives and belongs to nobody yet.
package struct UnassignedView: Codable, Sendable, Equatable {
  /// A topic that a profile knows, from a device that the configuration does not.
  package struct Discovered: Codable, Sendable, Equatable {
    package var id: String
    package var profile: String
    package var topic: String
    package var match: [String: String]
    package var firstSeen: String
    package var lastSeen: String
    package var messages: UInt64
    package var sample: String
    package init(
      id: String, profile: String, topic: String, match: [String: String], firstSeen: String, lastSeen: String,
      messages: UInt64, sample: String
    ) {
      self.id = id
      self.profile = profile
      self.topic = topic
      self.match = match
      self.firstSeen = firstSeen
      self.lastSeen = lastSeen
      self.messages = messages
      self.sample = sample
    }
  }
  package struct UnknownTopic: Codable, Sendable, Equatable {
    package var topic: String
    package var lastSeen: String
    package var messages: UInt64
    package var sample: String
    package init(topic: String, lastSeen: String, messages: UInt64, sample: String) {
      self.topic = topic
      self.lastSeen = lastSeen
      self.messages = messages
      self.sample = sample
    }
  }
  package struct DeadLetter: Codable, Sendable, Equatable {
    package var at: String
    package var topic: String
    package var reason: String
    package var sample: String
    package init(at: String, topic: String, reason: String, sample: String) {
      self.at = at
      self.topic = topic
      self.reason = reason
      self.sample = sample
    }
  }

  package var discovered: [Discovered]
  package var unknownTopics: [UnknownTopic]
  package var deadLetters: [DeadLetter]

  package init(discovered: [Discovered], unknownTopics: [UnknownTopic], deadLetters: [DeadLetter]) {
    self.discovered = discovered
    self.unknownTopics = unknownTopics
    self.deadLetters = deadLetters
  }
}

/// Request of `linli adopt ID --place P [--profile X]`.
package struct Adoption: Codable, Sendable, Equatable {
  /// Id of the discovered device.
  package var id: String
  package var place: String
  package var profile: String?
  /// Id that it shall have in the configuration; nil = the same.
  package var name: String?

  package init(id: String, place: String, profile: String? = nil, name: String? = nil) {
    self.id = id
    self.place = place
    self.profile = profile
    self.name = name
  }
}
