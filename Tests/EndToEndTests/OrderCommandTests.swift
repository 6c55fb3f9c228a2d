import Foundation
import TestSupport
import Testing

/// An alert becomes an order by itself, nobody accepts it in time, the service is killed, and people see it through on the
/// command line.
@Suite(.serialized)
struct OrderCommandTests {
  private static let places = """
    places:
      - id: hedong
        level: district
        duty: {unit: {zh: 区中心, en: District centre}, people: [徐静]}
        places:
          - id: jiefang
            level: street
            duty: {unit: {zh: 街道, en: Street}, people: [李敏]}
            places:
              - id: chaoyang
                level: community
                places:
                  - id: yihe
                    level: compound
                    duty: {unit: {zh: 物业, en: Property}, people: [王强]}
                    places:
                      - {id: "301", level: room, kind: care-room}
    """

  @Test func fromTheAlertToTheEnd() throws {
    let folder = try TemporaryDirectory()
    let broker = try MosquittoBroker()
    let hook = try WebhookReceiver()
    defer { hook.stop() }
    let port = try #require(URL(string: hook.url)?.port)
    let community = try TestCommunity(in: folder.url, brokerPort: broker.port, hookPort: port)
    try community.write("places.yaml", Self.places)
    try community.write(
      "orders.yaml",
      """
      accept_within: 30m
      automatic: [{id: calls, rules: [pressed], title: {zh: 上门查看, en: Go and see}}]
      points: {visit: 10}
      """)
    let service = LinliProcess(config: community.config, data: community.data)
    #expect(try LinliProcess.run(["check", "--config", community.config.path]).code == 0)
    try service.start()
    try MosquittoPublisher.publish(
      port: broker.port, topic: "test/b0/button", payload: #"{"press":"single","number":1}"#)
    func orders(_ more: String...) throws -> [[String: Any]] {
      try service.json(["orders"] + more) as? [[String: Any]] ?? []
    }
    try service.wait(upTo: 120, for: "the order") { try !orders().isEmpty }
    service.kill()
    let deliveredBefore = Set(hook.deliveries.map(\.key))
    // The street's turn comes while nobody is there to notice.
    try service.start(ahead: 31 * 60)
    try service.wait(upTo: 120, for: "the escalation") { try orders().first?["climbed"] as? Int ?? 0 >= 1 }
    let order = try #require(try orders("hedong/jiefang").first)
    let id = try #require(order["id"] as? String)
    #expect(try orders().count == 1)
    #expect(["上门查看", "Go and see"].contains(order["title"] as? String))
    // The alert knows its order and is acknowledged with it.
    #expect(try service.run(["order", "accept", id, "--by", "王强"]).code == 0)
    let alert = try #require(try service.alerts().first { $0["rule"] as? String == "pressed" })
    #expect(alert["order"] as? String == id && alert["acknowledged_by"] as? String == "王强")
    let photo = folder.file("photo.png")
    try Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0]).write(to: URL(fileURLWithPath: photo))
    #expect(try service.run(["order", "done", id, "--by", "王强", "--comment", "没事", "--photo", photo]).code == 0)
    // The press was over at once, so with the acknowledgement its alert has closed: somebody has to verify what was done.
    let refused = try service.run(["order", "verify", id, "--by", "王强"])
    #expect(refused.code == 1 && refused.error.contains(id))
    #expect(try service.run(["order", "verify", id, "--by", "李敏"]).code == 0)
    #expect(try orders().isEmpty && orders("--all").count == 1)
    let story = try service.json(["order", id]) as? [String: Any] ?? [:]
    let steps = story["steps"] as? [[String: Any]] ?? []
    let kinds = steps.compactMap { $0["kind"] as? String }
    #expect(kinds.first == "ordered" && kinds.last == "closed" && kinds.filter { $0 == "ordered" }.count == 1)
    let ordered = try #require(RecoveryTests.date(steps.first?["at"]))
    let climbed = steps.first { $0["kind"] as? String == "escalated" }
    let at = try #require(RecoveryTests.date(climbed?["at"]))
    #expect(((at.timeIntervalSince(ordered)) * 1_000).rounded() == 1_800_000)
    #expect(climbed?["to"] as? [String] == ["李敏"])
    // Each step reached the webhook.
    try service.wait(upTo: 120, for: "the notices") {
      Set(hook.deliveries.filter { $0.labels["alertname"] == "order" }.map(\.key)).count >= kinds.count
    }
    // What was on its way at the kill may come again, with the same key.
    #expect(deliveredBefore.isSuperset(of: hook.doubledKeys))
    // For people, in both languages.
    let zh = try service.run(["order", id, "--lang", "zh"]).output
    #expect(zh.contains("已办结") && zh.contains("街道 · 李敏") && zh.contains("超时未接单"))
    let en = try service.run(["order", id, "--lang", "en"]).output
    #expect(en.contains("closed") && en.contains("not accepted in time") && !en.contains("超时"))
  }

  @Test func volunteersAndTheBank() throws {
    let folder = try TemporaryDirectory()
    let broker = try MosquittoBroker()
    let community = try TestCommunity(in: folder.url, brokerPort: broker.port, hookPort: 9)
    try community.write("orders.yaml", "points: {visit: 10}")
    let service = LinliProcess(config: community.config, data: community.data)
    try service.start()
    func run(_ arguments: String...) throws -> String {
      let result = try service.run(arguments)
      #expect(result.code == 0, "\(arguments): \(result.error)")
      return result.output
    }
    _ = try run(
      "volunteers", "add", "lin", "--name", "林晓雨", "--offers", "visit,carry", "--place", "yihe", "--hours",
      "mon,tue,wed,thu,fri,sat,sun 00:00-24:00")
    #expect(try run("volunteers", "--lang", "zh").contains("林晓雨"))
    let made =
      try service.json(
        [
          "order", "create", "--title", "陪王奶奶去医院", "--place", "301", "--offer", "visit", "--deadline", "2d", "--by",
          "张三",
        ])
      as? [String: Any] ?? [:]
    let id = try #require(made["id"] as? String)
    let before = try run("volunteers", "offers", "lin", "--lang", "zh")
    #expect(before.contains("探访") && !before.contains("王奶奶") && !before.contains("301 室"))
    _ = try run("order", "claim", id, "--volunteer", "lin")
    #expect(try run("volunteers", "offers", "lin", "--lang", "zh").contains("王奶奶"))
    _ = try run("order", "done", id, "--by", "林晓雨")
    _ = try run("order", "verify", id, "--by", "张三")
    #expect(try run("bank", "--csv", "--lang", "en") == "VOLUNTEER,NAME,ORDERS,POINTS\nlin,林晓雨,1,10\n")
    #expect(try service.run(["bank", "reverse", "1", "--comment", "记错", "--by", "李敏"]).code == 0)
    #expect(try run("bank", "--csv", "--lang", "en") == "VOLUNTEER,NAME,ORDERS,POINTS\nlin,林晓雨,0,0\n")
    #expect(try run("bank", "--entries", "--lang", "en").contains("reverses 1: 记错"))
    #expect(try service.run(["bank", "--month", "2026-13"]).code == 1)
    #expect(service.stop() == 0)
  }
}
