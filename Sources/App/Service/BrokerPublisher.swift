import Community
import MQTT
import Notify

/// How channels publish on the service's own connection. A publication waits for the broker however long that is away; only a
/// channel that has another way gives up: at once on a broker that is not there, after a while on one that does not
/// acknowledge (its connection may have died unnoticed). What was given up may arrive all the same, besides the other way.
struct BrokerPublisher: Sendable {
  struct Away: WordedError {
    var text: LocalizedText { LocalizedText(zh: "与代理失去连接", en: "the broker is out of reach") }
  }

  /// For which a channel with another way waits for the acknowledgement.
  static let patience = Duration.seconds(30)

  let isConnected: @Sendable () -> Bool
  let publish: MQTTChannel.Publish
  let pause: @Sendable (Duration) async throws -> Void

  init(_ connection: Connection) {
    self.init(
      isConnected: { connection.state.isConnected },
      publish: { try await connection.published(topic: $0, payload: $1, qos: 1, retain: $2) },
      pause: { try await Task.sleep(for: $0) })
  }

  init(
    isConnected: @escaping @Sendable () -> Bool, publish: @escaping MQTTChannel.Publish,
    pause: @escaping @Sendable (Duration) async throws -> Void
  ) {
    self.isConnected = isConnected
    self.publish = publish
    self.pause = pause
  }

  func publisher(for channel: Channel) -> MQTTChannel.Publish {
    guard channel.fallback != nil else { return publish }
    return { [self] topic, payload, retain in
      guard isConnected() else { throw Away() }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await publish(topic, payload, retain) }
        group.addTask {
          try await pause(Self.patience)
          throw Away()
        }
        defer { group.cancelAll() }
        try await group.next()
      }
    }
  }
}
