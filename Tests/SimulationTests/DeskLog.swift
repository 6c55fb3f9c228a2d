import Alerts
import Orders
import Pipeline
import Store

/// What moved the alert desk and does not stand in its trail: the time it was told, configurations, what people planned and did to
/// orders. Each entry stands behind so many events. What a death undid is taken out again, so that the log is that of a desk which
/// lived on.
struct DeskLog {
  enum Entry: CustomStringConvertible {
    /// Whatever it was asked, it first did what was due by then.
    case time(Timestamp)
    /// The same of orders.
    case orderTime(Timestamp)
    /// It looked for alerts that nobody could be asked about before.
    case forgotten(Timestamp)
    case configuration(version: Int)
    /// Somebody planned this, or ended it.
    case quiet(PlannedQuiet, at: Timestamp)
    case order(OrderDeed, at: Timestamp)

    /// The book of alerts hears nothing of it.
    var isOfOrders: Bool {
      switch self {
      case .orderTime, .order: true
      case .time, .forgotten, .configuration, .quiet: false
      }
    }

    var description: String {
      switch self {
      case .time(let time): "time \(time.milliseconds)"
      case .orderTime(let time): "time of orders \(time.milliseconds)"
      case .forgotten(let time): "forgotten \(time.milliseconds)"
      case .configuration(let version): "configuration \(version)"
      case .quiet(let quiet, let time):
        "\(quiet.kind) \(quiet.id) \(quiet.from.milliseconds)…\(quiet.until?.milliseconds ?? 0) at \(time.milliseconds)"
      case .order(let deed, let time): "\(deed) at \(time.milliseconds)"
      }
    }
  }

  /// How far the desk had come: the number of its newest event, and how many of its transactions moved its clock.
  struct Place {
    var sequence: Int64
    var steps: Int
  }

  private(set) var entries: [(after: Place, entry: Entry)] = []

  mutating func note(_ entry: Entry, after place: Place) { entries.append((place, entry)) }

  /// A new life begins with what the database holds.
  /// - Returns: how much of what people planned or ended is gone.
  mutating func restarted(after place: Place, version: Int) -> Int {
    let kept = entries.lastIndex { $0.after.steps < place.steps }.map { $0 + 1 } ?? 0
    let gone = entries[kept...].count { if case .quiet = $0.entry { true } else { false } }
    entries.removeSubrange(kept...)
    entries.append((place, .configuration(version: version)))
    return gone
  }
}

/// What somebody did about an order.
enum OrderDeed {
  case create(OrderDraft)
  case act(OrderAction, on: String, by: String, comment: String?)
  case join(alert: String, to: String, by: String)
}
