// Which orders a list shows, and where its next page begins. The store answers it in SQL, the desk from memory; both give the
// same pages: the newest first.
package import Pipeline

package struct OrderQuery: Sendable, Equatable {
  /// Where the next page begins: after this order. Written `ordered_at_id`.
  package struct Cursor: Sendable, Equatable, LosslessStringConvertible {
    package var orderedAt: Timestamp
    package var id: String

    package init(after order: Order) {
      orderedAt = order.orderedAt
      id = order.id
    }

    package init?(_ description: String) {
      let parts = description.split(separator: "_", maxSplits: 1)
      guard parts.count == 2, let ms = Int64(parts[0]) else { return nil }
      orderedAt = Timestamp(milliseconds: ms)
      id = String(parts[1])
    }

    package var description: String { "\(orderedAt.milliseconds)_\(id)" }
  }

  /// Only this place and what lies below it; nil = everywhere.
  package var place: String?
  /// Only these; empty = all.
  package var states: Set<Order.State>
  /// Ended ones too. Asking for a state that has ended implies it.
  package var includeEnded: Bool
  /// 1…10,000.
  package var limit: Int
  package var cursor: Cursor?

  package init(
    place: String? = nil, states: Set<Order.State> = [], includeEnded: Bool = false, limit: Int = 1_000,
    cursor: Cursor? = nil
  ) {
    self.place = place
    self.states = states
    self.includeEnded = includeEnded || states.contains(.closed) || states.contains(.cancelled)
    self.limit = min(max(limit, 1), 10_000)
    self.cursor = cursor
  }

  package func matches(_ order: Order) -> Bool {
    if order.hasEnded && !includeEnded { return false }
    if !states.isEmpty && !states.contains(order.state) { return false }
    guard let place else { return true }
    return order.place == place || order.place.hasPrefix(place + "/")
  }

  /// The page of this query out of `orders`.
  package func page(of orders: some Sequence<Order>) -> OrderPage {
    var found = orders.filter(matches)
    if let cursor { found.removeAll { !precedes((cursor.orderedAt, cursor.id), ($0.orderedAt, $0.id)) } }
    found.sort { precedes(($0.orderedAt, $0.id), ($1.orderedAt, $1.id)) }
    return OrderPage(Array(found.prefix(limit + 1)), limit: limit)
  }

  private func precedes(_ a: (Timestamp, String), _ b: (Timestamp, String)) -> Bool {
    a.0 != b.0 ? a.0 > b.0 : a.1 < b.1
  }
}

/// One page of a list.
package struct OrderPage: Sendable, Equatable {
  package var orders: [Order]
  /// nil on the last page.
  package var next: OrderQuery.Cursor?

  /// `orders` may hold one more than the limit: the sign that there is a next page.
  package init(_ orders: [Order], limit: Int) {
    self.orders = Array(orders.prefix(limit))
    next = orders.count > limit ? self.orders.last.map(OrderQuery.Cursor.init(after:)) : nil
  }
}
