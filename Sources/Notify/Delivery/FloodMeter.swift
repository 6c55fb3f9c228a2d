// When a channel is flooded: more than ten alerts in ten minutes (ISA-18.2, EEMUA 191); the flood is over when fewer than
// five came in ten minutes. A pure state machine; it is part of what a channel remembers over restarts.
package import Pipeline

package struct FloodMeter: Codable, Sendable, Equatable {
  /// Ms.
  package static let window: Int64 = 600_000
  package static let above = 10
  package static let overBelow = 5

  /// A flood, from its first digest to the message that it is over.
  package struct Flood: Codable, Sendable, Equatable {
    package var since: Timestamp
    /// Not before then goes the next digest.
    package var nextDigest: Timestamp
    /// Alerts told in it, and messages that told them.
    package var alerts = 0
    package var messages = 0
    /// A message has said that it began.
    package var isAnnounced = false
  }

  /// When the last alerts came, oldest first; as many as the comparison needs.
  private var times: [Timestamp] = []
  package private(set) var flood: Flood?

  package init() {}

  /// Alerts that came within the ten minutes before `now`; counted up to one above the limit.
  package func count(at now: Timestamp) -> Int { times.count { now - $0 < Self.window } }

  /// Notes alerts by the times when they came.
  package mutating func note(_ arrivals: [Timestamp]) {
    times = Array((times + arrivals).sorted().suffix(Self.above + 1))
  }

  /// Begins a flood when these, with those before, are too many. True while there is one.
  package mutating func isFlooded(with fresh: Int, at now: Timestamp) -> Bool {
    if flood == nil, fresh > 0, count(at: now) + fresh > Self.above { flood = Flood(since: now, nextDigest: now) }
    return flood != nil
  }

  /// A digest has left.
  package mutating func digested(at now: Timestamp, every period: Int64) { flood?.nextDigest = now + period }

  /// A message was delivered; `fresh`: alerts that it told for the first time.
  package mutating func told(_ fresh: Int, announced: Bool) {
    flood?.alerts += fresh
    flood?.messages += 1
    if announced { flood?.isAnnounced = true }
  }

  /// When the flood may be over at the earliest; nil without one.
  package var mayEnd: Timestamp? {
    guard let flood else { return nil }
    guard times.count >= Self.overBelow else { return flood.nextDigest }
    return max(flood.nextDigest, times[times.count - Self.overBelow] + Self.window)
  }

  package mutating func end() { flood = nil }
}
