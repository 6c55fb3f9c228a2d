import API
import Alerts
import Community
import Foundation
import Pipeline
import Store
import Testing

@testable import App

/// Reports asked of the whole service: the stored steps, the clock, what is refused.
@Suite struct ReportTests {
  private static func service(at time: String) async throws -> (CommunityService, SmallCommunity) {
    let community = try SmallCommunity()
    let clock = TurnableClock()
    let now = try #require(Timestamp(rfc3339: time))
    clock.set(by: now.milliseconds - clock.wall())
    return (try await RunningService.make(community, clock: clock), community)
  }

  private static func event(_ id: String, at time: String) throws -> AlertEvent {
    let at = try #require(Timestamp(rfc3339: time))
    let alert = Alert(
      id: id, lane: "linli-test", rule: "cold", subject: "climate/temperature", place: SmallCommunity.room,
      traits: AlertTraits(priority: .high, title: LocalizedText(zh: "冷", en: "Cold")), point: "climate/temperature",
      value: 12, unit: "Cel", raisedAt: at, noticedAt: at)
    return AlertEvent(kind: .raised, alert: alert, at: at)
  }

  @Test func theMonthBeforeIsTheDefaultAndLaterStepsChangeNothing() async throws {
    let (service, community) = try await Self.service(at: "2026-06-03T12:00:00+08:00")
    defer { withExtendedLifetime(community) {} }
    try await service.store.commit(events: [try Self.event("a", at: "2026-05-10T00:00:00+08:00")], outbox: [])
    for kind in ["kpi", "assessment", "availability"] {
      for format in ["html", "csv", "md", "json"] {
        let selection = ReportSelection(kind: kind, format: format, language: .en)
        let first = try await service.report(selection)
        #expect(first.name == "linli-\(kind)-2026-05.\(format)")
        let id = "\(kind)\(format)"
        try await service.store.commit(events: [try Self.event(id, at: "2026-06-02T00:00:00+08:00")], outbox: [])
        #expect(try await service.report(selection) == first)
      }
    }
    let kpi = try await service.report(ReportSelection(kind: "kpi", format: "md", language: .en))
    #expect(kpi.text.contains("# Alarm KPI 2026-05\n") && kpi.text.contains("| Cold"))
    #expect(kpi.text.contains("The records begin on 2026-05-10"))
  }

  @Test func aRunningMonthSaysSo() async throws {
    let (service, community) = try await Self.service(at: "2026-06-03T12:00:00+08:00")
    defer { withExtendedLifetime(community) {} }
    try await service.store.commit(events: [try Self.event("a", at: "2026-06-03T01:00:00+08:00")], outbox: [])
    let file = try await service.report(ReportSelection(kind: "kpi", month: "2026-06", format: "json", language: .en))
    let json = try #require(try JSONSerialization.jsonObject(with: Data(file.text.utf8)) as? [String: Any])
    #expect(json["partial"] as? Bool == true && json["to"] as? String == "2026-06-03T00:00:00.000+08:00")
    #expect((json["rules"] as? [Any])?.isEmpty == true, "today is not over")
  }

  @Test func onlyThePlaceThatIsAskedFor() async throws {
    let (service, community) = try await Self.service(at: "2026-06-03T12:00:00+08:00")
    defer { withExtendedLifetime(community) {} }
    var elsewhere = try Self.event("b", at: "2026-05-11T00:00:00+08:00")
    elsewhere.alert.place = "hedong"
    elsewhere.alert.rule = "other"
    try await service.store.commit(
      events: [try Self.event("a", at: "2026-05-10T00:00:00+08:00"), elsewhere], outbox: [])
    let file = try await service.report(
      ReportSelection(kind: "kpi", place: "yihe", format: "csv", language: .zh))
    #expect(file.text.contains("cold") && !file.text.contains("other"))
  }

  @Test(arguments: [
    ReportSelection(kind: "weather", language: .en), ReportSelection(kind: "kpi", month: "May", language: .en),
    ReportSelection(kind: "kpi", month: "2026-07", language: .en),
    ReportSelection(kind: "kpi", format: "pdf", language: .en),
    ReportSelection(kind: "kpi", place: "no", language: .en),
  ])
  func refused(selection: ReportSelection) async throws {
    let (service, community) = try await Self.service(at: "2026-06-03T12:00:00+08:00")
    defer { withExtendedLifetime(community) {} }
    await #expect(throws: BackendError.self) { try await service.report(selection) }
  }
}
