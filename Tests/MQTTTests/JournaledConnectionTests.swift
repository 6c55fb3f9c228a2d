import Logging
import MQTT
import Pipeline
import Synchronization
import TestSupport
import Testing

/// Connection and journal together, as a lane uses them: whatever is cut off where, each message is journaled once.
@Suite(.enabled(if: MosquittoBroker.isInstalled, "needs the Debian package mosquitto"), .timeLimit(.minutes(10)))
struct JournaledConnectionTests {
  struct Cut: Error {}

  /// Journals what comes. Can be told to commit and then fail, so that what is safe is not acknowledged.
  final class Lane: ConnectionHandler, @unchecked Sendable {
    let journal: Journal
    let failsAfterCommit: Atomic<Bool>
    let journaled = Atomic(0)
    let dropped = Atomic(0)

    init(_ directory: String, failsAfterCommit: Bool) throws {
      journal = try Journal(directory: directory)
      self.failsAfterCommit = Atomic(failsAfterCommit)
    }

    func received(_ message: IncomingMessage) {
      let raw = RawMessage(
        topic: message.topic, payload: message.payload, arrival: Timestamp(milliseconds: 0), qos: message.qos,
        retained: message.retained, packetID: message.packetID, backlog: message.backlog)
      if journal.isSecondComing(raw, redelivered: message.redelivered) {
        dropped.add(1, ordering: .relaxed)
      } else {
        _ = journal.append(raw)
        journaled.add(1, ordering: .relaxed)
      }
    }

    func commit() throws {
      try journal.commit(sync: true)
      if failsAfterCommit.load(ordering: .relaxed) { throw Cut() }
    }

    func idle() {}
    func stateChanged(_ state: ConnectionState) {
      if case .connected(let present) = state { journal.connected(sessionPresent: present) }
    }
    var canTakeMore: Bool { true }
    var seen: Int { journaled.load(ordering: .relaxed) + dropped.load(ordering: .relaxed) }
  }

  private func payloads(_ directory: String) throws -> [String] {
    var payloads: [String] = []
    _ = try Journal.read(directory: directory) {
      payloads.append(String(decoding: $0.payload, as: UTF8.self))
      return true
    }
    return payloads
  }

  @Test(arguments: [ConnectionSettings.Version.v5, .v311], [0, 20])
  func eachPressIsJournaledOnce(version: ConnectionSettings.Version, inflight: Int) throws {
    var options = MosquittoBroker.Options()
    options.maxInflightMessages = inflight
    let broker = try MosquittoBroker(options)
    let folder = try TemporaryDirectory("lane")
    let settings = try ConnectionSettings(
      id: "lane", host: broker.host, port: broker.port, clientID: "lane", subscriptions: ["room/#"], version: version)
    let open = Atomic(0)
    func start(failing: Bool) throws -> (Lane, Connection) {
      let lane = try Lane(folder.path, failsAfterCommit: failing)
      let connection = try Connection(settings: settings, handler: lane, logger: .init(label: "test"))
      connection.start()
      open.add(1, ordering: .relaxed)
      #expect(eventually { connection.isSubscribed || connection.counters.failedCommits > 0 })
      return (lane, connection)
    }
    // The session begins; then lives that journal but whose acknowledgements never leave, with equal presses all along.
    try start(failing: false).1.stop()
    var sent: [String] = []
    for life in 0..<4 {
      let presses = (0..<30).flatMap { ["press", "release", "\(life)-\($0)"] }
      try broker.publish("room/button", presses)
      sent += presses
      let (_, connection) = try start(failing: true)
      #expect(eventually { connection.counters.failedCommits > 0 })
      connection.stop()
    }
    let (lane, connection) = try start(failing: false)
    try broker.publish("room/button", ["press", "end"])
    sent += ["press", "end"]
    #expect(eventually { (try? payloads(folder.path).last) == "end" })
    connection.stop()
    #expect(try payloads(folder.path) == sent)
    #expect(lane.dropped.load(ordering: .relaxed) > 0)
  }

  @Test func withTheBrokerRestartedInMidstream() throws {
    let broker = try MosquittoBroker()
    let folder = try TemporaryDirectory("lane")
    let settings = try ConnectionSettings(
      id: "lane", host: broker.host, port: broker.port, clientID: "lane", subscriptions: ["room/#"])
    let lane = try Lane(folder.path, failsAfterCommit: false)
    let connection = try Connection(settings: settings, handler: lane, logger: .init(label: "test")) { 0.99 }
    connection.start()
    defer { connection.stop() }
    #expect(eventually { connection.isSubscribed })
    var sent: [String] = []
    for life in 1...3 as ClosedRange<UInt64> {
      let presses = (0..<200).flatMap { _ in ["press", "release"] }
      try broker.publish("room/button", presses)
      sent += presses
      try broker.restart()
      #expect(eventually { connection.counters.connects == life + 1 && connection.isSubscribed })
    }
    #expect(eventually { (try? payloads(folder.path).count) == sent.count })
    #expect(try payloads(folder.path) == sent)
  }
}
