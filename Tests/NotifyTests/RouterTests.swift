// Which channels hear of which event.
import Alerts
import Community
import Notify
import Pipeline
import TestSupport
import Testing

@Suite struct RouterTests {
  static let channels = [
    Channel(id: "hook", kind: .webhook), Channel(id: "wecom", kind: .wecom), Channel(id: "mail", kind: .email),
    Channel(id: "bus", kind: .mqtt),
  ]

  func router(_ routes: [Route]) -> Router { Router(NotifyConfiguration(channels: Self.channels, routes: routes)) }

  @Test func allThatMatchDeliverOnce() {
    let router = router([
      Route(to: ["hook"]), Route(to: ["wecom", "hook"], place: "hedong/jiefang"),
      Route(to: ["mail"], priorities: [.low]),
    ])
    #expect(router.channels(for: Sample.raised()) == ["hook", "wecom"])
  }

  @Test func stopEndsTheSearch() {
    let router = router([
      Route(to: ["wecom"], priorities: [.critical, .high], stop: true), Route(to: ["hook"]),
    ])
    #expect(router.channels(for: Sample.raised()) == ["wecom"])
    #expect(router.channels(for: Sample.raised(Sample.alert(priority: .low))) == ["hook"])
  }

  @Test(arguments: [
    ("hedong/jiefang", true), ("hedong/jiefang/chaoyang/yihe/b3/f3/301", true), ("hedong/jie", false), ("hexi", false),
  ])
  func places(place: String, matches: Bool) {
    #expect(router([Route(to: ["hook"], place: place)]).channels(for: Sample.raised()).isEmpty != matches)
  }

  @Test func audienceAndRule() {
    #expect(router([Route(to: ["hook"], audiences: ["plant"])]).channels(for: Sample.raised()) == [])
    #expect(router([Route(to: ["hook"], audiences: ["plant", "care"])]).channels(for: Sample.raised()) == ["hook"])
    #expect(router([Route(to: ["hook"], rules: ["other"])]).channels(for: Sample.raised()) == [])
    #expect(router([Route(to: ["hook"], rules: ["care-room-cold"])]).channels(for: Sample.raised()) == ["hook"])
  }

  static let all = [Route(to: ["hook", "wecom", "mail", "bus"])]

  @Test func peopleHearTheRaiseAndTheEndOnce() {
    let router = router(Self.all)
    let cleared = Sample.cleared()
    #expect(router.channels(for: Sample.raised()) == ["hook", "wecom", "mail", "bus"])
    #expect(router.channels(for: Sample.acknowledged()) == ["hook", "bus"])
    #expect(router.channels(for: cleared) == ["hook", "wecom", "mail", "bus"])
    #expect(router.channels(for: Sample.closed(cleared.alert, after: 2_000_000)) == ["hook", "bus"])
    // Closed by hand while the condition still holds; the condition ends later.
    let closed = Sample.closed(Sample.alert(), after: 60_000)
    #expect(router.channels(for: closed) == ["hook", "wecom", "mail", "bus"])
    #expect(router.channels(for: Sample.cleared(closed.alert)) == ["hook", "bus"])
  }

  /// An acknowledged alert clears and closes in the same instant: people hear of it once.
  @Test func clearedAndClosedTogether() {
    let cleared = Sample.cleared(Sample.acknowledged().alert)
    #expect(router(Self.all).channels(for: cleared).count == 4)
    #expect(router(Self.all).channels(for: Sample.closed(cleared.alert, after: 960_000)) == ["hook", "bus"])
  }

  /// Told, then hidden: what ends it then is heard of once, whoever ends it. One that nobody was told of ends without a word.
  @Test(arguments: [true, false], [true, false]) func theEndUnderASilenceIsHeardOnce(told: Bool, byHand: Bool) throws {
    var book = AlertBook()
    let start = Sample.start
    let silence = PlannedQuiet(
      id: "s", kind: .silence, matcher: AlertMatcher(rules: ["r"]), from: start, until: start + 600_000, reason: "x",
      by: "张三", createdAt: start)
    func change(_ kind: ConditionChange.Kind, _ time: Timestamp) -> ConditionChange {
      ConditionChange(
        kind: kind, rule: "r", subject: "a", place: "hedong", at: time, noticedAt: time, value: nil, unit: "",
        point: nil, position: 0, ordinal: 0)
    }
    let traits = AlertTraits(priority: .high, title: LocalizedText("x"))
    if !told { _ = book.plan(silence, at: start) }
    let id = try #require(book.apply(change(.raised, start + 1), lane: "main", traits: traits).first).alert.id
    if told { _ = book.plan(silence, at: start + 2) }
    var events = try book.perform(.acknowledge, on: id, by: "张三", at: start + 3)
    if byHand { events += try book.perform(.close(force: true), on: id, by: "张三", at: start + 4) }
    events += book.apply(change(.cleared, start + 5), lane: "main", traits: traits) + book.advance(to: start + 700_000)
    let router = router(Self.all)
    let heard = events.filter { router.channels(for: $0).contains("wecom") }.map(\.kind)
    #expect(heard == (told ? [.closed] : []))
    #expect(events.filter { router.channels(for: $0).contains("hook") }.map(\.kind).contains(.closed) == told)
  }

