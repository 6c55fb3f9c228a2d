// The outbox as the delivery worker sees it: the database's, what that can never take, and while it refuses also what waits in memory,
// so that the message "the disk is full" gets out. What was delivered meanwhile is written down, in order, when the database is back.
import Alerts
package import Notify
package import Pipeline

extension AlertDesk: Outbox {
  package func due(at now: Timestamp, excluding busy: Set<String>, limit: Int) async throws -> [OutboxEntry] {
    let memory = {
      var seen: Set<AlertChannel> = []
      return self.waitingInMemory().filter { entry in
        // The oldest of each alert and channel, whether it is due or not.
        seen.insert(AlertChannel(entry)).inserted && entry.nextAttemptAt <= now && !busy.contains(entry.channel)
      }
    }
    return try await due(at: now, limit: limit, memory: memory) { storage, limit in
      try await storage.due(at: now, excluding: busy, limit: limit)
    }
  }

  package func due(at now: Timestamp, of channel: String, limit: Int) async throws -> [OutboxEntry] {
    let memory = {
      var held: Set<AlertChannel> = []
      return self.waitingInMemory().filter { entry in
        guard entry.channel == channel, !held.contains(AlertChannel(entry)) else { return false }
        if entry.nextAttemptAt > now { held.insert(AlertChannel(entry)) }
        return entry.nextAttemptAt <= now
      }
    }
    return try await due(at: now, limit: limit, memory: memory) { storage, limit in
      try await storage.due(at: now, of: channel, limit: limit)
    }
  }

  /// What the database shows without what memory knows to be settled, and what only memory has.
  private func due(
    at now: Timestamp, limit: Int, memory: () -> [OutboxEntry],
    stored: (any AlertStorage, Int) async throws -> [OutboxEntry]
  ) async throws -> [OutboxEntry] {
    if trouble == nil && unwritten.isEmpty && setAside.outbox.isEmpty { return try await stored(storage, limit) }
    // Read before and after: what is settled while the database is read may still be in its answer.
    let before = Set(unwritten.keys)
    let found: [OutboxEntry]
    do {
      found = try await stored(storage, limit + before.count)
    } catch  where trouble != nil {
      found = []  // What memory holds goes out even when the database cannot be read at all.
    }
    let hidden = before.union(unwritten.keys)
    // What is behind one that was put off waits for it, though the database thinks that one due.
    let held = Set(putOffUnwritten.filter { $0.nextAttemptAt > now }.map(AlertChannel.init))
    var entries = found.filter { !hidden.contains($0.idempotencyKey) && !held.contains(AlertChannel($0)) }
    if trouble != nil || !setAside.outbox.isEmpty {
      let known = Set(entries.map(\.idempotencyKey))
      let added = Set(queue.waiting.filter { $0.commit.isOfOutbox }.flatMap(\.commit.outbox).map(\.idempotencyKey))
      // The most urgent ones first: many others may wait before them. Ids in memory count down.
      let waiting = memory().filter { !known.contains($0.idempotencyKey) }.sorted {
        ($0.urgency, $0.createdAt, -$0.id) < ($1.urgency, $1.createdAt, -$1.id)
      }
      for entry in waiting {
        if entries.count >= 2 * limit { break }
        if await !staysBack(entry, isSecondWay: added.contains(entry.idempotencyKey)) { entries.append(entry) }
      }
      entries.sort { ($0.urgency, $0.createdAt) < ($1.urgency, $1.createdAt) }
    }
    return Array(entries.prefix(limit))
  }

  package func nextDue(after now: Timestamp) async throws -> Timestamp? {
    if trouble == nil && setAside.outbox.isEmpty { return try await storage.nextDue(after: now) }
    let stored = try? await storage.nextDue(after: now)
    let waiting = waitingInMemory().map(\.nextAttemptAt).filter { $0 > now }
    return (waiting + (stored.map { [$0] } ?? [])).min()
  }

