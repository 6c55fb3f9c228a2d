// Time zones of a calendar file: IANA's, or as the file itself defines them.
import ConfigFile
import Pipeline

extension CalendarReader {
  /// Changes of the clocks that a VTIMEZONE may have.
  private static let onsetsMax = 5_000
  /// When they are looked for: from 1969, so that January 1970 has its offset, to the end of 2099.
  private static let onsetDays = LocalDay(number: -365)...LocalDay(number: 47_481)

  /// That of the line's TZID; without one, the rota's.
  func zone(of line: Line) -> LocalTimeTable? {
    guard let name = line.parameters["TZID"] else { return zone }
    if let known = zones[name] { return known }
    if zones.count >= Self.zonesMax {
      return error(
        line.number, .init(zh: "时区超过 \(Self.zonesMax) 个", en: "more than \(Self.zonesMax) time zones"), nil)
    }
    guard let found = LocalTimeTable(named: name) ?? zoneDefinitions[name].map({ table(name, $0) }) else {
      return error(
        line.number, LocalTimeTable.unknown(name),
        hint: .init(
          zh: "如 Asia/Shanghai 这样的名称，或一个 VTIMEZONE", en: "a name like Asia/Shanghai, or a VTIMEZONE"), nil)
    }
    zones[name] = found
    return found
  }

  /// The zone of a VTIMEZONE (RFC 5545 §3.6.5), as Exchange writes for names of its own: from each onset of its parts on their
  /// TZOFFSETTO counts, from 1970 to 2100. What cannot be understood is in the log.
  private func table(_ name: String, _ definition: Component) -> LocalTimeTable {
    var onsets: [(at: Timestamp, before: Int64, after: Int64)] = []
    for part in definition.parts where part.name == "STANDARD" || part.name == "DAYLIGHT" {
      guard let before = offset("TZOFFSETFROM", part), let after = offset("TZOFFSETTO", part),
        let times = self.onsets(part, before)
      else { return .utc }
      onsets += times.map { ($0, before, after) }
      if onsets.count > Self.onsetsMax {
        return error(
          part.line,
          .init(
            zh: "这个时区的变更超过 \(Self.onsetsMax) 次", en: "the time zone changes more than \(Self.onsetsMax) times"),
          .utc)
      }
    }
    onsets.sort { $0.at < $1.at }
    guard let first = onsets.first else {
      return error(definition.line, .init(zh: "VTIMEZONE 没有 STANDARD", en: "VTIMEZONE without STANDARD"), .utc)
    }
    var last = LocalTimeTable.Change(at: .distantPast, offset: first.before)
    var changes = [last]
    for onset in onsets where onset.at > last.at && onset.after != last.offset {
      last = LocalTimeTable.Change(at: onset.at, offset: onset.after)
      changes.append(last)
    }
    return LocalTimeTable(name: name, changes: changes)
  }

  /// DTSTART, RRULE and RDATE of a part are times on the clocks as they ran before.
  private func onsets(_ part: Component, _ before: Int64) -> [Timestamp]? {
    guard let line = part.first("DTSTART") else { return missing("DTSTART", in: part) }
    let clocks = LocalTimeTable(name: "", changes: [.init(at: .distantPast, offset: before)])
    func moment(_ line: Line, _ value: String) -> LocalMoment? {
      when(Line(number: line.number, name: line.name, parameters: [:], value: value))?.moment
    }
    func instant(_ moment: LocalMoment) -> Timestamp { clocks.instant(moment.day, milliseconds: moment.milliseconds) }
    guard let start = moment(line, line.value) else { return nil }
    var found = [instant(start)]
    for line in part.all("RDATE") {
      for value in line.value.split(separator: ",") {
        guard let moment = moment(line, String(value)) else { return nil }
        found.append(instant(moment))
      }
    }
    if let line = part.first("RRULE") {
      let event = CalendarEvent(people: [], zone: clocks, start: start, length: CalendarDuration())
      guard let rule = recurrence(line, of: event) else { return nil }
      let first = max(start.day + 1, Self.onsetDays.lowerBound)
      let last = max(first, Self.onsetDays.upperBound)
      for day in rule.days(from: first, through: last, start: start.day).prefix(Self.onsetsMax + 1) {
        let at = clocks.instant(day, milliseconds: start.milliseconds)
        guard rule.end.includes(day, at) else { break }
        found.append(at)
      }
    }
    return found
  }

  /// `+0800`, `-053000` (§3.3.14), ms.
  private func offset(_ name: String, _ part: Component) -> Int64? {
    guard let line = part.first(name) else { return missing(name, in: part) }
    let digits = line.value.dropFirst()
    guard ["+", "-"].contains(line.value.first), [4, 6].contains(digits.utf8.count),
      digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let number = Int64(digits.utf8.count == 4 ? digits + "00" : digits), number <= 235_959
    else {
      let shown = line.value.prefix(40)
      return error(
        line.number, LocalizedText(zh: "“\(shown)”不是时区偏移", en: "\"\(shown)\" is no offset").of(name),
        hint: LocalizedText("+0800"), nil)
    }
    let seconds = number / 10_000 * 3_600 + number / 100 % 100 * 60 + number % 100
    return (line.value.first == "-" ? -seconds : seconds) * 1000
  }
}
