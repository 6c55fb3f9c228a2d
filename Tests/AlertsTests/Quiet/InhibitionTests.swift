// One alert explains others. The first three are what Alertmanager's acceptance tests ask of inhibition (test/with_api_v2/acceptance/
// inhibit_test.go) and its unit tests of alerts that stand on both sides, told in our words.
import ConfigFile
import Foundation
import Pipeline
import Testing
import Words

@testable import Alerts

@Suite struct InhibitionTests {
  private static let jobs = """
    inhibit: [{id: job, source: {rule: job-down}, target: {rule: instance-down}, within: building, grace: 0s}]
    """

  /// TestInhibiting: one that was told already is hidden by a cause in the same zone, and told again after its end.
  @Test func theEndOfTheCauseLetsTheEffectSpeakAgain() throws {
    var book = AlertBook(quiet: QuietSample.policy(Self.jobs))
    _ = book.happen(.raised, "test1", "t", at: 1)
    _ = book.happen(.raised, "instance-down", "a", at: 1)
    _ = book.happen(.raised, "instance-down", "b", "d/y/b2/201", at: 1)
    #expect(book.happen(.raised, "job-down", "j", "d/y/b1/plant", at: 2).short == ["2 raised j", "2 suppressed a"])
    let cause = try #require(book.active(rule: "instance-down", subject: "a")?.suppression)
    #expect(cause.by == book.active(rule: "job-down", subject: "j")?.id && cause.until == nil)
    #expect(book.happen(.cleared, "job-down", "j", "d/y/b1/plant", at: 4).short == ["4 cleared j", "4 released a"])
  }

  /// TestAlwaysInhibiting: both end together; the hidden one was never told and ends without a word.
  @Test func bothEndTogether() {
    var book = AlertBook(quiet: QuietSample.policy(Self.jobs.replacingOccurrences(of: "0s", with: "5s")))
    _ = book.happen(.raised, "job-down", "j", at: 1)
    #expect(book.happen(.raised, "instance-down", "a", at: 1).short == ["1 raised a", "1 suppressed a"])
    #expect(book.happen(.cleared, "job-down", "j", at: 3).short == ["3 cleared j"])
    #expect(book.happen(.cleared, "instance-down", "a", at: 3).short == ["3 cleared a", "3 closed a"])
  }

  /// TestInhibitRuleMatches: what stands on both sides is hidden by a cause that stands on one, not by one of its own kind.
  @Test func whatStandsOnBothSides() {
    let policy = QuietSample.policy(
      "inhibit: [{id: x, source: {audience: s}, target: {audience: t}, within: everywhere, grace: 0s}]")
    var book = AlertBook(quiet: policy)
    _ = book.happen(.raised, "r", "both-1", at: 1, audience: ["s", "t"])
    _ = book.happen(.raised, "r", "both-2", at: 2, audience: ["s", "t"])
    #expect(book.quietSubjects.isEmpty)
    _ = book.happen(.raised, "r", "target", at: 3, audience: ["t"])
    #expect(book.quietSubjects == ["target": .inhibited])
    _ = book.happen(.raised, "r", "source", at: 4, audience: ["s"])
    #expect(Set(book.quietSubjects.keys) == ["target", "both-1", "both-2"])
  }

  /// TestEmptyInhibitionRule: an empty rule is an error with a line, not a crash.
  @Test func anEmptyRuleIsAnError() {
    let log = ProblemLog()
    _ = AlertSettings.read(ConfigReader.parse("inhibit:\n-\n", file: "alerts.yaml", log: log), log: log)
    #expect(log.problems.map(\.message.en).contains("missing \"source\""))
  }

  @Test func aFireOutranksEverythingInItsBuildingExceptWhatIsCritical() {
    let policy = QuietSample.policy(
      """
      inhibit:
      - {id: fire, source: {audience: fire, priority: critical}, target: {up_to: high}, within: building}
      """)
    var book = AlertBook(quiet: policy)
    _ = book.happen(.raised, "cold", "a", at: 0)
    _ = book.happen(.raised, "lift-trapped", "l", "d/y/b1/plant", at: 0, .critical)
    _ = book.happen(.raised, "cold", "other", "d/y/b2/201", at: 0)
    _ = book.happen(.raised, "smoke", "s", "d/y/b1/plant", at: 1, .critical, audience: ["fire"])
    _ = book.happen(.raised, "bin-full", "later", at: 2, .low)
    #expect(book.quietSubjects == ["a": .inhibited, "later": .inhibited])
    _ = book.happen(.cleared, "smoke", "s", "d/y/b1/plant", at: 10, .critical)
    #expect(book.quietSubjects.count == 2 && book.nextDue == at(130))
    #expect(book.advance(to: at(130)).short == ["130 released a", "130 released later"])
  }

