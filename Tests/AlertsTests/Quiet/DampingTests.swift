// Chattering (ISA-18.2: three or more in a minute) and fleeting alerts: one word that it comes and goes, then quiet until it is calm.
import Community
import Pipeline
import Testing

@testable import Alerts

@Suite struct DampingTests {
  private let policy = QuietSample.policy("damp: {calm: 5m, fleeting: off}")

  /// Raises at these seconds, each gone five seconds later.
  private func flicker(_ book: inout AlertBook, _ seconds: [Int64], _ priority: Priority = .high) -> [AlertEvent] {
    seconds.flatMap { second in
      book.happen(.raised, "cold", "a", at: second, priority)
        + book.happen(.cleared, "cold", "a", at: second + 5, priority)
    }
  }

  @Test func theThirdInAMinuteSaysSoAndTheNextKeepQuiet() throws {
    var book = AlertBook(quiet: policy)
    let events = flicker(&book, [0, 20, 40, 60, 80])
    let spoken = events.filter(\.asks)
    #expect(spoken.short == ["0 raised a", "20 raised a", "40 raised a"])
    #expect(spoken.map { $0.comment(in: .en)?.contains("comes and goes") ?? false } == [false, false, true])
    #expect(events.filter { $0.kind == .suppressed }.short == ["60 suppressed a", "80 suppressed a"])
    // What nobody was told of closes with its condition; the others wait for an answer.
    #expect(book.open.count == 3 && book.quietSubjects.isEmpty)
    // Stable now, and active: it speaks after the calm.
    #expect(book.happen(.raised, "cold", "a", at: 100).map(\.kind) == [.raised, .suppressed])
    let cause = try #require(book.active(rule: "cold", subject: "a")?.suppression)
    #expect(cause.kind == .damped && cause.until == at(400))
    #expect(book.advance(to: at(1_000)).short == ["400 released a"])
  }

  @Test func calmEndsIt() {
    var book = AlertBook(quiet: policy)
    _ = flicker(&book, [0, 20, 40, 60])
    // 299 s after the last change it chatters still, 300 s after it no more.
    #expect(flicker(&book, [364]).map(\.kind).contains(.suppressed))
    #expect(!flicker(&book, [364 + 5 + 300]).map(\.kind).contains(.suppressed))
  }

  @Test func twoInAMinuteDoNotChatterNorDoOthers() {
    var book = AlertBook(quiet: policy)
    #expect(!flicker(&book, [0, 50, 100, 150, 200]).map(\.kind).contains(.suppressed))
    for (index, subject) in ["b", "c", "d"].enumerated() {
      #expect(book.happen(.raised, "cold", subject, at: 300 + Int64(index)).count == 1)
    }
  }

  @Test func criticalOnesAreNeverHeldBackButSayIt() {
    var book = AlertBook(quiet: policy)
    let events = flicker(&book, [0, 10, 20, 30, 40], .critical)
    #expect(events.filter(\.asks).count == 5 && book.quietSubjects.isEmpty)
    #expect(events.filter { $0.comment(in: .en)?.contains("comes and goes") ?? false }.count == 1)
  }

  /// A button that is pressed five times is no chattering button.
  @Test func pressesDoNotChatter() {
    var book = AlertBook(quiet: policy)
    for second in 0..<5 as Range<Int64> {
      let events =
        book.happen(.raised, "pressed", "b", at: second) + book.happen(.cleared, "pressed", "b", at: second)
      #expect(events.map(\.kind) == [.raised, .cleared])
    }
  }

  @Test func fleetingOnesWaitBeforeTheySpeak() {
    let policy = QuietSample.policy("damp: {fleeting: {under: 10s, times: 3, within: 1d, hold: 15s}}")
    var book = AlertBook(quiet: policy)
    #expect(!flicker(&book, [0, 1_000, 2_000]).map(\.kind).contains(.suppressed))
    #expect(
      flicker(&book, [3_000]).short == [
        "3000 raised a", "3000 suppressed a", "3005 cleared a", "3005 closed a",
      ])
    // One that lasts is told a little later.
    _ = book.happen(.raised, "cold", "a", at: 4_000)
    #expect(book.advance(to: at(5_000)).short == ["4015 released a"])
    // A day later it is a subject like others.
    _ = book.happen(.cleared, "cold", "a", at: 5_000)
    #expect(book.happen(.raised, "cold", "a", at: 3_000 + 86_400 + 100).map(\.kind) == [.raised])
  }

  @Test func aRestartKnowsThatItChatters() {
    var book = AlertBook(quiet: policy)
    let events = flicker(&book, [0, 20, 40, 60]) + book.happen(.raised, "cold", "a", at: 80)
    let states = Dictionary(events.map { ($0.alert.id, $0.alert) }, uniquingKeysWith: { $1 })
    var again = AlertBook(quiet: policy, restoring: Array(states.values))
    #expect(again.happen(.cleared, "cold", "a", at: 90) == book.happen(.cleared, "cold", "a", at: 90))
    #expect(again.happen(.raised, "cold", "a", at: 100).map(\.kind) == [.raised, .suppressed])
    #expect(again.advance(to: at(1_000)).short == ["400 released a"])
  }
}
