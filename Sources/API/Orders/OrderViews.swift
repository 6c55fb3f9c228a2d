// Orders as scripts and pages see them: every key always there, null where there is nothing. Times RFC 3339 with offset.
package import Alerts
package import Community
package import Foundation
package import Orders
import Pipeline

package struct OrderView: Codable, Sendable, Equatable {
  package var id: String
  package var title: String
  @ExplicitNull package var note: String?
  package var place: String
  package var placeName: String
  package var priority: String
  /// alert · person · maintenance · resident
  package var source: String
  /// Entry of `orders.yaml` that made it.
  @ExplicitNull package var plan: String?
  /// ordered · accepted · waiting · done · verified · closed · cancelled
  package var state: String
  package var alerts: [String]
  package var unit: String
  @ExplicitNull package var person: String?
  /// The level that watches over it.
  @ExplicitNull package var overseer: ResponsibleView?
  package var climbed: Int
  package var orderedBy: String
  package var orderedAt: String
  @ExplicitNull package var deadline: String?
  package var overdue: Bool
  @ExplicitNull package var missedAt: String?
  @ExplicitNull package var acceptDue: String?
  @ExplicitNull package var acceptedBy: String?
  @ExplicitNull package var acceptedAt: String?
  @ExplicitNull package var waitingFor: String?
  @ExplicitNull package var waitingUntil: String?
  package var waitedSeconds: Int64
  @ExplicitNull package var doneBy: String?
  @ExplicitNull package var doneAt: String?
  @ExplicitNull package var remark: String?
  package var photos: [String]
  package var sentBack: Int
  @ExplicitNull package var verifiedBy: String?
  @ExplicitNull package var verifiedAt: String?
  @ExplicitNull package var endedAt: String?
  /// The kind of help that volunteers may claim it for, and who has.
  @ExplicitNull package var help: String?
  @ExplicitNull package var claimedBy: String?
  @ExplicitNull package var ticket: String?
  /// How to reach the resident who reported it; for staff.
  @ExplicitNull package var contact: String?

  package init(_ order: Order, placeName: String, language: Language, zone: TimeZone) {
    id = order.id
    title = order.title[language]
    note = order.note(in: language)
    place = order.place
    self.placeName = placeName
    priority = order.priority.rawValue
    source = order.source.rawValue
    plan = order.plan
    state = order.state.rawValue
    alerts = order.alerts
    unit = order.unit[language]
    person = order.person?.name
    overseer = order.overseer.map { ResponsibleView($0, language: language) }
    climbed = order.climbed
    orderedBy = order.orderedBy
    orderedAt = order.orderedAt.rfc3339(in: zone)
    deadline = order.deadline?.rfc3339(in: zone)
    overdue = order.missedAt != nil && order.isUndone
    missedAt = order.missedAt?.rfc3339(in: zone)
    acceptDue = order.acceptDue?.rfc3339(in: zone)
    acceptedBy = order.acceptedBy
    acceptedAt = order.acceptedAt?.rfc3339(in: zone)
    waitingFor = order.wait?.reason.rawValue
    waitingUntil = order.wait?.until.rfc3339(in: zone)
    waitedSeconds = order.waited / 1_000
    doneBy = order.done?.by
    doneAt = order.done?.at.rfc3339(in: zone)
    remark = order.done?.remark
    photos = order.photos
    sentBack = order.sentBack
    verifiedBy = order.verifiedBy
    verifiedAt = order.verifiedAt?.rfc3339(in: zone)
    endedAt = order.endedAt?.rfc3339(in: zone)
    help = order.help?.rawValue
    claimedBy = order.claim?.name
    ticket = order.report?.ticket
    contact = order.report?.contact
  }
}

/// One page of orders, the newest first.
package struct OrderListView: Codable, Sendable, Equatable {
  package var orders: [OrderView]
  /// `cursor` of the next page; null on the last.
  @ExplicitNull package var next: String?

  package init(orders: [OrderView], next: String?) {
    self.orders = orders
    self.next = next
  }
}

