// Writes times in a zone: RFC 3339 with milliseconds and the zone's offset, the form of every `--json` answer.
package import Foundation
package import Pipeline

extension Timestamp {
  /// `2026-01-05T11:20:00.000+08:00`; `Z` for an offset of zero.
  package func rfc3339(in zone: TimeZone) -> String {
    let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(milliseconds) / 1000))
    return offset == 0 ? rfc3339 : rfc3339(offset: Int64(offset) * 1000)
  }
}
