/// How long an event lasts (RFC 5545 §3.3.6): first so many days of the calendar, whatever the clocks do on the way, then so
/// many ms exactly.
package struct CalendarDuration: Sendable, Equatable {
  package var days = 0
  package var milliseconds: Int64 = 0

  package init(days: Int = 0, milliseconds: Int64 = 0) {
    self.days = days
    self.milliseconds = milliseconds
  }

  /// `P1W`, `P1DT2H`, `PT30M`; weeks and days are days of the calendar. nil when it is nothing like that, or goes back in time.
  package init?(_ text: some StringProtocol) {
    var rest = text.first == "+" ? text.dropFirst() : text[...]
    guard rest.popFirst() == "P", !rest.isEmpty else { return nil }
    var units: Substring = "WD"
    var isTime = false
    while !rest.isEmpty {
      if !isTime && rest.first == "T" {
        (units, isTime, rest) = ("HMS", true, rest.dropFirst())
        guard !rest.isEmpty else { return nil }
      }
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      guard digits.utf8.count <= 9, let number = Int(digits), let unit = rest.popFirst(),
        let place = units.firstIndex(of: unit)
      else { return nil }
      units = units[units.index(after: place)...]
      switch unit {
      case "W": days += 7 * number
      case "D": days += number
      case "H": milliseconds += Int64(number) * 3_600_000
      case "M": milliseconds += Int64(number) * 60_000
      default: milliseconds += Int64(number) * 1000
      }
    }
  }

  /// More than nothing, at most 3,660 days of the calendar and 366 exact ones.
  var isSensible: Bool {
    (0...3_660).contains(days) && (0...366 * 86_400_000).contains(milliseconds) && (days > 0 || milliseconds > 0)
  }
}