  /// Through the same queue as everything else: an entry is settled after it was written, whenever that is.
  package func settle(_ settlements: [Settlement], adding: [OutboxEntry], note: ChannelNote?) async throws {
    for settlement in settlements {
      unwritten[settlement.entry.idempotencyKey] = settlement
      setAside.settle(settlement)
    }
    var commit = AlertCommit(outbox: adding, settlements: settlements)
    for index in commit.outbox.indices { commit.outbox[index].id = memoryID() }
    if let note { commit.notes = [note] }
    enqueue(commit)
    await writeAll()
  }

  package func notes() async throws -> [ChannelNote] { try await storage.notes() }

  /// Notifications that were tried since the database refuses: only memory knows when they go out again.
  private var putOffUnwritten: [OutboxEntry] {
    unwritten.values.compactMap { settlement in
      if case .postponed(let entry) = settlement { entry } else { nil }
    }
  }

  /// Entries that only memory knows as they are, oldest first, as the last attempt left them. What the database is about to take
  /// waits for that.
  private func waitingInMemory() -> [OutboxEntry] {
    if trouble == nil { return setAside.outbox }
    let unstored = queue.waiting.flatMap(\.commit.outbox)
    var seen = Set(setAside.outbox.map(\.idempotencyKey))
    let known = seen.union(unstored.map(\.idempotencyKey))
    // Stored ones that were tried; what has not been written at all stands in its place below.
    let tried = putOffUnwritten.filter { !known.contains($0.idempotencyKey) }
      .sorted { ($0.createdAt, $0.event.number) < ($1.createdAt, $1.event.number) }
    return setAside.outbox + tried
      + unstored.compactMap { entry in
        // A second way may have been asked for twice; the database will take it once.
        guard seen.insert(entry.idempotencyKey).inserted else { return nil }
        return switch unwritten[entry.idempotencyKey] {
        case .delivered, .failed: nil
        case .postponed(let later): later
        case nil: entry
        }
      }
  }

  /// Whether the database holds an earlier, unsettled notification of that alert for the same channel, or knows this very one: a second
  /// way that was asked for again has been told already, or waits for its time.
  private func staysBack(_ entry: OutboxEntry, isSecondWay: Bool) async -> Bool {
    // The first of its alert, or tried or put off before: it was its turn then, or that of others which wait in memory as well.
    let hadItsTurn =
      entry.event.number == 1 || entry.attempts > 0 || unwritten[entry.idempotencyKey] != nil
    if hadItsTurn && !isSecondWay { return false }
    let deliveries = await deliveries(of: entry.event)
    let isUntried = entry.id < 0 && entry.attempts == 0
    if deliveries.contains(where: {
      $0.idempotencyKey == entry.idempotencyKey && ($0.state != .pending || isUntried)
    }) {
      return true
    }
    return !hadItsTurn
      && deliveries.contains { delivery in
        guard delivery.state == .pending, delivery.channel == entry.channel else { return false }
        switch unwritten[delivery.idempotencyKey] {
        case .delivered, .failed: return false
        case .postponed, nil: return delivery.idempotencyKey != entry.idempotencyKey
        }
      }
  }

  /// What the database knows of notifications about the same alert or order.
  private func deliveries(of event: AlertEvent) async -> [DeliveryRecord] {
    let id = event.alert.id
    if event.order != nil { return (try? await storage.orderStory(id))?.deliveries ?? [] }
    return (try? await storage.story(id))?.deliveries ?? []
  }

  private struct AlertChannel: Hashable {
    var alert: String
    var channel: String

    init(_ entry: OutboxEntry) {
      alert = entry.event.alert.id
      channel = entry.channel
    }
  }
}

extension AlertCommit {
  /// What became of notifications, and further ways of theirs.
  fileprivate var isOfOutbox: Bool { events.isEmpty && orders.events.isEmpty }
}

extension OutboxEntry {
  fileprivate var urgency: Int { event.alert.traits.priority.rank }
}
