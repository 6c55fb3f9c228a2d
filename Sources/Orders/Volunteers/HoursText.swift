// Hours as people type them: `sat,sun 09:00-12:00`, `18:00-21:00`, `mon`.
extension Volunteer.Hours {
  private static let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  /// nil: that is none.
  package init?(_ text: String) {
    self.init()
    for part in text.split(separator: " ") {
      if part.contains(":") {
        let times = part.split(separator: "-").map(Self.minutes)
        guard times.count == 2, let from = times[0], let to = times[1], from < 1_440 else { return nil }
        self.from = from
        self.to = to
      } else {
        let days = part.split(separator: ",").map { Self.names.firstIndex(of: $0.lowercased()) }
        guard !days.isEmpty, days.allSatisfy({ $0 != nil }) else { return nil }
        self.days = days.reduce(0) { $0 | 1 << UInt8($1 ?? 0) }
      }
    }
    if text.allSatisfy(\.isWhitespace) { return nil }
  }

  private static func minutes(_ text: Substring) -> Int? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ (1...2).contains($0.count) && $0.allSatisfy(\.isNumber) }),
      let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour * 60 + minute <= 1_440
    else { return nil }
    return hour * 60 + minute
  }

  package var text: String {
    func time(_ minutes: Int) -> String {
      let (hour, minute) = (minutes / 60, minutes % 60)
      return (hour < 10 ? "0\(hour)" : "\(hour)") + ":" + (minute < 10 ? "0\(minute)" : "\(minute)")
    }
    let named = Self.names.enumerated().filter { days & (1 << UInt8($0.offset)) != 0 }.map(\.element)
    let range = from == 0 && to == 1_440 ? "" : "\(time(from))-\(time(to))"
    return [days & 0x7F == 0x7F ? "" : named.joined(separator: ","), range].filter { !$0.isEmpty }.joined(
      separator: " ")
  }
}
