// Maintenance that comes again and again: an entry of `maintenance` in `orders.yaml`.
package import Alerts
package import Community
package import ConfigFile
package import Pipeline

package struct MaintenancePlan: Sendable, Equatable {
  package static let keys =
    ["id", "title", "note", "place", "priority", "unit", "to", "finish_within", "help"] + triggerKeys
  static let triggerKeys = ["every", "on", "at", "from", "hours", "meter", "count"]

  package enum Trigger: Sendable, Equatable {
    case calendar(MaintenanceCalendar)
    case usage(UsageTrigger)
  }

  package var id: String
  package var title: LocalizedText
  package var note: String?
  package var place: String
  package var priority: Priority
  package var unit: LocalizedText?
  package var person: String?
  /// Ms from when it is due; nil: as the priority says.
  package var finishWithin: Int64?
  package var help: HelpKind?
  package var trigger: Trigger
  package var location: SourceLocation

  package static func == (a: Self, b: Self) -> Bool {
    a.id == b.id && a.title == b.title && a.note == b.note && a.place == b.place && a.priority == b.priority
      && a.unit == b.unit && a.person == b.person && a.finishWithin == b.finishWithin && a.help == b.help
      && a.trigger == b.trigger
  }

  package var usage: UsageTrigger? { if case .usage(let usage) = trigger { usage } else { nil } }

  static func read(_ node: ConfigNode, log: ProblemLog) -> MaintenancePlan? {
    guard let reader = MappingReader(node, keys: keys, as: "maintenance", log: log) else { return nil }
    let id = reader.required("id").flatMap { Identifier.read($0, "id", log: log) }
    let title = reader.requiredText("title")
    let place = reader.requiredString("place")
    let trigger = trigger(reader)
    guard let id, let title, let place, let trigger else { return nil }
    return MaintenancePlan(
      id: id, title: title, note: reader.string("note"), place: place,
      priority: reader.choice("priority", as: Priority.self) ?? .medium, unit: reader.text("unit"),
      person: reader.string("to"), finishWithin: reader.duration("finish_within", in: 60_000...366 * 86_400_000),
      help: reader.choice("help", as: HelpKind.self), trigger: trigger, location: reader.location)
  }

  private static func trigger(_ reader: MappingReader) -> Trigger? {
    let given = ["every", "on", "hours", "meter", "count"].filter(reader.has)
    guard given.count == 1 else {
      let message =
        given.isEmpty
        ? LocalizedText(zh: "没有写什么时候做", en: "says not when")
        : LocalizedText(
          zh: "\(given.joined(separator: "、")) 只能写一个",
          en: "says more than one of \(given.joined(separator: ", "))")
      reader.log.error(
        at: reader.location, message,
        hint: .init(
          zh: "请写 every、on、hours、meter、count 中的一个", en: "give one of every, on, hours, meter, count"))
      return nil
    }
    switch given[0] {
    case "every", "on": return MaintenanceCalendar(reader).map { .calendar($0) }
    default:
      for key in ["at", "from"] where reader.has(key) {
        reader.log.error(
          at: reader.location(of: key), zh: "“\(key)”只能和 every 或 on 一起用", en: "\"\(key)\" belongs to every or on")
      }
      return UsageTrigger(reader, key: given[0]).map { .usage($0) }
    }
  }
}

/// How far a plan has come. Stored in the transaction of the order that it made.
package struct PlanState: Codable, Sendable, Equatable, Identifiable {
  package var id: String
  /// Orders made so far; part of the next one's key, so that each is made once.
  package var made = 0
  /// By the calendar: everything due until then is made.
  package var until: Timestamp?
  /// By use: what was counted so far.
  package var usage: UsageCount?

  package init(id: String) { self.id = id }
}
