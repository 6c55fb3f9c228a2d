// Times as people and mails write them, out of the one way in which Linli writes a time in a zone.
import Alerts
package import Foundation
package import Pipeline

package enum LocalTime {
  /// `2026-01-05 11:20`, local time.
  package static func short(_ time: Timestamp, in zone: TimeZone) -> String {
    let text = time.rfc3339(in: zone)
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))"
  }

  /// RFC 5322 §3.3, `Mon, 5 Jan 2026 11:20:00 +0800`.
  package static func mail(_ time: Timestamp, in zone: TimeZone) -> String {
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let text = time.rfc3339(in: zone)
    let numbers = text.prefix(10).split(separator: "-").compactMap { Int($0) }
    let date = CivilDate(year: numbers[0], month: numbers[1], day: numbers[2])
    // 1970-01-01 was a Thursday.
    let weekday = ((date.daysSince1970 + 4) % 7 + 7) % 7
    let offset = text.dropFirst(23).replacing(":", with: "")
    return "\(days[weekday]), \(date.day) \(months[date.month - 1]) \(text.prefix(4)) \(text.dropFirst(11).prefix(8)) "
      + (offset == "Z" ? "+0000" : offset)
  }

  /// `3 小时 5 分钟`, `3 h 5 min`: two units at most, rounded down.
  package static func duration(milliseconds: Int64, chinese: Bool) -> String {
    let seconds = max(0, milliseconds / 1000)
    let units: [(Int64, String, String)] = [(86400, "天", "d"), (3600, "小时", "h"), (60, "分钟", "min"), (1, "秒", "s")]
    var rest = seconds
    var parts: [String] = []
    for (index, unit) in units.enumerated() {
      let count = rest / unit.0
      rest %= unit.0
      if count > 0 || (index == units.count - 1 && parts.isEmpty) {
        parts.append("\(count) \(chinese ? unit.1 : unit.2)")
        if parts.count == 2 { break }
      } else if !parts.isEmpty {
        break
      }
    }
    return parts.joined(separator: " ")
  }
}
