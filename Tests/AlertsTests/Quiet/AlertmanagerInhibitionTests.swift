// What Alertmanager's own tests ask of inhibition, told in our words and seconds where the semantics are meant to be equal; what is not
// equal stands in docs/ALERTS.md. TestInhibiting, TestAlwaysInhibiting, TestInhibitRuleMatches and TestEmptyInhibitionRule are in
// InhibitionTests.
import Community
import Pipeline
import Testing

@testable import Alerts

@Suite struct AlertmanagerInhibitionTests {
  private func book(
    within: String = "building", wait: String = "0s", grace: String = "0s", more: String = ""
  ) -> AlertBook {
    AlertBook(
      quiet: QuietSample.policy(
        """
        inhibit:
        - {id: job, source: {rule: job-down}, target: {rule: instance-down}, within: \(within), wait: \(wait), grace: \(grace)}
        \(more)
        """))
  }

  /// acceptance/inhibit_test.go TestAlwaysInhibiting: the effect comes before its cause, in the same moment, and both end together.
  /// There the first wait of the group gathers them, here `wait` of the rule does.
  @Test func aCauseWithinTheWaitIsInTimeAndTheEffectIsNeverTold() {
    var book = book(wait: "5s")
    #expect(book.happen(.raised, "instance-down", "a", at: 1).short == ["1 raised a", "1 suppressed a"])
    let caused = book.happen(.raised, "job-down", "j", "d/y/b1/plant", at: 1)
    #expect(caused.filter(\.asks).short == ["1 raised j"])
    #expect(book.advance(to: at(60)).isEmpty)
    #expect(book.happen(.cleared, "instance-down", "a", at: 60).short == ["60 cleared a", "60 closed a"])
    #expect(book.happen(.cleared, "job-down", "j", "d/y/b1/plant", at: 60).short == ["60 cleared j"])
  }

  /// inhibit/inhibit_test.go TestInhibit: before the cause, under it, after it.
  @Test func onlyACauseThatHoldsHides() {
    var book = book()
    #expect(book.happen(.raised, "instance-down", "before", at: 1).map(\.kind) == [.raised])
    _ = book.happen(.raised, "job-down", "j", at: 2)
    #expect(book.happen(.raised, "instance-down", "under", at: 3).map(\.kind) == [.raised, .suppressed])
    #expect(book.active(rule: "job-down", subject: "j")?.isSuppressed == false)
    _ = book.happen(.cleared, "job-down", "j", at: 4)
    #expect(book.quietSubjects.isEmpty)
    #expect(book.happen(.raised, "instance-down", "after", at: 5).map(\.kind) == [.raised])
  }

  /// TestInhibitRuleHasEqual, "matching and unresolved": of two causes one is over.
  @Test func theOtherCauseTakesOverWithoutAWordAndTheLastOneLetsSpeak() throws {
    var book = book()
    _ = book.happen(.raised, "job-down", "first", at: 1)
    _ = book.happen(.raised, "job-down", "second", "d/y/b1/plant", at: 2)
    _ = book.happen(.raised, "instance-down", "a", at: 3)
    let other = try #require(book.active(rule: "job-down", subject: "second")).id
    #expect(book.happen(.cleared, "job-down", "first", at: 4).short == ["4 cleared first", "4 suppressed a"])
    #expect(book.active(rule: "instance-down", subject: "a")?.suppression?.by == other)
    // Back again while the second holds: it stays with that.
    #expect(book.happen(.raised, "job-down", "first", at: 5).short == ["5 raised first"])
    _ = book.happen(.cleared, "job-down", "first", at: 6)
    let end = book.happen(.cleared, "job-down", "second", "d/y/b1/plant", at: 7)
    #expect(end.short == ["7 cleared second", "7 released a"])
  }

  /// TestInhibitRuleHasEqual, the other cases: nothing in common is asked for, or it differs.
  @Test(
    arguments: [
      ("everywhere", "d/y/b2/201", true), ("compound", "d/y/b2/201", true), ("building", "d/y/b2/201", false),
      ("building", "d/y/b1", true), ("place", "d/y/b1/101", true), ("place", "d/y/b1", false),
      // An alert without what is asked for has nothing in common with others that lack it, too.
      ("building", "d/y", false), ("device", "d/y/b1/101", false),
    ] as [(String, String, Bool)])
  func whatTheyMustHaveInCommon(within: String, place: String, isHidden: Bool) {
    var book = book(within: within)
    _ = book.happen(.raised, "job-down", "j", place == "d/y" ? place : "d/y/b1/101", at: 1)
    _ = book.happen(.raised, "instance-down", "a", place, at: 2)
    #expect(book.quietSubjects.isEmpty != isHidden)
  }

