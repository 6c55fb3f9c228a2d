// A small district with people on duty at four levels, and orders in it.
import Alerts
import Community
import ConfigFile
import Pipeline
import Testing

@testable import Orders

enum Sample {
  static let shanghai = LocalTimeTable(
    name: "Asia/Shanghai", changes: [.init(at: .distantPast, offset: 8 * 3_600_000)])

  static let places = """
    places:
    - id: hedong
      level: district
      duty: {unit: {zh: 区中心, en: District}, people: [{name: 值班长, channel: district}], finish_within: 1d}
      places:
      - id: jiefang
        duty: {unit: 街道, people: [{name: 李敏, channel: street}], finish_within: 8h}
        places:
        - id: chaoyang
          duty: {unit: 居委会, rota: day-only, finish_within: 4h}
          places:
          - id: yihe
            duty: {unit: 物业, people: [{id: wang}], finish_within: 2h}
            places:
            - id: b3
              places:
              - id: f3
                places:
                - {id: "301", kind: care-room}
              - {id: plant, level: floor}
    """

  static let duty = """
    people:
    - {id: wang, name: 王强, channel: yihe}
    - {id: zhao, name: 赵丽华, channel: committee}
    rotas:
    - id: day-only
      shifts:
      - {days: [mon, tue, wed, thu, fri], from: "08:30", to: "17:30", people: [zhao]}
    """

  static let tree: PlaceTree = {
    let log = ProblemLog()
    return PlaceTreeReader.read(ConfigReader.parse(places, file: "places.yaml", log: log)!, log: log)
  }()

  /// - Parameter people: more entries of `people` in `duty.yaml`.
  static func policy(
    _ orders: String = "accept_within: 1h\nfinish_within: 4h", people: String = ""
  ) throws -> OrderPolicy {
    let log = ProblemLog()
    let duty = duty.replacing(
      "people:\n- {id: wang", with: "people:\n\(people.isEmpty ? "" : people + "\n")- {id: wang")
    let file = DutyFile.read(
      ConfigReader.parse(duty, file: "duty.yaml", log: log), directory: "/nowhere", zone: shanghai, log: log)
    let table = DutyTable(places: tree, file: file, careChains: [:], zone: shanghai, log: log)
    let settings = OrderSettings.read(ConfigReader.parse(orders, file: "orders.yaml", log: log), log: log)
    #expect(log.problems.map(\.description) == [])
    return OrderPolicy(settings: settings, duty: table, zone: shanghai)
  }

  static let plant = "hedong/jiefang/chaoyang/yihe/b3/plant"
  static let home = "hedong/jiefang/chaoyang/yihe/b3/f3/301"

  static func draft(_ place: String = plant, help: HelpKind? = nil, key: String? = nil) -> OrderDraft {
    OrderDraft(
      key: key, title: LocalizedText(zh: "换灯", en: "Replace a lamp"), place: place, priority: .medium, help: help,
      by: "张三")
  }

  static func alert(
    _ id: String, _ rule: String = "lift-fault", _ priority: Priority = .high, at time: Timestamp,
    place: String = plant, latched: Bool = false
  ) -> Alert {
    Alert(
      id: id, lane: "main", rule: rule, subject: id, place: place,
      traits: AlertTraits(
        priority: priority, title: LocalizedText(zh: "电梯故障", en: "Lift fault"), audience: ["lift"], latched: latched),
      point: nil, value: nil, unit: "", raisedAt: time, noticedAt: time)
  }
}

/// `2026-01-05T10:00` on the clocks of Shanghai; that day is a Monday.
func local(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text + ":00+08:00")) }

let hour: Int64 = 3_600_000

extension OrderOutcome {
  var kinds: [OrderEvent.Kind] { events.map(\.kind) }
}
