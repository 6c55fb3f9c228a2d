import Orders

/// The newest states of ended orders on which somebody has acted since. Whoever has read one from the database before that was
/// written must not go on from what he read: his step would bear the number of another one, and be lost.
struct LateOrders: Sendable {
  /// At least so many, far more than can be acted on while the database is being read.
  static let kept = 1_000

  private var newest: [String: Order] = [:]
  private var oldestFirst: [String] = []

  mutating func keep(_ order: Order) {
    if newest.updateValue(order, forKey: order.id) == nil { oldestFirst.append(order.id) }
    guard oldestFirst.count > 2 * Self.kept else { return }
    for id in oldestFirst.prefix(Self.kept) { newest[id] = nil }
    oldestFirst.removeFirst(Self.kept)
  }

  /// The newer one.
  func newer(than stored: Order) -> Order {
    guard let late = newest[stored.id], late.step > stored.step else { return stored }
    return late
  }
}