  @Test func aGatewayExplainsWhatIsBehindItOverSeveralSteps() throws {
    let gateways = ["s1": "gw", "s2": "gw", "s3": "repeater", "repeater": "gw"]
    var book = AlertBook(quiet: QuietSample.policy("", gateways: gateways))
    // Raised before the cause is known, they wait for it.
    #expect(book.happen(.raised, "device-silent", "s1", at: 0).map(\.kind) == [.raised, .suppressed])
    #expect(book.quietSubjects == ["s1": .inhibited])
    // One without a gateway waits for nobody.
    #expect(book.happen(.raised, "device-silent", "alone", at: 1).map(\.kind) == [.raised])
    _ = book.happen(.raised, "device-silent", "s2", at: 2)
    let found = book.happen(.raised, "device-silent", "gw", "d/y/b2/201", at: 30).short
    #expect(found.first == "30 raised gw" && Set(found.dropFirst()) == ["30 suppressed s1", "30 suppressed s2"])
    _ = book.happen(.raised, "device-silent", "repeater", at: 31)
    _ = book.happen(.raised, "device-silent", "s3", at: 32)
    #expect(Set(book.quietSubjects.keys) == ["s1", "s2", "s3", "repeater"])
    #expect(book.active(rule: "device-silent", subject: "gw")?.isSuppressed == false)
    #expect(book.advance(to: at(10_000)).isEmpty)
    // It is back; they report one after the other, and one does not.
    _ = book.happen(.cleared, "device-silent", "gw", "d/y/b2/201", at: 10_000)
    for subject in ["repeater", "s1", "s3"] {
      #expect(book.happen(.cleared, "device-silent", subject, at: 10_100).map(\.kind) == [.cleared, .closed])
    }
    #expect(book.advance(to: at(20_000)).short == ["14200 released s2"])
  }

  @Test func withoutACauseTheEffectSpeaksAfterItsWait() {
    var book = AlertBook(quiet: QuietSample.policy("", gateways: ["s1": "gw"]))
    _ = book.happen(.raised, "device-silent", "s1", at: 0)
    #expect(book.advance(to: at(500)).short == ["120 released s1"])
  }

  @Test func aBrokerThatIsAwayExplainsTheSilentDevicesOfItsLane() {
    var book = AlertBook(quiet: QuietSample.policy(""))
    _ = book.happen(.raised, "linli-broker", "main", "", at: 0, .critical, lane: AlertEvent.system)
    _ = book.happen(.raised, "device-silent", "a", at: 10)
    _ = book.happen(.raised, "device-silent", "b", at: 10, lane: "other")
    #expect(book.quietSubjects == ["a": .inhibited])
    _ = book.happen(.cleared, "linli-broker", "main", "", at: 100, .critical, lane: AlertEvent.system)
    #expect(book.advance(to: at(5_000)).short == ["4300 released a"])
  }

  @Test func closingTheCauseByForceEndsIt() throws {
    var book = AlertBook(quiet: QuietSample.policy(Self.jobs))
    let cause = book.happen(.raised, "job-down", "j", at: 1)[0].alert.id
    _ = book.happen(.raised, "instance-down", "a", at: 2)
    let events = try book.perform(.close(force: true), on: cause, by: "张三", at: at(9))
    #expect(events.short == ["9 closed j", "9 released a"])
  }

  @Test func twoThatExplainEachOtherNeverHideEachOther() {
    let policy = QuietSample.policy(
      """
      inhibit:
      - {id: ab, source: {rule: a}, target: {rule: b}, within: building, grace: 0s}
      - {id: bc, source: {rule: b}, target: {rule: c}, within: building, grace: 0s}
      - {id: ca, source: {rule: c}, target: {rule: a}, within: building, grace: 0s}
      """)
    // The older explains the later one.
    for (order, hidden) in [(["a", "b", "c"], ["b", "c"]), (["c", "b", "a"], ["a"]), (["b", "a", "c"], ["c"])] {
      var book = AlertBook(quiet: policy)
      for (index, rule) in order.enumerated() { _ = book.happen(.raised, rule, rule, at: Int64(index)) }
      #expect(book.quietSubjects.keys.sorted() == hidden, "\(order)")
    }
    let circles = InhibitRule.circles(policy.settings.inhibit)
    #expect(circles.map { $0.map(\.id) } == [["ab", "bc", "ca"]])
  }

  @Test func theGraceAndTheCauseOutliveARestart() throws {
    let policy = QuietSample.policy(Self.jobs.replacingOccurrences(of: "0s", with: "60s"))
    var book = AlertBook(quiet: policy)
    var stored: [String: Alert] = [:]
    for events in [
      book.happen(.raised, "job-down", "j", at: 1), book.happen(.raised, "instance-down", "a", at: 2),
      book.happen(.cleared, "job-down", "j", at: 10),
    ] {
      for event in events { stored[event.alert.id] = event.alert }
    }
    var again = AlertBook(quiet: policy, restoring: Array(stored.values))
    again.adopt(policy)
    #expect(again.advance(to: at(50)).isEmpty)
    #expect(again.advance(to: at(100)).short == ["70 released a"])
  }
}
