package import ConfigFile

/// A node of the tree district 区 › street 街道 › community 社区 › compound 小区 › building › floor › room.
package struct Place: Sendable {
  package enum Level: String, Codable, Sendable, CaseIterable {
    case district, street, community, compound, building, floor, room
  }

  /// The last step of the path.
  package var id: String
  /// All ids from the district down, joined with "/".
  package var path: String
  package var level: Level
  package var name: LocalizedText
  /// care-room, car-park, plant-room, … ; empty when none is given.
  package var kind: String
  package var tags: [String]
  package var duty: Duty?
  package var care: Care?
  package var location: SourceLocation

  package init(
    id: String, path: String, level: Level, name: LocalizedText, kind: String = "", tags: [String] = [],
    duty: Duty? = nil, care: Care? = nil, location: SourceLocation
  ) {
    self.id = id
    self.path = path
    self.level = level
    self.name = name
    self.kind = kind
    self.tags = tags
    self.duty = duty
    self.care = care
    self.location = location
  }

  /// Who answers for a place.
  package struct Duty: Sendable {
    package struct Person: Sendable, Equatable {
      /// Entry of `duty.yaml`, where one is named outright.
      package var id: String?
      /// A name, or an id or name of `duty.yaml`.
      package var name: String
      package var channel: String?
      package var phone: String?
      package var location = SourceLocation(file: "")
      package init(id: String? = nil, name: String, channel: String? = nil, phone: String? = nil) {
        self.id = id
        self.name = name
        self.channel = channel
        self.phone = phone
      }
    }
    package var unit: LocalizedText
    /// On duty always.
    package var people: [Person]
    /// A rota of `duty.yaml`, and where it is named.
    package var rota: (id: String, location: SourceLocation)?
    /// Deadlines to answer and to finish, from when this place got an alert.
    package var answer: Deadlines
    package var finish: Deadlines
    package init(
      unit: LocalizedText, people: [Person], rota: (id: String, location: SourceLocation)? = nil,
      answer: Deadlines = Deadlines(), finish: Deadlines = Deadlines()
    ) {
      self.unit = unit
      self.people = people
      self.rota = rota
      self.answer = answer
      self.finish = finish
    }
  }

  /// What is known about the person who lives in a room.
  package struct Care: Sendable {
    package var profile: String
    package var contact: String?
    package var awayUntil: DayOrTime?
    /// Whom to ask beside the four levels; nil: as `alerts.yaml` says for the profile.
    package var chain: [CareStep]?
    package init(profile: String, contact: String? = nil, awayUntil: DayOrTime? = nil, chain: [CareStep]? = nil) {
      self.profile = profile
      self.chain = chain
      self.contact = contact
      self.awayUntil = awayUntil
    }
  }
}

extension Place.Level {
  package var text: LocalizedText {
    switch self {
    case .district: LocalizedText(zh: "区", en: "district")
    case .street: LocalizedText(zh: "街道", en: "street")
    case .community: LocalizedText(zh: "社区", en: "community")
    case .compound: LocalizedText(zh: "小区", en: "compound")
    case .building: LocalizedText(zh: "楼栋", en: "building")
    case .floor: LocalizedText(zh: "楼层", en: "floor")
    case .room: LocalizedText(zh: "房间", en: "room")
    }
  }
}
