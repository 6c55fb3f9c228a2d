import API
import Foundation
import Notify
import Pipeline
import Synchronization
import TestSupport
import Testing

@testable import App
@testable import MQTT

/// A service that subscribes to what it publishes itself: its alerts come back, and are no readings.
@Suite(.serialized, .timeLimit(.minutes(10))) struct OwnPublicationTests {
  private static let mirror = "channels: [{id: mirror, kind: mqtt}]\nroutes: [{to: [mirror]}]"

  private static func metric(_ name: String, _ service: CommunityService) async -> Int {
    let line = await service.metrics().split(separator: "\n").first { $0.hasPrefix(name + "{") }
    return line.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
  }

  private static func own(_ service: CommunityService) async -> Int {
    await metric("linli_messages_own_total", service)
  }

  private static func unknown(_ service: CommunityService) async -> [String] {
    await service.unassigned().unknownTopics.map(\.topic)
  }

  /// A community with a channel of kind mqtt, which hears everything that its broker has.
  private static func community(_ broker: MosquittoBroker, version: String) throws -> SmallCommunity {
    let community = try SmallCommunity(brokerPort: broker.port)
    let settings = try community.read("linli.yaml")
      .replacing(#"subscribe: ["test/#"]"#, with: ##"subscribe: ["#"], version: "\##(version)""##)
    try community.write("linli.yaml", settings)
    try community.write("channels.yaml", mirror)
    return community
  }

  /// What the journal holds, by topic.
  private static func journal(_ community: SmallCommunity) throws -> Set<String> {
    var topics: Set<String> = []
    _ = try Journal.read(directory: community.data + "/lanes/linli-test/journal") {
      topics.insert(String(decoding: $0.topic, as: UTF8.self))
      return true
    }
    return topics
  }

  @Test(arguments: ["3.1.1", "5"]) func alertsThatComeBackAreLeftOut(version: String) async throws {
    let broker = try MosquittoBroker()
    let community = try Self.community(broker, version: version)
    try await RunningService.with(community) { service in
      try MosquittoPublisher.publish(port: broker.port, topic: "test/c1/climate", payload: #"{"temperature":12}"#)
      try await RunningService.eventually("the cold") { try await service.alerts(of: "chilly").count == 1 }
      try await RunningService.eventually("the publication") {
        await Self.metric("linli_notifications_delivered_total", service) >= 1
      }
      if version == "3.1.1" {
        try await RunningService.eventually("its return") { await Self.own(service) >= 1 }
      }
      #expect(await Self.unknown(service).isEmpty)
    }
    // The retained alert comes at each start.
    try await RunningService.with(community) { service in
      try MosquittoPublisher.publish(port: broker.port, topic: "test/c1/climate", payload: #"{"temperature":11}"#)
      try await RunningService.eventually("the reading") { try await service.value(of: "climate/temperature") == 11 }
      try await RunningService.eventually("the retained alert") { await Self.own(service) >= 1 }
      #expect(await Self.unknown(service).isEmpty)
    }
    #expect(try Self.journal(community) == ["test/c1/climate"])
  }

  @Test func aReloadTakesOtherChannelsOver() async throws {
    let broker = try MosquittoBroker()
    let community = try Self.community(broker, version: "3.1.1")
    try await RunningService.with(community) { service in
      func publish(_ topic: String) throws {
        try MosquittoPublisher.publish(port: broker.port, topic: topic, payload: "{}")
      }
      try publish("linli/v1/alerts/hedong/a")
      try await RunningService.eventually("the first") { await Self.own(service) == 1 }
      try community.write("channels.yaml", Self.mirror.replacing("mqtt}", with: "mqtt, topic: up/alerts}"))
      try await service.reload()
      try publish("up/alerts/hedong/b")
      try await RunningService.eventually("the second") { await Self.own(service) == 2 }
      try publish("linli/v1/alerts/hedong/c")
      try await RunningService.eventually("the stranger") {
        await Self.unknown(service) == ["linli/v1/alerts/hedong/c"]
      }
      try community.write("channels.yaml", Self.mirror)
      try await service.reload()
      #expect(await Self.unknown(service).isEmpty)
      #expect(await Self.own(service) == 2)
    }
  }

  // MARK: - Which lanes

  @Test func onlyLanesOfTheSameBrokerHearThem() throws {
    let community = try SmallCommunity()
    try community.write("channels.yaml", Self.mirror)
    try community.write(
      "linli.yaml",
      """
      mqtt:
        - {url: "mqtt://127.0.0.1:1883", client_id: one, subscribe: ["test/#"]}
        - {url: "mqtt://127.0.0.1:1884", client_id: two, subscribe: ["#"]}
        - {url: "mqtt://127.0.0.1:1883", client_id: three, subscribe: ["linli/#"]}
      http: {listen: off}
      timezone: Asia/Shanghai
      """)
    var loaded = community.load()
    #expect(!loaded.hasErrors)
    loaded.markOwnTopics()
    #expect(loaded.lanes.map(\.plan.ownTopics) == [["linli/v1/alerts"], [], ["linli/v1/alerts"]])
    loaded.notify.channels = []
    loaded.markOwnTopics()
    #expect(loaded.lanes.allSatisfy { $0.plan.ownTopics.isEmpty })
  }

  // MARK: - The ingest side

  /// Acknowledged with its batch, counted, in neither journal nor ring; a device that is bound to such a topic is heard.
  @Test func neitherJournaledNorDecoded() throws {
    let folder = try TemporaryDirectory()
    let clock = TurnableClock()
    let ring = EntryRing(capacity: 1 << 10)
    let community = try SmallCommunity()
    var plan = community.load().lanes[0].plan
    plan.ownTopics = ["linli/v1/alerts", "test"]
    let ingest = Ingest(
      journal: try Journal(directory: folder.path), decoder: MessageDecoder(plan: plan), ring: ring,
      core: Mailbox<CoreDriver>(), gauge: LoadGauge(), clock: SteadyClock(machine: clock),
      logger: RunningService.silent)
    ingest.stateChanged(.connected(sessionPresent: false))
    ingest.stateChanged(.subscribed(sessionPresent: false, rejected: []))
    func deliver(_ topic: String, retained: Bool, packet: UInt16) {
      Array(topic.utf8).withUnsafeBytes { topic in
        Array(#"{"temperature":20}"#.utf8).withUnsafeBytes { payload in
          ingest.received(
            IncomingMessage(
              topic: topic, payload: payload, qos: 1, retained: retained, packetID: packet, redelivered: false,
              backlog: retained))
        }
      }
    }
    deliver("linli/v1/alerts/hedong/jiefang/0123456789", retained: true, packet: 1)
    deliver("linli/v1/alerts/0123456789", retained: false, packet: 2)
    deliver("test/unbound/climate", retained: false, packet: 3)
    try ingest.commit()
    #expect(ring.count == 0 && ring.unpublished == 0)
    deliver("test/c1/climate", retained: false, packet: 4)
    try ingest.commit()
    clock.pass(1_000)
    ingest.idle()
    #expect(ingest.status.withLock { $0.own } == 3)
    var topics: [String] = []
    _ = try Journal.read(directory: folder.path) {
      topics.append(String(decoding: $0.topic, as: UTF8.self))
      return true
    }
    #expect(topics == ["test/c1/climate"])
  }
}
