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
    /// Of `reserve`, the last so many leave at equal distances only, so that a critical alert never waits for the end of the
    /// window: at most `window / (paced + 1)`.
    package var paced: Int

    package init(count: Int, window: Int64, reserve: Int = 0, paced: Int = 0) {
      self.count = count
      self.window = window
      self.reserve = reserve
      self.paced = paced
    }

    /// Ms between two of the paced ones: so many steps that the window is over before the count is.
    var pace: Int64 { window / Int64(paced + 1) + 1 }
  }

  /// What outlives a restart.
  package struct Memory: Codable, Sendable, Equatable {
    /// Times of the last sends, oldest first; never more than the largest limit.
    package var sent: [Timestamp] = []
    package var blockedUntil = Timestamp.distantPast

    package init() {}
  }

  private let limits: [Limit]
  package private(set) var memory: Memory

  package init(_ limits: [Limit], remembering memory: Memory = Memory()) {
    self.limits = limits.filter { $0.count > 0 }
    self.memory = memory
  }

  /// The limits of FIELD §2, with a second more than the minute: the robot counts arrivals, we count departures.
  package init(for kind: Channel.Kind, remembering memory: Memory = Memory()) {
    let limits =
      switch kind {
      // 12 for everything, 8 more for critical alerts, the last 6 of them 9 s apart.
      case .wecom, .dingtalk: [Limit(count: 20, window: 61_000, reserve: 8, paced: 6)]
      case .feishu: [Limit(count: 100, window: 61_000, reserve: 20, paced: 10), Limit(count: 5, window: 1_200)]
      // Weibo: 30 posts an hour.
      case .weibo: [Limit(count: 30, window: 3_601_000, reserve: 10)]
      // Discourse: 60 requests a minute with an admin's key (`max_admin_api_reqs_per_minute`).
      case .discourse: [Limit(count: 60, window: 61_000, reserve: 10)]
      case .webhook, .mqtt, .email, .alertmanager, .http, .wechat: [Limit]()
      }
    self.init(limits, remembering: memory)
  }

  package var isLimited: Bool { !limits.isEmpty }

  /// When the next message may leave: `now`, or a later time. Critical ones may use the reserve.
  package func next(at now: Timestamp, critical: Bool) -> Timestamp {
    var time = max(now, memory.blockedUntil)
    let sent = memory.sent
    for limit in limits {
      let usable = max(1, limit.count - (critical ? 0 : limit.reserve))
      // The message may leave when the `usable`-th last send has left the window.
      if sent.count >= usable { time = max(time, sent[sent.count - usable] + limit.window) }
      let quick = limit.count - limit.paced
      if critical, limit.paced > 0, sent.count >= quick, sent[sent.count - quick] + limit.window > time {
        time = max(time, sent[sent.count - 1] + limit.pace)
      }
    }
    return time
  }

  /// How many messages may leave from now on within `span` ms; at most `most`.
  package func capacity(within span: Int64, at now: Timestamp, critical: Bool, most: Int = 64) -> Int {
    guard isLimited else { return next(at: now, critical: critical) <= now + span ? most : 0 }
    var trial = self
    var time = now
    for count in 0..<most {
      time = trial.next(at: time, critical: critical)
      if time > now + span { return count }
      trial.spend(at: time)
    }
    return most
  }

  package mutating func spend(at now: Timestamp) {
    let most = limits.map(\.count).max() ?? 0
    guard most > 0 else { return }
    memory.sent.append(now)
    if memory.sent.count > most { memory.sent.removeFirst(memory.sent.count - most) }
  }

  /// Nothing leaves before `time`: the receiver asked for a pause or has banned us.
  package mutating func block(until time: Timestamp) { memory.blockedUntil = max(memory.blockedUntil, time) }
}
