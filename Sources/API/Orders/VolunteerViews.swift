// Volunteers, what they may see, and the bank, as scripts and pages see them.
import Alerts
package import Community
package import Foundation
package import Orders
import Pipeline

package struct VolunteerView: Codable, Sendable, Equatable {
  package var id: String
  package var name: String
  package var help: [String]
  package var places: [String]
  /// As they were given: `mon,tue 18:00-21:00`; empty: any time.
  package var hours: [String]
  @ExplicitNull package var channel: String?
  @ExplicitNull package var phone: String?
  package var since: String
  @ExplicitNull package var leftAt: String?

  package init(_ volunteer: Volunteer, zone: TimeZone) {
    id = volunteer.id
    name = volunteer.name
    help = volunteer.help.map(\.rawValue)
    places = volunteer.places
    hours = volunteer.hours.map(\.text)
    channel = volunteer.channel
    phone = volunteer.phone
    since = volunteer.since.rfc3339(in: zone)
    leftAt = volunteer.leftAt?.rfc3339(in: zone)
  }
}

/// Body of `POST /api/v1/volunteers`: enters somebody, or changes what is known.
package struct VolunteerRequest: Codable, Sendable, Equatable {
  package var id: String
  package var name: String
  package var help: [String]
  package var places: [String]
  package var hours: [String]?
  package var channel: String?
  package var phone: String?

  package init(
    id: String, name: String, help: [String], places: [String], hours: [String]? = nil, channel: String? = nil,
    phone: String? = nil
  ) {
    self.id = id
    self.name = name
    self.help = help
    self.places = places
    self.hours = hours
    self.channel = channel
    self.phone = phone
  }
}

/// An order as a volunteer sees it. Before the claim there is neither title nor note, and the place is a compound.
package struct OfferView: Codable, Sendable, Equatable {
  package var order: String
  package var help: String
  package var helpText: String
  package var place: String
  package var placeName: String
  @ExplicitNull package var deadline: String?
  package var points: Int
  package var claimed: Bool
  @ExplicitNull package var title: String?
  @ExplicitNull package var note: String?
  @ExplicitNull package var state: String?

  package init(_ offer: Offer, placeName: String, language: Language, zone: TimeZone) {
    order = offer.order
    help = offer.help.rawValue
    helpText = offer.help.text[language]
    place = offer.place
    self.placeName = placeName
    deadline = offer.deadline?.rfc3339(in: zone)
    points = offer.points
    claimed = offer.details != nil
    title = offer.details?.title[language]
    note = offer.details?.note?[language]
    state = offer.details?.state.rawValue
  }
}

package struct BankEntryView: Codable, Sendable, Equatable {
  package var id: Int64
  package var volunteer: String
  package var name: String
  @ExplicitNull package var order: String?
  @ExplicitNull package var help: String?
  package var points: Int
  package var at: String
  package var by: String
  package var reason: String
  @ExplicitNull package var reverses: Int64?

  package init(_ entry: BankEntry, language: Language, zone: TimeZone) {
    id = entry.id
    volunteer = entry.volunteer
    name = entry.name
    order = entry.order
    help = entry.help?.rawValue
    points = entry.points
    at = entry.at.rfc3339(in: zone)
    by = entry.by
    reason = entry.reason(in: language)
    reverses = entry.reverses
  }
}

/// The list of a month, or of everything.
package struct BankView: Codable, Sendable, Equatable {
  package struct Row: Codable, Sendable, Equatable {
    package var volunteer: String
    package var name: String
    package var orders: Int
    package var points: Int

    package init(_ balance: BankBalance) {
      volunteer = balance.volunteer
      name = balance.name
      orders = balance.orders
      points = balance.points
    }
  }

  @ExplicitNull package var month: String?
  /// The most points first.
  package var balances: [Row]
  package var entries: [BankEntryView]

  package init(month: String?, balances: [Row], entries: [BankEntryView]) {
    self.month = month
    self.balances = balances
    self.entries = entries
  }
}

/// Body of `POST /api/v1/bank`: takes an entry back (`reverses`), or books points by hand.
package struct BankEntryRequest: Codable, Sendable, Equatable {
  package var by: String
  package var reason: String
  package var reverses: Int64?
  package var volunteer: String?
  package var points: Int?
  /// The same key is booked once.
  package var key: String?

  package init(
    by: String, reason: String, reverses: Int64? = nil, volunteer: String? = nil, points: Int? = nil,
    key: String? = nil
  ) {
    self.by = by
    self.reason = reason
    self.reverses = reverses
    self.volunteer = volunteer
    self.points = points
    self.key = key
  }
}
