// The life of one order: each function is one legal step and says what it leaves behind. The book decides which order.
//
//   ordered    accept → accepted · claim → accepted · hand over → ordered · done → done · cancel → cancelled
//   accepted   wait → waiting · hand over, release → ordered · done → done · cancel → cancelled
//   waiting    resume, or by itself at its end → accepted · done → done · hand over → ordered · cancel → cancelled
//   done       verify → verified, and closed once none of its alerts is open · reject → accepted · cancel → cancelled
//   verified   closed with the last of its alerts
//   closed, cancelled   comments
//
// Not accepted in time, and not done in time: the next level watches over it (`Order+Deadlines.swift`). Not verified in time:
// it counts as verified, but credits nobody.
import Alerts
import Community
package import Pipeline

extension Order {
  /// One action of a person. No events: it was so already.
  package mutating func perform(
    _ action: OrderAction, by: String, at: Timestamp, comment: String? = nil, limits: OrderLimits = .init(),
    policy: OrderPolicy = .none
  ) throws(OrderError) -> [OrderEvent] {
    let by = try OrderText.required(by, "by", limit: limits.name)
    let text = try OrderText.optional(comment, "comment", limit: limits.comment)
    let comment = text.map(Remark.typed)
    if action == .comment {
      guard let comment else { throw .textMissing("comment") }
      return [record(.commented, at: at, by: by, comment: comment)]
    }
    if hasEnded { throw .ended(id: id, state) }
    switch action {
    case .accept: return try accept(by: by, at: at, comment: comment, policy: policy)
    case .handOver(let person, let unit):
      return [try handOver(person, unit, by: by, at: at, comment: comment, limits: limits, policy: policy)]
    case .wait(let reason, let until):
      return [try wait(reason, until: until, by: by, at: at, comment: comment, limits: limits)]
    case .resume:
      guard state == .waiting else { throw .notNow(id: id, state) }
      return [resume(at: at, by: by, comment: comment)]
    case .done(let photos):
      return [try finish(photos, by: by, at: at, remark: text, limits: limits, policy: policy)]
    case .verify:
      guard state == .done else { throw .notNow(id: id, state) }
      if hasWorkedOnIt(by, policy) { throw .verifierDidIt(id: id) }
      return verify(at: at, by: by, comment: comment)
    case .reject:
      guard state == .done else { throw .notNow(id: id, state) }
      guard let comment else { throw .reasonMissing }
      return [reject(by: by, at: at, comment: comment, policy: policy)]
    case .cancel:
      guard state != .verified else { throw .notNow(id: id, state) }
      guard let comment else { throw .reasonMissing }
      return [cancel(at: at, by: by, comment: comment)]
    case .comment: return []
    case .photo(let name):
      if photos.contains(name) { return [] }
      if photos.count >= limits.photosOfOne { throw .tooManyPhotos(limit: limits.photosOfOne) }
      photos.append(name)
      return [record(.photographed, at: at, by: by, comment: comment ?? .typed(name))]
    case .claim(let volunteer): return [try claim(volunteer, at: at, policy: policy)]
    case .release: return [try release(by: by, at: at, comment: comment, policy: policy)]
    }
  }

  private mutating func accept(
    by: String, at: Timestamp, comment: Remark?, policy: OrderPolicy
  ) throws(OrderError) -> [OrderEvent] {
    if state == .accepted || state == .waiting {
      let isTheirs = acceptedBy == by || person.map { policy.isMeant($0, by: by) } ?? false
      if let acceptedBy, !isTheirs { throw .acceptedBy(id: id, acceptedBy) }
      return []
    }
    guard state == .ordered else { throw .notNow(id: id, state) }
    take(policy, by: by, at: at)
    return [record(.accepted, at: at, by: by, comment: comment)]
  }

  private mutating func take(_ policy: OrderPolicy, by: String, at: Timestamp) {
    state = .accepted
    acceptedAt = at
    let taker = responder(by, policy)
    acceptedBy = taker.name
    acceptDue = nil
    person = taker
  }

  /// Somebody by id or name: of those whom the order knows, else of `duty.yaml`, so that the next notice finds the channel.
  func responder(_ name: String, _ policy: OrderPolicy) -> Responder {
    let asked = (person.map { [$0] } ?? []) + (overseer?.people ?? [])
    return asked.first { policy.isMeant($0, by: name) } ?? policy.person(name)
  }

