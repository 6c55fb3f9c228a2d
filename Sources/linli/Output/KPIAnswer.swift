import Alerts
import Community
import Foundation
import Reports

/// The alarm measures for a terminal or a script.
struct KPIAnswer: Encodable {
  struct Measure: Encodable {
    var key: String
    var value: Double?
    var target: String?
    var verdict: String
  }
  struct Person: Encodable {
    var person: String
    var calls: Int
    var mean: Double
    var peak: Int
    var floodShare: Double
  }
  struct Rule: Encodable {
    var rule: String
    var alerts: Int
    var hidden: Int
    var subjects: Int
    var fleeting: Int
    var chattering: Int
    var neededNothing: Int
    var escalations: Int
    var lastedMedianSeconds: Double?
  }

  var from: String
  var to: String
  var measures: [Measure]
  var people: [Person]
  var rules: [Rule]
  private let kpi: AlarmKPI
  private let zone: TimeZone

  private enum CodingKeys: String, CodingKey { case from, to, measures, people, rules }

  init(_ kpi: AlarmKPI, zone: TimeZone) {
    self.kpi = kpi
    self.zone = zone
    from = kpi.from.rfc3339(in: zone)
    to = kpi.to.rfc3339(in: zone)
    measures = kpi.lines.map {
      Measure(key: $0.key, value: $0.value, target: $0.target?.en, verdict: $0.verdict.rawValue)
    }
    people = kpi.loads.map {
      Person(person: $0.person, calls: $0.calls, mean: $0.mean, peak: $0.peak, floodShare: $0.floodShare)
    }
    rules = kpi.rules.map {
      Rule(
        rule: $0.rule, alerts: $0.alerts, hidden: $0.hidden, subjects: $0.subjects, fleeting: $0.fleeting,
        chattering: $0.chattering,
        neededNothing: $0.neededNothing, escalations: $0.escalations,
        lastedMedianSeconds: $0.lasted.map { Double($0.median) / 1_000 })
    }
  }

  func print(_ output: OutputOptions) {
    Terminal.line("\(from) … \(to)")
    var measures = Table(output.say("指标", "MEASURE"), output.say("结果", "FOUND"), output.say("目标", "TARGET"))
    for line in kpi.lines {
      measures.add([
        .init(line.name[output.language]), .init(line.shown[output.language], line.verdict.colour),
        .init(line.target?[output.language] ?? "", .grey),
      ])
    }
    measures.print()
    guard !kpi.rules.isEmpty else { return }
    Terminal.line("")
    var rules = Table(
      output.say("规则", "RULE"), output.say("报警", "ALERTS"), output.say("未打扰", "HIDDEN"),
      output.say("对象", "SUBJECTS"),
      output.say("瞬时", "FLEETING"), output.say("抖动", "CHATTERING"), output.say("无需处理", "NEEDED NOTHING"),
      output.say("持续（中位数）", "LASTED (MEDIAN)"))
    for rule in kpi.rules.prefix(AlarmKPI.topCount) {
      rules.add(
        rule.rule, "\(rule.alerts)", "\(rule.hidden)", "\(rule.subjects)", "\(rule.fleeting)", "\(rule.chattering)",
        "\(rule.neededNothing)", rule.lasted.map { FigureText.duration($0.median)[output.language] } ?? "–")
    }
    rules.print()
    guard !kpi.loads.isEmpty else { return }
    Terminal.line("")
    var people = Table(
      output.say("负责人/单位", "WHO IS CALLED"), output.say("通知", "CALLS"), output.say("10 分钟最多", "MOST IN 10 MIN"),
      output.say("泛滥时段", "IN FLOOD"))
    for load in kpi.loads.prefix(AlarmKPI.topCount) {
      people.add(load.person, "\(load.calls)", "\(load.peak)", FigureText.percent(load.floodShare))
    }
    people.print()
  }
}

extension KPILine.Verdict {
  fileprivate var colour: Terminal.Colour? {
    switch self {
    case .good: .green
    case .tolerable: .yellow
    case .poor: .red
    case .none: nil
    }
  }
}
