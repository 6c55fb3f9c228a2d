import Foundation
import TestSupport
import Testing

/// Nobody answers, and the service is killed in between: every level is told, each step has its true time and comes once.
@Suite(.serialized)
struct EscalationTests {
  /// - Parameter within: until when each level must answer, the nearest first.
  static func places(within answers: [String]) -> String {
    """
    places:
      - id: hedong
        level: district
        duty: {unit: {zh: 区中心, en: District centre}, people: [{id: xu}], answer_within: \(answers[3])}
        places:
          - id: jiefang
            level: street
            duty: {unit: {zh: 街道, en: Street}, people: [李敏], answer_within: \(answers[2])}
            places:
              - id: chaoyang
                level: community
                duty: {unit: {zh: 居委会, en: Committee}, rota: always, answer_within: \(answers[1])}
                places:
                  - id: yihe
                    level: compound
                    duty: {unit: {zh: 物业, en: Property}, people: [王强], answer_within: \(answers[0])}
                    places:
                      - {id: "301", level: room, kind: care-room}
    """
  }
  static let duty = """
    people: [{id: zhao, name: 赵丽华}, {id: xu, name: 徐静, channel: district}]
    rotas: [{id: always, shifts: [{from: "00:00", to: "24:00", people: [zhao]}]}]
    """

  @Test func everyLevelIsToldAtItsTimeAcrossAKill() throws {
    let folder = try TemporaryDirectory()
    let broker = try MosquittoBroker()
    let hook = try WebhookReceiver()
    let district = try WebhookReceiver()
    defer {
      hook.stop()
      district.stop()
    }
    let port = try #require(URL(string: hook.url)?.port)
    let community = try TestCommunity(in: folder.url, brokerPort: broker.port, hookPort: port)
    try community.write("places.yaml", Self.places(within: ["20m", "30m", "40m", "1h"]))
    try community.write("duty.yaml", Self.duty)
    try community.write(
      "channels.yaml",
      """
      channels:
        - {id: hook, kind: webhook, url: "\(hook.url)"}
        - {id: district, kind: webhook, url: "\(district.url)"}
      routes: [{to: [hook]}]
      """)
    let service = LinliProcess(config: community.config, data: community.data)
    #expect(try LinliProcess.run(["check", "--config", community.config.path]).code == 0)
    try service.start()
    try MosquittoPublisher.publish(
      port: broker.port, topic: "test/b0/button", payload: #"{"press":"single","number":1}"#)
    /// Each delivery once: what was on its way at the kill may come again, with the same key.
    func events(_ receiver: WebhookReceiver) -> [String] {
      var seen: Set<String> = []
      let once = receiver.deliveries.filter { seen.insert($0.key).inserted }
      return once.compactMap { $0.annotations["event"] ?? $0.labels["event"] ?? Self.event(in: $0.document) }
    }
    try service.wait(upTo: 120, for: "the raise") { events(hook).contains("raised") }
    service.kill()
    // The community's turn comes while nobody is there to notice, and in the next life those of the street and the district.
    try service.start(ahead: 21 * 60)
    try service.wait(upTo: 120, for: "the first step") { events(hook).contains("escalated") }
    service.kill()
    let deliveredBefore = Set(hook.deliveries.map(\.key))
    try service.start(ahead: 91 * 60)
    var story: [String: Any] = [:]
    func steps(_ kind: String) -> [[String: Any]] {
      (story["steps"] as? [[String: Any]] ?? []).filter { $0["kind"] as? String == kind }
    }
    try service.wait(upTo: 120, for: "the last step") {
      let id = try service.alerts().first { $0["rule"] as? String == "pressed" }?["id"] as? String ?? ""
      story = try service.json(["alert", id]) as? [String: Any] ?? [:]
      return steps("escalated").count == 3
    }
    let alert = story["alert"] as? [String: Any] ?? [:]
    let raised = try #require(RecoveryTests.date(alert["raised_at"]))
    let times = steps("escalated").compactMap { RecoveryTests.date($0["at"])?.timeIntervalSince(raised) }
    #expect(times.map { ($0 * 1_000).rounded() } == [1_200_000, 3_000_000, 5_400_000])
    #expect(steps("escalated").compactMap { ($0["to"] as? [String])?.first } == ["赵丽华", "李敏", "徐静"])
    #expect((alert["responsible"] as? [String: Any])?["level"] as? String == "district")
    // The district's own channel hears of it, and once only.
    try service.wait(upTo: 120, for: "the district") { !district.deliveries.isEmpty }
    #expect(events(district) == ["escalated"])
    let id = alert["id"] as? String ?? ""
    #expect(try service.run(["ack", id, "--by", "徐静"]).code == 0)
    try service.wait(upTo: 120, for: "the end") { events(district).contains("closed") }
    try service.wait(upTo: 120, for: "the end on the routes") { events(hook).contains("closed") }
    #expect(deliveredBefore.isSuperset(of: hook.doubledKeys) && district.doubledKeys.isEmpty)
    #expect(events(hook).filter { $0 == "escalated" }.count == 3)
    let text = try service.run(["alert", id, "--lang", "zh"]).output
    #expect(text.contains("升级") && text.contains("街道 · 李敏") && text.contains("超时未应答"))
    #expect(!text.contains("not answered in time"))
    let said = try service.run(["alert", id, "--lang", "en"]).output
    #expect(said.contains("not answered in time") && !said.contains("超时"))
  }

  private static func event(in document: [String: Any]) -> String? {
    let alerts = document["alerts"] as? [[String: Any]]
    return (alerts?.first?["annotations"] as? [String: String])?["event"]
  }
}