  private mutating func handOver(
    _ newPerson: Responder?, _ newUnit: LocalizedText?, by: String, at: Timestamp, comment: Remark?,
    limits: OrderLimits, policy: OrderPolicy
  ) throws(OrderError) -> OrderEvent {
    guard isUndone else { throw .notNow(id: id, state) }
    guard newPerson != nil || newUnit != nil else { throw .nobodyNamed }
    var person = newPerson
    if let name = newPerson?.name { person?.name = try OrderText.required(name, "to", limit: limits.name) }
    endWait(at: at)
    backToOrdered(at: at, policy)
    self.person = person
    if let newUnit { unit = newUnit }
    return record(.handedOver, at: at, by: by, comment: comment, to: asked)
  }

  /// Nobody has it any more; the time to accept begins anew, the deadline goes on.
  private mutating func backToOrdered(at: Timestamp, _ policy: OrderPolicy) {
    state = .ordered
    person = nil
    claim = nil
    acceptedAt = nil
    acceptedBy = nil
    acceptDue = policy.settings.acceptWithin[priority.rawValue].map { at + $0 }
  }

  private mutating func wait(
    _ reason: Wait.Reason, until: Timestamp, by: String, at: Timestamp, comment: Remark?, limits: OrderLimits
  ) throws(OrderError) -> OrderEvent {
    guard state == .accepted || state == .waiting else { throw .notNow(id: id, state) }
    if until <= at { throw .timeInPast(until) }
    if until - at > limits.wait { throw .tooFarAhead(longest: limits.wait) }
    endWait(at: at)
    wait = Wait(reason: reason, since: at, until: until, left: finishDue.map { $0 - at })
    finishDue = nil
    state = .waiting
    return record(.waiting, at: at, by: by, comment: comment)
  }

  /// The clock goes on. A deadline that had not passed moves by what was waited.
  mutating func resume(at: Timestamp, by: String = AlertEvent.system, comment: Remark? = nil) -> OrderEvent {
    endWait(at: at)
    return record(.resumed, at: at, by: by, comment: comment, to: asked)
  }

  private mutating func endWait(at: Timestamp) {
    guard let wait else { return }
    self.wait = nil
    state = .accepted
    let length = max(0, at - wait.since)
    waited += length
    finishDue = wait.left.map { at + $0 }
    if missedAt == nil { deadline = deadline.map { $0 + length } }
  }

  private mutating func finish(
    _ photos: [String], by: String, at: Timestamp, remark: String?, limits: OrderLimits, policy: OrderPolicy
  ) throws(OrderError) -> OrderEvent {
    guard isUndone else { throw .notNow(id: id, state) }
    let all = self.photos + photos.filter { !self.photos.contains($0) }
    if all.count > limits.photosOfOne { throw .tooManyPhotos(limit: limits.photosOfOne) }
    endWait(at: at)
    if acceptedAt == nil { take(policy, by: by, at: at) }
    self.photos = all
    state = .done
    done = Done(at: at, by: by, remark: remark)
    forgetDues()
    verifyDue = policy.settings.verifyWithin.map { at + $0 }
    return record(.done, at: at, by: by, comment: remark.map(Remark.typed), to: verifiers(at: at, policy))
  }

  /// Who is asked to look at it: the one who ordered it. Of what ordered itself, the level that watches over it. Of what somebody
  /// ordered whom no notice finds, or who did it, too: those of that level who may verify it, or else of the next one.
  private func verifiers(at time: Timestamp, _ policy: OrderPolicy) -> [Responder]? {
    if orderedBy == AlertEvent.system { return overseer?.people }
    if let orderer = policy.known(orderedBy, at: time), orderer.channel != nil, !hasWorkedOnIt(orderedBy, policy) {
      return [orderer]
    }
    let above = overseer.flatMap { policy.above($0.place, of: place, at: time) }
    for level in [overseer, above] {
      let others = level?.people.filter { !hasWorkedOnIt($0.id ?? $0.name, policy) } ?? []
      if !others.isEmpty { return others }
    }
    return overseer?.people
  }

  /// Who accepted, claimed or did it, by id or by name: nobody says of the own work that it is good, nor credits the own help.
  private func hasWorkedOnIt(_ name: String, _ policy: OrderPolicy) -> Bool {
    let workers = [done?.by, acceptedBy, person?.id, person?.name, claim?.volunteer, claim?.name].compactMap(\.self)
    return !workers.allSatisfy { policy.words(for: $0).isDisjoint(with: policy.words(for: name)) }
  }