  /// Somebody found it on the list while it was hidden: of what nobody was told nobody hears the end.
  @Test(arguments: [true, false]) func whatWasNeverToldEndsWithoutAWord(told: Bool) {
    var alert = Sample.acknowledged().alert
    alert.wasTold = told
    let cleared = Sample.cleared(alert)
    let router = router(Self.all)
    #expect(router.channels(for: cleared).contains("wecom") == told)
    alert.clearedAt = nil
    #expect(router.channels(for: Sample.closed(alert, after: 60_000)).contains("wecom") == told)
    #expect(router.channels(for: cleared).contains("hook"))
  }

  /// What has spoken again after it cleared needs no second end.
  @Test func whatSpokeAgainEndsAsUsual() throws {
    var alert = Sample.cleared().alert
    alert.wasTold = true
    alert.clearedUnheard = true
    #expect(router(Self.all).channels(for: Sample.closed(alert, after: 60_000)).contains("wecom"))
    alert.clearedUnheard = nil
    #expect(!router(Self.all).channels(for: Sample.closed(alert, after: 60_000)).contains("wecom"))
  }

  @Test func aPressIsOneMessage() {
    let router = router(Self.all)
    let cleared = Sample.cleared(after: 0)
    #expect(router.channels(for: cleared) == ["hook", "bus"])
    #expect(router.channels(for: Sample.closed(cleared.alert, after: 60_000)) == ["hook", "wecom", "mail", "bus"])
  }

  @Test(arguments: [AlertEvent.Kind.unshelved, .released, .escalated, .repeated, .realarmed])
  func stepsThatSpeakAgain(kind: AlertEvent.Kind) {
    let again = AlertEvent(kind: kind, alert: Sample.alert(), at: Sample.start)
    #expect(router(Self.all).channels(for: again) == ["hook", "wecom", "mail", "bus"])
  }

  /// Who is asked next hears of it, and every program; the group that got the raise does not hear every step.
  @Test(arguments: [AlertEvent.Kind.escalated, .repeated]) func laterStepsReachThoseWhoAreAsked(kind: AlertEvent.Kind) {
    func to(_ people: [Responder]) -> [String] {
      router(Self.all).channels(for: AlertEvent(kind: kind, alert: Sample.alert(), at: Sample.start, to: people))
    }
    #expect(to([Responder(name: "李雷", channel: "mail")]) == ["hook", "bus", "mail"])
    // Somebody without a channel is told on the routes.
    let both = [Responder(name: "李雷", channel: "mail"), Responder(name: "韩梅梅")]
    #expect(to(both) == ["hook", "wecom", "mail", "bus"])
    #expect(to([Responder(name: "李雷", channel: "gone")]) == ["hook", "wecom", "mail", "bus"])
  }

  @Test func thePublicHearsOfTheBeginningAndTheEnd() {
    let router = Router(
      NotifyConfiguration(channels: [Channel(id: "forum", kind: .discourse)], routes: [Route(to: ["forum"])]))
    func hears(_ kind: AlertEvent.Kind) -> Bool {
      !router.channels(for: AlertEvent(kind: kind, alert: Sample.alert(), at: Sample.start)).isEmpty
    }
    #expect(hears(.raised) && hears(.released) && !router.channels(for: Sample.cleared()).isEmpty)
    for kind in [AlertEvent.Kind.escalated, .repeated, .realarmed, .ordered] { #expect(!hears(kind)) }
  }

  @Test func whatIsAnsweredDoesNotSpeakWhenItComesBack() {
    let answered = Sample.acknowledged().alert
    for kind in [AlertEvent.Kind.unshelved, .released] {
      #expect(router(Self.all).channels(for: AlertEvent(kind: kind, alert: answered, at: Sample.start)) == [])
    }
  }

  @Test func suppressedAlertsAreSilent() {
    var alert = Sample.alert()
    alert.suppression = Suppression(kind: .maintenance, by: "m1", since: Sample.start, reason: "换电池")
    #expect(router(Self.all).channels(for: AlertEvent(kind: .raised, alert: alert, at: Sample.start)) == [])
    #expect(router(Self.all).channels(for: Sample.cleared(alert)) == ["bus"])
  }

  @Test(arguments: [AlertEvent.Kind.assigned, .commented, .shelved, .suppressed, .reset, .ordered])
  func quietSteps(kind: AlertEvent.Kind) {
    #expect(router(Self.all).channels(for: AlertEvent(kind: kind, alert: Sample.alert(), at: Sample.start)) == [])
  }

  @Test func shelvedAlertsAreSilent() {
    var alert = Sample.alert()
    alert.shelvedUntil = Sample.start + 3_600_000
    #expect(router(Self.all).channels(for: Sample.acknowledged(alert)) == [])
    // The mirror on the broker must not keep what has ended.
    #expect(router(Self.all).channels(for: Sample.cleared(alert)) == ["bus"])
    // After the return time it speaks again.
    #expect(router(Self.all).channels(for: Sample.cleared(alert, after: 7_200_000)).count == 4)
  }

  @Test func keysAreTheSameEveryTime() {
    let router = router([Route(to: ["hook", "wecom"])])
    let entries = router.entries(for: Sample.cleared(), at: Sample.start)
    #expect(entries.map(\.idempotencyKey) == ["7ZQ4M1X0AB-2-hook", "7ZQ4M1X0AB-2-wecom"])
    #expect(entries == router.entries(for: Sample.cleared(), at: Sample.start))
  }
}
