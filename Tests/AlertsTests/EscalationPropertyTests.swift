// Thousands of alerts of a simulated year against a naive calculation, and books that die at any time.
import Community
import Foundation
import Pipeline
import Testing

@testable import Alerts

@Suite struct EscalationPropertyTests {
  private struct Life {
    var subject: String
    var priority: Priority
    var raised: Timestamp
    var acknowledged: Timestamp?
  }

  private struct Step: Equatable, CustomStringConvertible {
    var at: Timestamp
    var place: String
    var people: [String]
    var description: String { "\(at.rfc3339) \(place) \(people)" }
  }

  private static func lives(_ count: Int, _ dice: inout Dice) throws -> [Life] {
    let year = try local("2026-01-01T00:00")
    return (0..<count).map { index in
      let raised = year + Int64.random(in: 0..<365 * 86_400, using: &dice) * 1000
      let answered =
        Int.random(in: 0..<4, using: &dice) == 0 ? nil : raised + Int64.random(in: 1...7_200, using: &dice) * 1000
      return Life(
        subject: "s\(index)", priority: Priority.allCases.randomElement(using: &dice) ?? .low, raised: raised,
        acknowledged: answered)
    }
  }

  /// Who has it when, worked out the plain way from the texts of `DutySample`, on Shanghai's clock (UTC+8 all the year).
  private static func naive(_ life: Life) -> [Step] {
    let within: [String: (Priority) -> Int64] = [
      "yihe": { $0 == .critical ? 2 : 10 }, "chaoyang": { $0 == .critical ? 3 : $0 == .high ? 15 : 40 },
      "jiefang": { $0 == .critical ? 5 : 20 },
    ]
    func people(_ place: String, _ time: Timestamp) -> [String] {
      let seconds = time.milliseconds / 1000 + 8 * 3_600
      let (day, minute) = (seconds / 86_400, seconds % 86_400 / 60)
      switch place {
      case "yihe": return (480..<1200).contains(minute) ? ["王强"] : ["陈晓东"]
      case "chaoyang": return (day + 3) % 7 < 5 && (510..<1050).contains(minute) ? ["赵丽华"] : []
      case "jiefang": return ["李敏"]
      default: return ["值班长"]
      }
    }
    var steps: [Step] = []
    var levels = ["yihe", "chaoyang", "jiefang", "hedong"]
    var (current, since) = (levels.removeFirst(), life.raised)
    while let limit = within[current], !levels.isEmpty {
      let due = since + limit(life.priority) * 60_000
      if let answered = life.acknowledged, answered < due { break }
      while people(levels[0], due).isEmpty { levels.removeFirst() }
      (current, since) = (levels.removeFirst(), due)
      steps.append(Step(at: due, place: current, people: people(current, due)))
    }
    return steps
  }

