package import Community
package import Pipeline

/// One step in the life of an alert: what the audit trail keeps, what notifications and the live pages are made of.
package struct AlertEvent: Codable, Sendable, Equatable {
  package enum Kind: String, Codable, Sendable, CaseIterable {
    case raised, cleared, acknowledged, assigned, commented, shelved, unshelved, closed
    /// A deadline passed: another unit, or the next of the care plan, has it now.
    case escalated
    /// Still unanswered: the same people hear of it again.
    case repeated
    /// Acknowledged long ago and still active: unacknowledged again.
    case realarmed
    case suppressed, released
    /// Latched, and reset by hand.
    case reset
    /// It became an order 工单, or part of one.
    case ordered
  }

  package var kind: Kind
  /// The alert as it stands after this step.
  package var alert: Alert
  package var at: Timestamp
  /// Person or program that did it; "linli" for the system itself.
  package var by: String
  package var comment: Remark?
  /// Who is asked to act by this very step; empty for steps that ask nobody, and where nobody is on duty. Assigned: the person,
  /// if the configuration knows one of that name.
  package var to: [Responder]?
  /// Escalated to the side, along the home's care plan; else up.
  package var aside: Bool?
  package var isAside: Bool { aside ?? false }
  /// It is about an order; the alert stands for it.
  package var order: OrderNotice?

  /// Number of this step in the alert's life: 1, 2, 3 …
  package var number: Int { alert.step }

  /// It wants somebody to answer.
  package var asks: Bool {
    switch kind {
    case .raised, .escalated, .repeated, .realarmed, .released, .unshelved: alert.needsAnswer
    case .cleared, .acknowledged, .assigned, .commented, .shelved, .closed, .suppressed, .reset, .ordered: false
    }
  }

  /// Whoever reads of it may answer: it asks, or gives to a person what nobody has answered.
  package var mayBeAnswered: Bool { asks || (kind == .assigned && alert.needsAnswer) }

  /// The remark as a reader of one language gets it.
  package func comment(in language: Language) -> String? {
    comment?.text(in: language, isOwn: by == Self.system)
  }

  /// It only says again what an earlier step has said.
  package var isReminder: Bool { kind == .repeated || order?.isReminder ?? false }

  package init(
    kind: Kind, alert: Alert, at: Timestamp, by: String = "linli", comment: Remark? = nil, to: [Responder]? = nil
  ) {
    self.kind = kind
    self.alert = alert
    self.at = at
    self.by = by
    self.comment = comment
    self.to = to
  }
}
