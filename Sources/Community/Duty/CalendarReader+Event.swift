// One VEVENT: its properties become an event of a rota, and the exceptions of others.
import ConfigFile
import Pipeline

extension CalendarReader {
  /// A VEVENT as it stands for itself.
  struct Entry {
    var line: Int
    var uid: String?
    /// RECURRENCE-ID: it stands in the place of this instance of the event with the same UID.
    var instance: When?
    /// nil when it was called off.
    var event: CalendarEvent?
    /// RDATE: further times, each an event of its own.
    var dates: [CalendarEvent] = []
    /// Beginnings of instances in whose place others stand.
    var replaced: Set<Timestamp> = []
  }

  /// Exceptions take the place of what they name (RFC 5545 §3.8.4.4).
  func events(of entries: [Entry]) -> [CalendarEvent] {
    var series = entries.filter { $0.instance == nil && $0.event != nil }
    let places = Dictionary(grouping: series.indices) { series[$0].uid }
    var found: [CalendarEvent] = []
    for entry in entries {
      guard let instance = entry.instance else { continue }
      if let event = entry.event { found.append(event) }
      guard let candidates = places[entry.uid], let place = candidates.first, let event = series[place].event else {
        continue
      }
      if candidates.count > 1 {
        error(
          entry.line,
          .init(zh: "RECURRENCE-ID：有两个事件用这个 UID", en: "RECURRENCE-ID: two events have this UID"),
          hint: .init(zh: "每个事件要有自己的 UID", en: "give each event a UID of its own"))
        continue
      }
      let begin = begin(instance, of: event)
      series[place].replaced.insert(begin)
      let isKnown =
        event.excluded.contains(begin) || event.occurrences(around: begin, reach: 0).contains { $0.begin == begin }
        || series[place].dates.contains { $0.begin == begin }
      if !isKnown {
        log.warning(
          at: SourceLocation(file: file, line: entry.line, column: 1),
          zh: "RECURRENCE-ID：这个事件没有一次在那时开始",
          en: "RECURRENCE-ID: no instance of the event begins then",
          hint: .init(zh: "它不代替任何一次", en: "it takes none's place"))
      }
    }
    for entry in series {
      guard var event = entry.event else { continue }
      event.excluded.formUnion(entry.replaced)
      // Of two instances at one time that of the RDATE counts, which may have a length of its own (§3.8.5.3).
      let dates = entry.dates.filter { !event.excluded.contains($0.begin) }
      event.excluded.formUnion(dates.map(\.begin))
      found.append(event)
      found += dates
    }
    return found
  }

  /// nil, with the reason in the log, when it cannot be understood.
  func entry(_ component: Component) -> Entry? {
    var entry = Entry(line: component.line, uid: component.first("UID")?.value)
    if let line = component.first("RECURRENCE-ID") {
      guard let instance = instance(line, component) else { return nil }
      entry.instance = instance
    }
    if component.first("STATUS")?.value.uppercased() == "CANCELLED" { return entry }
    if let line = component.first("EXRULE") {
      return error(
        line.number, Self.notUnderstood("EXRULE"),
        hint: .init(zh: "请用 EXDATE 列出它的日期", en: "list its dates as EXDATE"), nil)
    }
    guard let startLine = component.first("DTSTART") else { return missing("DTSTART", in: component) }
    guard let start = when(startLine), let length = length(from: start, component) else { return nil }
    guard let who = component.first("SUMMARY") else {
      return missing(
        "SUMMARY", in: component, hint: .init(zh: "它写明谁值班", en: "it names who is on duty"))
    }
    var event = CalendarEvent(people: names(who), zone: start.zone, start: start.moment, length: length)
    guard !event.people.isEmpty else { return nil }
    if let line = component.first("RRULE") {
      if let second = component.all("RRULE").dropFirst().first {
        return error(
          second.number, .init(zh: "第二个 RRULE", en: "a second RRULE"),
          hint: .init(
            zh: "请另写一个事件，或用 RDATE 列出它的日期", en: "write a second event, or list its dates as RDATE"), nil)
      }
      guard let rule = recurrence(line, of: event) else { return nil }
      event.rule = rule
    }
    for line in component.all("EXDATE") {
      for value in line.value.split(separator: ",") {
        guard let date = when(line, String(value)) else { return nil }
        event.excluded.insert(begin(date, of: event))
      }
    }
    guard let dates = dates(component, of: event, isDay: start.isDay) else { return nil }
    entry.dates = dates
    entry.event = event
    return entry
  }

