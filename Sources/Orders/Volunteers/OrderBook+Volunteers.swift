// The roll of volunteers in the book, and what each of them may see.
package import Community
package import Pipeline

extension OrderBook {
  package var everyVolunteer: [Volunteer] { volunteers.values.sorted { ($0.since, $0.id) < ($1.since, $1.id) } }

  package func volunteer(_ id: String) -> Volunteer? { volunteers[id] }

  /// Enters somebody, or changes what is known.
  package mutating func enter(_ volunteer: Volunteer) throws(OrderError) {
    let name = try OrderText.required(volunteer.name, "name", limit: limits.name)
    if volunteer.help.isEmpty { throw .textMissing("help") }
    if volunteer.places.isEmpty { throw .textMissing("place") }
    if volunteers[volunteer.id] == nil, volunteers.count >= VolunteerLimits.volunteers {
      throw .tooManyOrders(limit: VolunteerLimits.volunteers)
    }
    var volunteer = volunteer
    volunteer.name = name
    volunteer.places = Array(volunteer.places.prefix(VolunteerLimits.places))
    volunteer.hours = Array(volunteer.hours.prefix(VolunteerLimits.hours))
    volunteers[volunteer.id] = volunteer
  }

  /// What a volunteer may claim, the most pressing first, and what is claimed already.
  package func offers(for volunteer: Volunteer, at time: Timestamp, places: PlaceTree) -> [Offer] {
    orders.values
      .filter {
        $0.claim?.volunteer == volunteer.id || volunteer.hasTime(from: time, until: $0.deadline, policy.zone)
      }
      .sorted { ($0.deadline ?? .distantFuture, $0.id) < ($1.deadline ?? .distantFuture, $1.id) }
      .compactMap { Offer($0, for: volunteer, places: places, points: policy.settings.points) }
  }
}