/// One order with its whole story: `linli order ID`.
package struct OrderStoryView: Codable, Sendable, Equatable {
  package struct Step: Codable, Sendable, Equatable {
    package var at: String
    package var kind: String
    package var by: String
    @ExplicitNull package var comment: String?
    /// Who was told to act by this step, and the level that watches over the order after it.
    package var to: [String]
    @ExplicitNull package var overseer: String?

    package init(at: String, kind: String, by: String, comment: String?, to: [String], overseer: String?) {
      self.at = at
      self.kind = kind
      self.by = by
      self.comment = comment
      self.to = to
      self.overseer = overseer
    }
  }

  package var order: OrderView
  package var steps: [Step]
  package var deliveries: [AlertStoryView.Delivery]

  package init(order: OrderView, steps: [Step], deliveries: [AlertStoryView.Delivery]) {
    self.order = order
    self.steps = steps
    self.deliveries = deliveries
  }
}

/// Body of `POST /api/v1/orders`. From alerts, title, place and priority may be left out.
package struct OrderRequest: Codable, Sendable, Equatable {
  package var by: String
  package var alerts: [String]?
  package var title: String?
  package var note: String?
  package var place: String?
  package var priority: String?
  package var unit: String?
  package var to: String?
  /// RFC 3339; or `within_milliseconds` from now.
  package var deadline: String?
  package var withinMilliseconds: Int64?
  /// Volunteers may claim it for this kind of help.
  package var help: String?
  /// The same key is the same order, however often it is sent.
  package var key: String?

  package init(
    by: String, alerts: [String]? = nil, title: String? = nil, note: String? = nil, place: String? = nil,
    priority: String? = nil, unit: String? = nil, to: String? = nil, deadline: String? = nil,
    withinMilliseconds: Int64? = nil, help: String? = nil, key: String? = nil
  ) {
    self.by = by
    self.alerts = alerts
    self.title = title
    self.note = note
    self.place = place
    self.priority = priority
    self.unit = unit
    self.to = to
    self.deadline = deadline
    self.withinMilliseconds = withinMilliseconds
    self.help = help
    self.key = key
  }
}

/// Body of `POST /api/v1/orders/{id}/actions`.
package struct OrderActionRequest: Codable, Sendable, Equatable {
  package enum Kind: String, RequestWord {
    case accept, handover, wait, resume, done, verify, reject, cancel, comment, photo, claim, release, join
  }

  package var action: Kind
  package var by: String
  package var comment: String?
  /// handover: to whom, to which unit. claim: id of the volunteer.
  package var to: String?
  package var unit: String?
  /// wait: part · access · contractor · weather · other, and until when (RFC 3339, or ms from now).
  package var reason: String?
  package var until: String?
  package var forMilliseconds: Int64?
  /// done, photo: names of photos that were uploaded.
  package var photos: [String]?
  /// join: id of the alert.
  package var alert: String?

  package init(
    action: Kind, by: String, comment: String? = nil, to: String? = nil, unit: String? = nil, reason: String? = nil,
    until: String? = nil, forMilliseconds: Int64? = nil, photos: [String]? = nil, alert: String? = nil
  ) {
    self.action = action
    self.by = by
    self.comment = comment
    self.to = to
    self.unit = unit
    self.reason = reason
    self.until = until
    self.forMilliseconds = forMilliseconds
    self.photos = photos
    self.alert = alert
  }
}

package struct PhotoView: Codable, Sendable, Equatable {
  package var photo: String
  package init(photo: String) { self.photo = photo }
}

/// Body of `POST /public/PLACE/reports`.
package struct ResidentReportRequest: Codable, Sendable, Equatable {
  package var text: String
  package var contact: String?
  package init(text: String, contact: String? = nil) {
    self.text = text
    self.contact = contact
  }
}

/// What anybody with the ticket may know.
package struct TicketView: Codable, Sendable, Equatable {
  package var ticket: String
  package var state: String
  package var stateText: String
  package var receivedAt: String
  @ExplicitNull package var endedAt: String?

  package init(_ order: Order, ticket: String, language: Language, zone: TimeZone) {
    self.ticket = ticket
    state = order.state.rawValue
    stateText = order.publicState[language]
    receivedAt = order.orderedAt.rfc3339(in: zone)
    endedAt = order.endedAt?.rfc3339(in: zone)
  }
}
