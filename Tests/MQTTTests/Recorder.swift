import Logging
import MQTT
import Synchronization

/// A handler that notes everything, and commits or not as told.
final class Recorder: ConnectionHandler, Sendable {
  struct Refusal: Error, CustomStringConvertible {
    var description: String { "disk full" }
  }

  struct Message: Equatable, Sendable {
    var topic: String
    var payload: String
    var qos: UInt8
    var retained: Bool
    var packetID: UInt16
    var redelivered: Bool?
    var backlog: Bool
  }

  struct Notes: Sendable {
    /// Everything received, also what was never committed.
    var received: [Message] = []
    var committed = 0
    var states: [ConnectionState] = []
    var idles = 0
    var commits = 0
    var mayCommit = true
    var canTakeMore = true
  }

  let notes = Mutex(Notes())

  func received(_ message: IncomingMessage) {
    let new = Message(
      topic: String(decoding: message.topic, as: UTF8.self), payload: String(decoding: message.payload, as: UTF8.self),
      qos: message.qos, retained: message.retained, packetID: message.packetID, redelivered: message.redelivered,
      backlog: message.backlog)
    notes.withLock { $0.received.append(new) }
  }

  func commit() throws {
    try notes.withLock {
      $0.commits += 1
      guard $0.mayCommit else { throw Refusal() }
      $0.committed = $0.received.count
    }
  }

  func idle() { notes.withLock { $0.idles += 1 } }
  func stateChanged(_ state: ConnectionState) { notes.withLock { $0.states.append(state) } }
  var canTakeMore: Bool { notes.withLock { $0.canTakeMore } }

  var received: [Message] { notes.withLock { $0.received } }
  var payloads: [String] { received.map(\.payload) }
  var states: [ConnectionState] { notes.withLock { $0.states } }
  func set(_ change: @Sendable (inout Notes) -> Void) { notes.withLock { change(&$0) } }
}

extension Connection {
  /// A running connection to a test broker.
  static func started(_ settings: ConnectionSettings, _ handler: Recorder) throws -> Connection {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let connection = try Connection(settings: settings, handler: handler, logger: logger) { 0.99 }
    connection.start()
    return connection
  }

  var isSubscribed: Bool {
    if case .subscribed = state { true } else { false }
  }
}
