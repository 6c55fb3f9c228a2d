// What the property test of quiet draws from: configurations, and things that happen.
import Community
import Foundation
import Pipeline

@testable import Alerts

enum QuietWorld {
  private static let inhibitions = [
    "{id: fire, source: {rule: fire}, target: {up_to: high}, within: building, grace: 40s}",
    "{id: power, source: {rule: power}, target: {rule: [cold, device-silent]}, within: compound, wait: 20s, grace: 30s}",
    "{id: back, source: {rule: cold, priority: high}, target: {rule: power}, within: building, grace: 0s}",
    "{id: over, source: {rule: warm}, target: {rule: [cold, power]}, within: below, grace: 10s}",
    "{id: under, source: {rule: [cold, power]}, target: {rule: warm}, within: everywhere, grace: 5s}",
    "{id: like, source: {rule: [cold, warm]}, target: {rule: [cold, power]}, within: everywhere, grace: 0s}",
    "{id: same, source: {rule: power, priority: [high, medium]}, target: {rule: cold}, within: device, wait: 5s, grace: 0s}",
  ]
  private static let windows = [
    #"{id: nightly, place: d/y/b2, from: "00:10", to: "00:25", reason: x}"#,
    #"{id: all-day, rule: warm, days: [mon, tue], from: "00:05", to: "00:05", reason: x}"#,
    #"{id: evening, place: d/y, up_to: medium, from: "23:58", to: "00:02", reason: x}"#,
  ]
  private static let damping = [
    "off", "{raises: 3, within: 60s, calm: 2m, fleeting: {under: 10s, times: 3, within: 1h, hold: 15s}}",
    "{raises: 2, within: 3m, calm: 1m, fleeting: off}",
    "{raises: 5, within: 30s, calm: 10s, fleeting: {under: 2m, times: 2, within: 10m, hold: 1m}}",
  ]
  /// Two of them behind each other, as nobody means it.
  private static let gateways = [
    "dev-101": "hub", "hub": "dev-201", "dev-201": "roof", "roof": "mast", "mast": "roof",
  ]
  private static let devices = ["dev-101", "dev-201", "dev-plant", "hub", "roof"]
  private static let rules = ["cold", "power", "fire", "device-silent", "warm"]
  private static let places = ["d/y/b1/101", "d/y/b1/plant", "d/y/b2/201", "d/y/b1"]

  static func policy(_ dice: inout Dice) -> QuietPolicy {
    func some(_ of: [String], _ dice: inout Dice) -> String {
      let found = of.shuffled(using: &dice).prefix(Int.random(in: 0...of.count, using: &dice))
      return found.isEmpty ? " []" : found.map { "\n- \($0)" }.joined()
    }
    let yaml = """
      inhibit:\(some(inhibitions, &dice))
      maintenance:\(some(windows, &dice))
      damp: \(damping.randomElement(using: &dice) ?? "off")
      """
    var policy = QuietSample.policy(yaml, gateways: Bool.random(using: &dice) ? gateways : [:])
    if Bool.random(using: &dice) {
      policy.absences = [.init(place: "d/y/b1", until: at(16 * 3_600 + Int64.random(in: -100...2_000, using: &dice)))]
    }
    return policy
  }

  /// People on duty at two levels, so that deadlines fall due among all this.
  static func response(_ dice: inout Dice) throws -> ResponsePolicy {
    if Int.random(in: 0..<3, using: &dice) == 0 { return .none }
    let places = QuietSample.places
      .replacingOccurrences(
        of: "level: district", with: "level: district\n  duty: {unit: 区, people: [李敏], answer_within: 3m}"
      )
      .replacingOccurrences(
        of: "level: compound", with: "level: compound\n    duty: {unit: 物业, people: [王强], answer_within: 50s}")
    return try DutySample.policy(places: places, duty: "people: []", alerts: "repeat: {high: 70s}\nrealarm: {high: 2m}")
  }

  /// For whoever looks into a failure.
  static func line(_ event: AlertEvent) -> String {
    let hidden = event.alert.suppression.map { "\($0.kind) by \($0.by)" } ?? "speaks"
    return "\(second(event.at)) \(event.kind) \(event.alert.rule) \(event.alert.subject) \(event.alert.id) \(hidden)"
  }