  /// RECURRENCE-ID (§3.8.4.4).
  private func instance(_ line: Line, _ component: Component) -> When? {
    if line.parameters["RANGE"] != nil {
      return error(
        line.number, Self.notUnderstood("RANGE=THISANDFUTURE").of("RECURRENCE-ID"),
        hint: .init(
          zh: "请用 UNTIL 结束这个事件的规则，并从那时起另写一个事件",
          en: "end the event's rule with UNTIL, and write a new event from then on"), nil)
    }
    if component.first("UID") == nil {
      return error(
        line.number, .init(zh: "有 RECURRENCE-ID，但没有 UID", en: "RECURRENCE-ID without a UID"), nil)
    }
    if let rule = component.first("RRULE") ?? component.first("RDATE") {
      return error(
        rule.number, .init(zh: "\(rule.name) 不能与 RECURRENCE-ID 并用", en: "\(rule.name) beside RECURRENCE-ID"),
        hint: .init(zh: "一个例外只针对一次", en: "an exception is for one instance"), nil)
    }
    return when(line)
  }

  /// RDATE (§3.8.5.2): dates, times, or periods with a length of their own.
  private func dates(_ component: Component, of event: CalendarEvent, isDay: Bool) -> [CalendarEvent]? {
    var found: [CalendarEvent] = []
    for line in component.all("RDATE") {
      for value in line.value.split(separator: ",") {
        let parts = value.split(separator: "/", maxSplits: 1).map(String.init)
        guard let first = parts.first, let start = when(line, first) else { return nil }
        if isDay && !start.isDay {
          return error(
            line.number, .init(zh: "RDATE 不是日期，而 DTSTART 是", en: "RDATE is no date, as DTSTART is"), nil)
        }
        var date = CalendarEvent(people: event.people, zone: start.zone, start: start.moment, length: event.length)
        if start.isDay { (date.zone, date.start.milliseconds) = (event.zone, event.start.milliseconds) }
        if parts.count == 2 {
          guard let length = length(from: start, to: parts[1], line) else { return nil }
          date.length = length
        }
        found.append(date)
        if found.count > Self.eventsMax {
          return error(
            line.number, .init(zh: "日期超过 \(Self.eventsMax) 个", en: "more than \(Self.eventsMax) dates"), nil)
        }
      }
    }
    return found
  }

  /// A date in EXDATE or RECURRENCE-ID means the instance of that day.
  private func begin(_ when: When, of event: CalendarEvent) -> Timestamp {
    when.isDay ? event.zone.instant(when.moment.day, milliseconds: event.start.milliseconds) : when.instant
  }

  // MARK: - Lengths

  private func length(from start: When, _ component: Component) -> CalendarDuration? {
    let end = component.first("DTEND")
    if let line = component.first("DURATION") {
      if end != nil { return error(line.number, Self.both("DTEND", "DURATION"), nil) }
      return length(from: start, to: line.value, line)
    }
    if let end { return length(from: start, to: end.value, end) }
    if start.isDay { return CalendarDuration(days: 1) }
    return missing("DTEND", in: component, hint: .init(zh: "也没有 DURATION", en: "or DURATION"))
  }

  /// - Parameter end: an end, or a duration (§3.3.6).
  private func length(from start: When, to end: String, _ line: Line) -> CalendarDuration? {
    var length = CalendarDuration()
    if line.name == "DURATION" || line.name == "RDATE" && end.contains("P") {
      guard let duration = CalendarDuration(end), duration.milliseconds == 0 || !start.isDay else {
        let shown = end.prefix(40)
        return error(
          line.number, LocalizedText(zh: "“\(shown)”不是时长", en: "\"\(shown)\" is no duration").of(line.name),
          hint: start.isDay
            ? .init(zh: "P1D 或 P1W：全天事件没有小时", en: "P1D or P1W: whole days have no hours")
            : .init(zh: "PT8H、P1D 或 P1W", en: "PT8H, P1D or P1W"), nil)
      }
      length = duration
    } else {
      guard let stop = when(line, end) else { return nil }
      if start.isDay != stop.isDay {
        return error(
          line.number, .init(zh: "\(line.name) 与 DTSTART 不一致", en: "\(line.name) does not fit DTSTART"),
          hint: .init(zh: "日期对日期，时间对时间", en: "a date for a date, a time for a time"), nil)
      }
      if start.isDay {
        length.days = stop.moment.day - start.moment.day
      } else {
        length.milliseconds = stop.instant - start.instant
      }
    }
    if length.isSensible { return length }
    return error(
      line.number,
      .init(
        zh: "\(line.name) 不晚于 DTSTART，或晚得太多", en: "\(line.name) is not after DTSTART, or too long after it"),
      hint: .init(zh: "全天最多 3660 天，按钟点最多 366 天", en: "at most 3660 whole days, 366 days by the clock"), nil)
  }

  // MARK: - Who

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
    if names.isEmpty {
      error(line.number, .init(zh: "SUMMARY 没有写任何人", en: "SUMMARY names nobody"))
    }
    return names.compactMap { name in
      if let id = people[name] { return id }
      let shown = name.prefix(60)
      return error(
        line.number, .init(zh: "SUMMARY：没有人员“\(shown)”", en: "SUMMARY: there is no person \"\(shown)\""),
        hint: Suggestion.hint(for: name, among: people.keys.sorted()), nil)
    }
  }
}
