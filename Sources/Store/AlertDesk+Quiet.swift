// What people plan to keep quiet: taken in at once, written in one transaction with everything that it hides or lets speak.
package import Alerts
package import Pipeline

extension AlertDesk {
  /// What became of a plan.
  package struct QuietOutcome: Sendable, Equatable {
    package var quiet: PlannedQuiet
    /// What it changed at once.
    package var events: [AlertEvent]
    /// False while the database refuses: it counts, but a crash now would forget it.
    package var stored: Bool
  }

  /// Begins now or later. Throws `QuietError` when it is refused.
  package func plan(_ request: QuietRequest, at time: Timestamp) async throws(QuietError) -> QuietOutcome {
    await catchUp(to: time)
    let quiet = try request.plan(at: time, limits: policy.quiet.settings.limits, planned: book.planned)
    return await take(quiet, .planned, by: quiet.by, at: time)
  }

  /// Ends something now that is not over; what has not begun never begins.
  package func endQuiet(
    _ id: String, kinds: Set<PlannedQuiet.Kind> = Set(PlannedQuiet.Kind.allCases), by: String, at time: Timestamp
  ) async throws(QuietError) -> QuietOutcome {
    await catchUp(to: time)
    guard let quiet = book.planned.first(where: { $0.id == id && kinds.contains($0.kind) }) else {
      throw .unknown(id: id)
    }
    if Self.isOver(quiet, at: time) { throw .over(id: id) }
    let name = try policy.quiet.settings.limits.name(by)
    return await take(quiet.ended(at: time, by: name), .ended, by: name, at: time)
  }

  private func take(
    _ quiet: PlannedQuiet, _ step: QuietRecord.Step, by: String, at time: Timestamp
  ) async -> QuietOutcome {
    let events = book.plan(quiet, at: time)
    let record = QuietRecord(step: step, at: time, by: by, quiet: quiet)
    let stored = await finish(events, at: time, quiets: [record])
    return QuietOutcome(quiet: quiet, events: events, stored: stored)
  }

  /// What is planned and not over.
  package func planned(at time: Timestamp) -> [PlannedQuiet] { book.planned.filter { !Self.isOver($0, at: time) } }

  /// Also when the clock has been set back since somebody ended it.
  private static func isOver(_ quiet: PlannedQuiet, at time: Timestamp) -> Bool {
    quiet.endedBy != nil || quiet.isOver(at: time)
  }

  /// Also what is over, newest first, as far as it is kept.
  package func allPlanned(limit: Int) async throws(StoreError) -> [PlannedQuiet] {
    let waiting = queue.waiting.flatMap { $0.commit.quiets.map(\.quiet) }
    let stored = try await storage.plannedQuiet(endingAfter: .distantPast, limit: limit)
    let newest = Dictionary((stored + waiting).map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    return Array(newest.values.sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }.prefix(limit))
  }

  /// Open alerts that each cause keeps quiet now: id of the cause → count.
  package var hiddenByCause: [String: Int] {
    book.open.reduce(into: [:]) { counts, alert in
      if let cause = alert.suppression?.by { counts[cause, default: 0] += 1 }
    }
  }

  package var suppressedByKind: [Suppression.Kind: Int] { book.suppressedByKind }
  package var closedWhileHolding: Int { book.closedWhileHolding }
  package var shelved: Int { book.open.count { $0.isShelved } }
}
