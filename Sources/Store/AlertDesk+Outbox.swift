// The outbox as the delivery worker sees it: the database's, and while that refuses also what waits in memory, so that the
// message "the disk is full" gets out. What was delivered meanwhile is written down, in order, when the database is back.
import Alerts
package import Notify
package import Pipeline

extension AlertDesk: Outbox {
  package func due(at now: Timestamp, excluding busy: Set<String>, limit: Int) async throws -> [OutboxEntry] {
    if trouble == nil && unwritten.isEmpty && handedOut.isEmpty {
      return try await storage.due(at: now, excluding: busy, limit: limit)
    }
    // Read before and after: what is settled while the database is read may still be in its answer.
    let before = hiddenKeys
    let stored: [OutboxEntry]
    do {
      stored = try await storage.due(at: now, excluding: busy, limit: limit + before.count)
    } catch  where trouble != nil {
      stored = []  // What memory holds goes out even when the database cannot be read at all.
    }
    let hidden = before.union(hiddenKeys)
    var entries = stored.filter { !hidden.contains($0.idempotencyKey) }
    if trouble != nil {
      for entry in waitingInMemory() where entry.nextAttemptAt <= now && !busy.contains(entry.channel) {
        if entries.count >= 2 * limit { break }
        if await !hasEarlier(entry) { entries.append(entry) }
      }
      entries.sort { ($0.urgency, $0.createdAt) < ($1.urgency, $1.createdAt) }
    }
    let answer = Array(entries.prefix(limit))
    handedOut.formUnion(answer.filter { $0.id < 0 }.map(\.idempotencyKey))
    return answer
  }

  package func nextDue(after now: Timestamp) async throws -> Timestamp? {
    if trouble == nil { return try await storage.nextDue(after: now) }
    let stored = try? await storage.nextDue(after: now)
    let waiting = waitingInMemory().map(\.nextAttemptAt).filter { $0 > now }
    return (waiting + (stored.map { [$0] } ?? [])).min()
  }

  package func delivered(_ entry: OutboxEntry, at: Timestamp) async throws {
    try await settle(.delivered(entry, at: at))
  }

  package func failed(_ entry: OutboxEntry, at: Timestamp) async throws {
    try await settle(.failed(entry, at: at))
  }

  package func postpone(_ entry: OutboxEntry) async throws {
    try await settle(.postponed(entry))
  }

  package func add(_ entry: OutboxEntry) async throws {
    var entry = entry
    entry.id = memoryID()
    enqueue(AlertCommit(outbox: [entry]))
    await writeAll()
  }

  /// Through the same queue as everything else: an entry is settled after it was written, whenever that is.
  private func settle(_ settlement: Settlement) async throws {
    let key = settlement.entry.idempotencyKey
    unwritten[key] = settlement
    handedOut.remove(key)
    enqueue(AlertCommit(settlements: [settlement]))
    await writeAll()
  }

  /// Keys that the database still shows although memory knows better.
  private var hiddenKeys: Set<String> { handedOut.union(unwritten.keys) }

  /// Entries that only memory knows, the oldest of each alert and channel, as the last attempt left them.
  private func waitingInMemory() -> [OutboxEntry] {
    var seen: Set<AlertChannel> = []
    return pending.flatMap(\.commit.outbox).compactMap { entry in
      var entry = entry
      switch unwritten[entry.idempotencyKey] {
      case .delivered, .failed: return nil
      case .postponed(let later):
        entry = later
      case nil: break
      }
      return seen.insert(AlertChannel(alert: entry.event.alert.id, channel: entry.channel)).inserted ? entry : nil
    }
  }

  /// Whether the database holds an earlier, unsettled notification of that alert for the same channel.
  private func hasEarlier(_ entry: OutboxEntry) async -> Bool {
    if entry.event.number == 1 { return false }
    let deliveries = (try? await storage.story(entry.event.alert.id))?.deliveries ?? []
    return deliveries.contains { delivery in
      guard delivery.state == .pending, delivery.channel == entry.channel else { return false }
      switch unwritten[delivery.idempotencyKey] {
      case .delivered, .failed: return false
      case .postponed, nil: return delivery.idempotencyKey != entry.idempotencyKey
      }
    }
  }

  private struct AlertChannel: Hashable {
    var alert: String
    var channel: String
  }
}

extension OutboxEntry {
  fileprivate var urgency: Int { event.alert.traits.priority.rank }
}
