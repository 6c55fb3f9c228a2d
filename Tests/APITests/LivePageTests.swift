import Hummingbird
import HummingbirdTesting
import Logging
import TestSupport
import Testing

@testable import API

/// The live page in a real browser.
@Suite(.serialized, .enabled(if: Browser.here != nil, "no Chromium here")) struct LivePageTests {
  private let application: some ApplicationProtocol = {
    let server = WebServer(backend: MemoryBackend(), access: Access(key: "the-key"), logger: Logger(label: "test"))
    return Application(responder: server.makeRouter(for: .tcp).buildResponder())
  }()

  private func document(_ path: String, language: String = "en", milliseconds: Int = 0) async throws -> String {
    try await application.test(.live) { client in
      let (browser, port) = (try #require(Browser.here), try #require(client.port))
      return try await browser.document(
        "http://127.0.0.1:\(port)\(path)", language: language, milliseconds: milliseconds)
    }
  }

  /// The link of a message leads to its alert, in the language of whoever opens it.
  @Test(arguments: [("zh-CN", "报警 (1)", "确认"), ("en-GB", "Alerts (1)", "Acknowledge")])
  func aLinkShowsItsAlert(language: String, heading: String, button: String) async throws {
    let page = try await document("/sign-in?key=the-key#alert=a1", language: language, milliseconds: 2_000)
    #expect(page.contains(#"<h2 id="alerts-title">\#(heading)</h2>"#))
    #expect(page.contains(#"<li class="alert critical wanted">"#))
    #expect(page.contains(#"<button type="button">\#(button)</button>"#))
  }

  /// Whoever has to sign in first gets there, too: a browser takes what stands behind # along to where it is sent.
  @Test func theSignInKeepsTheLink() async throws {
    let page = try await document("/#alert=a1")
    #expect(page.contains("type=\"password\""))
    #expect(page.contains(/action="http:\/\/127\.0\.0\.1:\d+\/sign-in#alert=a1"/), "\(page)")
  }
}
