/// What the library does not say about a message, found out: whether it carries the DUP flag, and whether it waited at the
/// broker while we were away.
///
/// - DUP is in the library's debug line for each PUBLISH, which comes just before the message itself. That line costs a
///   microsecond, so it is only watched for the first receive maximum of QoS 1 messages of a connection whose session was
///   present: re-deliveries are among them.
/// - On each connection we publish our own sign-on, QoS 1, to a topic we subscribe to. What was queued for us before comes
///   before it, so its coming back ends the backlog. Where it does not come back (no permission), a quiet socket or ten
///   seconds end it.
struct IncomingTracker {
  static let quietEnds: Int64 = 250
  static let timeEnds: Int64 = 10_000

  private(set) var backlog = false
  /// QoS 1 messages whose DUP flag is still asked for.
  private(set) var watched = 0
  private var flag: Bool?
  private var began: Int64 = 0
  private var lastMessage: Int64 = 0
  private(set) var signOn: [UInt8] = []

  /// - Parameter signOn: payload of this connection's sign-on.
  mutating func connected(sessionPresent: Bool, receiveMaximum: Int, signOn: String, now: Int64) {
    backlog = true
    watched = sessionPresent ? receiveMaximum : 0
    flag = nil
    began = now
    lastMessage = now
    self.signOn = Array(signOn.utf8)
  }

  /// The library's line for a PUBLISH said so.
  mutating func line(redelivered: Bool) { flag = redelivered }

  /// A QoS 1 message: its DUP flag as far as known.
  mutating func takeFlag() -> Bool? {
    defer { flag = nil }
    guard watched > 0 else { return false }
    watched -= 1
    return flag
  }

  mutating func signedOn() { backlog = false }

  mutating func message(_ now: Int64) {
    guard backlog else { return }
    lastMessage = now
    if now - began >= Self.timeEnds { backlog = false }
  }

  /// A wait ended with nothing to read.
  mutating func quiet(_ now: Int64) {
    if backlog, now - lastMessage >= Self.quietEnds { backlog = false }
  }

}
