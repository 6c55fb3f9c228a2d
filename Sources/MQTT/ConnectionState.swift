/// Where a connection stands, as the handler and the metrics see it.
package enum ConnectionState: Sendable, Equatable {
  /// Not started yet.
  case idle
  /// Looking the host up, connecting, shaking hands.
  case connecting
  /// Accepted by the broker. With `sessionPresent` it still has our subscriptions and the messages since.
  case connected(sessionPresent: Bool)
  /// Every subscription was answered; those in `rejected` were refused.
  case subscribed(sessionPresent: Bool, rejected: [RejectedSubscription])
  /// The handler could not commit: nothing is acknowledged or read until it can. The broker keeps the messages.
  case holding(reason: String)
  /// Not connected; the next attempt comes in `retryIn` ms.
  case waiting(reason: ConnectionLoss, retryIn: Int64)
  case stopped

  package var isConnected: Bool {
    switch self {
    case .connected, .subscribed, .holding: true
    case .idle, .connecting, .waiting, .stopped: false
    }
  }
}

package struct ConnectionCounters: Sendable, Equatable {
  /// Connections the broker accepted; connections lost; attempts that failed or were refused.
  package var connects: UInt64 = 0
  package var disconnects: UInt64 = 0
  package var failedAttempts: UInt64 = 0
  /// Messages given to the handler, and their payload bytes.
  package var received: UInt64 = 0
  package var receivedBytes: UInt64 = 0
  /// Larger than `payloadBytesMaximum`.
  package var oversized: UInt64 = 0
  /// Batches committed; commits that failed.
  package var commits: UInt64 = 0
  package var failedCommits: UInt64 = 0
  /// QoS 1 messages whose acknowledgement waits for a commit right now.
  package var acksHeld: UInt64 = 0
  /// Outgoing: sent (QoS 1: acknowledged), failed, refused because the queue was full.
  package var published: UInt64 = 0
  package var publishFailures: UInt64 = 0
  package var publishRefused: UInt64 = 0

  package init() {}
}
