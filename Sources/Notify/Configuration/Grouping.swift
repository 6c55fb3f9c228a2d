// How a channel gathers alerts of one place and cause into one message (Alertmanager's group_by, group_wait and group_interval).
package import Alerts
package import Community

package struct Grouping: Sendable, Equatable {
  package static let keys = ["by", "wait", "interval", "priority"]
  /// Ms.
  package static let waitRange: ClosedRange<Int64> = 0...600_000
  package static let intervalRange: ClosedRange<Int64> = 0...3_600_000

  /// What alerts of one group have in common.
  package enum Criterion: Hashable, Sendable {
    /// The very place of the alert, or the place of a level that it lies in.
    case place
    case level(Place.Level)
    case rule
    case priority

    /// The words of `by:`.
    package static let words = ["place", "rule", "priority"] + Place.Level.allCases.map(\.rawValue)

    package init?(word: String) {
      switch word {
      case "place": self = .place
      case "rule": self = .rule
      case "priority": self = .priority
      default:
        guard let level = Place.Level(rawValue: word) else { return nil }
        self = .level(level)
      }
    }
  }

  /// Empty: everything on the channel is one group.
  package var by: [Criterion]
  /// Ms from the first alert of a group to its message.
  package var wait: Int64
  /// Ms from one message of a group to the next at least.
  package var interval: Int64
  /// Never critical: those leave at once and alone.
  package var priorities: Set<Priority>

  package init(
    by: [Criterion] = [.level(.building), .rule], wait: Int64 = 30_000, interval: Int64 = 300_000,
    priorities: Set<Priority> = [.high, .medium, .low]
  ) {
    self.by = by
    self.wait = wait
    self.interval = interval
    self.priorities = priorities.subtracting([.critical])
  }

  /// The name of the group that an event belongs to; nil: it waits for no other. An alert above the level asked for stands
  /// for its own place. Orders 工单 are never in one group with alerts; whom an alert is given to hears of that at once.
  /// - Parameter ancestor: the path of the place of a level that a place lies in.
  package func key(of event: AlertEvent, ancestor: (_ level: Place.Level, _ path: String) -> String?) -> String? {
    let alert = event.alert
    guard priorities.contains(alert.traits.priority), event.kind != .assigned else { return nil }
    let steps = by.map { criterion in
      switch criterion {
      case .place: alert.place
      case .level(let level): ancestor(level, alert.place) ?? alert.place
      case .rule: alert.rule
      case .priority: alert.traits.priority.rawValue
      }
    }
    return ([event.order == nil ? "alerts" : "orders"] + steps).joined(separator: "|")
  }
}
