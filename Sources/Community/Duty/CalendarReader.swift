// Reads the part of iCalendar (RFC 5545) that duty rotas need: VEVENT with DTSTART, DTEND, SUMMARY (who), RRULE DAILY or WEEKLY
// and EXDATE. What would change who is on duty and is not understood is an error with its line; the rest is passed over.
package import ConfigFile
package import Pipeline

package struct CalendarReader {
  /// Larger files are refused, bytes.
  package static let fileBytesMax = 4 << 20
  static let eventsMax = 10_000
  static let countMax = 10_000

  /// One content line, unfolded.
  struct Line {
    var number: Int
    var name: String
    var parameters: [String: String]
    var value: String
  }

  let file: String
  /// For times without a zone of their own.
  let zone: LocalTimeTable
  /// What an event's SUMMARY calls people: id or name → id.
  let people: [String: String]
  let log: ProblemLog

  package init(file: String, zone: LocalTimeTable, people: [String: String], log: ProblemLog) {
    self.file = file
    self.zone = zone
    self.people = people
    self.log = log
  }

  package func load() -> [CalendarEvent] {
    switch FileBytes.read(file, limit: Self.fileBytesMax) {
    case .success(let bytes): return read(bytes)
    case .failure(let failure):
      log.error(at: SourceLocation(file: file), "cannot read the calendar: \(failure.reason)")
      return []
    }
  }

  package func read(_ bytes: [UInt8]) -> [CalendarEvent] {
    var events: [CalendarEvent] = []
    var open: [String] = []
    var properties: [Line] = []
    var begin = 1
    for line in unfold(bytes) {
      switch line.name {
      case "BEGIN":
        let component = line.value.uppercased()
        if open.isEmpty && component != "VCALENDAR" { return error(line.number, "expected BEGIN:VCALENDAR", []) }
        if open.count >= 8 { return error(line.number, "components within each other, too deep", events) }
        open.append(component)
        if open.count == 2, ["VTODO", "VJOURNAL"].contains(component) {
          error(line.number, "\(component) says nothing about duty", hint: "use VEVENT")
        }
        if component == "VEVENT" { (properties, begin) = ([], line.number) }
      case "END":
        guard open.popLast() == line.value.uppercased() else {
          return error(line.number, "END:\(line.value.prefix(40)) closes what is not open", events)
        }
        guard line.value.uppercased() == "VEVENT" else { continue }
        if events.count >= Self.eventsMax { return error(line.number, "more than \(Self.eventsMax) events", events) }
        if let event = event(properties, begin) { events.append(event) }
      default:
        if open.isEmpty { return error(line.number, "expected BEGIN:VCALENDAR", hint: "this is no iCalendar file", []) }
        if open.last == "VEVENT" { properties.append(line) }
      }
    }
    if let component = open.last { return error(begin, "\(component) has no end", events) }
    return events
  }

  // MARK: - Lines

  private func unfold(_ bytes: [UInt8]) -> [Line] {
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    var lines: [Line] = []
    var current: [UInt8] = []
    var (number, first) = (0, 1)
    func finish() {
      guard !current.isEmpty else { return }
      guard let string = String(validating: current, as: UTF8.self) else {
        error(first, "the line is not UTF-8")
        return
      }
      if let line = line(string, first) { lines.append(line) }
    }
    for raw in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let content = raw.last == UInt8(ascii: "\r") ? raw.dropLast() : raw
      if let mark = content.first, mark == UInt8(ascii: " ") || mark == UInt8(ascii: "\t") {
        if current.count < 65_536 { current += content.dropFirst() }
        continue
      }
      finish()
      (current, first) = (Array(content), number)
    }
    finish()
    return lines
  }

  /// `NAME;PARAMETER=value;PARAMETER="quoted":value`.
  private func line(_ text: String, _ number: Int) -> Line? {
    var parts: [String] = [""]
    var isQuoted = false
    var rest = text[...]
    while let mark = rest.popFirst() {
      if mark == "\"" { isQuoted.toggle() }
      if mark == ":" && !isQuoted {
        var parameters: [String: String] = [:]
        for part in parts.dropFirst() {
          let pair = part.split(separator: "=", maxSplits: 1)
          if pair.count == 2 { parameters[pair[0].uppercased()] = pair[1].filter { $0 != "\"" } }
        }
        return Line(number: number, name: parts[0].uppercased(), parameters: parameters, value: String(rest))
      }
      if mark == ";" && !isQuoted { parts.append("") } else { parts[parts.count - 1].append(mark) }
    }
    error(number, "the line has no \":\"")
    return nil
  }

  @discardableResult
  func error<Value>(_ line: Int, _ message: String, hint: String? = nil, _ value: Value) -> Value {
    log.error(at: SourceLocation(file: file, line: line, column: 1), message, hint: hint)
    return value
  }

  func error(_ line: Int, _ message: String, hint: String? = nil) { error(line, message, hint: hint, ()) }
}
