// Reads the part of iCalendar (RFC 5545) that duty rotas need: VEVENT, single and recurring, with its exceptions; SUMMARY says
// who. What would change who is on duty and is not understood is an error with its line; the rest is passed over.
package import ConfigFile
package import Pipeline

package final class CalendarReader {
  /// Larger files are refused, bytes.
  package static let fileBytesMax = 4 << 20
  /// Events and their RDATEs.
  static let eventsMax = 10_000
  /// Time zones that a file may name.
  static let zonesMax = 100

  /// One content line, unfolded.
  struct Line {
    var number: Int
    var name: String
    var parameters: [String: String]
    var value: String
  }

  /// What stands between BEGIN and END (RFC 5545 §3.6).
  struct Component {
    var name: String
    var line: Int
    var properties: [Line] = []
    var parts: [Component] = []

    func first(_ name: String) -> Line? { properties.first { $0.name == name } }
    func all(_ name: String) -> [Line] { properties.filter { $0.name == name } }
  }

  let file: String
  /// For times without a zone of their own.
  let zone: LocalTimeTable
  /// What an event's SUMMARY calls people: id or name → id.
  let people: [String: String]
  let log: ProblemLog
  /// VTIMEZONE by TZID.
  var zoneDefinitions: [String: Component] = [:]
  /// By TZID, as they are met: it takes milliseconds to make one.
  var zones: [String: LocalTimeTable] = [:]
  /// Days that COUNTs have spanned so far.
  var countedDays = 0

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
      log.error(
        at: SourceLocation(file: file), zh: "无法读取日历：\(failure.reason.zh)",
        en: "cannot read the calendar: \(failure.reason.en)")
      return []
    }
  }

  package func read(_ bytes: [UInt8]) -> [CalendarEvent] {
    var entries: [Entry] = []
    var count = 0
    let components = components(bytes)
    for component in components where component.name == "VTIMEZONE" {
      if let name = component.first("TZID")?.value { zoneDefinitions[name] = component }
    }
    for component in components where component.name == "VEVENT" {
      guard let entry = entry(component) else { continue }
      count += 1 + entry.dates.count
      if count > Self.eventsMax {
        error(
          component.line, .init(zh: "事件超过 \(Self.eventsMax) 个", en: "more than \(Self.eventsMax) events"))
        break
      }
      entries.append(entry)
    }
    return events(of: entries)
  }

  /// What VCALENDAR holds, up to the first mistake in BEGIN and END.
  private func components(_ bytes: [UInt8]) -> [Component] {
    var found: [Component] = []
    var open: [Component] = []
    for line in unfold(bytes) {
      switch line.name {
      case "BEGIN":
        let component = Component(name: line.value.uppercased(), line: line.number)
        if open.isEmpty && component.name != "VCALENDAR" {
          return error(line.number, Self.noCalendar, found)
        }
        if open.count >= 8 {
          return error(
            line.number, .init(zh: "组件嵌套得太深", en: "components within each other, too deep"), found)
        }
        open.append(component)
        if open.count == 2, ["VTODO", "VJOURNAL"].contains(component.name) {
          error(
            line.number,
            .init(zh: "\(component.name) 与值班无关", en: "\(component.name) says nothing about duty"),
            hint: .init(zh: "请用 VEVENT", en: "use VEVENT"))
        }
      case "END":
        guard let component = open.popLast(), component.name == line.value.uppercased() else {
          let name = line.value.prefix(40)
          return error(
            line.number, .init(zh: "END:\(name) 没有对应的 BEGIN", en: "END:\(name) closes what is not open"), found)
        }
        if open.count == 1 { found.append(component) }
        if open.count > 1 { open[open.count - 1].parts.append(component) }
      default:
        if open.isEmpty {
          let hint = LocalizedText(zh: "这不是 iCalendar 文件", en: "this is no iCalendar file")
          return error(line.number, Self.noCalendar, hint: hint, found)
        }
        open[open.count - 1].properties.append(line)
      }
    }
    if let component = open.last {
      let name = component.name.prefix(40)
      error(component.line, .init(zh: "\(name) 没有对应的 END", en: "\(name) has no end"))
    }
    return found
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
        error(first, .init(zh: "这一行不是 UTF-8", en: "the line is not UTF-8"))
        return
      }
      if let line = line(string, first) { lines.append(line) }
    }
    for raw in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let content = raw.last == UInt8(ascii: "\r") ? raw.dropLast() : raw
      if let mark = content.first, mark == UInt8(ascii: " ") || mark == UInt8(ascii: "\t") {
        current += content.dropFirst()
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
    error(number, .init(zh: "这一行没有“:”", en: "the line has no \":\""))
    return nil
  }

  // MARK: - Mistakes

  private static let noCalendar = LocalizedText(zh: "应为 BEGIN:VCALENDAR", en: "expected BEGIN:VCALENDAR")

  static func notUnderstood(_ what: String) -> LocalizedText {
    LocalizedText(zh: "不支持 \(what)", en: "\(what) is not understood")
  }

  static func both(_ one: String, _ other: String) -> LocalizedText {
    LocalizedText(zh: "同时写了 \(one) 和 \(other)", en: "both \(one) and \(other)")
  }

  @discardableResult
  func error<Value>(_ line: Int, _ message: LocalizedText, hint: LocalizedText? = nil, _ value: Value) -> Value {
    log.error(at: SourceLocation(file: file, line: line, column: 1), message, hint: hint)
    return value
  }

  func error(_ line: Int, _ message: LocalizedText, hint: LocalizedText? = nil) { error(line, message, hint: hint, ()) }

  /// A component that lacks a property. `nil`, to be returned.
  func missing<Value>(_ property: String, in component: Component, hint: LocalizedText? = nil) -> Value? {
    let isEvent = component.name == "VEVENT"
    let (zh, en) = isEvent ? ("事件", "the event") : ("\(component.name) ", component.name)
    return error(
      component.line, .init(zh: "\(zh)没有 \(property)", en: "\(en) has no \(property)"), hint: hint, nil)
  }
}
