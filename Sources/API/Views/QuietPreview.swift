package import Alerts

/// What planned quiet would have hidden: the alerts of the past week that it matches, and those that are open.
package struct QuietPreview: Codable, Sendable, Equatable {
  /// Raised from then on, RFC 3339.
  package var since: String
  package var count: Int
  /// Newest first; at most 1,000 of them.
  package var alerts: [AlertView]

  package init(since: String, count: Int, alerts: [AlertView]) {
    self.since = since
    self.count = count
    self.alerts = alerts
  }
}
