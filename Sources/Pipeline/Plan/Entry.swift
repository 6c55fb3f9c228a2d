/// Index of a point in `LanePlan.points`.
package typealias PointID = UInt32
/// Index of a device in `LanePlan.devices`.
package typealias DeviceID = UInt32

/// Number of a message in the journal of its lane: 1, 2, 3 …, never used twice, also not after a crash.
/// 0 means "before the first message".
package typealias JournalPosition = UInt64

/// What travels through a lane's ring from the ingest thread to the core thread. 32 bytes, no references.
///
/// A message becomes one `.message` entry (a second one where it concerns a second device) followed by its readings.
/// Times of `.message` and `.tick` entries never go backwards: the ingest thread is the lane's only clock.
package struct Entry: Sendable {
  package enum Kind: UInt8, Sendable {
    /// `index` = device or `Entry.noDevice`, `time` = arrival, `position` = the message's.
    case message
    /// `index` = point, `time` = event time, `value` in the canonical unit (ignored when bad).
    case reading
    /// `time` = now; nothing arrived.
    case tick
  }

  package struct Flags: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The broker's retained copy, sent because of a subscription: no sign of life.
    package static let retained = Flags(rawValue: 1)
    /// Waited at the broker while the lane was not listening (service or broker down): the core takes such a message in
    /// without letting its clock advance, so that no timer fires on a silence that the backlog is about to break. The tick
    /// after the backlog advances the clock.
    package static let backlog = Flags(rawValue: 2)
  }

  package static let noDevice = DeviceID.max

  package var kind: Kind
  package var reason: QualityReason
  package var flags: Flags
  package var index: UInt32
  package var time: Timestamp
  package var value: Double
  package var position: JournalPosition

  package init(
    kind: Kind, reason: QualityReason = .none, flags: Flags = [], index: UInt32 = Entry.noDevice, time: Timestamp,
    value: Double = 0, position: JournalPosition
  ) {
    self.kind = kind
    self.reason = reason
    self.flags = flags
    self.index = index
    self.time = time
    self.value = value
    self.position = position
  }
}
