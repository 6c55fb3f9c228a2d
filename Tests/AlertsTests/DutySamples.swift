// A small district with people on duty at four levels, for the tests of escalation.
import Community
import ConfigFile
import Pipeline
import Testing

@testable import Alerts

enum DutySample {
  static let shanghai = LocalTimeTable(
    name: "Asia/Shanghai", changes: [.init(at: .distantPast, offset: 8 * 3_600_000)])

  static let places = """
    places:
    - id: hedong
      level: district
      duty: {unit: {zh: 区中心, en: District}, people: [{name: 值班长, channel: district}], answer_within: 30m, finish_within: 1d}
      places:
      - id: jiefang
        duty: {unit: 街道, people: [李敏], answer_within: {critical: 5m, other: 20m}, finish_within: 8h}
        places:
        - id: chaoyang
          duty: {unit: 居委会, rota: day-only, answer_within: {critical: 3m, high: 15m, other: 40m}, finish_within: 4h}
          places:
          - id: yihe
            duty: {unit: 物业, rota: round-the-clock, answer_within: {critical: 2m, other: 10m}, finish_within: 2h}
            places:
            - id: b3
              places:
              - id: f3
                places:
                - {id: "301", care: {profile: lives-alone, contact: 女儿}}
    """

  static let duty = """
    people:
    - {id: wang, name: 王强, channel: yihe}
    - {id: chen, name: 陈晓东, channel: yihe-night}
    - {id: zhao, name: 赵丽华}
    - {id: lin, name: 林志愿, channel: volunteers}
    - {id: liu, name: 刘医生}
    rotas:
    - id: round-the-clock
      shifts:
      - {from: "08:00", to: "20:00", people: [wang]}
      - {from: "20:00", to: "08:00", people: [chen]}
    - id: day-only
      shifts:
      - {days: [mon, tue, wed, thu, fri], from: "08:30", to: "17:30", people: [zhao]}
    """

  static func policy(
    places: String = places, duty: String = duty, alerts: String = "", zone: LocalTimeTable = shanghai
  ) throws -> ResponsePolicy {
    let log = ProblemLog()
    let tree = try PlaceTreeReader.read(#require(ConfigReader.parse(places, file: "places.yaml", log: log)), log: log)
    let file = DutyFile.read(
      ConfigReader.parse(duty, file: "duty.yaml", log: log), directory: "/nowhere", zone: zone, log: log)
    let settings = AlertSettings.read(
      alerts.isEmpty ? nil : ConfigReader.parse(alerts, file: "alerts.yaml", log: log), log: log)
    let table = DutyTable(
      places: tree, file: file, careChains: settings.response.careChains, zone: zone, log: log)
    #expect(log.problems.map(\.description) == [])
    return ResponsePolicy(duty: table, settings: settings.response)
  }

  static let home = "hedong/jiefang/chaoyang/yihe/b3/f3/301"
}

extension AlertBook {
  mutating func raise(
    at time: Timestamp, _ priority: Priority, subject: String = "a", place: String = DutySample.home,
    latched: Bool = false, realarm: Int64? = nil
  ) -> [AlertEvent] {
    var traits = traits(priority)
    traits.latched = latched
    traits.realarm = realarm
    return apply(Self.change(.raised, time, subject, place), lane: "main", traits: traits)
  }

  mutating func clear(at time: Timestamp, subject: String = "a", place: String = DutySample.home) -> [AlertEvent] {
    apply(Self.change(.cleared, time, subject, place), lane: "main", traits: traits())
  }

  private static func change(
    _ kind: ConditionChange.Kind, _ time: Timestamp, _ subject: String, _ place: String
  ) -> ConditionChange {
    ConditionChange(
      kind: kind, rule: "r", subject: subject, place: place, at: time, noticedAt: time, value: nil, unit: "",
      point: nil,
      position: 1, ordinal: 0)
  }
}

/// `2026-01-05T10:00` on the clocks of Shanghai.
func local(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text + ":00+08:00")) }
