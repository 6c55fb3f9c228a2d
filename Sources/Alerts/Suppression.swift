package import Community
package import Pipeline

/// Why an alert keeps quiet although it exists: it is listed and counted, but nobody is told of it and nothing escalates
/// (ISA-18.2: suppressed by design, out of service). Shelving, which a person does to one alert for a time, is another state.
package struct Suppression: Codable, Sendable, Equatable {
  package enum Kind: String, Codable, Sendable, CaseIterable {
    /// Another alert explains it.
    case inhibited
    case maintenance
    case silenced
    /// It chatters.
    case damped
    /// Nobody is at home.
    case away
    case outOfService = "out-of-service"
  }

  package var kind: Kind
  /// Id of the cause: the alert, the silence, the maintenance window, the device.
  package var by: String
  /// Since when it keeps quiet without a break, whatever the causes before this one.
  package var since: Timestamp
  /// Then the cause ends, and the alert is asked again; nil: as long as the cause lasts.
  package var until: Timestamp?
  package var reason: Remark
  /// The person who planned it.
  package var who: String?

  package init(
    kind: Kind, by: String, since: Timestamp, until: Timestamp? = nil, reason: Remark, who: String? = nil
  ) {
    self.who = who
    self.kind = kind
    self.by = by
    self.since = since
    self.until = until
    self.reason = reason
  }

  /// The reason as a reader of one language gets it.
  package func reason(in language: Language) -> String { reason.text(in: language, isOwn: who == nil) }

  /// Another time at which it was found makes no other cause.
  func isSame(as other: Suppression) -> Bool { kind == other.kind && by == other.by && until == other.until }
}
