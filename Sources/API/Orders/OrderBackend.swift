package import Community
package import Foundation
package import Orders

/// What the API asks of a running service about orders, volunteers and the bank.
package protocol OrderBackend: Sendable {
  func orders(_ selection: OrderSelection) async throws -> OrderListView
  func order(id: String, language: Language) async throws -> OrderStoryView
  func createOrder(_ request: OrderRequest, language: Language) async throws -> OrderView
  func perform(_ action: OrderActionRequest, onOrder id: String, language: Language) async throws -> OrderView
  /// Keeps a photo and answers its name.
  func keepPhoto(_ bytes: Data) async throws -> PhotoView
  func photo(_ name: String) async throws -> (bytes: Data, mediaType: String)

  /// From anybody: `address` is where the request came from.
  func takeReport(_ report: ResidentReportRequest, place: String, address: String, language: Language) async throws
    -> TicketView
  func ticket(_ ticket: String, place: String, address: String, language: Language) async throws -> TicketView

  func volunteers(place: String?) async throws -> [VolunteerView]
  func enter(_ request: VolunteerRequest) async throws -> VolunteerView
  func removeVolunteer(_ id: String) async throws -> VolunteerView
  func offers(volunteer id: String, language: Language) async throws -> [OfferView]
  /// `month`: `2026-01`, local time; nil: everything.
  func bank(month: String?, language: Language) async throws -> BankView
  func bankEntry(_ request: BankEntryRequest, language: Language) async throws -> BankEntryView
}

package struct OrderSelection: Sendable {
  /// A place path; orders there and below.
  package var place: String?
  package var states: Set<Order.State>
  /// Ended ones too.
  package var all: Bool
  package var limit: Int
  package var cursor: OrderQuery.Cursor?
  package var language: Language

  package init(
    place: String? = nil, states: Set<Order.State> = [], all: Bool = false, limit: Int = 1_000,
    cursor: OrderQuery.Cursor? = nil, language: Language = .zh
  ) {
    self.place = place
    self.states = states
    self.all = all
    self.limit = limit
    self.cursor = cursor
    self.language = language
  }
}
