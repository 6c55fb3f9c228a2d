// What the configuration says about orders: deadlines, who watches over a place, what orders by itself. Pure.
package import Alerts
package import Community
package import Pipeline

package struct OrderPolicy: Sendable {
  package var settings = OrderSettings()
  package var duty = DutyTable.none
  /// In which days and times of the calendar count.
  package var zone = LocalTimeTable.utc

  package init(settings: OrderSettings = OrderSettings(), duty: DutyTable = .none, zone: LocalTimeTable = .utc) {
    self.settings = settings
    self.duty = duty
    self.zone = zone
  }

  package static var none: OrderPolicy { OrderPolicy() }

  /// The nearest level with somebody on duty; where nowhere is anyone, the nearest as such.
  func start(at place: String, time: Timestamp) -> Responsible? {
    if let (post, people) = duty.onDuty(place: place, at: time) { return Self.responsible(post, people) }
    return duty.posts(for: place).first.map { Self.responsible($0, []) }
  }

  /// The next level above that has somebody on duty.
  func above(_ current: String, of place: String, at time: Timestamp) -> Responsible? {
    for post in duty.posts(for: place) where PlaceTree.contains(post.place, current) && post.place != current {
      if let people = duty.onDuty(post, at: time) { return Self.responsible(post, people) }
    }
    return nil
  }

  /// Who is on duty at a level now; nil: nobody.
  func present(at post: String, of place: String, at time: Timestamp) -> Responsible? {
    guard let post = duty.posts(for: place).first(where: { $0.place == post }) else { return nil }
    return duty.onDuty(post, at: time).map { Self.responsible(post, $0) }
  }

  private static func responsible(_ post: DutyTable.Post, _ people: [DutyPerson]) -> Responsible {
    Responsible(place: post.place, level: post.level.rawValue, unit: post.unit, people: people.map(responder))
  }

  static func responder(_ person: DutyPerson) -> Responder {
    Responder(id: person.id, name: person.name, channel: person.channel, mention: person.mention ?? person.phone)
  }

  /// Somebody by id or name of `duty.yaml`; else a name that nobody knows a channel of.
  package func person(_ name: String) -> Responder { known(name) ?? Responder(name: name) }

  /// Somebody by id or name of `duty.yaml`; with a time, only who serves on that day.
  func known(_ name: String, at time: Timestamp? = nil) -> Responder? {
    let person = duty.person(name)
    if let time, let person, !person.serves(on: duty.zone.day(at: time)) { return nil }
    return person.map(Self.responder)
  }

  /// Whether a name that somebody typed is that person's, or the id.
  func isMeant(_ person: Responder, by name: String) -> Bool {
    let typed = name.trimmed.lowercased()
    if person.name.lowercased() == typed || person.id?.lowercased() == typed { return true }
    return person.id.map { $0 == known(name)?.id } ?? false
  }

  /// Every word by which people may mean somebody: what they typed, and the id and the name that `duty.yaml` has for it.
  func words(for name: String) -> Set<String> {
    let known = known(name)
    return Set([name, known?.id, known?.name].compactMap { $0?.trimmed.lowercased() })
  }
}
