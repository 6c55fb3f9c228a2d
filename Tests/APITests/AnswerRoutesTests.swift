import Community
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Synchronization
import TestSupport
import Testing

@testable import API

/// The page behind a one-tap link: outside of the sign-in, and only the button changes anything.
struct AnswerRoutesTests {
  final class Desk: AnswerDesk {
    let view: AnswerView
    let answers = Mutex<[String]>([])
    init(_ view: AnswerView) { self.view = view }
    func look(at token: String) async -> AnswerView { view }
    func answer(_ token: String) async -> AnswerView {
      answers.withLock { $0.append(token) }
      return AnswerView(.done, who: view.who)
    }
  }

  func application(_ desk: Desk?) -> some ApplicationProtocol {
    let server = WebServer(
      backend: MemoryBackend(), access: Access(key: "the-key"), answers: desk, logger: Logger(label: "test"))
    return Application(responder: server.makeRouter(for: .tcp).buildResponder())
  }

  @Test func aPreviewAcknowledgesNothing() async throws {
    let desk = Desk(
      AnswerView(
        .ready, title: LocalizedText(zh: "<房间>过低", en: "Too cold"), place: LocalizedText("301"), who: "李雷 & Co",
        since: "2026-01-05 11:00"))
    try await application(desk).test(.router) { client in
      try await client.execute(uri: "/a/tok.en", method: .get) { response in
        let text = String(buffer: response.body)
        #expect(response.status == .ok)
        #expect(text.contains("&lt;房间&gt;过低") && text.contains("Too cold") && text.contains("李雷 &amp; Co"))
        #expect(text.contains("<form method=\"post\">"))
        #expect(response.headers[.cacheControl] == "no-store")
      }
      #expect(desk.answers.withLock { $0 } == [])
      try await client.execute(uri: "/a/tok.en", method: .post) { response in
        #expect(response.status == .ok && String(buffer: response.body).contains("已确认"))
      }
      #expect(desk.answers.withLock { $0 } == ["tok.en"])
    }
  }

  @Test(
    arguments: [
      (AnswerView.State.used, HTTPResponse.Status.conflict, "已使用"), (.closed, .conflict, "已关闭"),
      (.expired, .gone, "expired"), (.unknown, .notFound, "No such link"),
    ])
  func whatIsOverSaysSo(state: AnswerView.State, status: HTTPResponse.Status, words: String) async throws {
    try await application(Desk(AnswerView(state, answeredBy: "王芳"))).test(.router) { client in
      try await client.execute(uri: "/a/x", method: .get) { response in
        let text = String(buffer: response.body)
        #expect(response.status == status && text.contains(words) && !text.contains("<form"))
      }
    }
  }

  @Test func withoutADeskThereIsNoSuchPage() async throws {
    try await application(nil).test(.router) { client in
      try await client.execute(uri: "/a/x", method: .get) { #expect($0.status != .ok) }
    }
  }
}