  mutating func verify(
    at: Timestamp, by: String = AlertEvent.system, comment: Remark? = nil
  ) -> [OrderEvent] {
    state = .verified
    verifiedAt = at
    verifiedBy = by
    forgetDues()
    let event = record(.verified, at: at, by: by, comment: comment)
    return openAlerts.isEmpty ? [event, close(at: at)] : [event]
  }

  mutating func close(at: Timestamp) -> OrderEvent {
    state = .closed
    endedAt = at
    forgetDues()
    return record(.closed, at: at)
  }

  private mutating func reject(by: String, at: Timestamp, comment: Remark, policy: OrderPolicy) -> OrderEvent {
    state = .accepted
    sentBack += 1
    done = nil
    forgetDues()
    // Somebody has to do it again: in the time that such an order has, whatever became of the deadline.
    let again = policy.settings.finishWithin[priority.rawValue].map { at + $0 }
    finishDue = again.map { max($0, deadline ?? $0) } ?? deadline.flatMap { $0 > at ? $0 : nil }
    return record(.rejected, at: at, by: by, comment: comment, to: asked)
  }

  mutating func cancel(at: Timestamp, by: String = AlertEvent.system, comment: Remark) -> OrderEvent {
    endWait(at: at)
    state = .cancelled
    endedAt = at
    forgetDues()
    return record(.cancelled, at: at, by: by, comment: comment, to: person.map { [$0] })
  }

  private mutating func claim(
    _ volunteer: Volunteer, at: Timestamp, policy: OrderPolicy
  ) throws(OrderError) -> OrderEvent {
    guard let help else { throw .notClaimable(id: id) }
    if claim != nil { throw .claimed(id: id) }
    guard state == .ordered else { throw .notNow(id: id, state) }
    guard volunteer.offers(help, at: place) else { throw .volunteerCannot(name: volunteer.name) }
    guard volunteer.hasTime(from: at, until: deadline, policy.zone) else {
      throw .volunteerHasNoTime(name: volunteer.name, hours: volunteer.hours.map(\.text).joined(separator: "; "))
    }
    take(policy, by: volunteer.name, at: at)
    acceptedBy = volunteer.name
    claim = Claim(volunteer: volunteer.id, name: volunteer.name, at: at)
    person = Responder(id: volunteer.id, name: volunteer.name, channel: volunteer.channel)
    return record(.claimed, at: at, by: volunteer.name, to: person.map { [$0] })
  }

  private mutating func release(
    by: String, at: Timestamp, comment: Remark?, policy: OrderPolicy
  ) throws(OrderError) -> OrderEvent {
    guard claim != nil else { throw .notClaimed(id: id) }
    guard state == .accepted || state == .waiting else { throw .notNow(id: id, state) }
    endWait(at: at)
    backToOrdered(at: at, policy)
    return record(.released, at: at, by: by, comment: comment, to: asked)
  }

  /// Who is to act: the person who has it, else the people of the level that watches over it.
  var asked: [Responder] { person.map { [$0] } ?? overseer?.people ?? [] }

  mutating func forgetDues() {
    acceptDue = nil
    finishDue = nil
    verifyDue = nil
  }

  mutating func record(
    _ kind: OrderEvent.Kind, at: Timestamp, by: String = AlertEvent.system, comment: Remark? = nil,
    to: [Responder]? = nil
  ) -> OrderEvent {
    step += 1
    return OrderEvent(kind: kind, order: self, at: at, by: by, comment: comment, to: to)
  }
}

/// Texts that people type: trimmed and bounded.
enum OrderText {
  static func required(_ text: String, _ what: String, limit: Int) throws(OrderError) -> String {
    guard let text = try optional(text, what, limit: limit) else { throw .textMissing(what) }
    return text
  }

  /// What the configuration says in both languages is as long as it is.
  static func optional(_ remark: Remark?, _ what: String, limit: Int) throws(OrderError) -> Remark? {
    guard case .typed(let text) = remark else { return remark }
    return try optional(text, what, limit: limit).map(Remark.typed)
  }

  /// Nothing but blanks is none.
  static func optional(_ text: String?, _ what: String, limit: Int) throws(OrderError) -> String? {
    guard let text else { return nil }
    let trimmed = text.trimmed
    if trimmed.count > limit { throw .textTooLong(what, limit: limit) }
    return trimmed.isEmpty ? nil : trimmed
  }
}
