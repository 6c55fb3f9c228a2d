import API
import Alerts
import Community
import Foundation
import Notify
import Pipeline
import TestSupport
import Testing

@testable import App

/// A one-tap link of a real message: through the running service, over HTTP, once.
@Suite(.serialized, .timeLimit(.minutes(10))) struct AnswerLinkServiceTests {
  @Test func aTapAcknowledgesOnce() async throws {
    let broker = try MosquittoBroker()
    let community = try SmallCommunity(brokerPort: broker.port)
    try await RunningService.with(community) { service in
      let mode = try FileManager.default.attributesOfItem(atPath: community.data + "/answer-key")[.posixPermissions]
      #expect(mode as? Int == 0o600)
      try MosquittoPublisher.publish(port: broker.port, topic: "test/b0/button", payload: #"{"press":"single"}"#)
      try await RunningService.eventually("the press") { try await service.alerts(of: "pressed").count == 1 }
      let alert = try await service.alerts(of: "pressed")[0]
      func makeToken(number: Int = 1, until: Timestamp? = nil) -> String {
        let end = until ?? service.now() + 60_000
        return AnswerLink(alert: alert.id, number: number, who: "李雷", until: end).token(key: service.answerKey)
      }
      let token = makeToken()
      // Looking changes nothing, however often a chat program does it.
      for _ in 0..<3 { #expect(await service.look(at: token).state == .ready) }
      #expect(await service.answer(makeToken(until: service.now() + -1)).state == .expired)
      #expect(await service.answer(token + "x").state == .unknown)
      #expect(try await service.alerts(of: "pressed")[0].acknowledged == false)
      let done = await service.answer(token)
      #expect(done.state == .done && done.who == "李雷")
      #expect(try await service.alerts(of: "pressed")[0].acknowledgedBy == "李雷")
      for used in [await service.answer(token), await service.look(at: token)] {
        #expect(used.state == .used || used.state == .closed)
      }
      let story = try await service.alert(id: alert.id, language: .en)
      #expect(story.steps.count { $0.kind == "acknowledged" } == 1)
      #expect(
        await service.look(
          at: AnswerLink(alert: "gone", number: 1, who: "x", until: service.now() + 9_000)
            .token(key: service.answerKey)
        ).state == .unknown)
    }
  }
}
