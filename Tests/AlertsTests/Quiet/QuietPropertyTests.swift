// Random alerts, plans, restarts and strides against the promises of quiet: nothing is lost without a trace, whatever outlives its
// cause speaks, two never hide each other, and neither death nor the length of a stride changes a word.
import Foundation
import Pipeline
import Testing

@testable import Alerts

/// `LINLI_QUIET_SEEDS=5000` runs so many, `LINLI_QUIET_SEEDS=1000-2000` from 1,000 up to 2,000, `LINLI_QUIET_SEED=55` one alone.
@Suite(.timeLimit(.minutes(60))) struct QuietPropertyTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let seeds: Range<UInt64> = {
    if let seed = environment["LINLI_QUIET_SEED"].flatMap({ UInt64($0) }) { return seed..<seed + 1 }
    let numbers = (environment["LINLI_QUIET_SEEDS"] ?? "200").split(separator: "-").compactMap { UInt64($0) }
    let first = numbers.count > 1 ? numbers[0] : 0
    return first..<max(first, numbers.last ?? 200)
  }()

  @Test func promisesHold() async throws {
    var seen: Set<Suppression.Kind> = []
    var failures = 0
    try await withThrowingTaskGroup(of: (failure: String?, kinds: Set<Suppression.Kind>).self) { group in
      var seeds = Self.seeds.makeIterator()
      func next() {
        guard let seed = seeds.next(), failures < 3 else { return }
        group.addTask {
          let run = try QuietRun(seed: seed)
          return (try run.failure().map { "seed \(seed): \($0)" }, run.kinds)
        }
      }
      for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { next() }
      while let outcome = try await group.next() {
        if let failure = outcome.failure {
          failures += 1
          Issue.record("\(failure)")
        }
        seen.formUnion(outcome.kinds)
        next()
      }
    }
    if Self.seeds.count > 20 { #expect(seen == Set(Suppression.Kind.allCases)) }
  }
}

/// One life of a small community, twice at once: in a book that lives on, and in one that dies and is restored from what was stored.
private final class QuietRun {
  private let policy: QuietPolicy
  private let reference: QuietReference
  private let response: ResponsePolicy
  private var limits = AlertLimits()
  private var dice: Dice
  private var steady: AlertBook
  private var mortal: AlertBook
  /// What a database would have.
  private var stored: [String: Alert] = [:]
  private var plans: [String: PlannedQuiet] = [:]
  private var newest: [String: Alert] = [:]
  private var (first, second): ([AlertEvent], [AlertEvent]) = ([], [])
  /// Events that were the same in both.
  private var compared = 0
  /// Events whose alerts are in `newest`.
  private var noted = 0
  // Midnight in Shanghai is at 16:00 UTC; the samples begin at 00:00 UTC.
  private var clock: Int64 = 16 * 3_600 - 300
  private var written: Int64
  private(set) var kinds: Set<Suppression.Kind> = []

  init(seed: UInt64) throws {
    dice = Dice(state: seed)
    policy = QuietWorld.policy(&dice)
    reference = QuietReference(policy)
    response = try QuietWorld.response(&dice)
    if Int.random(in: 0..<4, using: &dice) == 0 { limits.openAlerts = Int.random(in: 3...12, using: &dice) }
    steady = AlertBook(limits: limits, policy: response, quiet: policy)
    mortal = steady
    written = clock
  }

  /// What went wrong first; nil: nothing.
  func failure() throws -> String? {
    for round in 0..<120 {
      let next = clock + Int64.random(in: 1...40, using: &dice)
      while clock < next {
        clock = min(next, clock + Int64.random(in: 5...40, using: &dice))
        first += steady.advance(to: at(clock))
        if let wrong = wrongState() { return "round \(round): \(wrong)" }
      }
      if Int.random(in: 0..<3, using: &dice) == 0 { restart() }
      let act = QuietWorld.act(at: clock, &dice)
      first += act.happen(to: &steady, at: clock)
      try store(act.happen(to: &mortal, at: clock))
      if let difference = difference() { return "round \(round), after \(act):\n\(difference)" }
      if let wrong = wrongState() { return "round \(round), after \(act): \(wrong)" }
    }
    return wrongEnd() ?? wrongStory()
  }

  private func restart() {
    let known = plans.values.filter { !$0.isOver(at: at(written)) }
    mortal = AlertBook(
      limits: limits, policy: response, quiet: policy, planned: Array(known), restoring: Array(stored.values),
      clock: at(written))
    mortal.adopt(policy)
  }

