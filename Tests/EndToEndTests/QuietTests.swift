import Foundation
import TestSupport
import Testing

/// A silence through the real program: planned, previewed, kept over a kill, ended; nobody is told meanwhile.
@Suite(.serialized)
struct QuietTests {
  @Test func aSilenceHoldsOverAKillAndLetsSpeakAtItsEnd() throws {
    let folder = try TemporaryDirectory()
    let broker = try MosquittoBroker()
    let hook = try WebhookReceiver()
    defer { hook.stop() }
    let port = try #require(URL(string: hook.url)?.port)
    let community = try TestCommunity(
      in: folder.url, brokerPort: broker.port, hookPort: port,
      extraRules:
        "  - {id: chilly, on: {quantity: temperature}, when: {below: 14}, priority: low, title: {zh: 冷, en: Chilly}}")
    let service = LinliProcess(config: community.config, data: community.data)
    try service.start()
    func told(_ rule: String) -> [String] {
      hook.deliveries.filter { $0.labels["alertname"] == rule || $0.labels["rule"] == rule }.compactMap(\.status)
    }
    // Wrong usage is told before the service is asked.
    #expect(try service.run(["silence", "add", "301", "--for", "1h"]).code == 2)
    #expect(try service.run(["silence", "add", "--for", "1h", "--reason", "x"]).code == 2)
    let long = try service.run(["silence", "add", "301", "--for", "90d", "--reason", "x", "--lang", "en"])
    #expect(long.code == 1 && long.error.contains("at most 7 d"))
    let added = try #require(
      try service.json(["silence", "add", "301", "--for", "1h", "--reason", "换电池", "--by", "张三"]) as? [String: Any])
    let id = try #require(added["id"] as? String)
    let time = ISO8601DateFormatter().string(from: Date())
    try MosquittoPublisher.publish(
      port: broker.port, topic: "test/c1/climate", payload: #"{"temperature":12,"time":"\#(time)"}"#)
    try service.wait(upTo: 120, for: "the hidden alert") {
      try service.alerts().contains { $0["rule"] as? String == "chilly" && $0["suppressed"] as? String == "silenced" }
    }
    // Critical ones are not hidden, and show that the way out is open.
    try MosquittoPublisher.publish(
      port: broker.port, topic: "test/b0/button", payload: #"{"press":"single","number":1}"#)
    try service.wait(upTo: 120, for: "the press") { !told("pressed").isEmpty }
    #expect(told("chilly").isEmpty)
    service.kill()
    try service.start()
    let alert = try #require(try service.alerts().first { $0["rule"] as? String == "chilly" })
    #expect(alert["suppressed_by"] as? String == id)
    let preview = try #require(
      try service.json(["maintenance", "add", "301", "--device", "climate", "--preview"]) as? [String: Any])
    #expect(preview["count"] as? Int == 1)
    #expect(try service.run(["silence", "list", "--lang", "zh"]).output.contains("换电池"))
    #expect(try service.run(["silence", "expire", id, "--by", "李四"]).code == 0)
    #expect(try service.run(["silence", "expire", id, "--by", "李四"]).code == 1)
    try service.wait(upTo: 120, for: "what was hidden") { !told("chilly").isEmpty }
    let story = try service.run(["alert", alert["id"] as? String ?? "", "--lang", "zh"]).output
    #expect(story.contains("抑制  张三  “换电池”") && story.contains("静默结束"), "\(story)")
  }
}
