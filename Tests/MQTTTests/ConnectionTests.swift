import MQTT
import Synchronization
import TestSupport
import Testing

/// The connection against a real broker.
@Suite(.enabled(if: MosquittoBroker.isInstalled, "needs the Debian package mosquitto"), .timeLimit(.minutes(10)))
struct ConnectionTests {
  private func settings(
    _ broker: MosquittoBroker, qos: Int = 1, version: ConnectionSettings.Version = .v5, client: String = "linli-test"
  ) throws -> ConnectionSettings {
    try ConnectionSettings(
      id: "test", host: broker.host, port: broker.port, clientID: client, subscriptions: ["room/#"], qos: qos,
      version: version)
  }

  @Test(arguments: [0, 1], [ConnectionSettings.Version.v5, .v311])
  func delivers(qos: Int, version: ConnectionSettings.Version) throws {
    let broker = try MosquittoBroker()
    try broker.publish("room/retained", ["old"], retain: true)
    let handler = Recorder()
    let connection = try Connection.started(settings(broker, qos: qos, version: version), handler)
    defer { connection.stop() }
    #expect(eventually { connection.isSubscribed })
    #expect(eventually { handler.payloads == ["old"] })
    let sent = (0..<1000).map { "reading \($0)" }
    try broker.publish("room/1", sent, qos: qos)
    #expect(eventually { handler.received.count == 1001 })
    #expect(Array(handler.payloads.dropFirst()) == sent)
    #expect(handler.received[0].retained && handler.received[0].backlog)
    let last = try #require(handler.received.last)
    #expect(last.topic == "room/1" && last.qos == UInt8(qos) && (last.packetID == 0) == (qos == 0))
    #expect(!last.retained && !last.backlog && last.redelivered == false)
    #expect(eventually { connection.counters.received == 1001 && connection.counters.acksHeld == 0 })
    #expect(
      handler.states.prefix(3) == [
        .connecting, .connected(sessionPresent: false), .subscribed(sessionPresent: false, rejected: []),
      ])
  }

  /// Takes payloads of up to 100,000 bytes.
  private func narrow(_ broker: MosquittoBroker, _ handler: Recorder) throws -> Connection {
    var settings = try settings(broker)
    settings.payloadBytesMaximum = 100_000
    let connection = try Connection.started(settings, handler)
    #expect(eventually { connection.isSubscribed })
    return connection
  }

  @Test func emptyAndLargePayloads() throws {
    let broker = try MosquittoBroker()
    let handler = Recorder()
    let connection = try narrow(broker, handler)
    defer { connection.stop() }
    let large = String(repeating: "x", count: 100_000)
    try broker.publish("room/1", ["", large, large + "y", "after"])
    #expect(eventually { handler.payloads == ["", large, "after"] })
    #expect(eventually { connection.counters.oversized == 1 })
  }

  /// The broker keeps to itself what the library would take in whole.
  @Test func whatIsFarTooLargeDoesNotComeAtAll() throws {
    let broker = try MosquittoBroker()
    let handler = Recorder()
    let connection = try narrow(broker, handler)
    defer { connection.stop() }
    try broker.publish("room/1", [String(repeating: "x", count: 51_000_000), "after"])
    #expect(eventually { handler.payloads == ["after"] })
    #expect(connection.counters.oversized == 0 && connection.counters.received == 1)
  }

  @Test(arguments: [ConnectionSettings.Version.v5, .v311])
  func acknowledgesOnlyAfterTheCommit(version: ConnectionSettings.Version) throws {
    let broker = try MosquittoBroker()
    let handler = Recorder()
    let connection = try Connection.started(settings(broker, version: version), handler)
    #expect(eventually { connection.isSubscribed })
    handler.set { $0.mayCommit = false }
    try broker.publish("room/1", (0..<50).map { "press \($0)" })
    #expect(eventually { handler.received.count >= 1 && connection.counters.failedCommits >= 3 })
    #expect(connection.state == .holding(reason: "disk full"))
    #expect(connection.counters.commits == 0)
    connection.stop()
    #expect(connection.state == .stopped)

    // Nothing was acknowledged: the broker sends all of them again, marked as re-delivered where it had sent them.
    let seen = handler.received.count
    let second = Recorder()
    let again = try Connection.started(settings(broker, version: version), second)
    #expect(eventually { second.received.count == 50 })
    #expect(second.payloads == (0..<50).map { "press \($0)" })
    #expect(second.received.prefix(seen).allSatisfy { $0.redelivered == true && $0.backlog })
    #expect(second.states.contains(.connected(sessionPresent: true)))
    #expect(eventually { again.counters.acksHeld == 0 && again.counters.commits > 0 })
    again.stop()

    // These were: nothing comes a third time.
    let third = Recorder()
    let last = try Connection.started(settings(broker, version: version), third)
    defer { last.stop() }
    #expect(eventually { last.isSubscribed })
    try broker.publish("room/1", ["end"])
    #expect(eventually { third.payloads.last == "end" })
    #expect(third.payloads == ["end"])
  }

  @Test func goesOnWhenCommitsWorkAgain() throws {
    let broker = try MosquittoBroker()
    let handler = Recorder()
    let connection = try Connection.started(settings(broker), handler)
    defer { connection.stop() }
    #expect(eventually { connection.isSubscribed })
    handler.set { $0.mayCommit = false }
    try broker.publish("room/1", ["a"])
    #expect(eventually { connection.state == .holding(reason: "disk full") })
    #expect(connection.counters.acksHeld >= 1)
    try broker.publish("room/1", ["b"])
    let idles = handler.notes.withLock { $0.idles }
    #expect(eventually { handler.notes.withLock { $0.idles } > idles + 3 }, "ticks go on meanwhile")
    handler.set { $0.mayCommit = true }
    #expect(eventually { handler.payloads == ["a", "b"] })
    #expect(eventually { connection.isSubscribed && connection.counters.acksHeld == 0 })
    #expect(connection.counters.disconnects == 0)
  }

  @Test func theSessionKeepsWhatCameWhileWeWereAway() throws {
    let broker = try MosquittoBroker()
    let first = Recorder()
    let connection = try Connection.started(settings(broker), first)
    #expect(eventually { connection.isSubscribed })
    connection.stop()
    try broker.publish("room/1", (0..<300).map { "\($0)" })
    let second = Recorder()
    let again = try Connection.started(settings(broker), second)
    defer { again.stop() }
    #expect(eventually { second.received.count == 300 })
    #expect(second.payloads == (0..<300).map { "\($0)" })
    #expect(second.received.count { $0.backlog } == 300)
    #expect(second.received.count { $0.redelivered != nil } == 300)
    // `stop` returned after the broker had read the farewell: it sent nothing before this connection. Where a machine stands
    // still for so long that an attempt of this one fails, the marks are right, as the next test shows.
    if again.counters.failedAttempts + again.counters.disconnects == 0 {
      #expect(second.received.count { $0.redelivered == false } == 300)
    }
    #expect(eventually { again.isSubscribed })
    // The backlog has ended: by our own sign-on coming back, or because it is quiet.
    try broker.publish("room/1", ["now"])
    #expect(eventually { second.payloads.last == "now" })
    #expect(second.received.last?.backlog == false)
  }

  /// DUP says that the broker has sent a message before, not that we have seen it [MQTT-3.3.1-1]: an attempt that fails behind the
  /// broker's CONNACK is enough, though this client never counted as connected.
  @Test func anAttemptThatFailedLeavesItsMark() throws {
    let broker = try MosquittoBroker()
    let connection = try Connection.started(settings(broker), Recorder())
    #expect(eventually { connection.isSubscribed })
    connection.stop()
    try broker.publish("room/1", (0..<300).map { "press \($0)." })
    try HalfOpenAttempt.fail(port: broker.port, clientID: "linli-test", whenItReads: "press 299.")
    let second = Recorder()
    let again = try Connection.started(settings(broker), second)
    defer { again.stop() }
    #expect(eventually { second.received.count == 300 })
    #expect(second.received.count { $0.redelivered == true && $0.backlog } == 300)
    #expect(again.counters.failedAttempts + again.counters.disconnects == 0)
  }

  @Test func theBrokerComesBack() throws {
    let broker = try MosquittoBroker()
    let handler = Recorder()
    let connection = try Connection.started(settings(broker), handler)
    defer { connection.stop() }
    #expect(eventually { connection.isSubscribed })
    broker.stop()
    #expect(eventually { if case .waiting = connection.state { true } else { false } })
    let idles = handler.notes.withLock { $0.idles }
    #expect(eventually { handler.notes.withLock { $0.idles } > idles + 3 }, "ticks go on meanwhile")
    try broker.start()
    #expect(eventually { connection.isSubscribed })
    try broker.publish("room/1", ["back"])
    #expect(eventually { handler.payloads == ["back"] })
    #expect(connection.counters.connects == 2 && connection.counters.disconnects == 1)
    #expect(handler.states.contains(.connected(sessionPresent: true)), "it had written the session down")
  }

  @Test func aBrokerThatLostTheSessionIsSubscribedAnew() throws {
    var options = MosquittoBroker.Options()
    options.persistence = false
    let broker = try MosquittoBroker(options)
    let handler = Recorder()
    let connection = try Connection.started(settings(broker), handler)
    defer { connection.stop() }
    #expect(eventually { connection.isSubscribed })
    broker.kill()
    try broker.start()
    #expect(eventually { connection.counters.connects == 2 && connection.isSubscribed })
    try broker.publish("room/1", ["back"])
    #expect(eventually { handler.payloads == ["back"] })
    #expect(!handler.states.contains(.connected(sessionPresent: true)))
  }

  @Test(arguments: [ConnectionSettings.Version.v5, .v311])
  func aWrongPasswordIsSaidInWords(version: ConnectionSettings.Version) throws {
    var options = MosquittoBroker.Options()
    options.user = ("linli", "right")
    let broker = try MosquittoBroker(options)
    var settings = try settings(broker, version: version)
    settings.user = "linli"
    settings.password = "wrong"
    let handler = Recorder()
    let connection = try Connection.started(settings, handler)
    #expect(eventually { connection.counters.failedAttempts == 1 })
    guard case .waiting(let reason, let pause) = connection.state else {
      Issue.record("\(connection.state)")
      return
    }
    #expect(reason.description.lowercased().contains("not authori"))
    #expect(pause >= 2_500)
    connection.stop()
    settings.password = "right"
    let right = try Connection.started(settings, handler)
    defer { right.stop() }
    #expect(eventually { right.isSubscribed })
  }

  @Test func refusedSubscriptionsAreNamed() throws {
    var options = MosquittoBroker.Options()
    options.extra = ["acl_file /dev/null"]
    let broker = try MosquittoBroker(options)
    let handler = Recorder()
    let connection = try Connection.started(settings(broker), handler)
    defer { connection.stop() }
    #expect(eventually { connection.isSubscribed })
    guard case .subscribed(_, let rejected) = connection.state else { return }
    // mosquitto grants a subscription that its ACL would never serve; where it refuses, it is by name.
    #expect(rejected.allSatisfy { $0.filter == "room/#" && !$0.reason.isEmpty })
  }

  @Test func tlsWithAClientCertificate() throws {
    var options = MosquittoBroker.Options()
    options.tls = true
    let broker = try MosquittoBroker(options)
    var settings = try settings(broker)
    let folder = broker.folder
    settings.tls = .init(
      ca: folder.file("ca.crt"), certificate: folder.file("client.crt"), key: folder.file("client.key"))
    let handler = Recorder()
    let connection = try Connection.started(settings, handler)
    defer { connection.stop() }
    #expect(eventually { connection.isSubscribed })
    let sent = (0..<500).map { "reading \($0)" }
    try broker.publish("room/1", sent)
    #expect(eventually { handler.payloads == sent })
    #expect(eventually { connection.counters.acksHeld == 0 })
  }

  @Test func tlsWithoutAClientCertificateOrTrustFails() throws {
    var options = MosquittoBroker.Options()
    options.tls = true
    let broker = try MosquittoBroker(options)
    for tls in [ConnectionSettings.TLS(ca: broker.folder.file("ca.crt")), ConnectionSettings.TLS()] {
      var settings = try settings(broker)
      settings.tls = tls
      let connection = try Connection.started(settings, Recorder())
      #expect(eventually { connection.counters.failedAttempts >= 1 })
      guard case .waiting(let reason, _) = connection.state else {
        Issue.record("\(connection.state)")
        continue
      }
      #expect(!reason.description.isEmpty)
      if tls.ca == nil { #expect(reason.description.contains("certificate verify failed"), "\(reason)") }
      connection.stop()
    }
    var settings = try settings(broker)
    settings.tls = .init(ca: "/does/not/exist")
    #expect(throws: ConnectionSettings.Problem.self) { try Connection.started(settings, Recorder()) }
  }

  @Test func backPressureStopsReading() throws {
    let broker = try MosquittoBroker()
    let handler = Recorder()
    let connection = try Connection.started(settings(broker), handler)
    defer { connection.stop() }
    #expect(eventually { connection.isSubscribed })
    handler.set { $0.canTakeMore = false }
    let idles = handler.notes.withLock { $0.idles }
    #expect(eventually { handler.notes.withLock { $0.idles } > idles + 2 })
    let before = handler.received.count
    try broker.publish("room/1", (0..<100).map { "\($0)" })
    let later = handler.notes.withLock { $0.idles }
    #expect(eventually { handler.notes.withLock { $0.idles } > later + 10 })
    #expect(handler.received.count <= before + 1)
    handler.set { $0.canTakeMore = true }
    #expect(eventually { handler.payloads == (0..<100).map { "\($0)" } })
  }

  @Test func publishes() async throws {
    let broker = try MosquittoBroker()
    let sender = try Connection.started(settings(broker, client: "sender"), Recorder())
    let receiver = Recorder()
    let connection = try Connection.started(settings(broker, client: "receiver"), receiver)
    defer {
      sender.stop()
      connection.stop()
    }
    #expect(eventually { connection.isSubscribed })
    for number in 0..<50 {
      try await sender.published(topic: "room/out", payload: Array("\(number)".utf8), qos: UInt8(number % 2))
    }
    #expect(eventually { receiver.payloads == (0..<50).map { "\($0)" } })
    await #expect(throws: PublishFailure.self) { try await sender.published(topic: "room/#", payload: []) }
    #expect(eventually { sender.counters.published == 50 && sender.counters.publishFailures == 1 })
  }

  @Test func publicationsWaitInABoundedQueue() throws {
    let broker = try MosquittoBroker()
    broker.stop()
    var settings = try settings(broker, client: "sender")
    settings.publishQueueMessages = 3
    let connection = try Connection.started(settings, Recorder())
    let results = Mutex<[Result<Void, PublishFailure>]>([])
    let note: @Sendable (Result<Void, PublishFailure>) -> Void = { result in results.withLock { $0.append(result) } }
    for _ in 0..<3 { try connection.publish(topic: "room/1", payload: [1], qos: 1, completed: note) }
    #expect(throws: PublishFailure.queueFull) { try connection.publish(topic: "room/1", payload: [1]) }
    try broker.start()
    #expect(eventually { results.withLock { $0.count } == 3 })
    try connection.publish(topic: "room/1", payload: [1], completed: note)
    connection.stop()
    #expect(throws: PublishFailure.stopped) { try connection.publish(topic: "room/1", payload: [1]) }
    let all = results.withLock { $0 }
    #expect(all.count == 4 && all.allSatisfy { if case .success = $0 { true } else { false } })
    #expect(connection.counters.publishRefused == 1)
  }

  /// Somebody who has another way must not wait as long as the broker is away; the message keeps its place.
  @Test func aCancelledWaitLeavesTheMessageInTheQueue() async throws {
    let broker = try MosquittoBroker()
    broker.stop()
    let connection = try Connection.started(settings(broker, client: "sender"), Recorder())
    defer { connection.stop() }
    let waits = Task { try await connection.published(topic: "room/1", payload: [1]) }
    // Not `eventually`, which keeps the thread that the task may need.
    while connection.publicationsWaiting == 0 { await Task.yield() }
    waits.cancel()
    await #expect(throws: CancellationError.self) { try await waits.value }
    #expect(connection.publicationsWaiting == 1)
    try broker.start()
    #expect(eventually { connection.publicationsWaiting == 0 && connection.counters.published == 1 })
  }

  @Test func saysOnlineAndOffline() throws {
    let broker = try MosquittoBroker()
    let watcher = Recorder()
    let watching = try Connection.started(
      ConnectionSettings(
        id: "watch", host: broker.host, port: broker.port, clientID: "watch", subscriptions: ["linli/v1/status/#"]),
      watcher)
    defer { watching.stop() }
    #expect(eventually { watching.isSubscribed })
    let connection = try Connection.started(settings(broker), Recorder())
    #expect(eventually { watcher.payloads.last?.contains(#""state":"online""#) == true })
    connection.stop()
    #expect(eventually { watcher.payloads.last == #"{"state":"offline"}"# })
    #expect(watcher.received.allSatisfy { $0.topic == "linli/v1/status/linli-test" })
  }

  @Test func anotherClientWithOurIdIsNamed() throws {
    let broker = try MosquittoBroker()
    let first = try Connection.started(settings(broker), Recorder())
    #expect(eventually { first.isSubscribed })
    let second = try Connection.started(settings(broker), Recorder())
    defer {
      first.stop()
      second.stop()
    }
    #expect(eventually { if case .waiting = first.state { true } else { false } })
    guard case .waiting(let reason, _) = first.state else { return }
    #expect(
      reason == .takenOver(clientID: "linli-test") || reason == .closed(clientID: "linli-test"), "\(reason)")
    #expect(eventually { second.isSubscribed })
  }

  @Test func stopsBeforeItStartsAndWhileItConnects() throws {
    // 192.0.2.1 (TEST-NET) answers nobody: the blocking connect goes on, the loop does not wait for it.
    var settings = try ConnectionSettings(
      id: "test", host: "192.0.2.1", port: 1883, clientID: "linli-test", subscriptions: [])
    settings.keepalive = 5
    let handler = Recorder()
    let connection = try Connection.started(settings, handler)
    #expect(eventually { handler.notes.withLock { $0.idles } >= 2 })
    connection.stop()
    #expect(connection.state == .stopped)
  }
}
