package import Alerts

/// One alert with its whole story: `linli alert ID`.
package struct AlertStoryView: Codable, Sendable, Equatable {
  package struct Step: Codable, Sendable, Equatable {
    package var at: String
    package var kind: String
    package var by: String
    package var comment: String?
    /// Who was asked to act by this step; assigned: to whom.
    package var to: [String]?
    /// Unit that has the alert after a step that asks somebody, its level or role, and its deadlines.
    package var unit: String?
    package var level: String?
    package var answerDue: String?
    package var finishDue: String?
    package init(at: String, kind: String, by: String, comment: String?, to: [String]? = nil) {
      self.at = at
      self.kind = kind
      self.by = by
      self.comment = comment
      self.to = to
    }
  }
  package struct Delivery: Codable, Sendable, Equatable {
    package var channel: String
    package var event: String
    /// pending · delivered · failed
    package var state: String
    package var attempts: Int
    package var at: String?
    package var error: String?
    package init(channel: String, event: String, state: String, attempts: Int, at: String?, error: String?) {
      self.channel = channel
      self.event = event
      self.state = state
      self.attempts = attempts
      self.at = at
      self.error = error
    }
  }

  package var alert: AlertView
  package var steps: [Step]
  package var deliveries: [Delivery]

  package init(alert: AlertView, steps: [Step], deliveries: [Delivery]) {
    self.alert = alert
    self.steps = steps
    self.deliveries = deliveries
  }
}

/// Body of `POST /api/v1/alerts/{id}/actions`.
package struct AlertActionRequest: Codable, Sendable, Equatable {
  package enum Kind: String, RequestWord {
    case ack, assign, comment, shelve, unshelve, close, reset
  }
  package var action: Kind
  package var by: String
  package var comment: String?
  /// assign: to whom.
  package var to: String?
  /// shelve: for how many ms.
  package var forMilliseconds: Int64?
  /// close: although still active.
  package var force: Bool?

  package init(
    action: Kind, by: String, comment: String? = nil, to: String? = nil, forMilliseconds: Int64? = nil,
    force: Bool? = nil
  ) {
    self.action = action
    self.by = by
    self.comment = comment
    self.to = to
    self.forMilliseconds = forMilliseconds
    self.force = force
  }
}

/// What an action answers: the keys of the alert, and beside them `told` and `note`.
package struct AlertActionView: Codable, Sendable, Equatable {
  package var alert: AlertView
  /// Channels on which the person hears of it to whom the alert was assigned.
  package var told: [String]
  /// For the one who acts: whether that person hears of it, and if not, why. nil: there is nothing to say.
  package var note: String?

  private enum CodingKeys: String, CodingKey { case told, note }

  package init(_ alert: AlertView, told: [String] = [], note: String? = nil) {
    self.alert = alert
    self.told = told
    self.note = note
  }

  package init(from decoder: any Decoder) throws {
    alert = try AlertView(from: decoder)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    told = try container.decodeIfPresent([String].self, forKey: .told) ?? []
    note = try container.decodeIfPresent(String.self, forKey: .note)
  }

  package func encode(to encoder: any Encoder) throws {
    try alert.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(told, forKey: .told)
    try container.encode(note, forKey: .note)
  }
}

package typealias LiveEvents = any AsyncSequence<LiveEvent, Never> & Sendable

/// One Server-Sent Event of `/api/v1/events`.
package struct LiveEvent: Sendable, Equatable {
  /// Number of the event; a page resumes with it (`Last-Event-ID`).
  package var id: Int64
  /// raised, cleared, acknowledged, …
  package var kind: String
  /// When it happened.
  package var at: String
  package var alert: AlertView

  package init(id: Int64, kind: String, at: String, alert: AlertView) {
    self.id = id
    self.kind = kind
    self.at = at
    self.alert = alert
  }
}
