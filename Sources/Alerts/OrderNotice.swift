// What a notification about an order 工单 says. It travels like an event of an alert: an event of kind `ordered` whose alert
// stands for the order (rule `order`, the order's id, place, priority and title) carries it.
package import Community
package import Pipeline

package struct OrderNotice: Codable, Sendable, Equatable {
  /// The rule of alerts that stand for orders; routes may name it.
  package static let rule = "order"

  /// The step, as orders name it: ordered, handed-over, escalated, …
  package var step: String
  /// …in words, for the head of a message.
  package var state: LocalizedText
  package var unit: LocalizedText
  package var person: String?
  package var deadline: Timestamp?
  /// What to type to answer; nil: nothing is to be answered.
  package var answer: String?
  /// People hear of it; else only programs do.
  package var speaks: Bool

  /// Not done in time, and there is nobody above: the same people hear of it again.
  var isReminder: Bool { step == AlertEvent.Kind.repeated.rawValue }

  package init(
    step: String, state: LocalizedText, unit: LocalizedText, person: String?, deadline: Timestamp?, answer: String?,
    speaks: Bool
  ) {
    self.step = step
    self.state = state
    self.unit = unit
    self.person = person
    self.deadline = deadline
    self.answer = answer
    self.speaks = speaks
  }
}
