// Random alerts, plans, restarts and strides against the promises of quiet: nothing is lost without a trace, whatever outlives its
// cause speaks, two never hide each other, and neither death nor the length of a stride changes a word.
import Community
import Foundation
import Pipeline
import Testing

@testable import Alerts

@Suite(.timeLimit(.minutes(2))) struct QuietPropertyTests {
  private static let yaml = """
    inhibit:
    - {id: fire, source: {rule: fire}, target: {up_to: high}, within: building, grace: 40s}
    - {id: power, source: {rule: power}, target: {rule: [cold, device-silent]}, within: compound, wait: 20s, grace: 30s}
    - {id: back, source: {rule: cold, priority: high}, target: {rule: power}, within: building, grace: 0s}
    maintenance:
    - {id: nightly, place: d/y/b2, from: "00:10", to: "00:25", reason: x}
    damp: {raises: 3, within: 60s, calm: 2m, fleeting: {under: 10s, times: 3, within: 1h, hold: 15s}}
    """
  private static let rules = ["cold", "power", "fire", "device-silent", "warm"]
  private static let places = ["d/y/b1/101", "d/y/b1/plant", "d/y/b2/201"]

  /// One thing that happens.
  private enum Act {
    case turn(rule: String, subject: String, place: String, Priority)
    case plan(PlannedQuiet.Kind, AlertMatcher, from: Int64, until: Int64?)
    case end(Int)
    case perform(Int, AlertAction)
    case none
  }

  private static func act(at second: Int64, _ dice: inout Dice) -> Act {
    let index = Int.random(in: 0..<rules.count, using: &dice)
    let (rule, place) = (rules[index], places.randomElement(using: &dice) ?? "d")
    let priority: Priority = rule == "fire" ? .critical : [.high, .medium, .low].randomElement(using: &dice) ?? .low
    switch Int.random(in: 0..<20, using: &dice) {
    case 0..<12:
      return .turn(rule: rule, subject: "dev-\(place.split(separator: "/").last ?? "")", place: place, priority)
    case 12:
      let kind: PlannedQuiet.Kind = [.silence, .maintenance, .away].randomElement(using: &dice) ?? .silence
      let from = second + Int64.random(in: 0...120, using: &dice)
      return .plan(
        kind,
        [AlertMatcher(places: [place]), AlertMatcher(rules: [rule])].randomElement(using: &dice)
          ?? .init(rules: [rule]),
        from: from, until: from + Int64.random(in: 1...200, using: &dice))
    case 13: return .plan(.outOfService, AlertMatcher(rules: [rule]), from: second, until: nil)
    case 14, 15: return .end(Int.random(in: 0..<9, using: &dice))
    case 16, 17:
      let action: AlertAction =
        [.acknowledge, .close(force: true), .unshelve, .shelve(until: at(second + 60))]
        .randomElement(using: &dice) ?? .acknowledge
      return .perform(Int.random(in: 0..<9, using: &dice), action)
    default: return .none
    }
  }

  private static func happen(_ book: inout AlertBook, _ act: Act, at second: Int64) -> [AlertEvent] {
    switch act {
    case .turn(let rule, let subject, let place, let priority):
      let holds = book.uncleared(rule: rule, subject: subject) != nil
      return book.happen(holds ? .cleared : .raised, rule, subject, place, at: second, priority, away: rule == "warm")
    case .plan(let kind, let matcher, let from, let until):
      return (try? book.plan(kind, matcher, at: second, from: from, until: until).1) ?? []
    case .end(let index):
      let planned = book.planned.filter { !$0.isOver(at: at(second)) }
      guard !planned.isEmpty else { return [] }
      return book.plan(planned[index % planned.count].ended(at: at(second), by: "李四"), at: at(second))
    case .perform(let index, let action):
      let ids = book.open.map(\.id).sorted()
      guard !ids.isEmpty else { return [] }
      let events = book.advance(to: at(second))
      return events + ((try? book.perform(action, on: ids[index % ids.count], by: "张三", at: at(second))) ?? [])
    case .none: return book.advance(to: at(second))
    }
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func promisesHold(seed: UInt64) throws {
    var dice = Dice(state: seed)
    let policy = QuietSample.policy(Self.yaml)
    var steady = AlertBook(quiet: policy)
    var mortal = AlertBook(quiet: policy)
    var stored: [String: Alert] = [:]
    var plans: [String: PlannedQuiet] = [:]
    var (first, second): ([AlertEvent], [AlertEvent]) = ([], [])
    // Midnight in Shanghai is at 16:00 UTC; the samples begin at 00:00 UTC.
    var clock: Int64 = 16 * 3_600 - 300
    var written = clock
    var seen = 0
    for round in 0..<250 {
      let next = clock + Int64.random(in: 1...30, using: &dice)
      while clock < next {
        clock = min(next, clock + Int64.random(in: 1...10, using: &dice))
        first += steady.advance(to: at(clock))
        guard try Self.checkState(steady, at: at(clock)) else { return }
      }
      if Int.random(in: 0..<4, using: &dice) == 0 {
        let known = plans.values.filter { !$0.isOver(at: at(written)) }
        mortal = AlertBook(
          quiet: policy, planned: Array(known), restoring: Array(stored.values), clock: at(written))
        mortal.adopt(policy)
      }
      let act = Self.act(at: clock, &dice)
      first += Self.happen(&steady, act, at: clock)
      let events = Self.happen(&mortal, act, at: clock)
      for event in events {
        stored[event.alert.id] = try JSONDecoder().decode(Alert.self, from: JSONEncoder().encode(event.alert))
      }
      for plan in mortal.planned { plans[plan.id] = plan }
      second += events
      if !events.isEmpty { written = clock }
      let compared = min(first.count, second.count, max(seen, 0))
      let (ours, theirs) = (Array(first[compared...]), Array(second[compared...]))
      #expect(ours.short == theirs.short)
      guard ours == theirs else { return #expect(Bool(false), "round \(round)") }
      seen = first.count
      guard try Self.checkState(steady, at: at(clock)) else { return }
    }
    Self.checkStory(first)
    // In the end everything planned is taken back; whatever is left and unanswered has spoken.
    for plan in steady.planned where !plan.isOver(at: at(clock)) {
      first += steady.plan(plan.ended(at: at(clock), by: "x"), at: at(clock))
    }
    let last = at(clock + 3 * 3_600)
    first += steady.advance(to: last)
    let causes = steady.open.filter { $0.isSuppressed }
    for alert in causes {
      #expect(alert.suppression?.kind == .inhibited, "only what an active alert explains keeps quiet: \(alert)")
    }
    Self.checkStory(first)
    #expect(Set(first.compactMap(\.alert.suppression?.kind)).count >= 4)
  }

  /// Of every open alert at this moment: quiet if and only if something hides it.
  private static func checkState(_ book: AlertBook, at time: Timestamp) throws -> Bool {
    for alert in book.open {
      let cause = book.quiet.cause(of: alert, at: time, among: book.alerts)
      let isSame = cause?.kind == alert.suppression?.kind && cause?.by == alert.suppression?.by
      #expect(
        isSame, "\(alert.rule) \(alert.subject) \(alert.traits.priority): \(cause as Any) \(alert.suppression as Any)")
      if !isSame { return false }
      guard let suppression = alert.suppression else { continue }
      #expect(suppression.until.map { $0 > time } ?? true)
      if alert.traits.priority == .critical { #expect(suppression.kind == .outOfService) }
      // Follow what explains what: it ends at one that speaks, or that something else hides.
      var (next, steps) = (suppression.kind == .inhibited ? suppression.by : nil, 0)
      while let id = next, let other = book.alerts[id], steps < 100 {
        #expect(id != alert.id)
        next = other.suppression?.kind == .inhibited ? other.suppression?.by : nil
        steps += 1
      }
      #expect(steps < 100)
    }
    return true
  }

  /// Who reads all events knows everything: an alert is told, or was hidden from its raise to its end.
  private static func checkStory(_ events: [AlertEvent]) {
    var spoken: Set<String> = []
    var quiet: Set<String> = []
    for event in events {
      let id = event.alert.id
      switch event.kind {
      case .raised: if !event.alert.isSuppressed { spoken.insert(id) }
      case .suppressed: quiet.insert(id)
      case .released:
        #expect(quiet.remove(id) != nil, "released without having been hidden")
        if event.asks { spoken.insert(id) }
      case .closed:
        if event.by == AlertEvent.system, !event.alert.isAcknowledged {
          #expect(quiet.contains(id) && !spoken.contains(id), "closed by itself although somebody was told")
        }
      default: break
      }
      #expect(quiet.contains(id) == event.alert.isSuppressed || event.kind == .raised)
    }
  }
}
