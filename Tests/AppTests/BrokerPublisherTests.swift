import Notify
import Synchronization
import TestSupport
import Testing

@testable import App

/// How long a publication waits for its broker.
@Suite struct BrokerPublisherTests {
  private static func channel(fallback: String?) -> Channel {
    var channel = Channel(id: "bus", kind: .mqtt)
    channel.fallback = fallback
    return channel
  }

  /// A broker that never acknowledges: the publication ends by being cancelled only.
  private static let silence: MQTTChannel.Publish = { _, _, _ in try await Task.sleep(for: .seconds(1_000_000)) }

  @Test func aBrokerThatDoesNotAcknowledgeIsGivenUpWhereThereIsAnotherWay() async {
    let asked = Mutex<[Duration]>([])
    let publisher = BrokerPublisher(isConnected: { true }, publish: Self.silence) { duration in
      asked.withLock { $0.append(duration) }
    }
    let publish = publisher.publisher(for: Self.channel(fallback: "hook"))
    await #expect(throws: BrokerPublisher.Away.self) { try await publish("up/a", [], true) }
    #expect(asked.withLock { $0 } == [BrokerPublisher.patience])
  }

  @Test(arguments: ["hook", nil]) func whatIsAcknowledgedIsDelivered(fallback: String?) async throws {
    let topics = Mutex<[String]>([])
    let publisher = BrokerPublisher(
      isConnected: { true }, publish: { topic, _, _ in topics.withLock { $0.append(topic) } },
      pause: { _ in try await Task.sleep(for: .seconds(1_000_000)) })
    try await publisher.publisher(for: Self.channel(fallback: fallback))("up/a", [], true)
    #expect(topics.withLock { $0 } == ["up/a"])
  }

  @Test func aBrokerThatIsAwayIsNotAskedWhereThereIsAnotherWay() async {
    let publisher = BrokerPublisher(
      isConnected: { false }, publish: { _, _, _ in Issue.record("published") }, pause: { _ in })
    let publish = publisher.publisher(for: Self.channel(fallback: "hook"))
    await #expect(throws: BrokerPublisher.Away.self) { try await publish("up/a", [], true) }
  }

  /// With no other way the message waits in the connection's queue, and no clock runs.
  @Test func withoutAnotherWayAPublicationWaits() async throws {
    let topics = Mutex<[String]>([])
    let publisher = BrokerPublisher(
      isConnected: { false }, publish: { topic, _, _ in topics.withLock { $0.append(topic) } },
      pause: { _ in Issue.record("timed") })
    try await publisher.publisher(for: Self.channel(fallback: nil))("up/a", [], true)
    #expect(topics.withLock { $0 } == ["up/a"])
  }
}
