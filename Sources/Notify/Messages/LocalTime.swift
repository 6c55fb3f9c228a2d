// Times as people and documents write them.
package import Foundation
package import Pipeline

package enum LocalTime {
  /// `2026-01-05 11:20`, local time.
  package static func short(_ time: Timestamp, in zone: TimeZone) -> String {
    let c = components(time, in: zone)
    return "\(pad(c.year, 4))-\(pad(c.month))-\(pad(c.day)) \(pad(c.hour)):\(pad(c.minute))"
  }

  /// RFC 5322 §3.3, `Mon, 5 Jan 2026 11:20:00 +0800`.
  package static func mail(_ time: Timestamp, in zone: TimeZone) -> String {
    let c = components(time, in: zone)
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let day = days[((c.weekday ?? 1) - 1) % 7]
    let month = months[((c.month ?? 1) - 1) % 12]
    return "\(day), \(c.day ?? 1) \(month) \(pad(c.year, 4)) \(pad(c.hour)):\(pad(c.minute)):\(pad(c.second)) "
      + offset(time, in: zone)
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

  private static func components(_ time: Timestamp, in zone: TimeZone) -> DateComponents {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let floor = Double((time.milliseconds - (((time.milliseconds % 1000) + 1000) % 1000)) / 1000)
    return calendar.dateComponents(
      [.year, .month, .day, .hour, .minute, .second, .weekday], from: Date(timeIntervalSince1970: floor))
  }

  private static func offset(_ time: Timestamp, in zone: TimeZone) -> String {
    let seconds = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time.milliseconds) / 1000))
    let minutes = abs(seconds) / 60
    return (seconds < 0 ? "-" : "+") + pad(minutes / 60) + pad(minutes % 60)
  }

  private static func pad(_ number: Int?, _ width: Int = 2) -> String {
    let digits = String(number ?? 0)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
