import API
import Alerts
import Community
import Foundation
import Notify
import Pipeline
import TestSupport
import Testing

@testable import App

/// `linli assign` through the running service: the person hears of it over the real channel, once, and the one who assigns hears
/// whether that is so.
@Suite(.serialized, .timeLimit(.minutes(10))) struct AssignmentServiceTests {
  private static func community(_ port: Int, hook: String) throws -> SmallCommunity {
    let community = try SmallCommunity(brokerPort: port)
    try community.write(
      "duty.yaml",
      """
      people:
        - {id: wang-qiang, name: 王强, channel: wang}
        - {id: zhao, name: 赵丽华}
        - {id: qian, name: 钱刚, channel: wang, until: 2025-12-31}
      """)
    try community.write(
      "channels.yaml",
      """
      channels:
        - {id: wang, kind: webhook, url: "\(hook)", language: zh}
      """)
    return community
  }

  /// A running service with an alert of a room that is too cold.
  private static func withCold(
    _ body: @Sendable (CommunityService, _ id: String, SmallCommunity, WebhookReceiver) async throws -> Void
  ) async throws {
    let broker = try MosquittoBroker()
    let hook = try WebhookReceiver()
    defer { hook.stop() }
    let community = try Self.community(broker.port, hook: hook.url)
    try await RunningService.with(community, clock: TurnableClock()) { service in
      try MosquittoPublisher.publish(port: broker.port, topic: "test/c1/climate", payload: #"{"temperature":12}"#)
      try await RunningService.eventually("the cold") { try await service.alerts(of: "chilly").count == 1 }
      try await body(service, service.alerts(of: "chilly")[0].id, community, hook)
    }
  }

  @Test func thePersonIsToldAndTheOneWhoAssignsHearsOfIt() async throws {
    try await Self.withCold { service, id, _, hook in
      func assign(_ to: String, _ language: Language) async throws -> AlertActionView {
        try await service.perform(
          AlertActionRequest(action: .assign, by: "李敏", comment: "带上备件", to: to), on: id, language: language)
      }
      let unknown = try await assign("wang-qian", .en)
      #expect(unknown.alert.assignedTo == "wang-qian" && unknown.told.isEmpty)
      #expect(
        unknown.note == #"duty.yaml knows nobody called "wang-qian" (did you mean "wang-qiang"?): nobody is told"#)
      #expect(try await assign("赵丽华", .zh).note == "duty.yaml 没有给赵丽华写明 channel，没有通知任何人")
      #expect(try await assign("qian", .zh).note == "按 duty.yaml，钱刚今天不在职，没有通知任何人")
      #expect(hook.deliveries.isEmpty)
      let known = try await assign("wang-qiang", .zh)
      #expect(known.told == ["wang"] && known.note == "经 wang 通知王强")
      #expect(try await assign("wang-qiang", .en).note == "wang-qiang had it already and is not told again")
      try await RunningService.eventually("the notification") { !hook.deliveries.isEmpty }
      let annotations = try #require(hook.deliveries.first).annotations
      #expect(annotations["event"] == "assigned" && annotations["by"] == "李敏" && annotations["comment"] == "带上备件")
      #expect(annotations["assigned_to"] == "wang-qiang")
      #expect(hook.deliveries.count == 1)
      let acknowledged = try await service.perform(
        AlertActionRequest(action: .ack, by: "王强"), on: id, language: .en)
      #expect(acknowledged.note == nil && acknowledged.told.isEmpty)
    }
  }

  /// What Linli says of its own steps comes in the language asked for.
  @Test(arguments: [(Language.zh, "规则已删除或更改"), (.en, "rule deleted or changed")])
  func aStoryIsInOneLanguage(language: Language, words: String) async throws {
    try await Self.withCold { service, id, community, _ in
      try community.write("rules/test.yaml", SmallCommunity.rules.replacingOccurrences(of: "chilly", with: "chillier"))
      try await service.reload()
      try await RunningService.eventually("the end") { try await service.alerts(of: "chilly")[0].closedAt != nil }
      let story = try await service.alert(id: id, language: language)
      let said = story.steps.compactMap(\.comment)
      #expect(!said.isEmpty && said.allSatisfy { $0 == words }, "\(said)")
    }
  }
}
