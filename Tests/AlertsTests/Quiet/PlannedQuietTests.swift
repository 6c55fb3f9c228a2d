// Silences, maintenance, out of service and absence: what is planned, what it hides, and that everything speaks in the end.
import Community
import Pipeline
import Testing

@testable import Alerts

@Suite struct PlannedQuietTests {
  private let room = AlertMatcher(places: ["d/y/b1"])

  @Test func openAlertsAreHiddenAtTheStartAndSpeakAtTheEnd() throws {
    var book = AlertBook()
    _ = book.happen(.raised, "cold", "a", at: 0)
    let (quiet, events) = try book.silence(room, at: 10, from: 20, until: 60)
    #expect(events.isEmpty && book.nextDue == at(20))
    #expect(book.happen(.raised, "cold", "b", "d/y/b2/201", at: 15).map(\.kind) == [.raised])
    let hidden = book.advance(to: at(30))
    #expect(hidden.short == ["20 suppressed a"])
    #expect(hidden[0].by == "张三" && hidden[0].comment == "换电池")
    let cause = try #require(book.active(rule: "cold", subject: "a")?.suppression)
    #expect(cause.kind == .silenced && cause.by == quiet.id && cause.until == at(60) && cause.since == at(20))
    // Raised under it: never told, though listed; gone with it when it clears.
    #expect(book.happen(.raised, "warm", "c", at: 40).short == ["40 raised c", "40 suppressed c"])
    #expect(book.happen(.raised, "warm", "e", at: 41).map(\.kind) == [.raised, .suppressed])
    #expect(book.happen(.cleared, "warm", "e", at: 50).short == ["50 cleared e", "50 closed e"])
    let spoken = book.advance(to: at(100))
    #expect(Set(spoken.short) == ["60 released a", "60 released c"] && spoken.allSatisfy(\.asks))
    #expect(book.quietSubjects.isEmpty && book.nextDue == nil)
  }

  @Test func whatWasToldAndClearsUnderItStaysOpenAndSpeaks() throws {
    var book = AlertBook()
    _ = book.happen(.raised, "cold", "a", at: 0)
    _ = try book.silence(room, at: 10, until: 60)
    #expect(book.happen(.cleared, "cold", "a", at: 30).map(\.kind) == [.cleared])
    #expect(book.advance(to: at(60)).short == ["60 released a"])
  }

  @Test func criticalAlertsAreHiddenOnlyWhenSaidSo() throws {
    var book = AlertBook()
    _ = try book.silence(room, at: 0, until: 100)
    #expect(book.happen(.raised, "smoke", "a", at: 10, .critical).map(\.kind) == [.raised])
    _ = try book.silence(room, at: 20, until: 100, critical: true)
    #expect(book.quietSubjects == ["a": .silenced])
  }

  @Test func anEarlyEndLetsSpeakAtOnceAndAnEndBeforeTheStartNeverBegins() throws {
    var book = AlertBook()
    _ = book.happen(.raised, "cold", "a", at: 0)
    let (now, _) = try book.silence(room, at: 10, until: 600)
    let (later, _) = try book.silence(room, at: 10, from: 100, until: 200)
    #expect(book.quietSubjects == ["a": .silenced])
    #expect(book.plan(later.ended(at: at(20), by: "李四"), at: at(20)).isEmpty)
    #expect(book.plan(now.ended(at: at(30), by: "李四"), at: at(30)).short == ["30 released a"])
    #expect(book.advance(to: at(700)).isEmpty)
  }

  @Test func oneCauseHandsOverToTheNextWithoutAWord() throws {
    var book = AlertBook()
    _ = try book.plan(.silence, room, at: 0, until: 50)
    _ = try book.plan(.maintenance, room, at: 0, from: 20, until: 40)
    _ = book.happen(.raised, "cold", "a", at: 10)
    let events = book.advance(to: at(100))
    #expect(events.short == ["20 suppressed a", "40 suppressed a", "50 released a"])
    #expect(events.prefix(2).map(\.alert.suppression?.kind) == [.maintenance, .silenced])
    #expect(events.prefix(2).allSatisfy { $0.alert.suppression?.since == at(10) })
  }

