// Decides which channels hear of an alert event: a pure function of the routes and the event.
package import Alerts
import Community
package import Pipeline

package struct Router: Sendable {
  private let routes: [Route]
  private let kinds: [String: Channel.Kind]

  package init(_ configuration: NotifyConfiguration) {
    routes = configuration.routes
    kinds = Dictionary(configuration.channels.map { ($0.id, $0.kind) }, uniquingKeysWith: { first, _ in first })
  }

  /// The channels that hear of the event, each once: those of the routes in their order, then those of the people on duty whom
  /// the alert has asked so far. An alert's traits never change and nobody is forgotten, so the later events of an alert reach
  /// the channels that got its raise. Steps that ask somebody again – escalations, repetitions – and steps of orders reach every
  /// program, but of the channels that people read only those of the people asked; unless one of them has none, for then the
  /// routes are his way.
  package func channels(for event: AlertEvent) -> [String] {
    if event.kind == .assigned { return channels(assigned: event) }
    var found: [String] = []
    let asked = event.to ?? []
    let isTold = !asked.isEmpty && asked.allSatisfy { person in person.channel.map { kinds[$0] != nil } ?? false }
    let onlyAsked = (event.kind == .escalated || event.kind == .repeated || event.order != nil) && isTold
    for id in routed(event.alert) where !found.contains(id) {
      guard let kind = kinds[id], kind.takes(event) else { continue }
      if !(onlyAsked && kind.isForPeople) { found.append(id) }
    }
    // A step that asks somebody reaches those people; the others hear of the end.
    let people = event.to.map { $0.compactMap(\.channel) } ?? event.alert.response?.told ?? []
    for id in people where !found.contains(id) {
      if let kind = kinds[id], kind.takes(event) { found.append(id) }
    }
    if event.to == nil, let id = event.alert.assignee?.channel, !found.contains(id) {
      if let kind = kinds[id], kind.takes(asTold(event)) { found.append(id) }
    }
    return found
  }

  private func routed(_ alert: Alert) -> [String] {
    var found: [String] = []
    for route in routes where route.matches(alert) {
      found += route.to
      if route.stop { break }
    }
    return found
  }

  /// Whoever an alert is given to hears of that, nobody else; by the routes for people when the person's channel is there no more.
  private func channels(assigned event: AlertEvent) -> [String] {
    guard let channel = event.to?.first?.channel else { return [] }
    if let kind = kinds[channel] { return kind.takes(event) ? [channel] : [] }
    var found: [String] = []
    for id in routed(event.alert) where !found.contains(id) {
      if let kind = kinds[id], kind.isForPeople, kind.takes(event) { found.append(id) }
    }
    return found
  }

  /// A step as the one hears of it whom the alert was given to: he was told of it, even if nobody else was because it kept quiet.
  private func asTold(_ event: AlertEvent) -> AlertEvent {
    var event = event
    if event.alert.isTold { return event }
    event.alert.wasTold = true
    event.alert.clearedUnheard = event.alert.isSuppressed || event.alert.isShelved
    return event
  }

  /// The outbox entries of the event.
  package func entries(for event: AlertEvent, at now: Timestamp) -> [OutboxEntry] {
    channels(for: event).map { OutboxEntry(event: event, channel: $0, at: now) }
  }
}

extension Route {
  func matches(_ alert: Alert) -> Bool {
    matches(
      place: alert.place, priority: alert.traits.priority, audience: alert.traits.audience, rule: alert.rule)
  }

  /// Whether an alert of this kind at a place goes this way.
  package func matches(place path: String, priority: Priority, audience: [String], rule: String) -> Bool {
    if let place, !PlaceTree.contains(place, path) { return false }
    if !priorities.isEmpty, !priorities.contains(priority) { return false }
    if !audiences.isEmpty, !audiences.contains(where: audience.contains) { return false }
    return rules.isEmpty || rules.contains(rule)
  }
}

extension Channel.Kind {
  /// Whether this kind of channel is told of such a step at all. Programs get raised, acknowledged, cleared and closed;
  /// people get the raise, what speaks for it again, and, once, the end. A shelved or suppressed alert is silent until it is
  /// closed, of which those hear who were told of it; an MQTT channel mirrors the state and must not keep an alert that has ended.
  package func takes(_ event: AlertEvent) -> Bool {
    let alert = event.alert
    // From one to another, whatever keeps quiet otherwise.
    if event.kind == .assigned {
      return !isPublic && self != .mqtt && self != .alertmanager && !(event.to ?? []).isEmpty
    }
    let ends = event.kind == .cleared || event.kind == .closed
    let isShelved = alert.shelvedUntil.map { $0 > event.at } ?? false
    let isToldOfEnd = event.kind == .closed && alert.isTold
    if isShelved || alert.isSuppressed, !isToldOfEnd, !(self == .mqtt && ends) { return false }
    switch event.kind {
    case .raised: return true
    case .acknowledged: return !isForPeople
    case .cleared:
      return !isForPeople || (alert.isTold && !alert.isClosed && !alert.isMomentary)
    case .closed:
      let isNews = alert.clearedAt == nil || alert.isMomentary || alert.clearedUnheard ?? false
      return !isForPeople || (alert.isTold && isNews)
    case .escalated, .repeated, .realarmed: return !isPublic
    // What was hidden and still waits for an answer speaks as a raise.
    case .released, .unshelved: return alert.needsAnswer
    // Of an alert's own step nobody hears; an order has words of its own.
    case .ordered:
      let mirrors = self == .mqtt || self == .alertmanager
      return !mirrors && !isPublic && (event.order.map { $0.speaks || !isForPeople } ?? false)
    case .assigned, .commented, .shelved, .suppressed, .reset: return false
    }
  }
}
