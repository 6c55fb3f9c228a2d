// The mirror on the broker: topic, document, and its end.
import Alerts
import Foundation
import Notify
import Pipeline
import Synchronization
import Testing

@Suite struct MQTTChannelTests {
  final class Broker: Sendable {
    struct Published { var topic: String, payload: [UInt8], retain: Bool }
    let published = Mutex<[Published]>([])
    func publish(_ topic: String, _ payload: [UInt8], _ retain: Bool) {
      published.withLock { $0.append(Published(topic: topic, payload: payload, retain: retain)) }
    }
  }

  @Test func retainedUntilClosed() async throws {
    let broker = Broker()
    let sender = MQTTChannel(channel: Channel(id: "bus", kind: .mqtt), settings: Sample.settings) {
      broker.publish($0, $1, $2)
    }
    let cleared = Sample.cleared()
    for event in [Sample.raised(), cleared, Sample.closed(cleared.alert, after: 2_000_000)] {
      #expect(await sender.send(Sample.entry(event), now: Sample.start) == .delivered)
    }
    let published = broker.published.withLock { $0 }
    #expect(
      Set(published.map(\.topic)) == ["linli/v1/alerts/hedong/jiefang/chaoyang/yihe/b3/f3/301/7ZQ4M1X0AB"])
    #expect(published.allSatisfy { $0.retain })
    let first = try #require(
      try JSONSerialization.jsonObject(with: Data(published[0].payload)) as? [String: Any])
    #expect(first["id"] as? String == "7ZQ4M1X0AB" && first["active"] as? Bool == true)
    #expect(first["raised_at"] as? String == "2026-01-05T11:00:00.000+08:00" && first["value"] as? Double == 15.2)
    let second = try #require(
      try JSONSerialization.jsonObject(with: Data(published[1].payload)) as? [String: Any])
    #expect(second["active"] as? Bool == false)
    #expect(published[2].payload.isEmpty)
  }

  @Test func noBrokerMeansLater() async {
    struct Offline: Error {}
    let sender = MQTTChannel(channel: Channel(id: "bus", kind: .mqtt), settings: Sample.settings) { _, _, _ in
      throw Offline()
    }
    guard case .retry(nil, _) = await sender.send(Sample.entry(), now: Sample.start) else {
      Issue.record("no retry")
      return
    }
  }

  @Test func wildcardsStayOutOfTopics() async {
    let broker = Broker()
    let sender = MQTTChannel(channel: Channel(id: "bus", kind: .mqtt, topic: "t"), settings: Sample.settings) {
      broker.publish($0, $1, $2)
    }
    _ = await sender.send(Sample.entry(Sample.raised(Sample.alert("A", place: "a/+/#"))), now: Sample.start)
    #expect(broker.published.withLock { $0.first?.topic } == "t/a/_/_/A")
  }
}
