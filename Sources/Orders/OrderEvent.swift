package import Alerts
package import Community
package import Pipeline

/// One step in the life of an order: what the audit keeps and notices are made of.
package struct OrderEvent: Codable, Sendable, Equatable {
  package enum Kind: String, Codable, Sendable, CaseIterable {
    case ordered, accepted, waiting, resumed, done, rejected, verified, closed, cancelled, commented
    /// Another alert is dealt with by it, too.
    case joined
    case handedOver = "handed-over"
    /// Not accepted or not done in time: the next level watches over it.
    case escalated
    /// …and there is no level above: the same people hear of it again.
    case repeated
    case photographed, claimed, released
  }

  package var kind: Kind
  /// The order as it stands after this step.
  package var order: Order
  package var at: Timestamp
  /// "linli" for the system itself.
  package var by: String
  package var comment: Remark?
  /// Who is to act now.
  package var to: [Responder]?

  package var number: Int { order.step }

  /// The remark as a reader of one language gets it.
  package func comment(in language: Language) -> String? {
    comment?.text(in: language, isOwn: by == AlertEvent.system)
  }

  package init(
    kind: Kind, order: Order, at: Timestamp, by: String, comment: Remark? = nil, to: [Responder]? = nil
  ) {
    self.kind = kind
    self.order = order
    self.at = at
    self.by = by
    self.comment = comment
    self.to = to
  }
}

/// What the book of alerts is to do because of an order; each is harmless when it is so already.
package enum AlertWish: Sendable, Equatable {
  case mark(alert: String, order: String, by: String, comment: Remark?)
  /// Somebody has taken the work on.
  case acknowledge(alert: String, by: String)
  /// The work is done and verified: an alert whose condition has returned ends with it.
  case close(alert: String, by: String)
}

/// Everything that one happening caused, in order.
package struct OrderOutcome: Sendable, Equatable {
  package var events: [OrderEvent] = []
  package var wishes: [AlertWish] = []
  package var credits: [BankEntry] = []
  /// Plans of maintenance whose state has changed.
  package var plans: [PlanState] = []

  package init() {}

  package var isEmpty: Bool { events.isEmpty && wishes.isEmpty && credits.isEmpty && plans.isEmpty }

  package static func += (a: inout OrderOutcome, b: OrderOutcome) {
    a.events += b.events
    a.wishes += b.wishes
    a.credits += b.credits
    a.plans += b.plans
  }
}
