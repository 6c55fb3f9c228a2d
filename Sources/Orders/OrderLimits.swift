/// Bounds of orders.
package struct OrderLimits: Sendable, Equatable {
  /// Orders that have not ended, at once; above it people are refused, and what would order by itself is counted.
  package var openOrders = 20_000
  package var alertsOfOne = 64
  package var photosOfOne = 8
  /// Longest wait, and how far ahead a deadline may lie, ms.
  package var wait: Int64 = 60 * 86_400_000
  package var deadline: Int64 = 366 * 86_400_000
  /// Characters.
  package var title = 200
  package var note = 2_000
  package var comment = 2_000
  package var name = 200
  /// Orders that one volunteer may have claimed and not finished.
  package var claimsOfOne = 5
  /// Orders that plans of maintenance make at most in one stride of time.
  package var plannedAtOnce = 1_000

  package init() {}
}
