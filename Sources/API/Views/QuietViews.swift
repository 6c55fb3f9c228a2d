/// Planned quiet as scripts and pages see it: a silence, maintenance, something out of service, an absence.
package struct QuietView: Codable, Sendable, Equatable {
  package var id: String
  /// silence · maintenance · out-of-service · away
  package var kind: String
  /// pending · active · expired
  package var state: String
  package var places: [String]
  package var rules: [String]
  package var devices: [String]
  package var audience: [String]
  /// This priority and what is less urgent.
  @ExplicitNull package var upTo: String?
  /// Hides critical alerts, too.
  package var critical: Bool
  package var startsAt: String
  /// null: until it is taken back.
  @ExplicitNull package var endsAt: String?
  package var reason: String
  /// Who planned it; `alerts.yaml` and `places.yaml` for what stands there.
  package var by: String
  @ExplicitNull package var createdAt: String?
  /// Who ended it before its time.
  @ExplicitNull package var endedBy: String?
  /// Comes back every week; start and end are those of the present or next time.
  package var recurring: Bool
  /// Open alerts that it hides now.
  package var hiding: Int

  package init(
    id: String, kind: String, state: String, places: [String] = [], rules: [String] = [], devices: [String] = [],
    audience: [String] = [], upTo: String? = nil, critical: Bool = false, startsAt: String, endsAt: String?,
    reason: String, by: String, createdAt: String? = nil, endedBy: String? = nil, recurring: Bool = false,
    hiding: Int = 0
  ) {
    self.id = id
    self.kind = kind
    self.state = state
    self.places = places
    self.rules = rules
    self.devices = devices
    self.audience = audience
    self.upTo = upTo
    self.critical = critical
    self.startsAt = startsAt
    self.endsAt = endsAt
    self.reason = reason
    self.by = by
    self.createdAt = createdAt
    self.endedBy = endedBy
    self.recurring = recurring
    self.hiding = hiding
  }
}

/// Body of a POST that plans quiet, or asks what it would have hidden.
package struct QuietBody: Codable, Sendable, Equatable {
  package var places: [String]?
  package var rules: [String]?
  package var devices: [String]?
  package var audience: [String]?
  package var upTo: String?
  package var critical: Bool?
  /// RFC 3339; absent: now.
  package var startsAt: String?
  /// Either this …
  package var endsAt: String?
  /// … or this, ms from the start.
  package var forMilliseconds: Int64?
  package var reason: String?
  package var by: String?

  package init(
    places: [String]? = nil, rules: [String]? = nil, devices: [String]? = nil, audience: [String]? = nil,
    upTo: String? = nil, critical: Bool? = nil, startsAt: String? = nil, endsAt: String? = nil,
    forMilliseconds: Int64? = nil, reason: String? = nil, by: String? = nil
  ) {
    self.places = places
    self.rules = rules
    self.devices = devices
    self.audience = audience
    self.upTo = upTo
    self.critical = critical
    self.startsAt = startsAt
    self.endsAt = endsAt
    self.forMilliseconds = forMilliseconds
    self.reason = reason
    self.by = by
  }
}

/// Body of a POST that ends planned quiet, or says that somebody is back at home (`place`).
package struct QuietEndBody: Codable, Sendable, Equatable {
  package var by: String
  package var place: String?

  package init(by: String, place: String? = nil) {
    self.by = by
    self.place = place
  }
}
