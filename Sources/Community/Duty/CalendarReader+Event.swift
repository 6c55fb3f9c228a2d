// One VEVENT: its properties become an event of a rota.
import ConfigFile
import Pipeline

extension CalendarReader {
  /// A DTSTART, DTEND, UNTIL or EXDATE.
  private struct When {
    var moment: LocalMoment
    var zone: LocalTimeTable
    var isDay: Bool
    var instant: Timestamp { zone.instant(moment.day, milliseconds: moment.milliseconds) }
  }

  /// nil, with the reason in the log, when it cannot be understood; nil without one when it was called off.
  func event(_ properties: [Line], _ begin: Int) -> CalendarEvent? {
    for property in properties where ["RDATE", "RECURRENCE-ID", "DURATION", "EXRULE"].contains(property.name) {
      error(
        property.number, "\(property.name) is not understood",
        hint: property.name == "DURATION" ? "give DTEND" : "write separate events")
      return nil
    }
    func only(_ name: String) -> Line? { properties.first { $0.name == name } }
    if only("STATUS")?.value.uppercased() == "CANCELLED" { return nil }
    guard let startLine = only("DTSTART") else { return error(begin, "the event has no DTSTART", nil) }
    guard let start = when(startLine) else { return nil }
    let end = only("DTEND")
    let stop = end.flatMap(when)
    if end != nil && stop == nil { return nil }
    guard let who = only("SUMMARY") else {
      return error(begin, "the event has no SUMMARY", hint: "it names who is on duty", nil)
    }
    var event = CalendarEvent(people: names(who), zone: start.zone, start: start.moment)
    guard !event.people.isEmpty else { return nil }
    if start.isDay {
      let days = stop.map { $0.moment.day - start.moment.day } ?? 1
      guard stop?.isDay ?? true, (1...3_660).contains(days) else {
        return error(end?.number ?? begin, "DTEND does not fit DTSTART", hint: "the day after the last one", nil)
      }
      event.days = days
    } else {
      guard let stop, !stop.isDay else {
        return error(end?.number ?? begin, "the event has no DTEND with a time", nil)
      }
      event.milliseconds = stop.instant - start.instant
      guard event.milliseconds > 0, event.milliseconds <= 366 * 86_400_000 else {
        return error(end?.number ?? begin, "DTEND is not after DTSTART, or more than a year after it", nil)
      }
    }
    if let line = only("RRULE") {
      guard let rule = recurrence(line, of: event) else { return nil }
      event.recurrence = rule
    }
    for line in properties where line.name == "EXDATE" {
      for value in line.value.split(separator: ",") {
        guard
          let date = when(Line(number: line.number, name: "EXDATE", parameters: line.parameters, value: String(value)))
        else { return nil }
        event.excluded.insert(
          date.isDay ? start.zone.instant(date.moment.day, milliseconds: start.moment.milliseconds) : date.instant)
      }
    }
    return event
  }

  /// `20260105`, `20260105T080000`, `20260105T000000Z`; with TZID the first two in that zone.
  private func when(_ line: Line) -> When? {
    var zone = zone
    if let name = line.parameters["TZID"] {
      guard let named = LocalTimeTable(named: name) else {
        return error(line.number, "unknown time zone \"\(name.prefix(60))\"", hint: "a name like Asia/Shanghai", nil)
      }
      zone = named
    }
    let text = line.value
    let isUTC = text.hasSuffix("Z")
    let parts = (isUTC ? text.dropLast() : text[...]).split(separator: "T", omittingEmptySubsequences: false)
    if let day = parts.first.flatMap({ LocalDay($0, compact: true) }) {
      if parts.count == 1, !isUTC { return When(moment: LocalMoment(day: day), zone: zone, isDay: true) }
      if parts.count == 2, parts[1].utf8.count == 6, parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
        let clock = Int(parts[1]), clock / 10_000 < 24, clock / 100 % 100 < 60, clock % 100 <= 60
      {
        let seconds = clock / 10_000 * 3_600 + clock / 100 % 100 * 60 + min(clock % 100, 59)
        return When(
          moment: LocalMoment(day: day, milliseconds: Int64(seconds) * 1000), zone: isUTC ? .utc : zone, isDay: false)
      }
    }
    return error(
      line.number, "\(line.name): \"\(text.prefix(40))\" is no time", hint: "20260105T080000 or 20260105T000000Z", nil)
  }