  static func second(_ time: Timestamp) -> Int64 { (time - at(0)) / 1000 }

  // MARK: - What happens

  enum Act {
    case turn(rule: String, subject: String, place: String, Priority, late: Int64)
    case plan(PlannedQuiet.Kind, AlertMatcher, from: Int64, until: Int64?, critical: Bool)
    case end(Int)
    case perform(Int, AlertAction)
    case none
  }

  static func act(at second: Int64, _ dice: inout Dice) -> Act {
    var (rule, place) = (rules.randomElement(using: &dice) ?? "", places.randomElement(using: &dice) ?? "")
    var device = devices.randomElement(using: &dice) ?? ""
    // One comes and goes more than others.
    if Int.random(in: 0..<4, using: &dice) == 0 { (rule, place, device) = ("cold", places[0], devices[0]) }
    let priority: Priority = rule == "fire" ? .critical : [.high, .medium, .low].randomElement(using: &dice) ?? .low
    let matchers = [
      AlertMatcher(places: [place]), AlertMatcher(rules: [rule]), AlertMatcher(devices: [device]),
      AlertMatcher(places: ["d"], upTo: .medium),
    ]
    switch Int.random(in: 0..<20, using: &dice) {
    case 0..<11:
      let late = Int.random(in: 0..<4, using: &dice) == 0 ? Int64.random(in: 1...90, using: &dice) : 0
      return .turn(rule: rule, subject: device, place: place, priority, late: late)
    case 11, 12:
      let kind = [PlannedQuiet.Kind.silence, .maintenance, .away, .back].randomElement(using: &dice) ?? .silence
      let from = second + Int64.random(in: 0...120, using: &dice)
      return .plan(
        kind, matchers.randomElement(using: &dice) ?? matchers[0], from: from,
        until: from + Int64.random(in: 1...200, using: &dice), critical: Int.random(in: 0..<4, using: &dice) == 0)
    case 13:
      return .plan(
        .outOfService, matchers[Int.random(in: 1...2, using: &dice)], from: second, until: nil, critical: true)
    case 14, 15: return .end(Int.random(in: 0..<9, using: &dice))
    case 16, 17:
      let actions: [AlertAction] = [.acknowledge, .close(force: true), .unshelve, .shelve(until: at(second + 60))]
      return .perform(Int.random(in: 0..<9, using: &dice), actions.randomElement(using: &dice) ?? .acknowledge)
    default: return .none
    }
  }
}

extension QuietWorld.Act {
  func happen(to book: inout AlertBook, at second: Int64) -> [AlertEvent] {
    let now = at(second)
    let due = book.advance(to: now)
    switch self {
    case .turn(let rule, let subject, let place, let priority, let late):
      let before = book.uncleared(rule: rule, subject: subject)
      var traits = traits(priority)
      traits.quietWhenAway = rule == "warm"
      let change = ConditionChange(
        kind: before == nil ? .raised : .cleared, rule: rule, subject: subject, place: place,
        at: max(at(second - late), before?.raisedAt ?? .distantPast), noticedAt: now, value: nil, unit: "", point: nil,
        position: 1, ordinal: 0)
      return due + book.apply(change, lane: "main", traits: traits)
    case .plan(let kind, let matcher, let from, let until, let critical):
      let request = QuietRequest(
        kind: kind, matcher: matcher, from: at(from), until: until.map { at($0) }, reason: "换电池", by: "张三",
        critical: critical)
      let plan = try? request.plan(at: now, limits: QuietLimits(), planned: book.planned)
      return due + (plan.map { book.plan($0, at: now) } ?? [])
    case .end(let index):
      let planned = book.planned.filter { !$0.isOver(at: now) }
      if planned.isEmpty { return due }
      return due + book.plan(planned[index % planned.count].ended(at: now, by: "李四"), at: now)
    case .perform(let index, let action):
      let ids = book.open.map(\.id).sorted()
      if ids.isEmpty { return due }
      return due + ((try? book.perform(action, on: ids[index % ids.count], by: "张三", at: now)) ?? [])
    case .none: return due
    }
  }
}