  /// TestInhibitRuleMatches: what two rules aim at is hidden by either of them, and is let go by the last.
  @Test func whatTwoRulesAimAtIsHiddenByEither() {
    let more = "- {id: power, source: {rule: supply-lost}, target: {priority: high}, within: compound, grace: 0s}"
    var book = book(more: more)
    _ = book.happen(.raised, "instance-down", "a", at: 1)
    _ = book.happen(.raised, "cold", "other", at: 1)
    #expect(book.happen(.raised, "supply-lost", "p", "d/y/b2", at: 2, .medium).count == 3)
    #expect(book.quietSubjects == ["a": .inhibited, "other": .inhibited])
    _ = book.happen(.raised, "job-down", "j", at: 3, .critical)
    let end = book.happen(.cleared, "supply-lost", "p", "d/y/b2", at: 4, .medium)
    #expect(end.short.first == "4 cleared p" && Set(end.short.dropFirst()) == ["4 suppressed a", "4 released other"])
    #expect(book.happen(.cleared, "job-down", "j", at: 5, .critical).short == ["5 cleared j", "5 released a"])
  }

  /// TestInhibitRuleMatches, two-sided, with a second source in the same place: Alertmanager's index knows one of them.
  @Test func besideASourceOfItsOwnKindTheOtherOneCounts() {
    let policy = QuietSample.policy(
      "inhibit: [{id: x, source: {audience: s}, target: {audience: t}, within: building, grace: 0s}]")
    for order in [["both", "source"], ["source", "both"]] {
      var book = AlertBook(quiet: policy)
      for (second, subject) in order.enumerated() {
        let audience = subject == "both" ? ["s", "t"] : ["s"]
        _ = book.happen(.raised, "r", subject, at: Int64(second), audience: audience)
      }
      _ = book.happen(.raised, "r", "its-like", at: 9, audience: ["s", "t"])
      #expect(Set(book.quietSubjects.keys) == ["both", "its-like"], "\(order)")
    }
  }

  /// acceptance/api_test.go TestAlertGetReturnsCurrentAlertStatus: each step shows at once, and a silenced cause explains.
  @Test func theStateShowsAtOnceAndASilencedCauseStillExplains() throws {
    var book = book()
    _ = book.happen(.raised, "instance-down", "a", at: 0)
    func cause(_ subject: String) -> Suppression? { book.open.first { $0.subject == subject }?.suppression }
    #expect(cause("a") == nil)
    let (quiet, _) = try book.silence(AlertMatcher(places: ["d/y/b1"]), at: 10, until: 300)
    #expect(cause("a")?.by == quiet.id)
    let source = book.happen(.raised, "job-down", "j", at: 20)[0].alert.id
    #expect(cause("a")?.by == quiet.id && cause("j")?.by == quiet.id)
    // The silence is taken back: the cause speaks, the effect is explained by it from then on, without a word.
    let back = book.plan(quiet.ended(at: at(30), by: "李四"), at: at(30))
    #expect(back.filter(\.asks).short == ["30 released j"])
    #expect(cause("a")?.by == source && cause("a")?.kind == .inhibited && cause("j") == nil)
  }

  /// Not so there, and on purpose: who was told of the effect is not left without its end.
  @Test func anEffectThatWasToldAndEndsUnderItsCauseIsNotForgotten() throws {
    var book = book()
    let told = book.happen(.raised, "instance-down", "a", at: 1)[0].alert.id
    _ = book.happen(.raised, "job-down", "j", at: 2)
    #expect(book.happen(.cleared, "instance-down", "a", at: 3).short == ["3 cleared a"])
    let end = book.happen(.cleared, "job-down", "j", at: 4)
    #expect(end.short == ["4 cleared j", "4 released a"] && end[1].asks)
    let seen = try book.perform(.acknowledge, on: told, by: "张三", at: at(5))
    #expect(seen.short == ["5 acknowledged a", "5 closed a"])
  }
}