  /// A deadline that falls on the very beginning is not missed; after the end it begins anew.
  @Test func deadlinesStandStill() throws {
    var book = AlertBook(policy: try DutySample.policy())
    let raised = try local("2026-01-05T10:00")
    _ = book.raise(at: raised, .critical)
    let request = QuietRequest(
      kind: .maintenance, matcher: AlertMatcher(places: [DutySample.home]), from: raised + 120_000,
      until: raised + 600_000, reason: "检修", by: "张三", critical: true)
    let quiet = try request.plan(at: raised + 60_000, limits: QuietLimits(), planned: [])
    #expect(book.plan(quiet, at: raised + 60_000).isEmpty)
    let events = book.advance(to: raised + 725_000).filter { $0.kind != .repeated }
    #expect(events.map(\.kind) == [.suppressed, .released, .escalated])
    #expect(events.map { ($0.at - raised) / 1000 } == [120, 600, 720])
  }

  @Test func outOfServiceLastsUntilItIsTakenBack() throws {
    var book = AlertBook()
    let (quiet, _) = try book.plan(.outOfService, AlertMatcher(devices: ["smoke-1"]), at: 0)
    #expect(quiet.until == nil && quiet.critical)
    _ = book.happen(.raised, "smoke", "smoke-1/smoke", at: 10, .critical)
    _ = book.happen(.raised, "device-silent", "smoke-1", at: 11)
    _ = book.happen(.raised, "smoke", "smoke-10/smoke", at: 12, .critical)
    #expect(book.quietSubjects == ["smoke-1/smoke": .outOfService, "smoke-1": .outOfService])
    #expect(book.advance(to: at(10_000_000)).isEmpty)
    let back = book.plan(quiet.ended(at: at(10_000_010), by: "李四"), at: at(10_000_010))
    #expect(back.map(\.kind) == [.released, .released])
  }

  @Test func absenceHidesOnlyWhatSaysSo() throws {
    var policy = QuietPolicy.none
    policy.absences = [.init(place: "d/y/b1/101", until: at(1_000))]
    var book = AlertBook(quiet: policy)
    _ = book.happen(.raised, "no-movement", "m/motion", at: 1, away: true)
    _ = book.happen(.raised, "cold", "e/temperature", at: 2)
    _ = book.happen(.raised, "smoke", "s/smoke", at: 3, .critical, away: true)
    _ = book.happen(.raised, "no-movement", "x/motion", "d/y/b2/201", at: 4, away: true)
    #expect(book.quietSubjects == ["m/motion": .away])
    // Back before the time.
    let (_, back) = try book.plan(.back, AlertMatcher(places: ["d/y/b1/101"]), at: 50, until: 1_000)
    #expect(back.short == ["50 released m/motion"])
    let (_, away) = try book.plan(.away, AlertMatcher(places: ["d/y/b1/101"]), at: 60, until: 90)
    #expect(away.short == ["60 suppressed m/motion"])
    #expect(book.advance(to: at(2_000)).short == ["90 released m/motion"])
  }

  @Test func aNewConfigurationCountsFromTheNextAdvance() throws {
    var policy = QuietPolicy.none
    policy.absences = [.init(place: "d/y/b1/101", until: at(1_000))]
    var book = AlertBook(quiet: policy)
    _ = book.happen(.raised, "no-movement", "m/motion", at: 1, away: true)
    book.adopt(.none)
    #expect(book.advance(to: at(20)).short == ["20 released m/motion"])
    book.adopt(policy)
    #expect(book.advance(to: at(30)).short == ["30 suppressed m/motion"])
  }

  // MARK: - What is refused

