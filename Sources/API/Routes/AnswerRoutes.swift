import Community
import Foundation
import Hummingbird

/// `/a/TOKEN`: the small page behind a link in a message. Chat programs fetch links to show a preview, so only the button, a
/// POST, acknowledges. It answers without a sign-in: the link is the credential.
struct AnswerRoutes {
  let desk: any AnswerDesk

  func add(to router: Router<BasicRequestContext>) {
    router.get("/a/:token") { _, context -> Response in
      Self.page(await desk.look(at: try Self.token(context)))
    }
    router.post("/a/:token") { _, context -> Response in
      Self.page(await desk.answer(try Self.token(context)))
    }
  }

  private static func token(_ context: BasicRequestContext) throws -> String { try context.parameters.require("token") }

  private static func page(_ view: AnswerView) -> Response {
    let words = words(view)
    let facts = [
      (view.title.zh, view.title.en), (view.place.zh, view.place.en), (view.since, ""),
    ].filter { !$0.0.isEmpty }
    let lines = facts.map { zh, en in
      "<p>\(escape(zh))\(en.isEmpty || en == zh ? "" : "<br><small>\(escape(en))</small>")</p>"
    }.joined()
    let button =
      view.state == .ready
      ? "<form method=\"post\"><button>确认，由 \(escape(view.who)) 处理<br><small>I am on it (\(escape(view.who)))</small>"
        + "</button></form>" : ""
    let html = """
      <!doctype html>
      <html lang="zh"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="robots" content="noindex"><meta name="referrer" content="no-referrer"><title>邻里 Linli</title><link rel="icon" href="data:,">
      <style>
      body { font: 17px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; margin: 0; padding: 1.5rem; color: #1c2730;
        background: #f3f5f7; }
      main { max-width: 26rem; margin: auto; background: #fff; padding: 1.5rem; border-radius: 12px; }
      h1 { font-size: 1.2rem; margin: 0 0 1rem; } p { margin: .5rem 0; } small { color: #667; font-size: .8rem; }
      button { width: 100%; padding: 1rem; font: inherit; color: #fff; background: #11606e; border: 0;
        border-radius: 8px; margin-top: 1rem; } button small { color: #dff; }
      </style></head>
      <body><main><h1>\(escape(words.zh))<br><small>\(escape(words.en))</small></h1>\(lines)\(button)</main></body></html>
      """
    var response = PageRoutes.page(Array(html.utf8))
    response.headers[.cacheControl] = "no-store"
    response.status = status(view.state)
    return response
  }

  private static func words(_ view: AnswerView) -> (zh: String, en: String) {
    switch view.state {
    case .ready: ("报警待确认", "An alert waits for an answer")
    case .done: ("已确认，处理人：\(view.who)", "Acknowledged; \(view.who) is on it")
    case .used:
      (
        "此链接已使用：\(view.answeredBy) 已于 \(view.answeredAt) 确认",
        "This link is used up: \(view.answeredBy) acknowledged at \(view.answeredAt)"
      )
    case .closed: ("报警已关闭，无需确认", "The alert is closed; nothing is left to acknowledge")
    case .expired: ("此链接已过期，请登录控制台处理", "This link has expired; use the console")
    case .unknown: ("链接无效", "No such link")
    }
  }

  private static func status(_ state: AnswerView.State) -> HTTPResponse.Status {
    switch state {
    case .ready, .done: .ok
    case .used, .closed: .conflict
    case .expired: .gone
    case .unknown: .notFound
    }
  }

  private static func escape(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
