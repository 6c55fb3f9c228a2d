package import Alerts
package import Community
package import Pipeline

/// What a person can do to an order.
package enum OrderAction: Sendable, Equatable {
  /// "I do it." Twice by the same person is harmless.
  case accept
  /// To another person, another unit or both; the new one has to accept it.
  case handOver(person: Responder?, unit: LocalizedText?)
  case wait(Order.Wait.Reason, until: Timestamp)
  case resume
  /// With the remark as comment; photos by name.
  case done(photos: [String])
  /// The work is as it should be. Never by the one who did it.
  case verify
  /// Sent back to the one who did it, with the reason.
  case reject
  /// With the reason.
  case cancel
  case comment
  case photo(String)
  case claim(Volunteer)
  /// The volunteer cannot do it after all.
  case release
}

/// What an order is made of.
package struct OrderDraft: Sendable, Equatable {
  /// The same key at the same time is the same order; nil: each request is an order of its own.
  package var key: String?
  package var title: LocalizedText
  package var note: Remark?
  package var place: String
  package var priority: Priority
  package var source: Order.Source
  package var plan: String?
  package var alerts: [String]
  package var unit: LocalizedText?
  package var person: Responder?
  /// nil: as `finish_within` says for the priority.
  package var deadline: Timestamp?
  package var help: HelpKind?
  package var report: Order.Report?
  package var by: String

  package init(
    key: String? = nil, title: LocalizedText, note: Remark? = nil, place: String, priority: Priority = .medium,
    source: Order.Source = .person, plan: String? = nil, alerts: [String] = [], unit: LocalizedText? = nil,
    person: Responder? = nil, deadline: Timestamp? = nil, help: HelpKind? = nil, report: Order.Report? = nil, by: String
  ) {
    self.key = key
    self.title = title
    self.note = note
    self.place = place
    self.priority = priority
    self.source = source
    self.plan = plan
    self.alerts = alerts
    self.unit = unit
    self.person = person
    self.deadline = deadline
    self.help = help
    self.report = report
    self.by = by
  }
}
