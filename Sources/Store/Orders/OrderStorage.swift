// What the desk needs of a database for orders, and what it writes of them in the transaction of what caused them.
package import Orders
package import Pipeline

/// Written together with the alert events of the same transaction.
package struct OrderRecords: Sendable, Equatable {
  package var events: [OrderEvent] = []
  package var plans: [PlanState] = []
  package var credits: [BankEntry] = []
  package var volunteers: [Volunteer] = []

  package init() {}

  package var isEmpty: Bool { events.isEmpty && plans.isEmpty && credits.isEmpty && volunteers.isEmpty }
}

/// An order with everything that happened to it, oldest first.
package struct OrderStory: Sendable, Equatable {
  package var order: Order
  package var events: [OrderEvent]
  package var deliveries: [DeliveryRecord]

  package init(order: Order, events: [OrderEvent], deliveries: [DeliveryRecord]) {
    self.order = order
    self.events = events
    self.deliveries = deliveries
  }
}

package protocol OrderStorage: Sendable {
  func openOrders() async throws(StoreError) -> [Order]
  func planStates() async throws(StoreError) -> [PlanState]
  func volunteers() async throws(StoreError) -> [Volunteer]
  func order(_ id: String) async throws(StoreError) -> Order?
  func order(ticket: String) async throws(StoreError) -> Order?
  func orderStory(_ id: String) async throws(StoreError) -> OrderStory?
  func orders(_ query: OrderQuery) async throws(StoreError) -> OrderPage
  /// Entries of the bank from one time until before another, by their numbers.
  func bankEntries(from: Timestamp, until: Timestamp, volunteer: String?) async throws(StoreError) -> [BankEntry]
  func bankEntry(_ id: Int64) async throws(StoreError) -> BankEntry?
}

/// A storage of alerts alone.
extension OrderStorage {
  package func openOrders() async throws(StoreError) -> [Order] { [] }
  package func planStates() async throws(StoreError) -> [PlanState] { [] }
  package func volunteers() async throws(StoreError) -> [Volunteer] { [] }
  package func order(_ id: String) async throws(StoreError) -> Order? { nil }
  package func order(ticket: String) async throws(StoreError) -> Order? { nil }
  package func orderStory(_ id: String) async throws(StoreError) -> OrderStory? { nil }
  package func orders(_ query: OrderQuery) async throws(StoreError) -> OrderPage { OrderPage([], limit: query.limit) }
  package func bankEntries(
    from: Timestamp, until: Timestamp, volunteer: String?
  ) async throws(StoreError) -> [BankEntry] { [] }
  package func bankEntry(_ id: Int64) async throws(StoreError) -> BankEntry? { nil }
}
