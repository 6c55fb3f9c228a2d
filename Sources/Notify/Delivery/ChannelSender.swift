// The seam between the outbox and the world: one attempt to deliver one notification, and how it went.
package import Pipeline
package import Words

package protocol ChannelSender: Sendable {
  /// One attempt. Never throws and never waits longer than its own timeout: every failure is a result.
  func send(_ entry: OutboxEntry, now: Timestamp) async -> DeliveryResult
}

package enum DeliveryResult: Sendable, Equatable {
  case delivered
  /// May work later. `after`: ms for which the receiver wants nothing at all from this channel; nil: the usual pauses.
  case retry(after: Int64?, reason: LocalizedText)
  /// No repetition can mend it.
  case refused(reason: LocalizedText)
  /// The receiver takes messages, but not this one (its content, its length). A digest is then told alert by alert; a single
  /// message is refused.
  case unfit(reason: LocalizedText)
}

extension DeliveryResult {
  package var reason: LocalizedText? {
    switch self {
    case .delivered: nil
    case .retry(_, let reason), .refused(let reason), .unfit(let reason): reason
    }
  }
}

/// Time as the worker sees it; tests drive it by hand.
package protocol DeliveryClock: Sendable {
  var now: Timestamp { get }
  /// Returns at `deadline` or when the task is cancelled.
  func sleep(until deadline: Timestamp) async
}
