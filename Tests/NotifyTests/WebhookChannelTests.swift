// The webhook document against Alertmanager's, its headers, and what its receiver's answers mean.
import Alerts
import ConfigFile
import Foundation
import Notify
import Pipeline
import TestSupport
import Testing

@Suite struct WebhookChannelTests {
  func send(
    _ receiver: WebhookReceiver, _ event: AlertEvent = Sample.raised(), secret: String? = nil
  ) async throws -> DeliveryResult {
    let channel = Channel(id: "ops-hook", kind: .webhook, url: Secret(receiver.url), secret: secret.map(Secret.init))
    return try await Sample.withNetwork { network in
      await WebhookChannel(channel: channel, settings: Sample.settings, transport: network)
        .send(Sample.entry(event, channel: "ops-hook"), now: Sample.start)
    }
  }

  @Test func firing() async throws {
    let receiver = try WebhookReceiver()
    defer { receiver.stop() }
    #expect(try await send(receiver, secret: "钥匙") == .delivered)
    let delivery = try #require(receiver.deliveries.first)
    #expect(delivery.key == "7ZQ4M1X0AB-1-ops-hook")
    #expect(delivery.isSigned(with: "钥匙") && !delivery.isSigned(with: "other"))
    #expect(delivery.headers["content-type"] == "application/json")
    let document = delivery.document
    #expect(
      Set(document.keys) == [
        "version", "groupKey", "status", "receiver", "groupLabels", "commonLabels", "commonAnnotations", "externalURL",
        "truncatedAlerts", "alerts",
      ])
    #expect(document["version"] as? String == "4")
    #expect(document["status"] as? String == "firing")
    #expect(document["receiver"] as? String == "ops-hook")
    #expect(document["truncatedAlerts"] as? Int == 0)
    #expect(document["externalURL"] as? String == "https://linli.example")
    #expect(
      document["groupKey"] as? String == "{}:{alertname=\"care-room-cold\", subject=\"care-301-env/temperature\"}")
    let alert = try #require((document["alerts"] as? [[String: Any]])?.first)
    #expect(
      Set(alert.keys) == [
        "status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint",
      ])
    #expect(alert["startsAt"] as? String == "2026-01-05T11:00:00.000+08:00")
    #expect(alert["endsAt"] as? String == "0001-01-01T00:00:00Z")
    #expect(delivery.labels["alertname"] == "care-room-cold" && delivery.labels["severity"] == "high")
    #expect(delivery.labels["alert_id"] == "7ZQ4M1X0AB" && delivery.labels["device"] == "care-301-env")
    #expect(delivery.annotations["summary"] == "房间温度过低" && delivery.annotations["value"] == "15.2")
  }

  /// Head and then nothing: the status is the answer, and the exchange ends.
  @Test(.timeLimit(.minutes(10))) func anAnswerThatStallsInItsBodyEnds() async throws {
    let server = try LoopbackServer { connection in
      while let line = connection.line(), !line.isEmpty {}
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
      // Until the client goes.
      while connection.line() != nil {}
    }
    defer { server.stop() }
    let answer = try await Sample.withNetwork(deadline: 500) { network in
      try await network.request("POST", "http://127.0.0.1:\(server.port)/", headers: [], body: [])
    }
    #expect(answer.status == 200)
  }

  @Test func resolvedKeepsTheFingerprint() async throws {
    let receiver = try WebhookReceiver()
    defer { receiver.stop() }
    for event in [
      Sample.raised(), Sample.acknowledged(), Sample.cleared(), Sample.closed(Sample.alert(), after: 5_000),
    ] {
      #expect(try await send(receiver, event) == .delivered)
    }
    let deliveries = receiver.deliveries
    #expect(deliveries.map(\.status) == ["firing", "firing", "resolved", "resolved"])
    let alerts = deliveries.compactMap { ($0.document["alerts"] as? [[String: Any]])?.first }
    #expect(Set(alerts.compactMap { $0["fingerprint"] as? String }).count == 1)
    #expect(alerts[2]["endsAt"] as? String == "2026-01-05T11:16:00.000+08:00")
    #expect(deliveries[1].annotations["acknowledged_by"] == "李雷")
    #expect(deliveries[3].annotations["comment"] == "已处理")
    #expect(deliveries[0].signature == nil)
  }

  @Test func answers() async throws {
    let receiver = try WebhookReceiver()
    defer { receiver.stop() }
    receiver.fail(with: [
      LoopbackHTTPAnswer(status: 500), LoopbackHTTPAnswer(status: 429, headers: ["Retry-After": "3"]),
      LoopbackHTTPAnswer(status: 400), .dropped,
    ])
    #expect(try await send(receiver) == .retry(after: nil, reason: "HTTP 500"))
    #expect(try await send(receiver) == .retry(after: 3_000, reason: "HTTP 429"))
    #expect(try await send(receiver) == .refused(reason: "HTTP 400"))
    guard case .retry(nil, _) = try await send(receiver) else {
      Issue.record("a broken connection is no refusal")
      return
    }
    #expect(receiver.deliveries.isEmpty)
  }
}
