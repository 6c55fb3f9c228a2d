// Somebody who offers help: which kinds, where and when.
import Community
package import Pipeline

package struct Volunteer: Codable, Sendable, Equatable, Identifiable {
  /// Days of the week and hours in which somebody has time; local time.
  package struct Hours: Codable, Sendable, Equatable {
    /// Bit 0 = Monday.
    package var days: UInt8
    /// Minutes after midnight, 0…1440; across midnight when `to` ≤ `from`.
    package var from: Int
    package var to: Int

    package init(days: UInt8 = 0x7F, from: Int = 0, to: Int = 1_440) {
      self.days = days
      self.from = from
      self.to = to
    }

    /// Whether they run at a time, or begin after it and before `end`.
    func reach(_ time: Timestamp, until end: Timestamp, _ zone: LocalTimeTable) -> Bool {
      let today = zone.day(at: time)
      // Those that began yesterday may still run; within eight days all of a week have begun.
      let last = min(max(today, zone.day(at: end)), today + 8)
      return ((today + -1).number...last.number).contains { number in
        let day = LocalDay(number: number)
        guard days & (1 << UInt8(day.weekday)) != 0 else { return false }
        let begin = zone.instant(day, milliseconds: Int64(from) * 60_000)
        let over = zone.instant(to <= from ? day + 1 : day, milliseconds: Int64(to) * 60_000)
        return time < over && (begin <= time || begin < end)
      }
    }
  }

  package var id: String
  package var name: String
  package var help: [HelpKind]
  /// Paths; help is offered there and below.
  package var places: [String]
  /// Empty: any time.
  package var hours: [Hours]
  /// Channel and telephone, for staff.
  package var channel: String?
  package var phone: String?
  package var since: Timestamp
  /// Left; keeps the points.
  package var leftAt: Timestamp?

  package init(
    id: String, name: String, help: [HelpKind], places: [String], hours: [Hours] = [], channel: String? = nil,
    phone: String? = nil, since: Timestamp
  ) {
    self.id = id
    self.name = name
    self.help = help
    self.places = places
    self.hours = hours
    self.channel = channel
    self.phone = phone
    self.since = since
  }

  /// Whether this help is offered at a place at all.
  package func offers(_ kind: HelpKind, at place: String) -> Bool {
    leftAt == nil && help.contains(kind) && places.contains { PlaceTree.contains($0, place) }
  }

  /// Whether there is time for it now.
  package func hasTime(at time: Timestamp, _ zone: LocalTimeTable) -> Bool {
    hasTime(from: time, until: time, zone)
  }

  /// Whether some of the hours lie between a time and a deadline, the hours of now among them. Without a deadline some always do.
  package func hasTime(from time: Timestamp, until deadline: Timestamp?, _ zone: LocalTimeTable) -> Bool {
    guard let deadline, !hours.isEmpty else { return true }
    return hours.contains { $0.reach(time, until: deadline, zone) }
  }
}

/// Bounds of the roll of volunteers.
package enum VolunteerLimits {
  package static let volunteers = 5_000
  package static let places = 32
  package static let hours = 21
}
