/// A message in the library's callback. The buffers are valid during the call only.
package struct IncomingMessage {
  package var topic: UnsafeRawBufferPointer
  package var payload: UnsafeRawBufferPointer
  package var qos: UInt8
  package var retained: Bool
  /// 0 for QoS 0.
  package var packetID: UInt16
  /// The DUP flag. nil: not known. After the first receive maximum of a connection always false: a broker re-sends when a
  /// client connects, not later.
  package var redelivered: Bool?
  /// Waited at the broker while we were away, or is retained: came before our own sign-on came back to us.
  package var backlog: Bool
}

/// Takes what a connection brings. Every call comes on the connection's own thread, none of them may block for long.
///
/// The order is: `received` any number of times, `commit`, then the acknowledgements of these messages leave.
package protocol ConnectionHandler: AnyObject {
  func received(_ message: IncomingMessage)

  /// Whether this QoS 0 message shall be dropped without being looked at: asked before `received`, which then does not come.
  func sheds(_ message: IncomingMessage) -> Bool

  /// Nothing is left to read (or nothing can be read: no connection, no commit). While this does not come the thread reads
  /// as fast as it can and is behind.
  func caughtUp()

  /// Makes everything received so far safe, synced where QoS 1 is among it (also when all of it was recognised as second
  /// comings and dropped). When this throws, no acknowledgement leaves, reading stops and it is called again with growing
  /// pauses.
  func commit() throws

  /// Called once a turn of the loop: after each batch and at least about every 100 ms, connected or not. The place for
  /// ticks and for the periodic sync of QoS 0 messages.
  func idle()

  /// Called after each change. `.connected` comes before the first message of that connection.
  func stateChanged(_ state: ConnectionState)

  /// Back-pressure: while false nothing is read (asked between two packets and before waiting).
  var canTakeMore: Bool { get }
}

extension ConnectionHandler {
  package func sheds(_ message: IncomingMessage) -> Bool { false }
  package func caughtUp() {}
}
