package import Alerts
package import Community
package import ConfigFile

/// Alerts that become orders by themselves: an entry of `automatic` in `orders.yaml`. The first one that matches counts.
package struct AutomaticOrder: Sendable, Equatable {
  package static let keys = [
    "id", "rules", "priority", "place", "audience", "at", "title", "unit", "to", "order_priority", "finish_within",
    "join",
    "keep", "help",
  ]

  package enum Moment: String, Sendable, CaseIterable { case raise, acknowledge }

  package var id: String
  /// Empty: any.
  package var rules: [String] = []
  package var priorities: Set<Priority> = []
  package var audiences: [String] = []
  package var place: String?
  package var moment = Moment.raise
  /// nil: the alert's own.
  package var title: LocalizedText?
  package var priority: Priority?
  /// nil: the unit that has duty there.
  package var unit: LocalizedText?
  /// A name, or an id or name of `duty.yaml`.
  package var person: String?
  package var finishWithin = Deadlines()
  /// Further alerts at the same place join the order that is not done yet.
  package var joins = true
  /// The order stays although its alerts have ended before anybody accepted it.
  package var keeps = false
  /// Volunteers may claim it.
  package var help: HelpKind?
  package var location: SourceLocation

  package init(id: String, location: SourceLocation = SourceLocation(file: "")) {
    self.id = id
    self.location = location
  }

  package static func == (a: Self, b: Self) -> Bool {
    a.id == b.id && a.rules == b.rules && a.priorities == b.priorities && a.audiences == b.audiences
      && a.place == b.place && a.moment == b.moment && a.title == b.title && a.priority == b.priority
      && a.unit == b.unit && a.person == b.person && a.finishWithin == b.finishWithin && a.joins == b.joins
      && a.keeps == b.keeps && a.help == b.help
  }

  package func matches(_ alert: Alert) -> Bool {
    if !rules.isEmpty, !rules.contains(alert.rule) { return false }
    if !priorities.isEmpty, !priorities.contains(alert.traits.priority) { return false }
    if !audiences.isEmpty, !audiences.contains(where: alert.traits.audience.contains) { return false }
    if let place { return PlaceTree.contains(place, alert.place) }
    return true
  }

  static func read(_ node: ConfigNode, log: ProblemLog) -> AutomaticOrder? {
    guard let reader = MappingReader(node, keys: keys, as: "automatic", log: log),
      let id = reader.required("id").flatMap({ Identifier.read($0, "id", log: log) })
    else { return nil }
    var entry = AutomaticOrder(id: id, location: reader.location)
    entry.rules = reader.strings("rules") ?? []
    entry.priorities = Set(
      (reader.node("priority").map { $0.sequence ?? [$0] } ?? []).compactMap {
        $0.choice(log, "priority", as: Priority.self)
      })
    entry.audiences = reader.strings("audience") ?? []
    entry.place = reader.string("place")
    entry.moment = reader.choice("at", as: Moment.self) ?? .raise
    entry.title = reader.text("title")
    entry.priority = reader.choice("order_priority", as: Priority.self)
    entry.unit = reader.text("unit")
    entry.person = reader.string("to")
    if let node = reader.node("finish_within") {
      entry.finishWithin = Deadlines.read(node, "finish_within", log: log) ?? Deadlines()
    }
    entry.joins = reader.bool("join") ?? true
    entry.keeps = reader.bool("keep") ?? false
    entry.help = reader.choice("help", as: HelpKind.self)
    if entry.rules.isEmpty, entry.priorities.isEmpty, entry.audiences.isEmpty, entry.place == nil {
      log.error(
        at: reader.location, zh: "“\(id)”会把每个报警都变成工单", en: "\"\(id)\" would make an order of every alert",
        hint: .init(
          zh: "请写明是哪些：rules、priority、audience 或 place", en: "say which: rules, priority, audience or place"))
    }
    return entry
  }
}
