package import Pipeline

/// What a person (or the automation acting for one) can do to an alert.
package enum AlertAction: Sendable, Equatable {
  /// "I have seen it and take care." Twice is harmless: the first name stays.
  case acknowledge
  case assign(to: String)
  /// Only the comment that every action may carry; here it must not be empty.
  case comment
  /// Out of the way until a time: in the future, at most `AlertLimits.shelf` ahead (ISA-18.2 shelving is always timed).
  case shelve(until: Timestamp)
  case unshelve
  /// An active alert closes only by force; its condition raises again only after it has cleared in between.
  case close(force: Bool = false)
  /// Ends a latched alert whose condition has cleared; acknowledges it, too, if nobody has.
  case reset
}

/// Bounds of the alert book.
package struct AlertLimits: Sendable, Equatable {
  /// Open alerts held at once; above it the least needed ones are closed and counted.
  package var openAlerts = 100_000
  /// Longest shelf, ms.
  package var shelf: Int64 = 7 * 86_400_000
  /// Longest comment, characters.
  package var comment = 2_000
  /// Longest name of a person or unit, characters.
  package var name = 200
  /// Subjects whose newest raise is remembered after the alert is closed, so that ids never repeat.
  package var remembered = 20_000

  package init() {}
}
