import Community
import ConfigFile
import Pipeline
import Testing

@testable import Rules

@Suite struct ReplayLinesTests {
  let start = Timestamp(rfc3339: "2026-01-05T03:20:00Z") ?? .distantPast

  func change(
    _ kind: ConditionChange.Kind, _ offset: Int64, value: Double? = nil, subject: String = "care-301-env/temperature"
  )
    -> ConditionChange
  {
    ConditionChange(
      kind: kind, rule: "care-room-cold", subject: subject, place: "hedong/301", at: start + offset,
      noticedAt: start + offset, value: value, unit: "Cel", point: nil, position: 1, ordinal: 0)
  }

  var catalogue: RuleCatalogue {
    RuleCatalogue([
      Rule(
        id: "care-room-cold", location: .init(file: ""), on: Selector(), per: nil,
        condition: Condition(test: .quiet(1), key: "quiet", location: .init(file: "")),
        traits: RuleTraits(priority: "high", title: LocalizedText(zh: "房间温度过低", en: "Room too cold")), enabled: true)
    ])
  }

  @Test func theLineOfTheInterface() {
    var naming = AlertNaming(catalogue: catalogue)
    let raised = naming.name(change(.raised, 0, value: 15.2))
    let id = AlertIdentity.id(rule: "care-room-cold", subject: "care-301-env/temperature", raisedAt: start)
    #expect(
      raised.json
        == #"{"at":"2026-01-05T03:20:00.000Z","change":"raised","alert":"\#(id)","rule":"care-room-cold","subject":"care-301-env/temperature","place":"hedong/301","priority":"high","value":15.2}"#
    )
    let cleared = naming.name(change(.cleared, 1500, value: 17))
    #expect(cleared.json.hasPrefix(#"{"at":"2026-01-05T03:20:01.500Z","change":"cleared","alert":"\#(id)","#))
    #expect(cleared.json.hasSuffix(#""value":17}"#))
    #expect(naming.name(change(.raised, 9)).json.hasSuffix(#""value":null}"#))
  }

  @Test func twoAtTheSameMomentGetTwoIds() {
    var naming = AlertNaming(catalogue: catalogue)
    let lines = [change(.raised, 0), change(.cleared, 0), change(.raised, 0), change(.cleared, 0)].map {
      naming.name($0).alert
    }
    #expect(lines[0] == lines[1])
    #expect(lines[2] == lines[3])
    #expect(lines[0] != lines[2])
  }

  @Test func linesComeInTimeOrderAndEqualTimesAsTheyCame() {
    var naming = AlertNaming(catalogue: catalogue)
    var order = TimeOrder()
    for (subject, offset) in [("a", 5), ("b", 3), ("c", 5), ("d", 9), ("e", 3)] as [(String, Int64)] {
      order.insert(naming.name(change(.raised, offset, subject: subject)))
    }
    #expect(order.take(before: start + 5).map(\.subject) == ["b", "e"])
    #expect(order.take(before: start + 9).map(\.subject) == ["a", "c"])
    #expect(order.takeAll().map(\.subject) == ["d"])
    #expect(order.takeAll().isEmpty)
  }

  @Test func readings() {
    let line = ReplayReading(
      at: start, point: "a/\"t\"", quantity: "temperature", unit: "Cel", value: -0.0, reason: .lowBattery)
    #expect(
      line.json
        == #"{"at":"2026-01-05T03:20:00.000Z","point":"a/\"t\"","quantity":"temperature","unit":"Cel","value":0,"quality":"uncertain","reason":"low-battery"}"#
    )
  }

  @Test func tableIsAlignedInBothLanguages() {
    var naming = AlertNaming(catalogue: catalogue)
    let lines = [naming.name(change(.raised, 0, value: 15.25)), naming.name(change(.cleared, 60_000))]
    let zone = LocalTimeTable(name: "+8", changes: [.init(at: .distantPast, offset: 28_800_000)])
    let id = lines[0].alert
    #expect(
      ReplayTable(language: .en, zone: zone, catalogue: catalogue).text(lines) == """
        TIME                           CHANGE   PRIORITY  ALERT       RULE            TITLE          SUBJECT                   VALUE
        2026-01-05T11:20:00.000+08:00  raised   high      \(id)  care-room-cold  Room too cold  care-301-env/temperature  15.25 Cel
        2026-01-05T11:21:00.000+08:00  cleared  high      \(id)  care-room-cold  Room too cold  care-301-env/temperature  -
        """)
    #expect(
      ReplayTable(language: .zh, zone: zone, catalogue: catalogue).text(lines) == """
        时间                           变化  级别  报警        规则            标题          对象                      值
        2026-01-05T11:20:00.000+08:00  触发  高    \(id)  care-room-cold  房间温度过低  care-301-env/temperature  15.25 Cel
        2026-01-05T11:21:00.000+08:00  恢复  高    \(id)  care-room-cold  房间温度过低  care-301-env/temperature  -
        """)
    #expect(ReplayTable(language: .en, zone: zone, catalogue: catalogue).text([ReplayChange]()) == "no alert changes")
  }
  @Test func tableSaysNamedValuesInWords() {
    var naming = AlertNaming(catalogue: catalogue)
    var line = naming.name(change(.raised, 0, value: 2, subject: "hvac/mode"))
    line.unit = ""
    line.point = "hvac/mode"
    let reading = ReplayReading(at: start, point: "hvac/mode", quantity: "state", unit: "", value: 1, reason: .none)
    let table = ReplayTable(language: .en, zone: .utc, catalogue: catalogue) { point, value in
      point == "hvac/mode" ? LocalizedText(["heat", "cool", "off"][Int(value)]) : nil
    }
    #expect(table.text([line]).hasSuffix("  off"))
    #expect(table.text([reading]).contains("  cool  "))
    // A count is no value of the point.
    line.unit = "1"
    #expect(table.text([line]).hasSuffix("  2 1"))
  }
}
