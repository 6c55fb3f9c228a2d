/// `status`: the service in one page. Keys are those of INTERFACE §2 (snake_case on the wire).
package struct StatusView: Codable, Sendable, Equatable {
  package struct Broker: Codable, Sendable, Equatable {
    package var id: String
    package var url: String
    package var connected: Bool
    /// Since when it is connected or disconnected, RFC 3339.
    @ExplicitNull package var since: String?
    /// connecting · connected · waiting · stopped, in words of the reader's language, with the reason of the last failure.
    package var state: String
    /// How its lane copes.
    package var load: Load
    package init(id: String, url: String, connected: Bool, since: String?, state: String, load: Load = Load()) {
      self.load = load
      self.id = id
      self.url = url
      self.connected = connected
      self.since = since
      self.state = state
    }
  }
  /// How a lane copes with what comes in.
  package struct Load: Codable, Sendable, Equatable {
    package struct Dropped: Codable, Sendable, Equatable {
      /// The first two levels of the topics, as a filter; "other" for what found no row.
      package var prefix: String
      package var total: UInt64
      package init(prefix: String, total: UInt64) {
        self.prefix = prefix
        self.total = total
      }
    }
    /// normal · busy · overloaded
    package var state: String
    /// Since when, RFC 3339.
    @ExplicitNull package var since: String?
    /// Messages taken in a second, over the last ten seconds.
    package var perSecond: Double
    /// QoS 0 messages dropped since the start because the lane could not take them, and the largest rows of them.
    package var droppedTotal: UInt64
    package var dropped: [Dropped]
    package init(
      state: String = "normal", since: String? = nil, perSecond: Double = 0, droppedTotal: UInt64 = 0,
      dropped: [Dropped] = []
    ) {
      self.state = state
      self.since = since
      self.perSecond = perSecond
      self.droppedTotal = droppedTotal
      self.dropped = dropped
    }
  }
  package struct Messages: Codable, Sendable, Equatable {
    package var receivedTotal: UInt64
    /// Kept as dead letters: undecodable or too large.
    package var rejectedTotal: UInt64
    /// Given up for want of room: QoS 0 that a lane could not take, overwritten in the journal before a checkpoint, or not
    /// published.
    package var droppedTotal: UInt64
    package var perSecond: Double
    /// Came twice after a reconnect and were recognised.
    package var duplicateTotal: UInt64
    package init(
      receivedTotal: UInt64 = 0, rejectedTotal: UInt64 = 0, droppedTotal: UInt64 = 0, perSecond: Double = 0,
      duplicateTotal: UInt64 = 0
    ) {
      self.receivedTotal = receivedTotal
      self.rejectedTotal = rejectedTotal
      self.droppedTotal = droppedTotal
      self.perSecond = perSecond
      self.duplicateTotal = duplicateTotal
    }
  }
  package struct Devices: Codable, Sendable, Equatable {
    package var total: Int
    package var online: Int
    package var silent: Int
    package var unassigned: Int
    package init(total: Int = 0, online: Int = 0, silent: Int = 0, unassigned: Int = 0) {
      self.total = total
      self.online = online
      self.silent = silent
      self.unassigned = unassigned
    }
  }
  /// Active alerts by priority.
  package struct Alerts: Codable, Sendable, Equatable {
    package var critical: Int
    package var high: Int
    package var medium: Int
    package var low: Int
    package init(critical: Int = 0, high: Int = 0, medium: Int = 0, low: Int = 0) {
      self.critical = critical
      self.high = high
      self.medium = medium
      self.low = low
    }
  }
  package struct Journal: Codable, Sendable, Equatable {
    package var bytes: UInt64
    /// Arrival of the oldest message it still holds, RFC 3339.
    @ExplicitNull package var oldest: String?
    package init(bytes: UInt64 = 0, oldest: String? = nil) {
      self.bytes = bytes
      self.oldest = oldest
    }
  }
  package struct History: Codable, Sendable, Equatable {
    package var bytes: UInt64
    /// Time of the oldest reading that is kept, RFC 3339; about so, by blocks.
    @ExplicitNull package var oldest: String?
    /// Messages committed and not read by the history yet.
    package var lagMessages: UInt64
    /// Readings in memory that wait for their block; the journal has them.
    package var bufferedReadings: Int
    /// Messages that the journal gave up before the history had read them.
    package var lostMessages: UInt64
    package init(
      bytes: UInt64 = 0, oldest: String? = nil, lagMessages: UInt64 = 0, bufferedReadings: Int = 0,
      lostMessages: UInt64 = 0
    ) {
      self.bytes = bytes
      self.oldest = oldest
      self.lagMessages = lagMessages
      self.bufferedReadings = bufferedReadings
      self.lostMessages = lostMessages
    }
  }
  package struct Outbox: Codable, Sendable, Equatable {
    package var pending: Int
    package var failed: Int
    package init(pending: Int = 0, failed: Int = 0) {
      self.pending = pending
      self.failed = failed
    }
  }

  package var version: String
  package var uptimeSeconds: Int
  package var startedAt: String
  package var place: String?
  package var brokers: [Broker]
  package var messages: Messages
  package var devices: Devices
  package var alerts: Alerts
  package var journal: Journal
  package var history: History
  package var outbox: Outbox
  /// Rules in force.
  package var rules: Int
  package var points: Int
  /// What is wrong with Linli itself, in words; empty when nothing is.
  package var troubles: [String]

  package init(
    version: String, uptimeSeconds: Int, startedAt: String, place: String?, brokers: [Broker], messages: Messages,
    devices: Devices, alerts: Alerts, journal: Journal, history: History = History(), outbox: Outbox, rules: Int,
    points: Int, troubles: [String]
  ) {
    self.version = version
    self.uptimeSeconds = uptimeSeconds
    self.startedAt = startedAt
    self.place = place
    self.brokers = brokers
    self.messages = messages
    self.devices = devices
    self.alerts = alerts
    self.journal = journal
    self.history = history
    self.outbox = outbox
    self.rules = rules
    self.points = points
    self.troubles = troubles
  }
}
