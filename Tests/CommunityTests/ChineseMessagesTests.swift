// Messages that are built from parts, complete in Chinese.
import ConfigFile
import Pipeline
import Testing

@testable import Community

@Suite struct ChineseMessagesTests {
  enum Source { case places, profile, duty, calendar, devices }

  @Test(arguments: [
    (
      Source.places, "places: [{id: a, level: building, places: [{id: x, level: street}]}]",
      "场所“x”：street 不能位于 building“a”之内；level 由上到下：district、street、community、compound、building、floor、room"
    ),
    (.places, "places: [{id: a b, level: room}]", "id：“a b”里有空格；请用字母、数字、-、_、. 和 :"),
    (
      .places, "places: [{id: a, level: room, care: {profile: x, away_until: soon}}]",
      "away_until：应为日期，实际是“soon”；请写 2026-02-15 或 2026-02-15T08:00:00+08:00"
    ),
    (
      .profile, "{profile: x, topic: t, points: {p: {from: /p, quantity: temperature, unit: kPa}}}",
      "单位“kPa”不能用于 temperature；请用 Cel、K、[degF]"
    ),
    (
      .profile, "{profile: x, topic: a/b+, points: {p: {from: /p, quantity: power}}}",
      "主题“a/b+”永远不会匹配：“+”和“#”必须独占一级，不能像“b+”那样"
    ),
    (
      .duty, #"{days: [mon, tue, wed, thu, fri, sat], from: "08:00", to: "08:00", people: [a]}"#,
      "班表“week”无人值班：星期日 08:00 至星期一 08:00"
    ),
    (.duty, #"{from: "00:00", to: "24:00", people: [b]}"#, "班表“week”：“老李”已于 2026-01-31 离开；请写别人，或写一个替班"),
    (.calendar, "DTSTART:20260105T080000Z", "事件没有 DTEND；也没有 DURATION"),
    (
      .calendar, "DTSTART;VALUE=DATE:20260105\nRRULE:FREQ=WEEKLY;BYDAY=2MO",
      "RRULE：不支持 BYDAY=2MO；MO TU WE TH FR SA SU"
    ),
    (.devices, "devices: [{id: a}]", "f：设备写在 [ ] 里；请改成每台设备一个“- ”的列表，或手动添加：{id: n, profile: p, place: x}"),
  ])
  func complete(source: Source, text: String, expected: String) throws {
    let log = ProblemLog()
    switch source {
    case .places: _ = PlaceTreeReader.read(try node(text, log), log: log)
    case .profile: _ = ProfileReader.read(try node(text, log), log: log)
    case .duty: try checkDuty(shift: text, log)
    case .calendar:
      let event = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:王强\n\(text)\nEND:VEVENT\nEND:VCALENDAR\n"
      _ = CalendarReader(file: "f", zone: .utc, people: ["王强": "a"], log: log).read(Array(event.utf8))
    case .devices:
      let device = Device(id: "n", profile: "p", place: "x", match: [:], location: SourceLocation(file: ""))
      do throws(DeviceFile.Refusal) {
        _ = try DeviceFile.adding(device, to: text, file: "f")
      } catch {
        log.error(at: SourceLocation(file: "f"), error.message)
      }
    }
    let found = log.problems.map { $0.text(in: .zh) }
    #expect(
      found.contains { $0.hasSuffix(": error: \(expected)") || $0.hasSuffix(": warning: \(expected)") }, "\(found)")
  }

  private func node(_ text: String, _ log: ProblemLog) throws -> ConfigNode {
    try #require(ConfigReader.parse(text, file: "f", log: log))
  }

  private func checkDuty(shift: String, _ log: ProblemLog) throws {
    let text =
      "people: [{id: a, name: 王强}, {id: b, name: 老李, until: 2026-01-31}]\nrotas: [{id: week, shifts: [\(shift)]}]"
    let file = DutyFile.read(try node(text, log), directory: "/nowhere", zone: .utc, log: log)
    DutyTable(places: .empty, file: file, careChains: [:], zone: .utc, log: log)
      .check(at: try #require(Timestamp(rfc3339: "2026-06-01T00:00:00Z")), log: log)
  }
}
