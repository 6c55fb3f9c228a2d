// Four levels, care plans, repeating, re-alarms and latches, step by step.
import Community
import Foundation
import Pipeline
import Testing

@testable import Alerts

@Suite struct EscalationTests {
  private let minute: Int64 = 60_000

  private func lines(_ events: [AlertEvent], from start: Timestamp) -> [String] {
    events.map { event in
      let minutes = Double(event.at - start) / 60_000
      let place = event.alert.response?.responsible?.place.split(separator: "/").last ?? "-"
      let people = (event.to ?? []).map(\.name).joined(separator: ",")
      return "\(minutes) \(event.kind.rawValue) \(place) \(people)"
    }
  }

  @Test func climbsLevelByLevelByDay() throws {
    var book = AlertBook(policy: try DutySample.policy())
    let start = try local("2026-01-05T10:00")  // a Monday
    var events = book.raise(at: start, .high)
    events += book.advance(to: start + 76 * minute)
    #expect(
      lines(events, from: start) == [
        "0.0 raised yihe 王强", "10.0 escalated chaoyang 赵丽华", "25.0 escalated jiefang 李敏", "45.0 escalated hedong 值班长",
        "75.0 repeated hedong 值班长",
      ])
    #expect(events.map(\.number) == [1, 2, 3, 4, 5])
    #expect(events.last?.alert.response?.climbed == 3)
    #expect(events.last?.alert.response?.told == ["yihe", "district"])
  }

  @Test func skipsWhoIsNotThereByNight() throws {
    var book = AlertBook(policy: try DutySample.policy(alerts: "repeat: {critical: 1h}"))
    let start = try local("2026-01-05T22:00")
    var events = book.raise(at: start, .critical)
    events += book.advance(to: start + 10 * minute)
    #expect(
      lines(events, from: start) == [
        "0.0 raised yihe 陈晓东", "2.0 escalated jiefang 李敏", "7.0 escalated hedong 值班长",
      ])
  }

  @Test func startsWhereSomebodyIs() throws {
    var book = AlertBook(policy: try DutySample.policy())
    let start = try local("2026-01-05T22:00")
    let events = book.raise(at: start, .high, place: "hedong/jiefang/chaoyang")
    #expect(lines(events, from: start) == ["0.0 raised jiefang 李敏"])
  }

  @Test func whatNobodyWasAskedAboutIsAskedAboutOnceThereIsDuty() throws {
    var book = AlertBook()
    let start = try local("2026-01-05T10:00")
    let open = try #require(book.raise(at: start, .high).first).alert.id
    let seen = try #require(book.raise(at: start, .high, subject: "seen").first).alert.id
    _ = try book.perform(.acknowledge, on: seen, by: "王强", at: start + minute)
    _ = book.raise(at: start, .high, subject: "over")
    _ = book.clear(at: start + minute, subject: "over")
    _ = book.raise(at: start, .high, subject: "elsewhere", place: "xihe")
    #expect(book.askForgotten(at: start + 2 * minute).isEmpty, "still nobody")
    book.policy = try DutySample.policy(alerts: "climb_after_return: [critical]")
    var events = book.askForgotten(at: start + 3 * minute)
    #expect(lines(events, from: start) == ["3.0 repeated yihe 王强"])
    #expect(events.first?.alert.id == open && events.first?.asks == true)
    #expect(book.askForgotten(at: start + 4 * minute).isEmpty, "once")
    events = book.advance(to: start + 14 * minute)
    #expect(lines(events, from: start) == ["13.0 escalated chaoyang 赵丽华"])
  }

  @Test func anAnswerStopsClimbingAndTheDeadlineToFinishGoesOn() throws {
    var book = AlertBook(policy: try DutySample.policy())
    let start = try local("2026-01-05T10:00")
    let id = try #require(book.raise(at: start, .high).first).alert.id
    _ = try book.perform(.acknowledge, on: id, by: "王强", at: start + 5 * minute)
    let events = book.advance(to: start + 6 * 60 * minute)
    #expect(lines(events, from: start) == ["120.0 escalated chaoyang 赵丽华", "360.0 escalated jiefang 李敏"])
    #expect(book[id]?.isAcknowledged == true)
    #expect(book[id]?.response?.answerDue == nil)
  }

  @Test func criticalAlertsRepeatUntilAnswered() throws {
    var book = AlertBook(policy: try DutySample.policy(alerts: "repeat: {critical: 1m}"))
    let start = try local("2026-01-05T10:00")
    let id = try #require(book.raise(at: start, .critical).first).alert.id
    let events = book.advance(to: start + 4 * minute)
    #expect(
      lines(events, from: start) == [
        "1.0 repeated yihe 王强", "2.0 escalated chaoyang 赵丽华", "3.0 repeated chaoyang 赵丽华", "4.0 repeated chaoyang 赵丽华",
      ])
    _ = try book.perform(.acknowledge, on: id, by: "赵丽华", at: start + 4 * minute)
    #expect(book.advance(to: start + 60 * minute).isEmpty)
  }

  @Test func theNextShiftHasItFromTheNextStepOn() throws {
    let places = DutySample.places.replacingOccurrences(of: "rota: day-only", with: "rota: round-the-clock")
    var book = AlertBook(policy: try DutySample.policy(places: places, alerts: "repeat: {high: 4m}"))
    let start = try local("2026-01-05T19:57")
    _ = book.raise(at: start, .high)
    #expect(
      lines(book.advance(to: start + 10 * minute), from: start) == [
        "4.0 repeated yihe 陈晓东", "8.0 repeated yihe 陈晓东", "10.0 escalated chaoyang 陈晓东",
      ])
  }

  @Test func theCarePlanAsksToTheSide() throws {
    let alerts = """
      repeat: {critical: 1d}
      care:
        priority: [critical]
        chains:
          lives-alone: [{who: contact, answer_within: 1m}, {who: lin, role: volunteer, answer_within: 3m}, {who: liu, role: doctor}]
      """
    var book = AlertBook(policy: try DutySample.policy(alerts: alerts))
    let start = try local("2026-01-05T10:00")
    let raised = try #require(book.raise(at: start, .critical).first)
    #expect(raised.to?.map(\.name) == ["王强", "女儿"])
    #expect(raised.alert.response?.care?.level == "family")
    let events = book.advance(to: start + 6 * minute)
    #expect(
      lines(events, from: start) == [
        "1.0 escalated yihe 林志愿", "2.0 escalated chaoyang 赵丽华", "4.0 escalated chaoyang 刘医生",
        "5.0 escalated jiefang 李敏",
      ])
    #expect(events.map(\.isAside) == [true, false, true, false])
    // Not for a lesser alert.
    #expect(book.raise(at: start + 7 * minute, .high, subject: "b").first?.alert.response?.care == nil)
  }

  @Test func suppressedAlertsStandStillAndSpeakWhenReleased() throws {
    var book = AlertBook(policy: try DutySample.policy())
    let start = try local("2026-01-05T10:00")
    let id = try #require(book.raise(at: start, .high).first).alert.id
    let request = QuietRequest(
      kind: .maintenance, matcher: AlertMatcher(rules: ["r"]), until: start + 90 * minute, reason: "换电池", by: "张三")
    let plan = try request.plan(at: start + minute, limits: QuietLimits(), planned: [])
    #expect(
      book.plan(plan, at: start + minute).map { ($0.alert.id == id, $0.kind) }.allSatisfy { $0 == (true, .suppressed) })
    #expect(book[id]?.isSuppressed == true && book.plan(plan, at: start + minute).isEmpty)
    #expect(book.advance(to: start + 60 * minute).isEmpty)
    let released = book.plan(plan.ended(at: start + 61 * minute, by: "李四"), at: start + 61 * minute)
    #expect(lines(released, from: start) == ["61.0 released yihe 王强"])
    #expect(lines(book.advance(to: start + 71 * minute), from: start) == ["71.0 escalated chaoyang 赵丽华"])
  }

  @Test func suppressedFromTheStart() throws {
    var book = AlertBook(policy: try DutySample.policy())
    let start = try local("2026-01-05T10:00")
    let silence = QuietRequest(
      kind: .silence, matcher: AlertMatcher(rules: ["r"]), until: start + 60 * minute, reason: "演练", by: "王强")
    #expect(book.plan(try silence.plan(at: start, limits: QuietLimits(), planned: []), at: start).isEmpty)
    let raise = ConditionChange(
      kind: .raised, rule: "r", subject: "x", place: DutySample.home, at: start, noticedAt: start, value: nil, unit: "",
      point: nil, position: 1, ordinal: 0)
    let events = book.apply(raise, lane: "main", traits: traits(.high))
    #expect(events.map(\.kind) == [.raised, .suppressed] && events.map(\.number) == [1, 2])
    #expect(events.allSatisfy { $0.alert.isSuppressed && $0.to == nil })
    var clear = raise
    clear.kind = .cleared
    clear.at = start + minute
    #expect(book.apply(clear, lane: "main", traits: traits(.high)).map(\.kind) == [.cleared, .closed])
  }

  @Test func aShelfStopsTheClocks() throws {
    var book = AlertBook(policy: try DutySample.policy())
    let start = try local("2026-01-05T10:00")
    let id = try #require(book.raise(at: start, .high).first).alert.id
    _ = try book.perform(.shelve(until: start + 60 * minute), on: id, by: "王强", at: start + minute)
    #expect(
      lines(book.advance(to: start + 71 * minute), from: start) == [
        "60.0 unshelved yihe 王强", "70.0 escalated chaoyang 赵丽华",
      ])
  }

  @Test func latchedAlertsWantAReset() throws {
    var book = AlertBook(policy: try DutySample.policy())
    let start = try local("2026-01-05T10:00")
    let id = try #require(book.raise(at: start, .high, latched: true).first).alert.id
    #expect(throws: AlertError.stillActive(id: id)) { try book.perform(.reset, on: id, by: "王强", at: start + 1) }
    _ = try book.perform(.acknowledge, on: id, by: "王强", at: start + minute)
    #expect(book.clear(at: start + 2 * minute).map(\.kind) == [.cleared])
    #expect(book[id]?.isLatched == true)
    #expect(throws: AlertError.latched(id: id)) { try book.perform(.close(), on: id, by: "王强", at: start + 3 * minute) }
    let events = try book.perform(.reset, on: id, by: "王强", at: start + 3 * minute, comment: "现场已查看")
    #expect(events.map(\.kind) == [.reset, .closed] && events[0].comment == "现场已查看")
    let next = try #require(book.raise(at: start + 5 * minute, .high).first).alert.id
    _ = book.clear(at: start + 6 * minute)
    #expect(throws: AlertError.notLatched(id: next)) {
      try book.perform(.reset, on: next, by: "王强", at: start + 7 * minute)
    }
  }

  @Test func realarm() throws {
    var book = AlertBook(policy: try DutySample.policy())
    let start = try local("2026-01-05T10:00")
    let id = try #require(book.raise(at: start, .high, realarm: 30 * minute).first).alert.id
    _ = try book.perform(.acknowledge, on: id, by: "王强", at: start + 5 * minute)
    let events = book.advance(to: start + 45 * minute)
    #expect(lines(events, from: start) == ["35.0 realarmed yihe 王强", "45.0 escalated chaoyang 赵丽华"])
    #expect(book[id]?.isAcknowledged == false)
    _ = try book.perform(.acknowledge, on: id, by: "王强", at: start + 46 * minute)
    _ = book.clear(at: start + 50 * minute)
    #expect(book.advance(to: start + 500 * minute).isEmpty)
  }

  @Test func whatHasReturnedClimbsOnlyAsConfigured() throws {
    var book = AlertBook(policy: try DutySample.policy(alerts: "climb_after_return: [critical]"))
    let start = try local("2026-01-05T10:00")
    _ = book.raise(at: start, .high)
    _ = book.clear(at: start + minute)
    // A press is over at once, and still wants an answer.
    _ = book.raise(at: start, .high, subject: "press")
    _ = book.clear(at: start, subject: "press")
    #expect(book.advance(to: start + 10 * minute).map(\.alert.subject) == ["press"])
  }

  @Test func whatBecameKnownLateHasItsTimeFromThen() throws {
    var book = AlertBook(policy: try DutySample.policy())
    let start = try local("2026-01-05T10:00")
    let raise = ConditionChange(
      kind: .raised, rule: "r", subject: "x", place: DutySample.home, at: start, noticedAt: start + 30 * minute,
      value: nil, unit: "", point: nil, position: 1, ordinal: 0)
    _ = book.apply(raise, lane: "main", traits: traits(.high))
    #expect(lines(book.advance(to: start + 41 * minute), from: start) == ["40.0 escalated chaoyang 赵丽华"])
  }
}
