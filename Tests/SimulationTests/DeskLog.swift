import Alerts
import Pipeline
import Store

/// What moved the alert desk and does not stand in its trail: the time it was told, configurations, what people planned. Each
/// entry stands behind so many events. What a death undid is taken out again, so that the log is that of a desk which lived on.
struct DeskLog {
  enum Entry: CustomStringConvertible {
    /// Whatever it was asked, it first did what was due by then.
    case time(Timestamp)
    /// It looked for alerts that nobody could be asked about before.
    case forgotten(Timestamp)
    case configuration(version: Int)
    /// Somebody planned this, or ended it.
    case quiet(PlannedQuiet, at: Timestamp)

    var description: String {
      switch self {
      case .time(let time): "time \(time.milliseconds)"
      case .forgotten(let time): "forgotten \(time.milliseconds)"
      case .configuration(let version): "configuration \(version)"
      case .quiet(let quiet, let time):
        "\(quiet.kind) \(quiet.id) \(quiet.from.milliseconds)…\(quiet.until?.milliseconds ?? 0) at \(time.milliseconds)"
      }
    }
  }

  private(set) var entries: [(after: Int64, entry: Entry)] = []

  mutating func note(_ entry: Entry, after sequence: Int64) { entries.append((sequence, entry)) }

  /// A new life begins with what the database holds.
  /// - Returns: how much of what people planned or ended is gone.
  mutating func restarted(after sequence: Int64, stored: [PlannedQuiet], version: Int) -> Int {
    let isStored = { (after: Int64, entry: Entry) in
      guard case .quiet(let quiet, _) = entry else { return after < sequence }
      return stored.contains { $0.id == quiet.id && (quiet.endedBy == nil || quiet.endedBy == $0.endedBy) }
    }
    let kept = entries.lastIndex { isStored($0.after, $0.entry) }.map { $0 + 1 } ?? 0
    let gone = entries[kept...].count { if case .quiet = $0.entry { true } else { false } }
    entries.removeSubrange(kept...)
    entries.append((sequence, .configuration(version: version)))
    return gone
  }
}
