// A long absence in strides: bounded, between two instants, and together what one go brings.
import Pipeline
import Testing

@testable import Alerts

@Suite struct StrideTests {
  private static let subjects = ["a", "b", "c"]

  /// Three critical alerts of the same moment that nobody answers, and a silence that begins and ends on one of their deadlines.
  private func book() throws -> (AlertBook, start: Timestamp) {
    let start = try local("2026-03-27T15:00")
    var book = AlertBook(policy: try DutySample.policy(alerts: "repeat: {critical: 1m, high: 1m}"))
    let silence = PlannedQuiet(
      id: "quiet", kind: .silence, matcher: AlertMatcher(devices: ["c"]), from: start + 600_000,
      until: start + 1_200_000,
      reason: "y", by: "张三", createdAt: start)
    _ = book.plan(silence, at: start)
    for subject in Self.subjects { _ = book.raise(at: start, subject == "c" ? .high : .critical, subject: subject) }
    return (book, start)
  }

  @Test(arguments: [1, 2, 3, 4, 7, 50, 10_000]) func stridesAreOneLongWay(steps: Int) throws {
    var (whole, start) = try book()
    var (divided, _) = try book()
    let end = start + 3 * 86_400_000
    let expected = whole.advance(to: end)
    #expect(expected.count > 8_000)
    var events: [AlertEvent] = []
    while true {
      let before = divided.clock
      let stride = divided.stride(to: end, atMost: steps)
      // What falls on one instant is not divided: three alerts, each with at most three steps.
      #expect(stride.events.count < steps + 9)
      events += stride.events
      if stride.isLast { break }
      let reached = try #require(stride.events.last?.at ?? before)
      #expect(divided.clock >= reached && divided.clock <= end)
      #expect(divided.open.allSatisfy { ($0.nextDue?.at ?? .distantFuture) > divided.clock })
    }
    #expect(events == expected)
    #expect(divided.clock == whole.clock && divided.nextDue == whole.nextDue)
  }

  @Test func knowsWhetherTimeBringsAnotherStep() throws {
    var (book, start) = try book()
    let id = try #require(book.active(rule: "r", subject: "a")).id
    _ = book.advance(to: start + 30_000)
    let due = try #require(book[id]?.nextDue?.at)
    #expect(!book.hasStep(id, by: due - 1) && book.hasStep(id, by: due))
    #expect(!book.mayBeDue(by: start + 30_000) && book.mayBeDue(by: due))
    _ = try book.perform(.acknowledge, on: id, by: "王强", at: start + 40_000)
    #expect(!book.hasStep(id, by: due))
    #expect(!book.hasStep("unknown", by: due))
  }
}
