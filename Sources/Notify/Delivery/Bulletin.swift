// A message that is about more than one alert, or about none: digests, the end of a flood, the daily proof of life.
package import Pipeline

package struct Bulletin: Sendable {
  /// Why entries share a message.
  package enum Cause: Sendable, Equatable {
    /// The first digest of a flood; further ones come every so many ms.
    case floodBegins(every: Int64)
    case flood(since: Timestamp)
    case quietHoursEnded
    /// They belong to one group of the channel.
    case group
    /// The robot's budget would not do for single messages, or they failed together.
    case tooMany
    /// More critical alerts at once than the robot takes one by one.
    case critical
  }

  package enum Content: Sendable {
    case digest([OutboxEntry], Cause)
    case floodEnded(since: Timestamp, alerts: Int, messages: Int)
    case proof(AlertCensus?)
  }

  package var content: Content
  /// The same for every attempt to send this very message.
  package var key: String

  package init(_ content: Content, key: String) {
    self.content = content
    self.key = key
  }
}

/// What the daily message says about the day before.
package struct AlertCensus: Sendable, Equatable {
  /// Open now; raised and closed on the day before; messages that this channel delivered then.
  package var open: Int
  package var raised: Int
  package var closed: Int
  package var delivered: Int

  package init(open: Int, raised: Int, closed: Int, delivered: Int) {
    self.open = open
    self.raised = raised
    self.closed = closed
    self.delivered = delivered
  }
}

/// A channel that people read: it can also send what covers many alerts.
package protocol BulletinSender: ChannelSender {
  /// One attempt, as `ChannelSender.send`.
  func send(_ bulletin: Bulletin, now: Timestamp) async -> DeliveryResult
}