  /// The ids of the people whom SUMMARY names.
  private func names(_ line: Line) -> [String] {
    var text = ""
    var rest = line.value[...]
    while let mark = rest.popFirst() {
      guard mark == "\\", let next = rest.popFirst() else {
        text.append(mark)
        continue
      }
      text.append(next == "n" || next == "N" ? "," : next)
    }
    let names = text.split { ",，、;；/&\n".contains($0) }.map { $0.trimmed }.filter { !$0.isEmpty }
    if names.isEmpty { error(line.number, "SUMMARY names nobody") }
    return names.compactMap { name in
      if let id = people[name] { return id }
      return error(
        line.number, "SUMMARY: there is no person \"\(name.prefix(60))\"",
        hint: Suggestion.hint(for: name, among: people.keys.sorted()), nil)
    }
  }

  // MARK: - RRULE

  private func recurrence(_ line: Line, of event: CalendarEvent) -> CalendarEvent.Recurrence? {
    var rule = CalendarEvent.Recurrence(isWeekly: false)
    var frequency: String?
    var count: Int?
    for part in line.value.split(separator: ";") {
      let pair = part.split(separator: "=", maxSplits: 1).map { $0.uppercased() }
      guard pair.count == 2 else { return error(line.number, "RRULE: \"\(part.prefix(40))\" is no NAME=value", nil) }
      switch pair[0] {
      case "FREQ": frequency = pair[1]
      case "INTERVAL":
        guard let value = Int(pair[1]), (1...1000).contains(value) else {
          return error(line.number, "RRULE: INTERVAL is not between 1 and 1000", nil)
        }
        rule.interval = value
      case "COUNT":
        guard let value = Int(pair[1]), (1...Self.countMax).contains(value) else {
          return error(line.number, "RRULE: COUNT is not between 1 and \(Self.countMax)", nil)
        }
        count = value
      case "UNTIL":
        guard let until = when(Line(number: line.number, name: "UNTIL", parameters: [:], value: pair[1])) else {
          return nil
        }
        rule.end =
          until.isDay
          ? .day(until.moment.day)
          : .instant(
            until.zone == .utc
              ? until.instant : event.zone.instant(until.moment.day, milliseconds: until.moment.milliseconds))
      case "BYDAY":
        for day in pair[1].split(separator: ",") {
          guard let number = Self.days.firstIndex(of: String(day)) else {
            return error(
              line.number, "RRULE: BYDAY=\(day.prefix(20)) is not understood", hint: Self.days.joined(separator: " "),
              nil)
          }
          rule.days |= 1 << UInt8(number)
        }
      case "WKST":
        guard let number = Self.days.firstIndex(of: pair[1]) else {
          return error(line.number, "RRULE: WKST=\(pair[1].prefix(20)) is no day", nil)
        }
        rule.weekStart = number
      default: return error(line.number, "RRULE: \(pair[0].prefix(40)) is not understood", nil)
      }
    }
    guard let frequency, ["DAILY", "WEEKLY"].contains(frequency) else {
      return error(
        line.number, "RRULE: FREQ=\(frequency?.prefix(20) ?? "") is not understood", hint: "DAILY or WEEKLY", nil)
    }
    rule.isWeekly = frequency == "WEEKLY"
    guard let count else { return rule }
    if rule.end != .never { return error(line.number, "RRULE: both COUNT and UNTIL", nil) }
    rule.end = .day(lastDay(of: count, rule, event))
    return rule
  }

  /// The day of the last of so many occurrences. Bounded: no rule leaves out more than 7 × 1000 days.
  private func lastDay(of count: Int, _ rule: CalendarEvent.Recurrence, _ event: CalendarEvent) -> LocalDay {
    var endless = event
    endless.recurrence = rule
    var (day, found) = (event.start.day, 1)
    let step = rule.isWeekly ? 1 : rule.interval
    let horizon = day + 366 * 200
    while found < count, day < horizon {
      day = day + step
      if endless.repeats(on: day) { found += 1 }
    }
    return day
  }

  private static let days = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
}