  @Test(
    arguments: [
      (AlertMatcher(), "x", 60, QuietError.matchesEverything), (AlertMatcher(upTo: .low), "x", 60, .matchesEverything),
      (AlertMatcher(places: ["d"]), " ", 60, .reasonMissing), (AlertMatcher(places: ["d"]), "x", nil, .endMissing),
      (AlertMatcher(places: ["d"]), "x", -5, .endBeforeStart),
      (AlertMatcher(places: ["d"]), "x", 8 * 86_400, .tooLong(.silence, longest: 7 * 86_400_000)),
      (AlertMatcher(rules: [String](repeating: "r", count: 101)), "x", 60, .tooManyWords(limit: 100)),
      (AlertMatcher(rules: [""]), "x", 60, .tooManyWords(limit: 100)),
    ] as [(AlertMatcher, String, Int64?, QuietError)])
  func refusals(matcher: AlertMatcher, reason: String, length: Int64?, error: QuietError) {
    let request = QuietRequest(
      kind: .silence, matcher: matcher, until: length.map { at($0) }, reason: reason, by: "张三")
    #expect(throws: error) { try request.plan(at: at(0), limits: QuietLimits(), planned: []) }
    for language in Language.allCases { #expect(!error.text[language].isEmpty) }
  }

  @Test func thereAreBoundsOnTheirNumberAndIdsNeverRepeat() throws {
    var limits = QuietLimits()
    limits.planned = 2
    let request = QuietRequest(kind: .silence, matcher: room, until: at(60), reason: "x", by: "y")
    let first = try request.plan(at: at(0), limits: limits, planned: [])
    let second = try request.plan(at: at(0), limits: limits, planned: [first])
    #expect(first.id != second.id)
    #expect(throws: QuietError.tooMany(limit: 2)) {
      try request.plan(at: at(0), limits: limits, planned: [first, second])
    }
  }

  /// Out of service hides critical alerts without an end: nothing but a single device, or a rule at a place.
  @Test(
    arguments: [
      (AlertMatcher(places: ["hedong"]), QuietError.deviceOrRuleMissing),
      (.init(rules: ["care-smoke"]), .deviceOrRuleMissing),
      (.init(devices: ["care-*"]), .deviceOrRuleMissing),
      (.init(places: ["hedong"], rules: ["care-*"]), .deviceOrRuleMissing),
      (.init(devices: ["*"]), .matchesEverything), (.init(rules: ["*"]), .matchesEverything),
      (.init(devices: ["smoke-1", "*"]), .matchesEverything), (.init(devices: ["smoke-1"]), nil),
      (.init(places: ["hedong/jiefang"], rules: ["care-smoke"]), nil),
    ] as [(AlertMatcher, QuietError?)])
  func outOfServiceNamesWhatIsDefective(matcher: AlertMatcher, error: QuietError?) throws {
    let request = QuietRequest(kind: .outOfService, matcher: matcher, reason: "x", by: "y")
    guard let error else {
      #expect(try request.plan(at: at(0), limits: QuietLimits(), planned: []).critical)
      return
    }
    #expect(throws: error) { try request.plan(at: at(0), limits: QuietLimits(), planned: []) }
  }

  /// A silence of everything is none of anything.
  @Test(arguments: [AlertMatcher(rules: ["*"]), .init(devices: ["*"]), .init(rules: ["*"], devices: ["*"])])
  func aStarNamesNothing(matcher: AlertMatcher) {
    #expect(throws: QuietError.matchesEverything) {
      try QuietRequest(kind: .silence, matcher: matcher, until: at(60), reason: "x", by: "y")
        .plan(at: at(0), limits: QuietLimits(), planned: [])
    }
  }

  @Test(
    arguments: [
      (AlertMatcher(places: ["hedong/jiefang"]), true), (AlertMatcher(places: ["hedong/jie"]), false),
      (AlertMatcher(rules: ["care-*"]), true), (AlertMatcher(rules: ["care"]), false),
      (AlertMatcher(devices: ["care-301-env"]), true), (AlertMatcher(devices: ["care-301"]), false),
      (AlertMatcher(devices: ["care-301-*"]), true), (AlertMatcher(audience: ["care", "fire"]), true),
      (AlertMatcher(places: ["hedong"], audience: ["fire"]), false), (AlertMatcher(upTo: .high), true),
      (AlertMatcher(upTo: .medium), false), (AlertMatcher(priorities: [.critical, .high]), true),
      (AlertMatcher(), true),
    ] as [(AlertMatcher, Bool)])
  func matching(matcher: AlertMatcher, matches: Bool) {
    var book = AlertBook()
    #expect(matcher.matches(book.raise(at: 0)[0].alert) == matches)
  }
}