  private func store(_ events: [AlertEvent]) throws {
    for event in events {
      stored[event.alert.id] = try JSONDecoder().decode(Alert.self, from: JSONEncoder().encode(event.alert))
      if let kind = event.alert.suppression?.kind { kinds.insert(kind) }
    }
    for plan in mortal.planned { plans[plan.id] = plan }
    second += events
    if !events.isEmpty { written = clock }
  }

  private func difference() -> String? {
    let (ours, theirs) = (Array(first.dropFirst(compared)), Array(second.dropFirst(compared)))
    if ours == theirs {
      compared = first.count
      return nil
    }
    let same = zip(ours, theirs).prefix { $0 == $1 }.count
    let stories = [ours, theirs].map { events in
      events.dropFirst(same).prefix(9).map { "\n  \(QuietWorld.line($0))" }.joined()
    }
    let id = (ours.dropFirst(same).first ?? theirs.dropFirst(same).first)?.alert.id ?? ""
    return "lived on:\(stories[0])\nrestored:\(stories[1])\n\(story(id))"
  }

  private func story(_ id: String) -> String {
    "story of \(id):" + first.filter { $0.alert.id == id }.map { "\n  \(QuietWorld.line($0))" }.joined()
      + "\nplanned: \(plans.values.map { "\($0.kind) \($0.id) \(QuietWorld.second($0.from))…\($0.until.map(QuietWorld.second) as Any)" })"
  }

  /// Of every open alert at this moment: quiet if and only if something hides it, as it is worked out from the words of the rules.
  private func wrongState() -> String? {
    for event in first.dropFirst(noted) { newest[event.alert.id] = event.alert }
    noted = first.count
    // Nothing has a longer grace.
    newest = newest.filter { $0.value.closedAt.map { at(clock) - $0 < 4_300_000 } ?? true }
    let plans = steady.planned
    for alert in steady.open.sorted(by: { $0.id < $1.id }) {
      let cause = reference.cause(of: alert, at: at(clock), plans: plans, among: newest.values)
      if cause != alert.suppression.map(QuietReference.Cause.init) {
        let by = alert.suppression?.by ?? cause?.by ?? ""
        return """
          at \(clock) \(alert.rule) \(alert.subject) \(alert.traits.priority): \(alert.suppression as Any) instead of \
          \(cause as Any)\n\(story(alert.id))\n\(story(by))
          """
      }
      // Follow what explains what: it ends at one that no other explains.
      var (next, passed) = (alert, Set([alert.id]))
      while let cause = next.suppression, cause.kind == .inhibited, let other = newest[cause.by] {
        if !passed.insert(other.id).inserted { return "\(alert.subject) is hidden because of itself: \(passed)" }
        next = other
      }
    }
    return nil
  }

  /// In the end everything planned is taken back; what is left hidden is so by a weekly window or an active alert.
  private func wrongEnd() -> String? {
    for plan in steady.planned where !plan.isOver(at: at(clock)) {
      first += steady.plan(plan.ended(at: at(clock), by: "x"), at: at(clock))
    }
    clock += 3 * 3_600
    first += steady.advance(to: at(clock))
    let hidden = steady.open.first { alert in
      alert.suppression.map { cause in
        !policy.settings.maintenance.contains { $0.id == cause.by } && steady[cause.by]?.isActive != true
      } ?? false
    }
    return hidden.map { "in the end hidden: \($0)" } ?? wrongState()
  }

  /// Who reads all events knows everything: an alert is told, or was hidden from its raise to its end.
  private func wrongStory() -> String? {
    var spoken: Set<String> = []
    var quiet: Set<String> = []
    for event in first {
      let id = event.alert.id
      switch event.kind {
      case .raised: if !event.alert.isSuppressed { spoken.insert(id) }
      case .suppressed: quiet.insert(id)
      case .released:
        if quiet.remove(id) == nil { return "released without having been hidden: \(event)" }
        if event.asks { spoken.insert(id) }
      case .closed where event.by == AlertEvent.system && !event.alert.isAcknowledged && event.comment == nil:
        if !quiet.contains(id) || spoken.contains(id) { return "closed by itself although somebody was told: \(event)" }
      default: break
      }
      if quiet.contains(id) != event.alert.isSuppressed, event.kind != .raised {
        return "hidden without a word: \(event)"
      }
    }
    return nil
  }
}
