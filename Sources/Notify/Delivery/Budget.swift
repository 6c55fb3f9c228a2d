// How many messages a channel may still send: exact sliding windows, so that no span of a minute ever holds more than the
// robot allows, however the sends are spread.
package import Pipeline

package struct Budget: Sendable {
  package struct Limit: Sendable, Equatable {
    package var count: Int
    /// Ms.
    package var window: Int64
    /// Of `count`, so many are kept for critical alerts.
    package var reserve: Int

    package init(count: Int, window: Int64, reserve: Int = 0) {
      self.count = count
      self.window = window
      self.reserve = reserve
    }
  }

  private let limits: [Limit]
  /// Times of the last sends, oldest first; never more than the largest limit.
  private var sent: [Timestamp] = []
  private var blockedUntil = Timestamp.distantPast

  package init(_ limits: [Limit]) { self.limits = limits.filter { $0.count > 0 } }

  /// The limits of FIELD §2, with a second more than the minute: the robot counts arrivals, we count departures.
  package init(for kind: Channel.Kind) {
    switch kind {
    case .wecom, .dingtalk: self.init([Limit(count: 20, window: 61_000, reserve: 4)])
    case .feishu: self.init([Limit(count: 100, window: 61_000, reserve: 10), Limit(count: 5, window: 1_200)])
    case .webhook, .mqtt, .email: self.init([])
    }
  }

  /// When the next message may leave: `now`, or a later time. Critical ones may use the reserve.
  package func next(at now: Timestamp, critical: Bool) -> Timestamp {
    var time = max(now, blockedUntil)
    for limit in limits {
      let usable = max(1, limit.count - (critical ? 0 : limit.reserve))
      guard sent.count >= usable else { continue }
      // The message may leave when the `usable`-th last send has left the window.
      time = max(time, sent[sent.count - usable] + limit.window)
    }
    return time
  }

  package mutating func spend(at now: Timestamp) {
    let most = limits.map(\.count).max() ?? 0
    guard most > 0 else { return }
    sent.append(now)
    if sent.count > most { sent.removeFirst(sent.count - most) }
  }

  /// Nothing leaves before `time`: the receiver asked for a pause or has banned us.
  package mutating func block(until time: Timestamp) { blockedUntil = max(blockedUntil, time) }
}
