// What the configuration says about answering: who is on duty where, deadlines, repeating. Pure: the same answers for the same
// times, so a replay and a restart find the same people.
package import Community
import Pipeline

package struct ResponsePolicy: Sendable {
  /// Deadlines run from the true time of a raise, unless it became known later than this, ms: then from when it was known,
  /// for nobody could have answered before.
  static let noticeGrace: Int64 = 60_000

  package var duty = DutyTable.none
  package var settings = ResponseSettings()
  /// Whether what nobody answers speaks again; a replay, where nobody ever answers, shows the climbing alone.
  package var speaksAgain = true

  package init(duty: DutyTable = .none, settings: ResponseSettings = ResponseSettings()) {
    self.duty = duty
    self.settings = settings
  }

  /// Nobody on duty, nothing repeated.
  package static var none: ResponsePolicy {
    var policy = ResponsePolicy()
    policy.speaksAgain = false
    return policy
  }

  func repeatEvery(_ alert: Alert) -> Int64? {
    speaksAgain ? settings.repeats[alert.traits.priority.rawValue] : nil
  }

  /// Whether a missed deadline still matters.
  func climbs(_ alert: Alert) -> Bool {
    alert.isActive || alert.isMomentary || alert.traits.latched
      || settings.climbAfterReturn.contains(alert.traits.priority)
  }

  func careCalls(_ alert: Alert) -> [DutyTable.CareCall] {
    settings.carePriorities.contains(alert.traits.priority) ? duty.care(for: alert.place) : []
  }

  /// Somebody by id or name who serves on that day; nil: nobody whom the configuration knows.
  func person(_ name: String, for place: String, at time: Timestamp) -> Responder? {
    guard let person = duty.person(name, for: place), person.serves(on: duty.zone.day(at: time)) else { return nil }
    return Responder(person)
  }

  /// The nearest post at the alert's place or above with someone on duty; where nowhere is anyone, the nearest post as such.
  func start(_ alert: Alert, at time: Timestamp) -> (post: DutyTable.Post, people: [DutyPerson])? {
    if let found = duty.onDuty(place: alert.place, at: time) { return found }
    return duty.posts(for: alert.place).first.map { ($0, []) }
  }

  /// The next post above a place that has someone on duty.
  func above(_ place: String, of alert: Alert, at time: Timestamp) -> (post: DutyTable.Post, people: [DutyPerson])? {
    for post in duty.posts(for: alert.place) where PlaceTree.contains(post.place, place) && post.place != place {
      if let people = duty.onDuty(post, at: time) { return (post, people) }
    }
    return nil
  }
}

extension Responsible {
  init(_ post: DutyTable.Post, _ people: [DutyPerson]) {
    self.init(
      place: post.place, level: post.level.rawValue, unit: post.unit, people: people.map(Responder.init))
  }

  init(_ call: DutyTable.CareCall, _ people: [DutyPerson]) {
    self.init(
      place: call.home, level: call.step.role.rawValue, unit: call.step.role.text, people: people.map(Responder.init))
  }
}

extension Responder {
  init(_ person: DutyPerson) {
    self.init(id: person.id, name: person.name, channel: person.channel, mention: person.mention ?? person.phone)
  }
}

extension CareStep.Role {
  package var text: LocalizedText {
    switch self {
    case .family: LocalizedText(zh: "家属", en: "family")
    case .neighbour: LocalizedText(zh: "邻居", en: "neighbour")
    case .volunteer: LocalizedText(zh: "志愿者", en: "volunteer")
    case .carer: LocalizedText(zh: "护理员", en: "carer")
    case .doctor: LocalizedText(zh: "社区医生", en: "community doctor")
    }
  }
}
