// What the alert desk is told by the configuration, and what it answers.
package import Alerts
package import Orders
package import Pipeline

/// The desk's view of the configuration: pure functions and bounds.
package struct DeskPolicy: Sendable {
  package var limits = AlertLimits()
  /// Events kept in memory while the database refuses; above it `take` refuses too.
  package var pendingEvents = 20_000
  /// Steps of alerts and orders in one transaction, 1 or more. It holds more only where they belong together: all that one change, or one
  /// instant, brings.
  package var stepsAtOnce = 500
  /// Priority, title and advice that an alert inherits from its rule.
  package var traits: @Sendable (ConditionChange) -> AlertTraits
  /// Who is on duty, deadlines, repeating.
  package var response: ResponsePolicy
  /// Deadlines of orders, what orders by itself.
  package var orders: OrderPolicy
  /// What keeps alerts quiet without anybody planning it.
  package var quiet: QuietPolicy
  /// Which channels hear of an event; `Router.channels(for:)`.
  package var channels: @Sendable (AlertEvent) -> [String]
  /// Something new is in the outbox; `OutboxWorker.wake()`.
  package var wakeOutbox: @Sendable () -> Void
  /// The database will never take something; of each alert that is said once.
  package var noteSetAside: @Sendable (SetAside) -> Void

  package init(
    traits: @escaping @Sendable (ConditionChange) -> AlertTraits,
    response: ResponsePolicy = .none, orders: OrderPolicy = .none, quiet: QuietPolicy = .none,
    channels: @escaping @Sendable (AlertEvent) -> [String] = { _ in [] },
    wakeOutbox: @escaping @Sendable () -> Void = {}, noteSetAside: @escaping @Sendable (SetAside) -> Void = { _ in }
  ) {
    self.traits = traits
    self.response = response
    self.orders = orders
    self.quiet = quiet
    self.channels = channels
    self.wakeOutbox = wakeOutbox
    self.noteSetAside = noteSetAside
  }
}

/// What became of changes that a lane handed over.
package enum Taken: Sendable, Equatable {
  /// On disk with everything they cause.
  case stored
  /// Taken in; they wait in memory until the database accepts them. A checkpoint must not pass them.
  case pending
  /// Not taken in, too much waits already: hand the same changes over again later.
  case refused
}

/// What became of a person's action.
package struct ActionOutcome: Sendable, Equatable {
  /// The alert now. After an acknowledgement that came second, `acknowledgedBy` is the first.
  package var alert: Alert
  /// Empty: it was so already.
  package var events: [AlertEvent]
  /// Channels on which the person hears of it to whom the alert was assigned.
  package var told: [String] = []
  /// False while the database refuses: the action counts, but a crash now would forget it.
  package var stored: Bool
}

/// Why alerts live in memory only at the moment.
package struct StorageTrouble: Sendable, Equatable {
  package var error: StoreError
  /// The newest time the desk knew when it began.
  package var since: Timestamp
  package var pendingEvents: Int
}
