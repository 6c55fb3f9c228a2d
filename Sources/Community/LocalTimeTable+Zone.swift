package import Foundation
package import Pipeline

/// Makes the core's table of a time zone from the system's zone data.
extension LocalTimeTable {
  /// All changes of the zone's offset from 1970 to 2100.
  package init(zone: TimeZone) {
    func offset(_ seconds: Int64) -> Int64 {
      Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))) * 1000
    }
    // Looked at week by week: Foundation's own list of changes leaves out those that are not summer time. No zone goes
    // and comes back within a week.
    let end: Int64 = 4_102_444_800
    let step: Int64 = 7 * 86_400
    var changes = [Change(at: .distantPast, offset: offset(0))]
    var time: Int64 = 0
    var current = changes[0].offset
    while time < end {
      let next = min(time + step, end)
      let offsetThen = offset(next)
      if offsetThen != current {
        var (before, after) = (time, next)
        while after - before > 1 {
          let middle = (before + after) / 2
          if offset(middle) == current { before = middle } else { after = middle }
        }
        changes.append(Change(at: Timestamp(milliseconds: after * 1000), offset: offsetThen))
        current = offsetThen
      }
      time = next
    }
    self.init(name: zone.identifier, changes: changes)
  }

  /// The zone of an IANA name, `Asia/Shanghai`; nil when the system does not know it.
  package init?(named name: String) {
    guard let zone = TimeZone(identifier: name) else { return nil }
    self.init(zone: zone)
  }

  static func unknown(_ name: String) -> LocalizedText {
    LocalizedText(zh: "未知的时区“\(name.prefix(60))”", en: "unknown time zone \"\(name.prefix(60))\"")
  }
}
