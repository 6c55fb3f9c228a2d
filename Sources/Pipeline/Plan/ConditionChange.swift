/// A rule's condition became true or stopped being true at one subject. Self-contained, so that it can outlive the plan
/// that produced it.
package struct ConditionChange: Sendable, Equatable {
  package enum Kind: String, Sendable { case raised, cleared }

  package var kind: Kind
  package var rule: String
  package var subject: String
  package var place: String
  /// True time: when the hold was complete.
  package var at: Timestamp
  /// The lane's clock when it became known; never before `at` unless a device's clock runs ahead.
  package var noticedAt: Timestamp
  /// The deciding value in the point's canonical unit, where there is one.
  package var value: Double?
  package var unit: String
  /// The point that decided, where there is one.
  package var point: String?
  /// The last message the lane had taken in, and the number of this change since then. Together they order all changes of a
  /// lane; a replay after a crash yields the same pair for the same change.
  package var position: JournalPosition
  package var ordinal: UInt32

  package init(
    kind: Kind, rule: String, subject: String, place: String, at: Timestamp, noticedAt: Timestamp, value: Double?,
    unit: String, point: String?, position: JournalPosition, ordinal: UInt32
  ) {
    self.kind = kind
    self.rule = rule
    self.subject = subject
    self.place = place
    self.at = at
    self.noticedAt = noticedAt
    self.value = value
    self.unit = unit
    self.point = point
    self.position = position
    self.ordinal = ordinal
  }
}
