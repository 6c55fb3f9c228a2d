import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

/// More than a lane can do, through a real broker into the real service: many windows hang on the one thermometer that
/// reports 20,000 times a second. Every press of a button is an alert all the same, what was dropped is counted by
/// topic, and status says so until it is over.
@Suite(.serialized) struct OverloadTests {
  /// `LINLI_FLOOD_SECONDS` makes it longer: above 40 the service's own alert is looked for as well.
  static let seconds = ProcessInfo.processInfo.environment["LINLI_FLOOD_SECONDS"].flatMap(Double.init) ?? 8
  static let perSecond = ProcessInfo.processInfo.environment["LINLI_FLOOD_RATE"].flatMap(Int.init) ?? 20_000
  /// Enough for the debug build; `LINLI_FLOOD_WINDOWS` for quicker ones.
  static let windows = ProcessInfo.processInfo.environment["LINLI_FLOOD_WINDOWS"].flatMap(Int.init) ?? 120

  /// Publishes on a thread of its own until told to stop.
  private final class Flood: Sendable {
    private let goesOn = Mutex(true)
    private let sent = Mutex(0)
    private let ended = DispatchSemaphore(value: 0)

    init(port: Int) throws {
      let publisher = try RawInputPublisher(port: port)
      let box = Mutex(publisher)
      let start = Date()
      let thread = Thread { [self] in
        while goesOn.withLock({ $0 }) {
          let due = Int(Date().timeIntervalSince(start) * Double(OverloadTests.perSecond))
          let count = due - sent.withLock { $0 }
          let value = 20 + Double(due % 50) / 10
          let done: Void? = box.withLock {
            try? $0.flood("test/c1/climate", Array(#"{"temperature":\#(value)}"#.utf8), count: min(count, 2_000))
          }
          if done == nil { break }
          sent.withLock { $0 += min(count, 2_000) }
          usleep(5_000)
        }
        ended.signal()
      }
      thread.start()
    }

    /// Messages published.
    func stop() -> Int {
      goesOn.withLock { $0 = false }
      ended.wait()
      return sent.withLock { $0 }
    }
  }

  private static func manyWindows(_ count: Int) -> String {
    (0..<count).map { number in
      "  - {id: window-\(number), on: {point: climate/temperature}, when: {average: \(number % 90 + 1)m, above: \(100 + number)},"
        + " priority: low}"
    }.joined(separator: "\n")
  }

  @Test func pressesGetThroughAndDropsAreToldApart() throws {
    let folder = try TemporaryDirectory()
    let broker = try MosquittoBroker()
    let hook = try WebhookReceiver()
    defer { hook.stop() }
    let community = try TestCommunity(
      in: folder.url, brokerPort: broker.port, hookPort: try #require(URL(string: hook.url)?.port),
      extraRules: Self.manyWindows(Self.windows))
    let service = LinliProcess(config: community.config, data: community.data, environment: ["LINLI_PROFILES": ""])
    try service.start()
    func status(_ language: String = "en") throws -> [String: Any] {
      try #require(try service.json(["status", "--lang", language]) as? [String: Any])
    }
    func load() throws -> [String: Any] {
      let brokers = try #require(try status()["brokers"] as? [[String: Any]])
      return try #require(brokers.first?["load"] as? [String: Any])
    }
    func firstWebhooks() -> [String: Double] {
      Dictionary(
        hook.deliveries.filter { $0.labels["alertname"] == "pressed" }.map {
          ($0.labels["alert_id"] ?? "", $0.receivedAt)
        },
        uniquingKeysWith: min)
    }
    #expect(try load()["state"] as? String == "normal")

    let flood = try Flood(port: broker.port)
    let buttons = try RawInputPublisher(port: broker.port)
    var pressedAt: [Double] = []
    var words: Set<String> = []
    var worstAnswer = 0.0
    let end = Date().addingTimeInterval(Self.seconds)
    while Date() < end {
      try buttons.publish("test/b\(pressedAt.count % 4)/button", Array(#"{"press":"single"}"#.utf8))
      try buttons.settle()
      pressedAt.append(Date().timeIntervalSince1970)
      usleep(30_000)
      guard pressedAt.count % 20 == 0 else { continue }
      let asked = Date()
      words.formUnion((try status(pressedAt.count % 40 == 0 ? "en" : "zh")["troubles"] as? [String]) ?? [])
      worstAnswer = max(worstAnswer, Date().timeIntervalSince(asked))
    }
    // Few questions are answered where other programs want the processor, too: the flood goes on until all of it was said.
    var overloaded: [String: Any] = [:]
    try service.wait(upTo: 120, for: "the overload in words", because: { "\(overloaded) \(words)" }) {
      overloaded = try load()
      for language in ["en", "zh"] { words.formUnion((try status(language)["troubles"] as? [String]) ?? []) }
      return try overloaded["state"] as? String == "overloaded"
        && words.contains { $0.contains("cannot keep up") && $0.contains(" in test/c1/#") }
        && words.contains { $0.contains("跟不上来量") && $0.contains("test/c1/# ") }
        && service.run(["status", "--lang", "en"]).output.contains(
          "cannot keep up: QoS 1 waits at the broker, QoS 0 dropped")
    }
    let sent = flood.stop()

    if Self.seconds > 40 {
      #expect(
        try service.alerts().contains { $0["rule"] as? String == "linli-overload" && $0["active"] as? Bool == true })
    }

    // Every press is an alert; how soon, it prints.
    try service.wait(upTo: 300, for: "\(pressedAt.count) alerts") {
      try service.alerts().count { $0["rule"] as? String == "pressed" } >= pressedAt.count
    }
    #expect(try service.alerts().count { $0["rule"] as? String == "pressed" } == pressedAt.count)
    try service.wait(upTo: 300, for: "the webhooks") {
      firstWebhooks().count >= pressedAt.count
    }
    let late = zip(pressedAt, firstWebhooks().values.sorted()).map { $1 - $0 }.sorted()
    let (median, worst) = (late[late.count / 2], late[late.count - 1])

    // Over: the state says so, nothing more is dropped, the alert of its own is taken back.
    try service.wait(upTo: 120, for: "the end of the overload") { try load()["state"] as? String == "normal" }
    let dropped = try #require(try load()["dropped_total"] as? Int)
    let rows = try #require(try load()["dropped"] as? [[String: Any]])
    #expect(rows.count == 1 && rows[0]["prefix"] as? String == "test/c1/#" && rows[0]["total"] as? Int == dropped)
    let messages = try #require(try status()["messages"] as? [String: Any])
    #expect(messages["dropped_total"] as? Int == dropped)
    #expect((try status()["troubles"] as? [String])?.isEmpty == true)
    let received = try #require(messages["received_total"] as? Int)
    #expect(dropped > 0 && dropped < received && received <= sent + pressedAt.count)
    if Self.seconds > 40 {
      try service.wait(upTo: 120, for: "the end of linli-overload") {
        try service.alerts().contains { $0["rule"] as? String == "linli-overload" && $0["active"] as? Bool == false }
      }
    }
    print(
      "overload: \(sent) readings and \(pressedAt.count) presses published, \(received) received, \(dropped) dropped;",
      "press to webhook: median \(Int(median * 1_000)) ms, worst \(Int(worst * 1_000)) ms;",
      "status answered within \(Int(worstAnswer * 1_000)) ms; \(overloaded["per_second"] ?? 0) taken a second")
    #expect(service.stop() == 0)
  }

  /// The broker keeps what it must while the service stands still; afterwards every press is there.
  @Test func aServiceThatStoodStillLosesNoPress() throws {
    let folder = try TemporaryDirectory()
    let broker = try MosquittoBroker()
    let community = try TestCommunity(in: folder.url, brokerPort: broker.port, hookPort: 9)
    let service = LinliProcess(config: community.config, data: community.data, environment: ["LINLI_PROFILES": ""])
    try service.start()
    let flood = try Flood(port: broker.port)
    let buttons = try RawInputPublisher(port: broker.port)
    var presses = 0
    for stretch in 0..<4 {
      if stretch % 2 == 1 { kill(service.pid, SIGSTOP) }
      for _ in 0..<20 {
        try buttons.publish("test/b\(presses % 4)/button", Array(#"{"press":"single"}"#.utf8))
        try buttons.settle()
        presses += 1
        usleep(50_000)
      }
      kill(service.pid, SIGCONT)
    }
    let sent = flood.stop()
    try service.wait(upTo: 300, for: "\(presses) alerts") {
      try service.alerts().count { $0["rule"] as? String == "pressed" } >= presses
    }
    #expect(try service.alerts().count { $0["rule"] as? String == "pressed" } == presses)
    let status = try #require(try service.json(["status"]) as? [String: Any])
    let messages = try #require(status["messages"] as? [String: Any])
    print("stopped twice for a second: \(sent) readings and \(presses) presses published; \(messages)")
    #expect(service.stop() == 0)
  }
}
