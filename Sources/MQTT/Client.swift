import CMosquitto
import Glibc

/// How an attempt to connect ended.
struct ConnectOutcome: Sendable {
  /// A return code of the library, `errno` with it.
  var code: CInt
  var errno: CInt
}

/// Everything outside of itself that a `ConnectionLoop` touches: the library's client, its socket, the clock. The service has
/// `MosquittoClient`; the simulation puts a client in its place that has no socket, no thread and its own time.
///
/// Asked once or twice a packet at most. What arrives goes to the loop directly: `answered`, `received`, `subscribed`,
/// `acknowledged`, `disconnected`, `logged`, from within `read`, `write` and `keepUp`.
protocol Client: AnyObject, Sendable {
  /// The loop that hears what comes; before anything else.
  func attach(_ loop: ConnectionLoop)
  /// The library's own log lines go to the loop or nowhere.
  func watchLog(_ watch: Bool)

  /// Begins to connect, which may take minutes; `done` is called once, on any thread. The handshake happens in `read`.
  func connect(_ done: @escaping @Sendable (ConnectOutcome) -> Void)
  /// Queues a DISCONNECT.
  func disconnect()
  /// After the DISCONNECT has left: says that nothing more will come, and throws away what still arrives until the other side
  /// has read everything and closed, or the time, ms, is over.
  func part(within milliseconds: Int64)
  /// Ends the connection at once, without a word; the library notices later.
  func abandon()
  /// The library has a socket.
  var isOpen: Bool { get }

  /// Takes at least one packet in, when one is there: messages go to the loop, their acknowledgements into the queue.
  func read() -> CInt
  /// Sends what is queued, as far as the socket takes it. Nothing else sends.
  func write() -> CInt
  var wantsToWrite: Bool { get }
  /// The library's own housekeeping, e.g. pings; a few times a second.
  func keepUp() -> CInt

  func subscribe(_ filters: [String], qos: CInt, options: CInt) -> (code: CInt, id: CInt)
  func publish(_ topic: String, _ payload: [UInt8], qos: UInt8, retain: Bool) -> (code: CInt, id: CInt)

  /// A PINGREQ past the library's queue.
  func ping()
  /// The socket is readable and there is nothing to read: the other side has closed it.
  var hasHungUp: Bool { get }
  /// Bytes wait in the socket: the last packet was an answer to us, with messages behind it.
  var hasUnread: Bool { get }

  /// Waits for a wake-up, ms.
  func wait(_ wakeUp: WakeUp, timeout: Int64)
  /// Waits for the socket or a wake-up; what the socket is ready for (`POLLIN` …).
  /// - Parameter writes: whether to wait for room when there is something to write.
  func wait(_ wakeUp: WakeUp, reads: Bool, writes: Bool, timeout: Int64) -> CInt

  /// Monotonic time.
  var microseconds: Int64 { get }
  func sleep(microseconds: Int64)
}

extension Client {
  var hasUnread: Bool { false }
  func part(within milliseconds: Int64) {}
}

/// What stands, retained, under `ConnectionSettings.statusTopic`.
enum StatusMessage {
  static let offline = #"{"state":"offline"}"#
  /// - Parameter connection: a number no earlier sign-on had, so that our own coming back can be told from an older one.
  static func online(_ connection: UInt64) -> String { #"{"state":"online","connection":"\#(connection)"}"# }
}
