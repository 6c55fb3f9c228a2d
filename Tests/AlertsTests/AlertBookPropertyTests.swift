// Random changes and actions against the promises of the book: nothing is lost, and the events tell everything.
import Pipeline
import Testing

@testable import Alerts

@Suite struct AlertBookPropertyTests {
  @Test(arguments: 0..<40 as Range<UInt64>)
  func randomLives(seed: UInt64) throws {
    var dice = Dice(state: seed)
    var limits = AlertLimits()
    if seed % 3 == 0 { limits.openAlerts = 4 }
    var run = Run(book: AlertBook(limits: limits))
    for second in 1...300 as ClosedRange<Int64> {
      try run.step(at: second, &dice)
      if second % 25 == 0 { run.check() }
      #expect(run.book.count <= limits.openAlerts)
      if Int.random(in: 0..<40, using: &dice) == 0 { run.restart(limits) }
    }
    #expect(run.log.count > 50)
  }

  /// A book, everything it said, and a naive idea of which conditions hold.
  private struct Run {
    var book: AlertBook
    var log: [AlertEvent] = []
    var holds: Set<String> = []
    let subjects = ["a", "b", "c", "d", "e", "f"]

    mutating func step(at second: Int64, _ dice: inout Dice) throws {
      let subject = subjects.randomElement(using: &dice) ?? "a"
      let before = book
      var events: [AlertEvent] = []
      switch Int.random(in: 0..<10, using: &dice) {
      case 0...3:
        let priority = Priority.allCases.randomElement(using: &dice) ?? .low
        events = holds.contains(subject) ? book.clear(subject, at: second) : book.raise(subject, at: second, priority)
        holds.formSymmetricDifference([subject])
        #expect(!events.isEmpty, "a real change is never ignored")
      case 4:
        events = holds.contains(subject) ? book.raise(subject, at: second) : book.clear(subject, at: second)
        #expect(events.isEmpty, "a change that is none is ignored")
      case 5:
        events = book.advance(to: at(second))
      case 6 where Int.random(in: 0..<4, using: &dice) == 0:
        events = book.orphaned(rule: "care-room-cold", subject: subject, at: at(second))
        holds.remove(subject)
      default:
        let ids = before.open.map(\.id).sorted()
        guard let id = ids.randomElement(using: &dice) else { return }
        do throws(AlertError) {
          events = try book.perform(randomAction(second, &dice), on: id, by: "张三", at: at(second), comment: nil)
        } catch {
          #expect(Array(book.open.map(\.id).sorted()) == ids, "a refusal changes nothing")
        }
      }
      log += events
    }

    func randomAction(_ second: Int64, _ dice: inout Dice) -> AlertAction {
      switch Int.random(in: 0..<7, using: &dice) {
      case 0, 1: .acknowledge
      case 2: .assign(to: ["甲", "乙"].randomElement(using: &dice) ?? "甲")
      case 3: .shelve(until: at(second + Int64.random(in: -2...30, using: &dice)))
      case 4: .unshelve
      case 5: .close(force: true)
      default: .close()
      }
    }

    func check() {
      var last: [String: AlertEvent] = [:]
      for event in log {
        let number = last[event.alert.id]?.number ?? 0
        #expect(event.number == number + 1, "events of an alert are numbered without a gap")
        #expect((event.kind == .raised) == (number == 0))
        if let before = last[event.alert.id], before.alert.isClosed { #expect(event.kind == .cleared) }
        last[event.alert.id] = event
      }
      let open = last.values.map(\.alert).filter { !$0.isClosed }
      #expect(Dictionary(uniqueKeysWithValues: open.map { ($0.id, $0) }) == book.alerts, "the log rebuilds the book")
      for alert in last.values.map(\.alert) {
        #expect((alert.closedAt ?? .distantFuture) >= alert.raisedAt)
        if alert.isClosed { #expect(alert.shelvedUntil == nil && book[alert.id] == nil) }
        if !alert.isActive && alert.isAcknowledged { #expect(alert.isClosed, "cleared and acknowledged is closed") }
      }
      let uncleared = last.values.map(\.alert).filter(\.isActive)
      #expect(Set(uncleared.map(\.subject)) == holds, "active if and only if the last change raised")
      #expect(uncleared.count == holds.count, "at most one a subject")
      #expect(Set(book.dues.times.keys) == Set(open.filter { $0.shelvedUntil != nil }.map(\.id)))
    }

    /// The newest states of all alerts are all that a restart has.
    mutating func restart(_ limits: AlertLimits) {
      let states = Dictionary(log.map { ($0.alert.id, $0.alert) }, uniquingKeysWith: { $1 })
      let again = AlertBook(limits: limits, restoring: Array(states.values))
      #expect(again.alerts == book.alerts && again.activeIDs == book.activeIDs && again.dues.times == book.dues.times)
      #expect(again.forced == book.forced)
      book = again
    }
  }
}
