import API
import Alerts
import Community
import Notify
import Pipeline
import TestSupport
import Testing

@testable import App
@testable import Store

/// A record that the database can never take: people hear of it, and everything else goes on.
@Suite(.serialized, .timeLimit(.minutes(10))) struct SetAsideServiceTests {
  /// A step of an alert with a number that JSON has no word for.
  private func unwritable(at time: Timestamp) throws -> AlertCommit {
    var book = AlertBook()
    let change = ConditionChange(
      kind: .raised, rule: "odd", subject: "odd", place: "hedong", at: time, noticedAt: time, value: 1, unit: "",
      point: nil,
      position: 1, ordinal: 0)
    let traits = AlertTraits(priority: .high, title: LocalizedText(zh: "奇怪", en: "Odd"))
    var event = try #require(book.apply(change, lane: "main", traits: traits).first)
    event.alert.value = .infinity
    return AlertCommit(events: [NumberedEvent(sequence: 1_000_000, event: event)])
  }

  @Test func isAnAlertATroubleAndANumber() async throws {
    let broker = try MosquittoBroker()
    let community = try SmallCommunity(brokerPort: broker.port)
    try await RunningService.with(community) { service in
      let commit = try unwritable(at: service.now())
      let id = commit.events[0].event.alert.id
      #expect(await service.metrics().contains("linli_records_set_aside_total 0"))
      await service.desk.enqueue(commit)
      // The duty of every second writes it, or cannot, and looks.
      try await RunningService.eventually("the alert") { try await service.alerts(of: "linli-record").count == 1 }
      #expect(try await service.alerts(of: "linli-record").first?.active == true)
      #expect(await service.metrics().contains("linli_records_set_aside_total 1"))
      let english = try await service.status(place: nil, language: .en).troubles
      #expect(english.contains { $0.contains("alert \(id), step 1 (raised)") })
      let chinese = try await service.status(place: nil, language: .zh).troubles
      #expect(chinese.contains { $0.contains("报警 \(id)，第 1 步（raised）") && $0.contains("无法写入") })
      #expect(await service.desk.storageTrouble == nil)
      try MosquittoPublisher.publish(port: broker.port, topic: "test/b0/button", payload: #"{"press":"single"}"#)
      try await RunningService.eventually("the press") { try await service.alerts(of: "pressed").count == 1 }
    }
    // The next life knows nothing of it any more: it is over.
    try await RunningService.with(community) { service in
      try await RunningService.eventually("its end") {
        try await service.alerts(of: "linli-record").first?.active == false
      }
    }
  }
}
