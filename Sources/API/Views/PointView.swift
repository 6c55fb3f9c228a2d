/// `points` and `history`: one reading of one point, in the quantity's canonical unit.
package struct PointView: Codable, Sendable, Equatable {
  package var point: String
  /// RFC 3339; null when never heard.
  @ExplicitNull package var at: String?
  @ExplicitNull package var value: Double?
  /// The value in words for booleans and named sets; null for numbers.
  @ExplicitNull package var text: String?
  package var unit: String
  package var quantity: String
  package var quality: String
  package var reason: String
  package var place: String?
  /// Grows with every change in the lane; lets a page ask for what changed since.
  package var version: UInt64?
  /// Older than what the point had sent already; only with single readings of the past.
  package var late: Bool?
  /// What a stretch of the past comes to; left out with single readings and current values.
  package var minimum: Double?
  package var maximum: Double?
  /// Usable readings, and bad ones.
  package var count: Int?
  package var badCount: Int?
  /// How long a boolean was true, s.
  package var trueSeconds: Double?

  package init(
    point: String, at: String?, value: Double?, text: String?, unit: String, quantity: String, quality: String,
    reason: String, place: String? = nil, version: UInt64? = nil
  ) {
    self.point = point
    self.at = at
    self.value = value
    self.text = text
    self.unit = unit
    self.quantity = quantity
    self.quality = quality
    self.reason = reason
    self.place = place
    self.version = version
  }
}
