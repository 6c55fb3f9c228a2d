// What Alertmanager's own tests ask of silences, told in our words and seconds where the semantics are meant to be equal. What is not
// equal stands in docs/ALERTS.md. Its cases of storing and expiring have theirs in StoreTests/QuietDeskTests.
import Community
import Pipeline
import Testing

@testable import Alerts

@Suite struct AlertmanagerSilenceTests {
  /// All that is raised here; a matcher that names nothing is refused.
  private let everything = AlertMatcher(rules: ["cold*"])

  /// acceptance/silence_test.go TestSilencing: of two that are told again and again one is silenced for a while.
  @Test func whileOneIsSilencedTheOtherGoesOnBeingTold() throws {
    var book = AlertBook(policy: try DutySample.policy(alerts: "repeat: {high: 60s}"))
    for subject in ["a", "b"] {
      let raised = book.happen(.raised, "cold", subject, at: 0)
      #expect(raised.filter(\.asks).count == 1)
    }
    #expect(Set(book.advance(to: at(80)).short) == ["60 repeated a", "60 repeated b"])
    _ = try book.silence(AlertMatcher(devices: ["a"]), at: 80, from: 100, until: 250)
    let events = book.advance(to: at(310))
    #expect(
      events.filter { $0.alert.subject == "a" }.short == ["100 suppressed a", "250 released a", "310 repeated a"])
    #expect(events.filter { $0.alert.subject == "b" }.short == [120, 180, 240, 300].map { "\($0) repeated b" })
    #expect(events.filter(\.asks).count == 6)
  }

  /// TestSilenceDelete: everything is silenced for long from before the first word on; the silence is taken back.
  @Test func aSilenceOfEverythingThatIsTakenBackLetsAllSpeakForTheFirstTime() throws {
    var book = AlertBook(policy: try DutySample.policy(alerts: "repeat: {high: 60s}"))
    let (quiet, _) = try book.silence(everything, at: 0, until: 10_000)
    for subject in ["a", "b"] {
      let raised = book.happen(.raised, "cold", subject, at: 1)
      #expect(raised.short == ["1 raised \(subject)", "1 suppressed \(subject)"] && !raised.contains(where: \.asks))
    }
    #expect(book.advance(to: at(200)).isEmpty)
    let spoken = book.plan(quiet.ended(at: at(200), by: "李四"), at: at(200))
    #expect(Set(spoken.short) == ["200 released a", "200 released b"] && spoken.allSatisfy(\.asks))
    #expect(book.open.allSatisfy(\.isTold) && book.nextDue == at(260))
  }

  /// silence/silence_test.go TestSilencer: none, one of something else, one that matches, one that is over, one that has yet to
  /// begin, one that takes over from another.
  @Test func onlyASilenceThatMatchesAndHoldsHides() throws {
    var book = AlertBook()
    _ = book.happen(.raised, "cold", "a", at: 0)
    let (_, none) = try book.silence(AlertMatcher(devices: ["b"]), at: 5, until: 300)
    let (_, hidden) = try book.silence(AlertMatcher(devices: ["a"]), at: 10, until: 300)
    #expect(none.isEmpty && hidden.short == ["10 suppressed a"])
    #expect(book.advance(to: at(3_600)).short == ["300 released a"])
    let (first, _) = try book.silence(AlertMatcher(devices: ["a"]), at: 3_600, from: 7_200, until: 14_400)
    #expect(book.quietSubjects.isEmpty)
    #expect(book.advance(to: at(7_200)).short == ["7200 suppressed a"])
    let (second, _) = try book.silence(AlertMatcher(rules: ["co*"]), at: 7_300, from: 10_000, until: 20_000)
    #expect(book.active(rule: "cold", subject: "a")?.suppression?.by == first.id)
    let events = book.advance(to: at(30_000))
    // Handed over, not let go.
    #expect(events.short == ["10000 suppressed a", "20000 released a"])
    #expect(events[0].alert.suppression?.by == second.id && events[0].alert.suppression?.since == at(7_200))
  }

  /// TestSilenceSet, TestSetActiveSilence, TestSilenceCanUpdate: there one is edited, here another one is planned over it.
  @Test func aSecondSilenceMakesTheFirstLongerWithoutAWordBetween() throws {
    var book = AlertBook()
    _ = book.happen(.raised, "cold", "a", at: 0)
    let (first, _) = try book.silence(everything, at: 10, until: 60)
    _ = try book.silence(everything, at: 50, until: 600)
    #expect(book.advance(to: at(599)).isEmpty)
    #expect(book.plan(first.ended(at: at(599), by: "李四"), at: at(599)).isEmpty)
    #expect(book.advance(to: at(700)).short == ["600 released a"])
    // One that begins when the other ends, neither before nor after.
    _ = try book.silence(everything, at: 700, until: 800)
    _ = try book.silence(everything, at: 700, from: 800, until: 900)
    #expect(book.advance(to: at(1_000)).short == ["800 suppressed a", "900 released a"])
  }

  /// TestSilenceSet, its last two parts: a beginning in the past is now, and what is refused leaves the others as they are.
  @Test func aBeginningInThePastIsNowAndARefusalChangesNothing() throws {
    var book = AlertBook()
    _ = book.happen(.raised, "cold", "a", at: 0)
    let (quiet, events) = try book.silence(everything, at: 100, from: 10, until: 200)
    #expect(quiet.from == at(100) && events.short == ["100 suppressed a"])
    #expect(throws: QuietError.endBeforeStart) { try book.silence(AlertMatcher(devices: ["a"]), at: 150, until: 140) }
    #expect(throws: QuietError.endMissing) { try book.silence(AlertMatcher(devices: ["a"]), at: 150) }
    #expect(book.planned == [quiet] && book.quietSubjects == ["a": .silenced])
  }

  /// TestSilenceExpire: one to come, one that holds, one that is over.
  @Test func whatIsTakenBackIsOverAtOnceWhateverItWas() throws {
    var book = AlertBook()
    _ = book.happen(.raised, "cold", "a", at: 0)
    let (over, _) = try book.silence(everything, at: 0, until: 10)
    let (holds, _) = try book.silence(everything, at: 20, until: 3_600)
    let (toCome, _) = try book.silence(everything, at: 20, from: 60, until: 3_600)
    let ended = [over, holds, toCome].map { $0.ended(at: at(30), by: "李四") }
    #expect(ended.map(\.until) == [at(10), at(30), at(30)] && ended.map(\.from) == [at(0), at(20), at(30)])
    #expect(ended.allSatisfy { $0.isOver(at: at(30)) && !$0.holds(at: at(30)) })
    #expect(ended.flatMap { book.plan($0, at: at(30)) }.short == ["30 released a"])
    #expect(book.nextDue == nil && book.planned.allSatisfy { $0.isOver(at: at(30)) })
  }

  /// TestSilenceLimits: here what is over does not count.
  @Test func oneThatIsTakenBackMakesRoomAtOnce() throws {
    var limits = QuietLimits()
    limits.planned = 1
    let request = QuietRequest(kind: .silence, matcher: everything, until: at(60), reason: "x", by: "y")
    let first = try request.plan(at: at(0), limits: limits, planned: [])
    #expect(throws: QuietError.tooMany(limit: 1)) { try request.plan(at: at(1), limits: limits, planned: [first]) }
    let ended = first.ended(at: at(2), by: "李四")
    #expect(try request.plan(at: at(2), limits: limits, planned: [ended]).id != first.id)
  }

  /// notify/mute_test.go TestMuteStageWithSilences: of many the silenced ones alone are taken out, whichever of them comes when.
  @Test func ofManyOnlyTheSilencedKeepQuiet() throws {
    var book = AlertBook()
    _ = try book.silence(AlertMatcher(places: ["d/y/b1"], rules: ["cold", "warm"]), at: 0, until: 600)
    let raises: [(rule: String, subject: String, place: String, isQuiet: Bool)] = [
      ("cold", "a", "d/y/b1/101", true), ("cold", "b", "d/y/b2/201", false), ("warm", "c", "d/y/b1", true),
      ("humid", "e", "d/y/b1/101", false), ("warm", "f", "d/y/b10/101", false), ("cold", "g", "d/y", false),
    ]
    for (second, raise) in raises.enumerated() {
      let told = book.happen(.raised, raise.rule, raise.subject, raise.place, at: Int64(second)).filter(\.asks)
      #expect(told.isEmpty == raise.isQuiet, "\(raise)")
    }
    let spoken = book.advance(to: at(600))
    #expect(Set(spoken.short) == ["600 released a", "600 released c"])
  }
}
