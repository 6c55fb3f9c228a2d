// Which alerts a list shows, in which order, and where its next page begins. The store answers it in SQL, the desk from
// memory; both give the same pages.
package import Pipeline

package struct AlertQuery: Sendable, Equatable {
  /// Where the next page begins: after this alert. Written `rank-raised_at-id`.
  package struct Cursor: Sendable, Equatable, LosslessStringConvertible {
    package var rank: Int
    package var raisedAt: Timestamp
    package var id: String

    package init(after alert: Alert) {
      rank = alert.traits.priority.rank
      raisedAt = alert.raisedAt
      id = alert.id
    }

    package init?(_ description: String) {
      let parts = description.split(separator: "_", maxSplits: 2)
      guard parts.count == 3, let rank = Int(parts[0]), let ms = Int64(parts[1]) else { return nil }
      self.rank = rank
      raisedAt = Timestamp(milliseconds: ms)
      id = String(parts[2])
    }

    package var description: String { "\(rank)_\(raisedAt.milliseconds)_\(id)" }
  }

  /// Only these places and what lies below them; nil = everywhere, empty = nowhere.
  package var places: [String]?
  /// Without closed ones the most urgent alert stands first, then the newest; with them the newest first.
  package var includeClosed: Bool
  /// Only these; empty = all.
  package var priorities: Set<Priority>
  /// 1…10,000.
  package var limit: Int
  package var cursor: Cursor?

  package init(
    places: [String]? = nil, includeClosed: Bool = false, priorities: Set<Priority> = [], limit: Int = 1_000,
    cursor: Cursor? = nil
  ) {
    self.places = places
    self.includeClosed = includeClosed
    self.priorities = priorities
    self.limit = min(max(limit, 1), 10_000)
    self.cursor = cursor
  }

  package func matches(_ alert: Alert) -> Bool {
    if alert.isClosed && !includeClosed { return false }
    if !priorities.isEmpty && !priorities.contains(alert.traits.priority) { return false }
    guard let places else { return true }
    return places.contains { alert.place == $0 || alert.place.hasPrefix($0 + "/") }
  }

  /// The page of this query out of `alerts`.
  package func page(of alerts: some Sequence<Alert>) -> AlertPage {
    var found = alerts.filter(matches).map { (cursor: Cursor(after: $0), alert: $0) }
    if let cursor { found.removeAll { !precedes(cursor, $0.cursor) } }
    found.sort { precedes($0.cursor, $1.cursor) }
    return AlertPage(found.prefix(limit + 1).map(\.alert), limit: limit)
  }

  private func precedes(_ a: Cursor, _ b: Cursor) -> Bool {
    if !includeClosed && a.rank != b.rank { return a.rank < b.rank }
    if a.raisedAt != b.raisedAt { return a.raisedAt > b.raisedAt }
    return a.id < b.id
  }
}

/// One page of a list.
package struct AlertPage: Sendable, Equatable {
  package var alerts: [Alert]
  /// nil on the last page.
  package var next: AlertQuery.Cursor?

  /// `alerts` may hold one more than the limit: the sign that there is a next page.
  package init(_ alerts: [Alert], limit: Int) {
    self.alerts = Array(alerts.prefix(limit))
    next = alerts.count > limit ? self.alerts.last.map(AlertQuery.Cursor.init(after:)) : nil
  }
}
