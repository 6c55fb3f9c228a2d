import API
import Alerts
import App
import Community
import Foundation
import Pipeline
import TestSupport
import Testing

/// The service with planned quiet: who asks for what, what it would have hidden, what is refused, and that a restart knows it.
@Suite(.serialized, .timeLimit(.minutes(10))) struct QuietServiceTests {
  private static func community() throws -> (MosquittoBroker, SmallCommunity) {
    let broker = try MosquittoBroker()
    let community = try SmallCommunity(brokerPort: broker.port)
    try community.write(
      "places.yaml",
      """
      places:
        - id: hedong
          level: district
          places:
            - {id: jiefang, level: street, places: [{id: yihe, level: compound, places: [{id: "301", level: room, kind: care-room, care: {profile: lives-alone, away_until: 2026-02-01}}]}]}
      """)
    try community.write(
      "alerts.yaml",
      #"maintenance: [{id: weekly, device: climate, days: [sun], from: "03:00", to: "04:00", reason: {zh: 保养, en: service}}]"#
    )
    return (broker, community)
  }

  @Test func silencePreviewEndAndRestart() async throws {
    let (broker, community) = try Self.community()
    let clock = TurnableClock()
    let id = try await RunningService.with(community, clock: clock) { service in
      try MosquittoPublisher.publish(port: broker.port, topic: "test/c1/climate", payload: #"{"temperature":12}"#)
      try await RunningService.eventually("the cold") { try await service.alerts(of: "chilly").count == 1 }
      var body = QuietBody(places: ["301"], forMilliseconds: 7_200_000, reason: "换电池", by: "张三")
      let preview = try await service.previewQuiet(body, kind: .silence, language: .en)
      #expect(preview.count == 1 && preview.alerts.first?.rule == "chilly")
      #expect(try await service.alerts(of: "chilly").first?.suppressed == nil)
      let view = try await service.planQuiet(body, kind: .silence, language: .en)
      #expect(view.state == "active" && view.hiding == 1 && view.places == [SmallCommunity.room])
      let hidden = try #require(try await service.alerts(of: "chilly").first)
      #expect(hidden.suppressed == "silenced" && hidden.suppressedBy == view.id && hidden.suppressedReason == "换电池")
      let metrics = await service.metrics()
      #expect(metrics.contains(#"linli_alerts_suppressed{kind="silenced"} 1"#))
      #expect(metrics.contains(#"linli_planned_quiet{kind="silence"} 1"#))
      // What does not exist, lasts too long or says nothing is refused, with what to do.
      body.rules = ["chily"]
      let chilly = LocalizedText(
        zh: "没有规则“chily”；是不是想写“chilly”？", en: "there is no rule 'chily'; did you mean \"chilly\"?")
      await #expect(throws: BackendError(.notFound, chilly)) {
        try await service.planQuiet(body, kind: .silence, language: .en)
      }
      body.rules = nil
      body.forMilliseconds = 30 * 86_400_000
      await #expect(throws: BackendError.self) { try await service.planQuiet(body, kind: .silence, language: .zh) }
      body.forMilliseconds = 60_000
      body.reason = nil
      await #expect(throws: BackendError.self) { try await service.planQuiet(body, kind: .silence, language: .zh) }
      return view.id
    }
    clock.pass(60_000)
    try await RunningService.with(community, clock: clock) { service in
      #expect(try await service.alerts(of: "chilly").first?.suppressed == "silenced")
      #expect(try await service.quiets(.silence, all: false, language: .en).map(\.id) == [id])
      let ended = try await service.endQuiet(id, kind: .silence, by: "李四", language: .en)
      #expect(ended.state == "expired" && ended.endedBy == "李四")
      #expect(try await service.alerts(of: "chilly").first?.suppressed == nil)
      let alert = try #require(try await service.alerts(of: "chilly").first)
      let story = try await service.alert(id: alert.id, language: .en)
      #expect(story.steps.map(\.kind) == ["raised", "suppressed", "released"])
      #expect(story.steps[1].by == "张三" && story.steps[1].comment == "换电池")
      #expect(try await service.quiets(.silence, all: true, language: .en).map(\.state) == ["expired"])
    }
  }

  @Test func weeklyWindowsAndAbsencesAreListedAndPeopleComeBack() async throws {
    let (broker, community) = try Self.community()
    defer { withExtendedLifetime(broker) {} }
    try await RunningService.with(community, clock: TurnableClock()) { service in
      // 2026-01-05 is a Monday.
      let windows = try await service.quiets(.maintenance, all: false, language: .en)
      #expect(windows.map(\.id) == ["weekly"] && windows[0].recurring && windows[0].state == "pending")
      #expect(windows[0].startsAt == "2026-01-11T03:00:00.000+08:00" && windows[0].reason == "service")
      let refusal = await #expect(throws: BackendError.self) {
        try await service.endQuiet("weekly", kind: .maintenance, by: "x", language: .en)
      }
      #expect(refusal?.message.en.contains("alerts.yaml") == true)
      let away = try await service.quiets(.away, all: false, language: .en)
      #expect(away.map(\.by) == ["places.yaml"] && away[0].endsAt == "2026-02-01T00:00:00.000+08:00")
      let back = try await service.backAtHome(place: "301", by: "女儿", language: .en)
      #expect(back.map(\.kind) == ["back"])
      let twice = await #expect(throws: BackendError.self) {
        try await service.backAtHome(place: "301", by: "女儿", language: .en)
      }
      #expect(twice?.kind == .conflict)
    }
  }

  @Test func checkNamesWhatDoesNotExist() throws {
    let community = try SmallCommunity()
    try community.write(
      "alerts.yaml",
      """
      inhibit:
        - {id: a, source: {rule: pressd}, target: {place: hedong/jifang}, within: room}
        - {id: b, source: {rule: cold}, target: {rule: chilly}, within: room}
        - {id: c, source: {rule: chilly}, target: {rule: cold}, within: room}
      maintenance:
        - {id: w, device: buton, from: "03:00", to: "04:00", reason: x}
      """)
    let problems = community.problems()
    #expect(
      problems == [
        #"alerts.yaml:2:5: error: inhibit "a", source: there is no rule "pressd"; did you mean "pressed"?"#,
        #"alerts.yaml:2:5: error: inhibit "a", target: there is no place "hedong/jifang"; did you mean "hedong/jiefang"?"#,
        #"alerts.yaml:3:5: warning: inhibit "b" → "c": they may explain each other in a circle; one alert of it will always speak; tell source and target apart by rule or priority"#,
        #"alerts.yaml:6:5: error: maintenance "w": there is no device "buton"; did you mean "button"?"#,
      ], "\(problems)")
  }
}
