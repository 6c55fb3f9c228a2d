/// Why there is no connection to the broker. What a library says of it stays in its own English words.
package enum ConnectionLoss: Sendable, Equatable, CustomStringConvertible {
  /// The broker's answer to CONNECT.
  case refused(String)
  /// The broker said goodbye (MQTT 5), with or without a reason.
  case disconnected(String?)
  /// Another client with our client id has connected.
  case takenOver(clientID: String)
  /// The broker closed the connection without a word.
  case closed(clientID: String)
  /// Seconds without an answer to CONNECT.
  case noAnswer(Int64)
  case closedInHandshake
  case lost
  case lostWhileHeld
  /// The host has no address.
  case unresolved(host: String, String)
  /// The library, the system or TLS, in their words.
  case library(String)

  package var description: String {
    switch self {
    case .refused(let reason): "the broker refuses the connection: \(reason)"
    case .disconnected(let reason?): "the broker disconnected: \(reason)"
    case .disconnected(nil): "the broker disconnected"
    case .takenOver(let id): "another client connected with the client id '\(id)'; each needs its own"
    // mosquitto before 2.0.12 does not say that another client took the session over.
    case .closed(let id):
      "the broker closed the connection: it stopped, or another client uses the client id '\(id)'"
    case .noAnswer(let seconds): "no answer to CONNECT within \(seconds) s"
    case .closedInHandshake: "the broker closed the connection during the handshake"
    case .lost: "connection lost"
    case .lostWhileHeld: "connection lost while nothing could be committed"
    case .unresolved(let host, let reason): "\(host): \(reason)"
    case .library(let reason): reason
    }
  }
}

/// A subscription that the broker does not grant.
package struct RejectedSubscription: Sendable, Equatable, CustomStringConvertible {
  package var filter: String
  /// The library's words for the broker's reason code.
  package var reason: String

  package init(filter: String, reason: String) {
    self.filter = filter
    self.reason = reason
  }

  package var description: String { "\(filter): \(reason)" }
}
