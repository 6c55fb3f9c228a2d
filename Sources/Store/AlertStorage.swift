// What the alert desk needs of a database, and the unit in which it writes. The store implements it; tests put failures
// in between.
package import Alerts
package import Notify
package import Pipeline

/// How far a lane has come: the last message it had taken in and the number of the change since then.
package struct LaneStep: Sendable, Hashable, Comparable {
  package var position: JournalPosition
  package var ordinal: UInt32

  package init(position: JournalPosition, ordinal: UInt32) {
    self.position = position
    self.ordinal = ordinal
  }

  package static func < (a: LaneStep, b: LaneStep) -> Bool { (a.position, a.ordinal) < (b.position, b.ordinal) }
}

/// An event with its number among all events of this installation: 1, 2, 3 …; live pages resume by it.
package struct NumberedEvent: Sendable, Equatable {
  package var sequence: Int64
  package var event: AlertEvent

  package init(sequence: Int64, event: AlertEvent) {
    self.sequence = sequence
    self.event = event
  }
}

/// One transaction: everything that changes of a lane, or the action of a person, cause.
package struct AlertCommit: Sendable {
  /// nil for what no lane caused.
  package var lane: String?
  package var step: LaneStep?
  /// The lane's clock at that step.
  package var clock: Timestamp?
  /// The desk's own clock: what was decided up to here must not be decided again, as of an earlier time, after a restart.
  package var deskClock: Timestamp?
  package var events: [NumberedEvent]
  package var outbox: [OutboxEntry]
  package var settlements: [Settlement]
  /// What channels remember.
  package var notes: [ChannelNote] = []
  /// What happened to orders with it.
  package var orders = OrderRecords()
  /// What somebody planned or ended.
  package var quiets: [QuietRecord] = []

  package init(
    lane: String? = nil, step: LaneStep? = nil, events: [NumberedEvent] = [], outbox: [OutboxEntry] = [],
    settlements: [Settlement] = []
  ) {
    self.lane = lane
    self.step = step
    self.events = events
    self.outbox = outbox
    self.settlements = settlements
  }
}

/// An alert with everything that happened to it, oldest first.
package struct AlertStory: Sendable, Equatable {
  package var alert: Alert
  package var events: [NumberedEvent]
  package var deliveries: [DeliveryRecord]

  package init(alert: Alert, events: [NumberedEvent], deliveries: [DeliveryRecord]) {
    self.alert = alert
    self.events = events
    self.deliveries = deliveries
  }
}

package protocol AlertStorage: Outbox, OrderStorage {
  /// Lane → the last change whose consequences are stored.
  func appliedSteps() async throws(StoreError) -> [String: LaneStep]
  /// Lane → its clock at that change.
  func appliedClocks() async throws(StoreError) -> [String: Timestamp]
  /// What `AlertBook.init(restoring:)` needs; of the closed ones those that ended after a time, as far as there is room.
  func alertsToRestore(endedAfter time: Timestamp) async throws(StoreError) -> [Alert]
  /// Number of the newest event; 0 when there is none.
  func lastSequence() async throws(StoreError) -> Int64
  /// Writes all of them in one transaction, in order; one whose lane step is applied already is skipped. Doing it twice is
  /// doing it once. Returns which ones were applied.
  @discardableResult
  func commit(_ commits: [AlertCommit]) async throws(StoreError) -> [Bool]
  func alert(_ id: String) async throws(StoreError) -> Alert?
  func story(_ id: String) async throws(StoreError) -> AlertStory?
  func alerts(_ query: AlertQuery) async throws(StoreError) -> AlertPage
  /// Events numbered above `sequence`, in order.
  func events(after sequence: Int64, limit: Int) async throws(StoreError) -> [NumberedEvent]
  /// Planned quiet that was not over at a time, or newest first whatever its end; at most `limit`.
  func plannedQuiet(endingAfter time: Timestamp, limit: Int) async throws(StoreError) -> [PlannedQuiet]
  /// The desk's clock at its newest commit; nil: an earlier version wrote none.
  func deskClock() async throws(StoreError) -> Timestamp?
  /// Time of the newest event; nil without any.
  func newestEventTime() async throws(StoreError) -> Timestamp?
}
