package import Pipeline

/// Publishes a simulation as its time comes. The clock and the pause are the caller's: a command passes the machine's, a test
/// a clock that jumps.
package struct SimulationRun {
  private var simulation: Simulation
  /// Longest pause, so that cancelling takes effect soon, ms.
  static let pauseMax: Int64 = 250
  package private(set) var published = 0

  package init(_ simulation: Simulation) { self.simulation = simulation }

  /// Publishes until `end` (nil: until cancelled) or until the publisher throws.
  package mutating func publish(
    to publisher: some SimulationPublisher, until end: Timestamp? = nil, now: () -> Timestamp,
    pause: (_ milliseconds: Int64) async throws -> Void
  ) async throws {
    while !Task.isCancelled {
      let time = min(now(), end ?? .distantFuture)
      for message in simulation.messages(until: time) {
        try await publisher.publish(message)
        published += 1
      }
      guard let next = simulation.nextAt, time < end ?? .distantFuture else { return }
      try await pause(min(Self.pauseMax, max(1, next - now())))
    }
  }
}
