// An order 工单: the work that alerts, a plan of maintenance, a resident or a person ask for; with a unit, a person and a
// deadline, from ordered to closed.
package import Alerts
package import Community
package import Pipeline

package struct Order: Codable, Sendable, Equatable, Identifiable {
  package enum State: String, Codable, Sendable, CaseIterable {
    case ordered, accepted, waiting, done, verified, closed, cancelled
  }

  /// What asked for it.
  package enum Source: String, Codable, Sendable, CaseIterable { case alert, person, maintenance, resident }

  /// Why the work stands still, and until when.
  package struct Wait: Codable, Sendable, Equatable {
    package enum Reason: String, Codable, Sendable, CaseIterable { case part, access, contractor, weather, other }
    package var reason: Reason
    package var since: Timestamp
    package var until: Timestamp
    /// Ms that were left until the next missed deadline; the clock stands still meanwhile.
    package var left: Int64?
  }

  /// What was done, by whom; photos by their names in the folder of photos.
  package struct Done: Codable, Sendable, Equatable {
    package var at: Timestamp
    package var by: String
    package var remark: String?
  }

  /// The volunteer who has claimed it.
  package struct Claim: Codable, Sendable, Equatable {
    package var volunteer: String
    package var name: String
    package var at: Timestamp
  }

  /// What a resident wrote. The contact is for staff only.
  package struct Report: Codable, Sendable, Equatable {
    /// Drawn at random: who knows it may ask how far the order is.
    package var ticket: String
    package var contact: String?

    package init(ticket: String, contact: String? = nil) {
      self.ticket = ticket
      self.contact = contact
    }
  }

  /// Derived from what asked for it, so the same request never makes two.
  package var id: String
  package var title: LocalizedText
  package var note: Remark?
  package var place: String
  package var priority: Priority
  package var source: Source
  /// Entry of `orders.yaml` that made it; nil: a person or a resident did.
  package var plan: String?
  /// Alerts that are dealt with by it, and those of them that are not closed yet.
  package var alerts: [String]
  package var openAlerts: [String]
  package var state = State.ordered
  /// Who does the work: a unit, and a person of it once somebody has it.
  package var unit: LocalizedText
  package var person: Responder?
  /// The level of the four that watches over it; climbs when a deadline is missed.
  package var overseer: Responsible?
  package var climbed = 0
  package var orderedBy: String
  package var orderedAt: Timestamp
  /// To be done by; moves with each wait.
  package var deadline: Timestamp?
  /// When the deadline passed, the first time.
  package var missedAt: Timestamp?
  package var acceptedAt: Timestamp?
  package var acceptedBy: String?
  package var wait: Wait?
  /// Ms waited so far.
  package var waited: Int64 = 0
  package var done: Done?
  /// Names of the photos in the folder of photos.
  package var photos: [String] = []
  package var sentBack = 0
  package var verifiedAt: Timestamp?
  package var verifiedBy: String?
  /// Closed or cancelled.
  package var endedAt: Timestamp?
  /// Volunteers may claim it, for this kind of help.
  package var help: HelpKind?
  package var claim: Claim?
  package var report: Report?
  /// Unless accepted, done, verified by then …; nil: nothing is due.
  package var acceptDue: Timestamp?
  package var finishDue: Timestamp?
  package var verifyDue: Timestamp?
  /// Number of the newest step in its life: 1 is the order itself.
  package var step = 1

  /// The note as a reader of one language gets it.
  package func note(in language: Language) -> String? {
    note?.text(in: language, isOwn: orderedBy == AlertEvent.system)
  }

  package var hasEnded: Bool { state == .closed || state == .cancelled }
  /// Somebody still has to do the work.
  package var isUndone: Bool { state == .ordered || state == .accepted || state == .waiting }

  package init(
    id: String, title: LocalizedText, note: Remark? = nil, place: String, priority: Priority, source: Source,
    plan: String? = nil, alerts: [String] = [], unit: LocalizedText, person: Responder? = nil, orderedBy: String,
    orderedAt: Timestamp
  ) {
    self.id = id
    self.title = title
    self.note = note
    self.place = place
    self.priority = priority
    self.source = source
    self.plan = plan
    self.alerts = alerts
    self.openAlerts = alerts
    self.unit = unit
    self.person = person
    self.orderedBy = orderedBy
    self.orderedAt = orderedAt
  }
}

package enum OrderIdentity {
  /// `w-` and ten characters like those of an alert, derived from what asked for the order. What has a key of its own needs
  /// no time.
  package static func id(
    key: String, at time: Timestamp = Timestamp(milliseconds: 0), occurrence: Int = 1
  ) -> String {
    "w-" + AlertIdentity.id(rule: "order", subject: key, raisedAt: time, occurrence: occurrence)
  }
}
