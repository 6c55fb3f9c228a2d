package import Alerts
package import Pipeline
package import Words

/// A notification that waits to be delivered: written in the transaction of the alert change that caused it.
package struct OutboxEntry: Codable, Sendable, Equatable, Identifiable {
  /// Given by the store; 0 before.
  package var id: Int64
  /// The same for every attempt; receivers can drop doubles by it. `<alert id>-<event number>-<channel>`.
  package var idempotencyKey: String
  package var channel: String
  package var event: AlertEvent
  package var attempts: Int
  package var createdAt: Timestamp
  package var nextAttemptAt: Timestamp
  /// When it was tried first and failed; nil: it has not failed yet.
  package var failingSince: Timestamp?
  package var lastError: LocalizedText?

  package init(
    id: Int64 = 0, idempotencyKey: String, channel: String, event: AlertEvent, attempts: Int = 0,
    createdAt: Timestamp, nextAttemptAt: Timestamp, failingSince: Timestamp? = nil, lastError: LocalizedText? = nil
  ) {
    self.id = id
    self.idempotencyKey = idempotencyKey
    self.channel = channel
    self.event = event
    self.attempts = attempts
    self.createdAt = createdAt
    self.nextAttemptAt = nextAttemptAt
    self.failingSince = failingSince
    self.lastError = lastError
  }
}

extension OutboxEntry {
  /// The notification of an event on a channel, due at once. The same event gives the same key whenever it is written.
  package init(event: AlertEvent, channel: String, at now: Timestamp, id: Int64 = 0) {
    self.init(
      id: id, idempotencyKey: "\(event.alert.id)-\(event.number)-\(channel)", channel: channel, event: event,
      createdAt: now, nextAttemptAt: now)
  }

  /// The same notification for the fallback channel. However often it is made, the outbox takes it once.
  func second(way channel: String, at now: Timestamp) -> OutboxEntry {
    OutboxEntry(
      idempotencyKey: "\(idempotencyKey)-via-\(channel)", channel: channel, event: event, createdAt: now,
      nextAttemptAt: now)
  }
}

/// What became of an attempt to deliver a notification.
package enum Settlement: Sendable, Equatable {
  case delivered(OutboxEntry, at: Timestamp)
  /// Given up after the last attempt or a refusal that no retry can mend; stays visible as failed.
  case failed(OutboxEntry, at: Timestamp)
  /// Try again later. The entry carries the new attempt count, time and error.
  case postponed(OutboxEntry)

  package var entry: OutboxEntry {
    switch self {
    case .delivered(let entry, _), .failed(let entry, _), .postponed(let entry): entry
    }
  }
}

/// Where notifications wait. The store implements it over SQLite; tests over memory. A reminder is not taken in while the
/// last notification of its alert that waits for the same channel is one, too: hours without a channel must not end in hours of
/// reminders.
package protocol Outbox: Sendable {
  /// Entries due at `now` of channels not in `busy`, most urgent alert first, then oldest; at most `limit`. Of one alert
  /// and channel only the oldest waiting entry counts, even when that one is not due yet: its later events stay behind it.
  func due(at now: Timestamp, excluding busy: Set<String>, limit: Int) async throws -> [OutboxEntry]
  /// Everything of one channel that is due, in the same order, later events of an alert too, unless an earlier one is not
  /// due yet: what one message may cover.
  func due(at now: Timestamp, of channel: String, limit: Int) async throws -> [OutboxEntry]
  /// The earliest `nextAttemptAt` of a waiting entry that lies after `now`; nil when there is none.
  func nextDue(after now: Timestamp) async throws -> Timestamp?
  /// The outcome of one message, in one transaction: what became of every entry that it covered, the second ways that open
  /// (an entry whose idempotency key is known already, waiting, delivered or failed, is ignored), and the channel's memory.
  func settle(_ settlements: [Settlement], adding: [OutboxEntry], note: ChannelNote?) async throws
  /// What channels remember, from the last life of the service.
  func notes() async throws -> [ChannelNote]
}

extension Outbox {
  package func delivered(_ entry: OutboxEntry, at time: Timestamp) async throws {
    try await settle([.delivered(entry, at: time)], adding: [], note: nil)
  }
  package func failed(_ entry: OutboxEntry, at time: Timestamp) async throws {
    try await settle([.failed(entry, at: time)], adding: [], note: nil)
  }
  package func postpone(_ entry: OutboxEntry) async throws {
    try await settle([.postponed(entry)], adding: [], note: nil)
  }
  package func add(_ entry: OutboxEntry) async throws { try await settle([], adding: [entry], note: nil) }
}
