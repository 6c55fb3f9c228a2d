// What a volunteer sees of an order. Before it is claimed: what kind of help, in which compound, until when, for how many
// points; nothing of the home, of the person in it, or of why (an alert's title may say how somebody's health is). After: what is
// needed to do it.
package import Community
package import Pipeline

package struct Offer: Sendable, Equatable {
  package var order: String
  package var help: HelpKind
  /// Before the claim a compound or more; after it the place itself.
  package var place: String
  package var deadline: Timestamp?
  package var points: Int
  /// nil before the claim.
  package var details: Details?

  package struct Details: Sendable, Equatable {
    package var title: LocalizedText
    package var note: LocalizedText?
    package var state: Order.State
  }

  /// Levels that say nothing about a home.
  private static let openLevels: Set<Place.Level> = [.district, .street, .community, .compound]

  /// nil: this volunteer has no business with the order.
  package init?(_ order: Order, for volunteer: Volunteer, places: PlaceTree, points: PointRules) {
    guard let help = order.help else { return nil }
    let isClaimedHere = order.claim?.volunteer == volunteer.id
    guard isClaimedHere || (order.claim == nil && order.state == .ordered && volunteer.offers(help, at: order.place))
    else { return nil }
    self.order = order.id
    self.help = help
    deadline = order.deadline
    self.points = points.base(help)
    if isClaimedHere {
      place = order.place
      let note = order.note(in: .zh).flatMap { zh in order.note(in: .en).map { LocalizedText(zh: zh, en: $0) } }
      details = Details(title: order.title, note: note, state: order.state)
    } else {
      place = Self.openPlace(order.place, places)
    }
  }

  /// The nearest place above that says nothing about a home; of a place that nobody knows, its district.
  package static func openPlace(_ path: String, _ places: PlaceTree) -> String {
    if let known = places.ancestry(of: path).first(where: { openLevels.contains($0.level) }) { return known.path }
    return path.split(separator: "/").first.map(String.init) ?? ""
  }
}
