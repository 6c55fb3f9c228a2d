package import Community

/// What the page behind a one-tap link asks of the service.
package protocol AnswerDesk: Sendable {
  /// What the link stands for; changes nothing.
  func look(at token: String) async -> AnswerView
  /// Acknowledges the alert in the name of who was asked.
  func answer(_ token: String) async -> AnswerView
}

/// The page behind a one-tap link.
package struct AnswerView: Sendable, Equatable {
  package enum State: Sendable, Equatable {
    /// Waits for the tap.
    case ready
    /// Just acknowledged.
    case done
    /// Somebody has acknowledged it since, by this link or in another way.
    case used
    case closed
    case expired
    /// Not a link of this service, or its alert is gone.
    case unknown
  }

  package var state: State
  package var title: LocalizedText
  package var place: LocalizedText
  /// Who answers by it, and who has answered.
  package var who: String
  package var answeredBy: String
  /// Local times, as people read them.
  package var since: String
  package var answeredAt: String

  package init(
    _ state: State, title: LocalizedText = LocalizedText(""), place: LocalizedText = LocalizedText(""),
    who: String = "",
    answeredBy: String = "", since: String = "", answeredAt: String = ""
  ) {
    self.state = state
    self.title = title
    self.place = place
    self.who = who
    self.answeredBy = answeredBy
    self.since = since
    self.answeredAt = answeredAt
  }
}
