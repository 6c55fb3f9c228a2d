// Who has to answer an alert now, and until when. Stored with the alert, so that every deadline outlives a restart.
package import Community
package import Pipeline

/// A person on duty as an alert remembers one.
package struct Responder: Codable, Sendable, Hashable {
  /// Entry of `duty.yaml`; nil for people that only a place names.
  package var id: String?
  package var name: String
  /// Channel on which this person is told.
  package var channel: String?
  /// What a robot needs to call the person by (@-mention): an account name or a telephone number.
  package var mention: String?

  package init(id: String? = nil, name: String, channel: String? = nil, mention: String? = nil) {
    self.id = id
    self.name = name
    self.channel = channel
    self.mention = mention
  }
}

/// The unit that has an alert at the moment, with its people on duty at the time it got it.
package struct Responsible: Codable, Sendable, Equatable {
  /// Path of the place whose duty it is.
  package var place: String
  /// district … room; of a step to the side the role: family, volunteer, doctor.
  package var level: String
  package var unit: LocalizedText
  package var people: [Responder]

  package init(place: String, level: String, unit: LocalizedText, people: [Responder]) {
    self.place = place
    self.level = level
    self.unit = unit
    self.people = people
  }
}

/// How far the response to an alert has come. Everything that is due has its due time here.
package struct ResponseState: Codable, Sendable, Equatable {
  /// The four levels. nil: nobody is on duty for that place; the routes alone tell people.
  package var responsible: Responsible?
  /// When the present unit got it.
  package var since: Timestamp
  /// Steps climbed so far; 0 at the start.
  package var climbed = 0
  /// Without an answer by then the alert climbs; nil once somebody has answered, or without such a deadline.
  package var answerDue: Timestamp?
  /// Unless it is closed by then, the alert climbs.
  package var finishDue: Timestamp?
  /// An unanswered alert speaks again.
  package var repeatDue: Timestamp?
  /// An acknowledged alert that is still active speaks again.
  package var realarmDue: Timestamp?
  /// The steps of the home's care plan, beside the four levels; nil: none, or not begun.
  package var care: Responsible?
  /// Steps of the care plan taken so far.
  package var careTaken = 0
  /// Without an answer by then the next one of the care plan is told.
  package var careDue: Timestamp?
  /// Channels on which people on duty were told so far: they hear of the end, too.
  package var told: [String] = []

  package init(responsible: Responsible?, since: Timestamp) {
    self.responsible = responsible
    self.since = since
  }

  /// Nothing is due any more: shelved, suppressed or closed.
  mutating func forgetDues() {
    answerDue = nil
    finishDue = nil
    repeatDue = nil
    realarmDue = nil
    careDue = nil
  }

  /// Somebody has answered: climbing for want of an answer stops, the deadline to finish goes on.
  mutating func answered(at: Timestamp, realarm: Int64?) {
    answerDue = nil
    repeatDue = nil
    careDue = nil
    realarmDue = realarm.map { at + $0 }
  }

  /// A unit has it from now on, and its deadlines run.
  mutating func take(_ post: DutyTable.Post, _ people: [DutyPerson], _ priority: Priority, at time: Timestamp) {
    let priority = priority.rawValue
    responsible = Responsible(post, people)
    since = time
    answerDue = post.answer[priority].map { time + $0 }
    finishDue = post.finish[priority].map { time + $0 }
  }

  /// Asks the next of a care plan for whom somebody is there. nil: nobody is left.
  mutating func askNext(_ calls: [DutyTable.CareCall], at time: Timestamp, _ duty: DutyTable) -> [Responder]? {
    while careTaken < calls.count {
      let call = calls[careTaken]
      careTaken += 1
      let people = duty.onCall(call, at: time)
      if people.isEmpty { continue }
      care = Responsible(call, people)
      careDue = careTaken < calls.count ? time + call.step.answerWithin : nil
      return care?.people
    }
    return nil
  }

  mutating func tell(_ people: [Responder]) {
    for channel in people.compactMap(\.channel) where !told.contains(channel) { told.append(channel) }
  }

  /// Everybody who is to be told of an event that speaks now.
  package var people: [Responder] { (responsible?.people ?? []) + (care?.people ?? []) }
}
