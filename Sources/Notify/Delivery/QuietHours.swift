// Hours in which alerts of the lower priorities wait, and are told together at their end.
package import Alerts
import Community
package import Pipeline

package struct QuietHours: Sendable, Equatable {
  package static let keys = ["from", "to", "priority"]

  /// Minutes after local midnight. `to` not after `from` means the next morning.
  package var from: Int
  package var to: Int
  /// Never critical.
  package var priorities: Set<Priority>

  package init(from: Int, to: Int, priorities: Set<Priority> = [.low, .medium]) {
    self.from = from
    self.to = to
    self.priorities = priorities.subtracting([.critical])
  }

  /// The end of the quiet hours that hold at a time; nil outside of them. By the clock on the wall, across midnight and clock
  /// changes.
  package func end(at now: Timestamp, in zone: LocalTimeTable) -> Timestamp? {
    let today = zone.day(at: now)
    for day in [today + -1, today] {
      let begin = zone.instant(day, milliseconds: Int64(from) * 60_000)
      let end = zone.instant(to > from ? day : day + 1, milliseconds: Int64(to) * 60_000)
      if begin <= now && now < end { return end }
    }
    return nil
  }

  /// Minutes until their end, seen at a minute of the local day (0..<1440); 0 outside of them. Of a day without a change of the
  /// clocks.
  package func rest(atMinute minute: Int) -> Int {
    let length = to > from ? to - from : to + 1_440 - from
    return max(0, length - (minute - from + 2 * 1_440) % 1_440)
  }
}
