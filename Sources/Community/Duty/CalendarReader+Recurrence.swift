// RRULE (RFC 5545 §3.3.10).
import ConfigFile
import Pipeline

extension CalendarReader {
  /// A COUNT that is not reached within so many days, a hundred years, is no end.
  private static let countDaysMax = 36_525
  /// Days that the COUNTs of a file may span in sum; some seconds of work.
  static let countedDaysMax = 5_000_000
  private static let weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

  func recurrence(_ line: Line, of event: CalendarEvent) -> RecurrenceRule? {
    var parts: [String: String] = [:]
    for part in line.value.split(separator: ";") {
      let pair = part.split(separator: "=", maxSplits: 1).map { $0.uppercased() }
      guard pair.count == 2 else {
        let shown = part.prefix(40)
        return wrong(line, .init(zh: "“\(shown)”不是 NAME=value 的形式", en: "\"\(shown)\" is no NAME=value"))
      }
      if parts.updateValue(pair[1], forKey: pair[0]) != nil {
        let name = pair[0].prefix(40)
        return wrong(line, .init(zh: "\(name) 写了两次", en: "\(name) is there twice"))
      }
    }
    let name = parts.removeValue(forKey: "FREQ") ?? ""
    guard let frequency = RecurrenceRule.Frequency(rawValue: name) else {
      return wrong(
        line, Self.notUnderstood("FREQ=\(name.prefix(20))"),
        hint: .init(
          zh: "DAILY、WEEKLY、MONTHLY 或 YEARLY；一天有几个班次，就写几个事件",
          en: "DAILY, WEEKLY, MONTHLY or YEARLY; several shifts a day are an event each"))
    }
    var rule = RecurrenceRule(frequency)
    var count: Int?
    for (name, value) in parts.sorted(by: { $0.key < $1.key }) {
      if name == "COUNT" {
        count = Int(value)
        guard let count, count > 0 else {
          return wrong(line, .init(zh: "COUNT 不是大于 0 的数字", en: "COUNT is no number above 0"))
        }
      } else if !read(name, value, into: &rule, line, event) {
        return nil
      }
    }
    rule.complete(from: event.start.day)
    guard let count else { return rule }
    if rule.end != .never { return wrong(line, Self.both("COUNT", "UNTIL")) }
    guard let end = end(after: count, rule, line, from: event.start.day) else { return nil }
    rule.end = end
    return rule
  }

  /// One part of the rule; false, with the reason in the log, when it is wrong.
  private func read(
    _ name: String, _ value: String, into rule: inout RecurrenceRule, _ line: Line, _ event: CalendarEvent
  ) -> Bool {
    func numbers(_ range: ClosedRange<Int>) -> [Int]? {
      let numbers = value.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
      if numbers.allSatisfy({ $0 != 0 && range.contains($0) }) { return Set(numbers).sorted() }
      let (shown, low, high) = ("\(name)=\(value.prefix(40))", range.lowerBound, range.upperBound)
      return wrong(
        line,
        .init(zh: "\(shown) 不在 \(low) 到 \(high) 之间", en: "\(shown) is not between \(low) and \(high)"),
        hint: low < 0 ? .init(zh: "不能是 0", en: "never 0") : nil)
    }
    switch name {
    case "INTERVAL":
      guard let values = numbers(1...1000), values.count == 1 else { return false }
      rule.interval = values[0]
    case "UNTIL":
      guard let end = until(value, line, event) else { return false }
      rule.end = end
    case "BYMONTH":
      guard let values = numbers(1...12) else { return false }
      rule.months = values
    case "BYMONTHDAY":
      guard let values = numbers(-31...31) else { return false }
      if rule.frequency == .weekly {
        return refuse(line, .init(zh: "WEEKLY 规则里不能有 BYMONTHDAY", en: "BYMONTHDAY in a WEEKLY rule"))
      }
      rule.monthDays = values
    case "BYSETPOS":
      guard let values = numbers(-366...366) else { return false }
      rule.positions = values
    case "BYDAY":
      let isOrdinal = rule.frequency == .monthly || rule.frequency == .yearly
      for text in value.split(separator: ",", omittingEmptySubsequences: false) {
        guard let day = Self.weekday(text), day.ordinal == nil || isOrdinal else {
          return refuse(
            line, Self.notUnderstood("BYDAY=\(text.prefix(20))"),
            hint: isOrdinal ? .list(["MO", "1MO", "-1FR"]) : LocalizedText(Self.weekdays.joined(separator: " ")))
        }
        if !rule.weekdays.contains(day) { rule.weekdays.append(day) }
      }
    case "WKST":
      guard let number = Self.weekdays.firstIndex(of: value) else {
        let shown = "WKST=\(value.prefix(20))"
        return refuse(line, .init(zh: "\(shown) 不是星期", en: "\(shown) is no day"))
      }
      rule.weekStart = number
    default:
      return refuse(
        line, Self.notUnderstood("\(name.prefix(40))"),
        hint: .init(
          zh: "支持 BYMONTH、BYMONTHDAY、BYDAY 和 BYSETPOS；或用 RDATE 列出日期",
          en: "BYMONTH, BYMONTHDAY, BYDAY and BYSETPOS are; or list the dates as RDATE"))
    }
    return true
  }

  private func wrong<Value>(_ line: Line, _ message: LocalizedText, hint: LocalizedText? = nil) -> Value? {
    error(line.number, message.of("RRULE"), hint: hint, nil)
  }

  private func refuse(_ line: Line, _ message: LocalizedText, hint: LocalizedText? = nil) -> Bool {
    error(line.number, message.of("RRULE"), hint: hint, false)
  }

  /// `MO`, `1MO`, `-1FR`.
  private static func weekday(_ text: Substring) -> RecurrenceRule.Weekday? {
    guard let number = weekdays.firstIndex(of: String(text.suffix(2))) else { return nil }
    if text.utf8.count == 2 { return RecurrenceRule.Weekday(number: number) }
    guard let ordinal = Int(text.dropLast(2)), ordinal != 0, (-53...53).contains(ordinal) else { return nil }
    return RecurrenceRule.Weekday(ordinal: ordinal, number: number)
  }

  private func until(_ value: String, _ line: Line, _ event: CalendarEvent) -> RecurrenceRule.End? {
    guard let until = when(Line(number: line.number, name: "UNTIL", parameters: [:], value: value)) else { return nil }
    if until.isDay { return .day(until.moment.day) }
    // Without a zone it is in that of the event.
    let zone = until.isUTC ? until.zone : event.zone
    return .instant(zone.instant(until.moment.day, milliseconds: until.moment.milliseconds))
  }

  /// The last day of so many, of which the event's first is one.
  private func end(
    after count: Int, _ rule: RecurrenceRule, _ line: Line, from start: LocalDay
  ) -> RecurrenceRule.End? {
    var last = start
    var found = 1
    for day in rule.days(from: start + 1, through: start + Self.countDaysMax, start: start).prefix(count - 1) {
      (last, found) = (day, found + 1)
    }
    countedDays += found == count ? last - start : Self.countDaysMax
    if countedDays > Self.countedDaysMax {
      return error(
        line.number,
        .init(zh: "这个文件里的 COUNT 跨越的天数太多", en: "the COUNTs of this file span too many days"),
        hint: .init(zh: "请用 UNTIL，或都不写", en: "use UNTIL, or nothing"), nil)
    }
    return found == count ? .day(last) : .never
  }
}
