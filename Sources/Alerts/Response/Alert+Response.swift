// How an alert asks people until somebody answers: it starts at the nearest post with someone on duty and climbs at each missed
// deadline, at the exact due time. Each function is one step; which is due next, `nextDue` says. The end of what hides an alert is
// none of these: the book sees to that.
//
//   answer   unanswered: the next post above with someone on duty; at the top the same post again
//   finish   not closed: likewise, acknowledged or not; each level has its own time from when it got the alert
//   repeat   unanswered: the same people again
//   care     unanswered: the next of the home's care plan, beside the four levels
//   realarm  acknowledged and still active: unacknowledged again, as if just raised
//
// Who is on duty is asked at each step anew: after a change of shift the new one has the alert from the next step on.
import Community
import Pipeline

/// What can fall due. Steps of one alert at the same time happen in this order.
enum DueStep: Int, CaseIterable {
  case unshelve, answer, finish, repeating, care, realarm
}

extension Alert {
  /// The next step that time alone brings, and when.
  var nextDue: (at: Timestamp, step: DueStep)? {
    if isClosed { return nil }
    var found: (at: Timestamp, step: DueStep)?
    func consider(_ time: Timestamp?, _ step: DueStep) {
      if let time, found.map({ time < $0.at }) ?? true { found = (time, step) }
    }
    consider(shelvedUntil, .unshelve)
    guard let response, !isShelved, !isSuppressed else { return found }
    consider(response.answerDue, .answer)
    consider(response.finishDue, .finish)
    consider(response.repeatDue, .repeating)
    consider(response.careDue, .care)
    consider(response.realarmDue, .realarm)
    return found
  }

  /// Asks people from now on: at the raise, and again when it comes back from a shelf, from suppression or as a re-alarm. What
  /// is answered already keeps its unit and begins its deadline to finish anew.
  mutating func beginResponse(at time: Timestamp, _ policy: ResponsePolicy) {
    guard !isClosed, !isShelved, !isSuppressed else { return }
    let told = response?.told ?? []
    var state: ResponseState
    if isAcknowledged, let before = response {
      state = before
      state.since = time
      state.forgetDues()
      let post = policy.duty.posts(for: place).first { $0.place == before.responsible?.place }
      state.finishDue = post?.finish[traits.priority.rawValue].map { time + $0 }
    } else {
      state = ResponseState(responsible: nil, since: time)
      if let (post, people) = policy.start(self, at: time) { state.take(post, people, traits.priority, at: time) }
    }
    state.told = told
    if isAcknowledged {
      state.answerDue = nil
      if isActive, policy.speaksAgain { state.realarmDue = traits.realarm.map { time + $0 } }
    } else if policy.climbs(self) {
      state.repeatDue = policy.repeatEvery(self).map { time + $0 }
      _ = state.askNext(policy.careCalls(self), at: time, policy.duty)
    }
    if !policy.climbs(self) { state.forgetDues() }
    state.tell(state.people)
    let isIdle = state.responsible == nil && state.care == nil && told.isEmpty
    let isNothingDue = state.repeatDue == nil && state.realarmDue == nil
    response = isIdle && isNothingDue ? nil : state
  }

  /// Does what is due. No event: nobody is left to be asked by this step.
  mutating func perform(_ step: DueStep, due: Timestamp, _ policy: ResponsePolicy) -> AlertEvent? {
    switch step {
    case .unshelve: return unshelve(at: due, policy: policy)
    case .answer: return climb(at: due, policy, comment: Self.unansweredWords)
    case .finish: return climb(at: due, policy, comment: Remark(zh: "超时未完成", en: "not finished in time"))
    case .repeating: return speakAgain(at: due, policy)
    case .care: return askNext(at: due, policy)
    case .realarm:
      acknowledgedAt = nil
      acknowledgedBy = nil
      beginResponse(at: due, policy)
      return record(.realarmed, at: due, to: response?.people)
    }
  }

  private static let unansweredWords = Remark(zh: "超时未应答", en: "not answered in time")

  private mutating func climb(at due: Timestamp, _ policy: ResponsePolicy, comment: Remark) -> AlertEvent? {
    guard var state = response else { return nil }
    let current = state.responsible?.place ?? place
    if let (post, people) = policy.above(current, of: self, at: due) {
      state.take(post, people, traits.priority, at: due)
      state.climbed += 1
      if isAcknowledged { state.answerDue = nil } else { state.repeatDue = policy.repeatEvery(self).map { due + $0 } }
      let asked = state.responsible?.people ?? []
      state.tell(asked)
      response = state
      return record(.escalated, at: due, comment: comment, to: asked)
    }
    // The top: its own deadlines run again and again.
    let post = policy.speaksAgain ? policy.duty.posts(for: place).first { $0.place == current } : nil
    let priority = traits.priority.rawValue
    if state.answerDue == due { state.answerDue = post?.answer[priority].map { due + $0 } }
    if state.finishDue == due { state.finishDue = post?.finish[priority].map { due + $0 } }
    response = state
    return policy.speaksAgain ? speakAgain(at: due, policy, comment: comment) : nil
  }

  /// The same unit, with whoever is on duty there now.
  private mutating func speakAgain(at due: Timestamp, _ policy: ResponsePolicy, comment: Remark? = nil) -> AlertEvent? {
    guard var state = response else { return nil }
    if let current = state.responsible?.place,
      let post = policy.duty.posts(for: place).first(where: { $0.place == current }),
      let people = policy.duty.onDuty(post, at: due)
    {
      state.responsible = Responsible(post, people)
    }
    state.repeatDue = isAcknowledged ? nil : policy.repeatEvery(self).map { due + $0 }
    state.tell(state.people)
    response = state
    return record(.repeated, at: due, comment: comment, to: state.people)
  }

  private mutating func askNext(at due: Timestamp, _ policy: ResponsePolicy) -> AlertEvent? {
    guard var state = response else { return nil }
    state.careDue = nil
    let asked = state.askNext(policy.careCalls(self), at: due, policy.duty)
    state.tell(asked ?? [])
    response = state
    guard let asked else { return nil }
    var event = record(.escalated, at: due, comment: Self.unansweredWords, to: asked)
    event.aside = true
    return event
  }
}
