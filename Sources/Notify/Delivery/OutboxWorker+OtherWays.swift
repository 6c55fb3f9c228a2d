// Ways beside the one that was meant. What a blocked channel keeps goes to its fallback without an attempt: a robot that has banned
// us says so once and for how long, and asking again only makes that longer. What waits for a channel that a new configuration does
// not know goes where its routes lead.
import Alerts
import Logging
import Pipeline
import Words

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

extension OutboxWorker {
  /// Sends elsewhere what waits for a channel that is gone, whether it is due or not.
  func clear(_ id: String, _ round: inout Round) async throws {
    let waiting = try await outbox.due(at: .distantFuture, of: id, limit: Self.digestMax)
    if waiting.isEmpty { gone.remove(id) }
    for entry in waiting where isFree(entry) {
      try await sendElsewhere(entry, &round)
      round.lookAgain(at: round.now)
    }
  }

  /// A configuration without the channel of what waits: the routes say where it goes now. What has been told there already, or
  /// waits there, the outbox does not take twice. The entry itself is settled as given up, as that of a channel that refuses.
  func sendElsewhere(_ entry: OutboxEntry, _ round: inout Round) async throws {
    var entry = entry
    let ways = otherWays(for: entry, at: round.now)
    let reason = LocalizedText(
      zh: "渠道“\(entry.channel)”已不存在", en: "there is no channel \"\(entry.channel)\" any more")
    let channels = ways.map(\.channel)
    entry.lastError =
      ways.isEmpty
      ? reason
      : LocalizedText(
        zh: "\(reason.zh)；改由 \(channels.joined(separator: "、")) 发送",
        en: "\(reason.en); now for \(channels.joined(separator: ", "))")
    logger.error(
      "a notification cannot be delivered as it was meant",
      metadata: ["key": "\(entry.idempotencyKey)", "why": "\(entry.lastError?.en ?? "")"])
    try await outbox.settle([.failed(entry, at: round.now)], adding: ways, note: nil)
    settledMeanwhile.insert(entry.idempotencyKey)
    alone.remove(entry.idempotencyKey)
    if ways.isEmpty {
      orphans[entry.channel, default: Statistics()].failed += 1
      orphans[entry.channel]?.lastError = reason
    } else {
      // They came after what this look reads.
      round.lookAgain(at: round.now)
    }
  }

  private func otherWays(for entry: OutboxEntry, at now: Timestamp) -> [OutboxEntry] {
    let channels = router?.channels(for: entry.event).filter { lines[$0] != nil } ?? []
    return channels.flatMap { id -> [OutboxEntry] in
      let way = OutboxEntry(event: entry.event, channel: id, at: now)
      // It was the fallback of this channel, which has had its three attempts: another fallback takes that over.
      guard entry.idempotencyKey == way.second(way: entry.channel, at: now).idempotencyKey,
        let fallback = lines[id]?.outlet.channel.fallback,
        lines[fallback]?.outlet.channel.kind.takes(entry.event) ?? false
      else { return [way] }
      return [way, way.second(way: fallback, at: now)]
    }
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
