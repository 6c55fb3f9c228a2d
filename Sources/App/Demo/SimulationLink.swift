import Community
import Foundation
package import Logging
import MQTT
package import Simulator

/// Carries a simulation to a broker.
package final class SimulationLink: SimulationPublisher, Sendable {
  private let connection: Connection

  package init(host: String, port: Int, clientID: String, logger: Logger) throws {
    var settings = try ConnectionSettings(
      id: clientID, host: host, port: port, clientID: clientID, subscriptions: [])
    settings.publishQueueMessages = 20_000
    connection = try Connection(settings: settings, handler: Deaf(), logger: logger)
    connection.start()
  }

  package func stop() { connection.stop() }

  /// Waits for room in the queue, not for the broker's answer: that would limit the rate to one message a round trip.
  package func publish(_ message: SimulatedMessage) async throws {
    while true {
      do {
        return try connection.publish(topic: message.topic, payload: message.payload, qos: 1, retain: message.retained)
      } catch PublishFailure.queueFull {
        try await Task.sleep(for: .milliseconds(1))
      }
    }
  }

  /// Waits until everything that was published is with the broker.
  package func drain() async throws {
    try await connection.published(topic: "linli/simulator/end", payload: [], qos: 1)
  }

  /// The simulator does not listen.
  private final class Deaf: ConnectionHandler {
    func received(_ message: IncomingMessage) {}
    func commit() throws {}
    func idle() {}
    func stateChanged(_ state: ConnectionState) {}
    var canTakeMore: Bool { true }
  }
}
