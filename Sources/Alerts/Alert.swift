package import Community
package import Pipeline

package enum Priority: String, Codable, Sendable, CaseIterable, Comparable {
  case critical, high, medium, low

  /// 0 = critical.
  package var rank: Int { Priority.allCases.firstIndex(of: self)! }
  /// `a < b`: a is more urgent.
  package static func < (a: Priority, b: Priority) -> Bool { a.rank < b.rank }
}

/// What an alert inherits from its rule when it is raised; kept with the alert, so that it survives the rule.
package struct AlertTraits: Codable, Sendable, Equatable {
  package var priority: Priority
  package var title: LocalizedText
  package var advice: LocalizedText?
  /// Who it concerns, for routing: care, safety, plant, parking, …
  package var audience: [String]
  /// After the condition has cleared it stays until somebody resets it by hand (ISA-18.2 latched).
  package var latched: Bool
  /// Ms after an acknowledgement at which an alert that is still active speaks again (OPC UA ReAlarmTime); nil: never.
  package var realarm: Int64?
  /// `away: suppress`: it means nothing while nobody is at home.
  package var quietWhenAway: Bool
  /// A person pressed for it; no rule found it (EN 50134: activated manually).
  package var isManual: Bool

  package init(
    priority: Priority, title: LocalizedText, advice: LocalizedText? = nil, audience: [String] = [],
    latched: Bool = false, realarm: Int64? = nil, quietWhenAway: Bool = false, isManual: Bool = false
  ) {
    self.quietWhenAway = quietWhenAway
    self.isManual = isManual
    self.priority = priority
    self.title = title
    self.advice = advice
    self.audience = audience
    self.latched = latched
    self.realarm = realarm
  }

  /// Alerts stored by earlier versions lack what came later.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    priority = try container.decode(Priority.self, forKey: .priority)
    title = try container.decode(LocalizedText.self, forKey: .title)
    advice = try container.decodeIfPresent(LocalizedText.self, forKey: .advice)
    audience = try container.decode([String].self, forKey: .audience)
    latched = try container.decodeIfPresent(Bool.self, forKey: .latched) ?? false
    realarm = try container.decodeIfPresent(Int64.self, forKey: .realarm)
    quietWhenAway = try container.decodeIfPresent(Bool.self, forKey: .quietWhenAway) ?? false
    isManual = try container.decodeIfPresent(Bool.self, forKey: .isManual) ?? false
  }
}

/// One occurrence of a rule's condition at one subject, from raised to closed (ISA-18.2). *Active* and *acknowledged* are
/// two separate bits; shelved, suppressed and latched come on top.
package struct Alert: Codable, Sendable, Equatable, Identifiable {
  /// Short, stable and the same in a replay: derived from rule, subject and `raisedAt`.
  package var id: String
  package var lane: String
  package var rule: String
  package var subject: String
  package var place: String
  package var traits: AlertTraits
  package var point: String?
  package var value: Double?
  package var unit: String
  /// True time of the raise, and when it became known.
  package var raisedAt: Timestamp
  package var noticedAt: Timestamp
  package var clearedAt: Timestamp?
  package var acknowledgedAt: Timestamp?
  package var acknowledgedBy: String?
  package var assignedTo: String?
  /// Who that is, if the configuration knows one of that name.
  package var assignee: Responder?
  package var shelvedUntil: Timestamp?
  package var closedAt: Timestamp?
  /// Who has to answer, until when; nil: nobody was asked, because it is suppressed, closed, or nobody is on duty.
  package var response: ResponseState?
  /// Why it keeps quiet; nil: it does not.
  package var suppression: Suppression?
  /// Somebody was told of it: at its raise, or when it came back from being hidden. nil: stored by an earlier version.
  package var wasTold: Bool?
  /// It cleared while it was hidden or on a shelf, so nobody who had been told of it has heard of that.
  package var clearedUnheard: Bool?
  /// What was noticed about its subject when it was raised: it chatters, its alerts are gone within seconds.
  package var flutter: Flutter?
  /// The order 工单 that it became.
  package var order: String?
  /// Number of the newest step in its life: 1 is the raise. Orders the events of an alert and names their deliveries.
  package var step: Int

  package var isActive: Bool { clearedAt == nil }
  package var isAcknowledged: Bool { acknowledgedAt != nil }
  package var isClosed: Bool { closedAt != nil }
  package var isShelved: Bool { shelvedUntil != nil }
  package var isSuppressed: Bool { suppression != nil }
  /// The condition has cleared, and the alert waits for a reset by hand.
  package var isLatched: Bool { traits.latched && !isActive && !isClosed }
  /// Somebody was told of it.
  package var isTold: Bool { wasTold ?? suppression.map { $0.since > raisedAt } ?? true }
  /// A press or a fall: raised and cleared in the same instant.
  package var isMomentary: Bool { clearedAt == raisedAt }
  /// The newest time at which something is known to have happened to it.
  var newestTime: Timestamp {
    [noticedAt, raisedAt, clearedAt, acknowledgedAt, closedAt, response?.since, suppression?.since].compactMap(\.self)
      .max() ?? raisedAt
  }
  /// Somebody still has to answer it.
  package var needsAnswer: Bool { !isClosed && !isAcknowledged && !isShelved && !isSuppressed }

  package init(
    id: String, lane: String, rule: String, subject: String, place: String, traits: AlertTraits, point: String?,
    value: Double?, unit: String, raisedAt: Timestamp, noticedAt: Timestamp
  ) {
    self.id = id
    self.lane = lane
    self.rule = rule
    self.subject = subject
    self.place = place
    self.traits = traits
    self.point = point
    self.value = value
    self.unit = unit
    self.raisedAt = raisedAt
    self.noticedAt = noticedAt
    self.step = 1
  }
}
