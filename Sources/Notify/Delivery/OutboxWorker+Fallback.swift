// What a blocked channel keeps goes to its fallback without an attempt: a robot that has banned us says so once and for how long, and
// asking again only makes that longer.
import Alerts
import Logging
import Pipeline

extension OutboxWorker {
  /// Hands on what waits for channels that may send nothing for a while. As after failed attempts the first way stays open, too.
  func handOver(_ round: inout Round) async throws {
    for id in lines.keys.sorted() { try await handOver(id, &round) }
  }

  private func handOver(_ id: String, _ round: inout Round) async throws {
    guard let line = lines[id], let fallback = line.outlet.channel.fallback, let second = lines[fallback] else {
      return
    }
    let end = line.budget.memory.blockedUntil
    guard end > round.now + policy.urgentPatience else { return }
    guard line.nextHandOver <= round.now else { return round.lookAgain(at: line.nextHandOver) }
    // Everything that waits, later steps of an alert behind its earlier ones, too; the other way keeps their order.
    let limit = line.handedOver.count + inFlight.count + Self.digestMax
    let waiting = try await outbox.due(at: end + policy.longestPause, of: id, limit: limit)
    lines[id]?.nextHandOver = round.now + Int64(waiting.count)
    if waiting.count >= limit { round.lookAgain(at: round.now + Int64(waiting.count)) }
    let kept = waiting.filter { entry in
      isFree(entry) && !line.handedOver.contains(entry.idempotencyKey)
        && second.outlet.channel.kind.takes(entry.event)
        && end - line.outlet.leaves(entry, at: round.now) > policy.patience(of: entry)
    }
    if kept.isEmpty { return }
    try await outbox.settle([], adding: kept.map { $0.second(way: fallback, at: round.now) }, note: nil)
    lines[id]?.handedOver.formUnion(kept.map(\.idempotencyKey))
    logger.warning(
      "a blocked channel keeps notifications; its fallback gets them",
      metadata: ["channel": "\(id)", "fallback": "\(fallback)", "notifications": "\(kept.count)"])
    // Read before these came: it may be blocked, too.
    if second.budget.memory.blockedUntil > round.now { round.lookAgain(at: round.now) }
  }
}

extension OutboxWorker.Outlet {
  /// When an entry could leave if nothing blocked the channel: not before its group speaks or its quiet hours end.
  fileprivate func leaves(_ entry: OutboxEntry, at now: Timestamp) -> Timestamp {
    let time = entry.attempts == 0 ? max(now, entry.nextAttemptAt) : now
    guard let quiet = channel.quietHours, quiet.priorities.contains(entry.event.alert.traits.priority) else {
      return time
    }
    return max(time, quiet.end(at: now, in: zone) ?? time)
  }
}

extension OutboxEntry {
  /// The same notification for the fallback channel. However often it is made, the outbox takes it once.
  func second(way channel: String, at now: Timestamp) -> OutboxEntry {
    OutboxEntry(
      idempotencyKey: "\(idempotencyKey)-via-\(channel)", channel: channel, event: event, createdAt: now,
      nextAttemptAt: now)
  }
}
