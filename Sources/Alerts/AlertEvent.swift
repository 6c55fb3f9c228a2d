package import Pipeline

/// One step in the life of an alert: what the audit trail keeps, what notifications and the live pages are made of.
package struct AlertEvent: Codable, Sendable, Equatable {
  package enum Kind: String, Codable, Sendable, CaseIterable {
    case raised, cleared, acknowledged, assigned, commented, shelved, unshelved, closed
  }

  package var kind: Kind
  /// The alert as it stands after this step.
  package var alert: Alert
  package var at: Timestamp
  /// Person or program that did it; "linli" for the system itself.
  package var by: String
  package var comment: String?

  /// Number of this step in the alert's life: 1, 2, 3 …
  package var number: Int { alert.step }

  package init(kind: Kind, alert: Alert, at: Timestamp, by: String = "linli", comment: String? = nil) {
    self.kind = kind
    self.alert = alert
    self.at = at
    self.by = by
    self.comment = comment
  }
}