  @Test func aYearOfAlertsClimbsAtTheRightSecond() throws {
    var dice = Dice(state: 4)
    let lives = try Self.lives(3_000, &dice)
    var policy = try DutySample.policy(
      places: DutySample.places.replacingOccurrences(
        of: #", finish_within: [0-9a-z]+"#, with: "", options: .regularExpression))
    policy.speaksAgain = false
    var book = AlertBook(policy: policy)
    var found: [String: [Step]] = [:]
    func note(_ events: [AlertEvent]) {
      for event in events where event.kind == .escalated {
        let place = event.alert.response?.responsible?.place.split(separator: "/").last.map(String.init) ?? ""
        found[event.alert.subject, default: []].append(
          Step(at: event.at, place: place, people: event.to?.map(\.name) ?? []))
      }
    }
    var moments = lives.map { ($0.raised, $0, true) }
    moments += lives.compactMap { life in life.acknowledged.map { ($0, life, false) } }
    moments.sort { ($0.0, $0.1.subject) < ($1.0, $1.1.subject) }
    for (time, life, isRaise) in moments {
      note(book.advance(to: time))
      if isRaise {
        note(book.raise(at: time, life.priority, subject: life.subject))
      } else if let alert = book.active(rule: "r", subject: life.subject) {
        note(try book.perform(.acknowledge, on: alert.id, by: "某人", at: time))
        note(book.clear(at: time, subject: life.subject))
      }
    }
    note(book.advance(to: try local("2027-02-01T00:00")))
    for life in lives { #expect(found[life.subject] ?? [] == Self.naive(life), "\(life)") }
    #expect(found.count > 1_000)
  }

  /// What is stored is all that a restart has: a book that dies and comes back at random times, after random absences and between
  /// strides, says what one that lives through says; and long strides say what short ones say.
  @Test(arguments: 0..<24 as Range<UInt64>)
  func deathChangesNothing(seed: UInt64) throws {
    let alerts = """
      repeat: {critical: 1m, high: 7m}
      realarm: {critical: 45m}
      care: {chains: {lives-alone: [contact, {who: lin, answer_within: 90s}, {who: liu, role: doctor}]}}
      """
    let policy = try DutySample.policy(alerts: alerts)
    var dice = Dice(state: seed)
    var strideDice = Dice(state: seed + 1_000)
    var steady = AlertBook(policy: policy)
    var mortal = AlertBook(policy: policy)
    var stored: [String: Alert] = [:]
    var (first, second): ([AlertEvent], [AlertEvent]) = ([], [])
    let start = try local("2026-03-27T15:00")
    func keep(_ events: [AlertEvent]) throws {
      for event in events {
        let text = try JSONEncoder().encode(event.alert)
        stored[event.alert.id] = try JSONDecoder().decode(Alert.self, from: text)
      }
      second += events
    }
    var clock = start
    for round in 0..<120 {
      let next = clock + Int64.random(in: 1...900, using: &dice) * 1000
      while clock < next {
        clock = min(next, clock + Int64.random(in: 1...120, using: &dice) * 1000)
        first += steady.advance(to: clock)
      }
      if Int.random(in: 0..<3, using: &dice) == 0 {
        mortal = AlertBook(policy: policy, planned: mortal.planned, restoring: Array(stored.values))
      }
      while true {
        let stride = mortal.stride(to: clock, atMost: Int.random(in: 1...4, using: &strideDice))
        try keep(stride.events)
        if stride.isLast { break }
        if Int.random(in: 0..<3, using: &strideDice) > 0 { continue }
        mortal = AlertBook(
          policy: policy, planned: mortal.planned, restoring: Array(stored.values), clock: mortal.clock)
      }
      let subject = "s\(Int.random(in: 0..<4, using: &dice))"
      let priority = Priority.allCases.randomElement(using: &dice) ?? .low
      let ids = steady.open.map(\.id).sorted()
      let action: AlertAction =
        [
          .acknowledge, .shelve(until: clock + 600_000), .unshelve, .reset, .close(force: round % 2 == 0), .acknowledge,
        ].randomElement(using: &dice) ?? .acknowledge
      let choice = Int.random(in: 0..<6, using: &dice)
      let id = ids.randomElement(using: &dice)
      let latched = Bool.random(using: &dice)
      let silence = PlannedQuiet(
        id: "quiet-\(round)", kind: .silence, matcher: AlertMatcher(devices: [subject]), from: clock,
        until: clock + 900_000, reason: "y", by: "张三", createdAt: clock)
      func happen(_ book: inout AlertBook) -> [AlertEvent] {
        switch choice {
        case 0, 1: book.raise(at: clock, priority, subject: subject, latched: latched, realarm: 1_800_000)
        case 2: book.clear(at: clock, subject: subject)
        case 3: book.plan(silence, at: clock)
        case 4: book.planned.last.map { book.plan($0.ended(at: clock, by: "李四"), at: clock) } ?? []
        default: id.flatMap { try? book.perform(action, on: $0, by: "张三", at: clock) } ?? []
        }
      }
      first += happen(&steady)
      try keep(happen(&mortal))
      #expect(first == second)
      if first != second { return }
    }
    #expect(Set(first.map(\.kind)).count >= 6)
    try check(first)
  }

  /// No illegal combination, and every step has the next number.
  private func check(_ events: [AlertEvent]) throws {
    var numbers: [String: Int] = [:]
    var last: [String: Timestamp] = [:]
    for event in events {
      let alert = event.alert
      #expect(event.number == (numbers[alert.id] ?? 0) + 1)
      numbers[alert.id] = event.number
      #expect(event.at >= last[alert.id] ?? .distantPast, "steps stand in the order of their times")
      last[alert.id] = event.at
      if alert.isClosed { #expect(!alert.isShelved && alert.nextDue == nil) }
      if alert.isSuppressed || alert.isShelved {
        #expect(alert.response?.answerDue == nil && alert.response?.finishDue == nil)
        #expect(event.to == nil || event.kind == .raised)
      }
      if alert.isAcknowledged { #expect(alert.response?.answerDue == nil && alert.response?.repeatDue == nil) }
      if alert.isAcknowledged != (alert.acknowledgedBy != nil) { Issue.record("half acknowledged") }
      if !alert.isActive { #expect(alert.response?.realarmDue == nil) }
      if alert.isLatched { #expect(alert.traits.latched) }
      if [.escalated, .repeated].contains(event.kind) {
        #expect(!alert.isShelved && !alert.isSuppressed && !alert.isClosed)
      }
    }
  }
}
