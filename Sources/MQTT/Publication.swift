/// Why an outgoing message did not get to the broker.
package enum PublishFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// The bounded queue has no room; nothing was taken.
  case queueFull
  /// The connection stops or has stopped.
  case stopped
  /// QoS 0: the connection was lost before it was written.
  case connectionLost
  /// Topic, size or QoS that cannot be sent, or the broker's refusal, in words.
  case refused(String)

  package var description: String {
    switch self {
    case .queueFull: "the queue of outgoing MQTT messages is full"
    case .stopped: "the MQTT connection is stopped"
    case .connectionLost: "the MQTT connection was lost"
    case .refused(let reason): "the message was refused: \(reason)"
    }
  }
}

/// An outgoing message on its way from another thread to the loop.
struct Publication: Sendable {
  var topic: String
  var payload: [UInt8]
  var qos: UInt8
  var retain: Bool
  /// Called once, on the loop's thread: sent (QoS 0), acknowledged (QoS 1), or why not.
  var completed: @Sendable (Result<Void, PublishFailure>) -> Void
}
