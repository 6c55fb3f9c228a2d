import Pipeline

@testable import Alerts
@testable import Store

/// What people planned, and what they were told of it.
struct QuietLedger {
  /// Each is asked for under a name of its own.
  var asked = 0
  /// As somebody was told that it is stored.
  private(set) var stored: [String: PlannedQuiet] = [:]

  mutating func told(_ outcome: AlertDesk.QuietOutcome) {
    if outcome.stored { stored[outcome.quiet.id] = outcome.quiet }
  }
}

extension World {
  /// The desk is about to be told something.
  func tell(_ process: LaneProcess, _ entry: DeskLog.Entry) async {
    deskLog.note(entry, after: await process.place)
  }

  // MARK: - Acts

  func planQuiet(_ process: LaneProcess) async {
    quiet.asked += 1
    let request = chance.dice.quiet(at: now, by: "planner-\(quiet.asked)")
    await process.catchUp(self, to: now)
    let before = await process.place
    guard let outcome = try? await process.desk.plan(request, at: now) else { return }
    if outcome.quiet.from > now { chance.saw(.plannedAhead) }
    if outcome.quiet.kind == .back, outcome.events.contains(where: { $0.kind == .released }) { chance.saw(.backHome) }
    note("planned", outcome, after: before)
  }

  /// Before its time, or before it has begun.
  func endQuiet(_ process: LaneProcess) async {
    let planned = await process.desk.planned(at: now)
    guard !planned.isEmpty else { return }
    quiet.asked += 1
    await process.catchUp(self, to: now)
    let before = await process.place
    let outcome = try? await process.desk.endQuiet(
      chance.dice.pick(planned).id, by: "planner-\(quiet.asked)", at: now)
    guard let outcome else { return }
    chance.saw(.endedEarly)
    note("ended", outcome, after: before)
  }

  private func note(_ what: StaticString, _ outcome: AlertDesk.QuietOutcome, after place: DeskLog.Place) {
    deskLog.note(.quiet(outcome.quiet, at: now), after: place)
    quiet.told(outcome)
    if !outcome.stored { chance.saw(.plannedInMemory) }
    note(what, outcome.events.count, outcome.stored ? 1 : 0)
  }

  // MARK: - Checks

  /// Every open alert keeps quiet if, and only if, something hides it now.
  func checkHidden(_ process: LaneProcess) async throws {
    try checkHidden(await process.desk.book)
  }

  private func checkHidden(_ book: AlertBook) throws {
    if book.quiet.isUnsure { return }
    for alert in book.open {
      let cause = book.quiet.cause(of: alert, at: book.clock)
      guard let hidden = alert.suppression, let cause else {
        if alert.suppression == nil, cause == nil { continue }
        throw wrong(alert, cause)
      }
      if !hidden.isSame(as: cause) { throw wrong(alert, cause) }
    }
  }

  private func wrong(_ alert: Alert, _ cause: Suppression?) -> Violation {
    Violation(
      description:
        "\(alert.rule) of \(alert.subject) is hidden by \(String(describing: alert.suppression)), and what hides it"
        + " is \(String(describing: cause))")
  }

  /// What somebody was told is stored of his plan is there.
  func checkPlans() async throws {
    let found = Dictionary(
      try await store.plannedQuiet(endingAfter: .distantPast, limit: .max).map { ($0.id, $0) },
      uniquingKeysWith: { $1 })
    for (id, plan) in quiet.stored.sorted(by: { $0.key < $1.key }) {
      if let found = found[id], plan.endedBy == nil || found == plan { continue }
      throw Violation(
        description: "\(plan.kind) of \(plan.by) was stored, and there is \(String(describing: found[id]))")
    }
  }

  /// What is hidden follows from what is stored, the configuration and the time alone; and when all that people planned is over,
  /// what still keeps quiet has a cause that anybody can see.
  func checkQuietEnd(_ process: LaneProcess) async throws {
    try await checkPlans()
    var book = await process.desk.book
    let policy = SimulatedSite.quietPolicies[version]
    let restored = AlertBook(
      policy: book.policy, quiet: policy,
      planned: try await store.plannedQuiet(endingAfter: book.clock, limit: .max),
      restoring: try await store.alertsToRestore(endedAfter: .distantPast), clock: book.clock)
    try checkHidden(restored)
    for plan in book.planned where !plan.isOver(at: book.clock) {
      _ = book.plan(plan.ended(at: book.clock, by: "all"), at: book.clock)
    }
    _ = book.advance(to: book.clock + 3 * 3_600_000)
    try checkHidden(book)
    for alert in book.open {
      guard let cause = alert.suppression else { continue }
      let isThere =
        switch cause.kind {
        case .inhibited: book[cause.by]?.isActive ?? false
        case .maintenance: policy.settings.maintenance.contains { $0.id == cause.by }
        case .away: policy.absences.contains { $0.place == cause.by && book.clock < $0.until }
        case .silenced, .damped, .outOfService: false
        }
      if !isThere { throw Violation(description: "\(alert.rule) of \(alert.subject) stays hidden by \(cause)") }
    }
  }
}

extension LaneProcess {
  /// What hides which open alert.
  var hidden: [String: String] {
    get async { await desk.book.open.reduce(into: [:]) { $0[$1.id] = $1.suppression?.by } }
  }
}
