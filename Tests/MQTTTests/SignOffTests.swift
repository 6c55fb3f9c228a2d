import CMosquitto
import Logging
import TestSupport
import Testing

@testable import MQTT

/// How a connection says farewell when the clock, or the other side, is against it.
@Suite struct SignOffTests {
  private func loop(_ client: StubbornClient) throws -> ConnectionLoop {
    let settings = try ConnectionSettings(
      id: "lane", host: "nowhere", port: 1883, clientID: "lane", subscriptions: ["room/#"])
    let loop = ConnectionLoop(
      settings: settings, handler: Recorder(), shared: Shared(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      client: client, jitter: { 0 })
    loop.accepted()
    return loop
  }

  /// A machine that stood still between two lines of code: the farewell is late, but it is said, or the broker would go on
  /// sending to somebody who is gone, and the next connection would get all of it as re-delivered.
  @Test func isWrittenHoweverLateItIs() throws {
    let client = StubbornClient()
    client.leap = 3_000_000
    try loop(client).shutDown()
    #expect(client.written == ["publish", "disconnect"])
    #expect(!client.isOpen && !client.isAbandoned && client.hasParted)
  }

  /// The two seconds went into a publication that nobody acknowledged.
  @Test func comesAfterPublicationsThatTookAllTheTime() throws {
    let client = StubbornClient()
    client.pause = 50_000
    let loop = try loop(client)
    try loop.shared.enqueue(
      Publication(topic: "a", payload: [1], qos: 1, retain: false, completed: { _ in }), loop.settings)
    loop.shutDown()
    #expect(client.written == ["publish", "publish", "disconnect"])
    #expect(!client.isOpen)
  }

  /// A socket that takes nothing any more is closed: that ends the connection for the broker, too.
  @Test func aConnectionThatTakesNothingIsClosed() throws {
    let client = StubbornClient()
    client.pause = 50_000
    client.takesNothing = true
    try loop(client).shutDown()
    #expect(client.written.isEmpty)
    #expect(client.isAbandoned && !client.hasParted)
    #expect(client.microseconds < 4_000_000)
  }

  /// The socket is full of unread messages when it ends. All that was committed is acknowledged all the same: closed at once,
  /// the socket would be reset, and the broker would never read what was written last.
  @Test func theBrokerHearsEverythingThoughItGoesOnSending() throws {
    let broker = try FloodingBroker()
    defer { broker.stop() }
    let settings = try ConnectionSettings(
      id: "lane", host: "127.0.0.1", port: broker.port, clientID: "lane", subscriptions: ["room/#"], version: .v311)
    let handler = Recorder()
    let connection = try Connection.started(settings, handler)
    #expect(eventually { connection.counters.received >= 500 })
    connection.stop()
    #expect(eventually { broker.account.isOver })
    #expect(!broker.account.isBroken)
    #expect(broker.account.saidFarewell)
    let committed = handler.received.filter { $0.qos == 1 }.map(\.packetID)
    let isComplete = broker.account.acknowledged == committed
    #expect(isComplete, "\(broker.account.acknowledged.count) of \(committed.count)")
  }
}

/// A client whose clock leaps and whose socket may take nothing; it never hears a word.
private final class StubbornClient: Client, @unchecked Sendable {
  // @unchecked: the test has one thread.

  /// µs that pass with each look at the clock, and with each wait.
  var leap: Int64 = 0
  var pause: Int64 = 0
  var takesNothing = false
  private(set) var written: [String] = []
  private(set) var isAbandoned = false
  private(set) var hasParted = false
  private(set) var isOpen = true
  private var queue: [String] = []
  private var time: Int64 = 0

  func attach(_ loop: ConnectionLoop) {}
  func watchLog(_ watch: Bool) {}
  func connect(_ done: @escaping @Sendable (ConnectOutcome) -> Void) {}
  func disconnect() { queue.append("disconnect") }
  func part(within milliseconds: Int64) { hasParted = true }
  func abandon() { isAbandoned = true }
  func read() -> CInt { MOSQ_ERR_SUCCESS.code }

  func write() -> CInt {
    guard !takesNothing else { return MOSQ_ERR_SUCCESS.code }
    written += queue
    if queue.contains("disconnect") { isOpen = false }
    queue = []
    return MOSQ_ERR_SUCCESS.code
  }

  var wantsToWrite: Bool { !queue.isEmpty }
  func keepUp() -> CInt { MOSQ_ERR_SUCCESS.code }
  func subscribe(_ filters: [String], qos: CInt, options: CInt) -> (code: CInt, id: CInt) { (0, 1) }

  func publish(_ topic: String, _ payload: [UInt8], qos: UInt8, retain: Bool) -> (code: CInt, id: CInt) {
    queue.append("publish")
    return (MOSQ_ERR_SUCCESS.code, CInt(queue.count))
  }

  func ping() {}
  var hasHungUp: Bool { false }
  func wait(_ wakeUp: WakeUp, timeout: Int64) { time += pause }

  func wait(_ wakeUp: WakeUp, reads: Bool, writes: Bool, timeout: Int64) -> CInt {
    time += pause
    return 0
  }

  var microseconds: Int64 {
    time += leap
    return time
  }

  func sleep(microseconds: Int64) { time += microseconds }
}
