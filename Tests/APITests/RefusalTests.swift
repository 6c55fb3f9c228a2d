import Community
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Testing

@testable import API

/// What is not as the API expects it is refused with words that help.
struct RefusalTests {
  private let backend = MemoryBackend()

  private func application(_ listener: Access.Listener = .unixSocket) -> some ApplicationProtocol {
    let server = WebServer(backend: backend, access: Access(key: "the-key"), logger: Logger(label: "test"))
    return Application(responder: server.makeRouter(for: listener).buildResponder())
  }

  private func problem(_ response: TestResponse) throws -> ProblemDocument {
    #expect(response.headers[.contentType] == "application/problem+json")
    return try WireFormat.decode(ProblemDocument.self, from: Data(response.body.readableBytesView))
  }

  @Test(arguments: [
    ("/sign-in", 5_000, "the body is too large; at most 4096 bytes"),
    ("/api/v1/adoptions", (1 << 20) + 1, "the body is too large; at most 1048576 bytes"),
    ("/public/hedong/b3/reports", 9_000, "a report has at most 500 characters"),
  ])
  func tooLarge(path: String, bytes: Int, detail: String) async throws {
    let headers: HTTPFields = path.hasPrefix("/api") ? [.authorization: "Bearer the-key"] : [:]
    let body = ByteBuffer(repeating: UInt8(ascii: "x"), count: bytes)
    try await application(.tcp).test(.router) { client in
      try await client.execute(uri: path, method: .post, headers: headers, body: body) { response in
        #expect(response.status == .contentTooLarge)
        let said = try problem(response).detail
        #expect(said == detail)
      }
    }
  }

  @Test(arguments: [
    ("", "the body must be JSON, in UTF-8, its numbers whole and within 64 bits"),
    (#"{"by":"x""#, "the body must be JSON, in UTF-8, its numbers whole and within 64 bits"),
    ("[]", "the body must be an object"),
    (#"{"by":"x"}"#, "the body lacks 'action'"),
    (#"{"action":"wait"}"#, "the body lacks 'by'"),
    (#"{"action":"wait","by":null}"#, "'by' must be text, not null"),
    (#"{"action":"wait","by":5}"#, "'by' must be text"),
    (#"{"action":"wait","by":"x","for_milliseconds":"1h"}"#, "'for_milliseconds' must be a whole number"),
    (#"{"action":"wait","by":"x","photos":"a"}"#, "'photos' must be a list"),
    (#"{"action":"wait","by":"x","photos":["a",5]}"#, "'photos[1]' must be text"),
    (
      #"{"action":"dance","by":"x"}"#,
      "'action' is one of accept, handover, wait, resume, done, verify, reject, cancel, comment, photo, claim, release, "
        + "join, not 'dance'"
    ),
  ])
  func aBodyThatIsNotAsExpected(body: String, detail: String) async throws {
    try await application().test(.router) { client in
      try await client.execute(
        uri: "/api/v1/orders/w-1/actions", method: .post, body: ByteBuffer(string: body)
      ) { response in
        #expect(response.status == .badRequest)
        let said = try problem(response).detail
        #expect(said == detail)
      }
    }
  }

  @Test(arguments: ["/healthz", "/sign-in", "/readyz", "/api/v1/alerts", "/api/v1/events", "/console.js"])
  func headIsGetWithoutABody(path: String) async throws {
    let headers: HTTPFields = [.authorization: "Bearer the-key"]
    try await application(.tcp).test(.router) { client in
      try await client.execute(uri: path, method: .head, headers: headers) { response in
        #expect(response.status == .ok && response.body.readableBytes == 0)
      }
    }
  }

  @Test(arguments: [
    ("/healthz", HTTPRequest.Method.post, "GET, HEAD"), ("/sign-in", .delete, "GET, HEAD, POST"),
    ("/api/v1/alerts", .post, "GET, HEAD"), ("/api/v1/alerts/a1", .delete, "GET, HEAD"),
    ("/api/v1/reload", .get, "POST"), ("/api/v1/reload", .head, "POST"), ("/api/v1/silences/x", .patch, "DELETE"),
  ])
  func aWrongMethod(path: String, method: HTTPRequest.Method, allowed: String) async throws {
    try await application(.tcp).test(.router) { client in
      try await client.execute(uri: path, method: method, headers: [.authorization: "Bearer the-key"]) { response in
        #expect(response.status == .methodNotAllowed && response.headers[.allow] == allowed)
        if method == .head { #expect(response.body.readableBytes == 0) } else { _ = try problem(response) }
      }
      try await client.execute(uri: "/nowhere", method: method) { #expect($0.status != .methodNotAllowed) }
    }
  }

  @Test func whoIsNotAdmittedHearsHow() async throws {
    try await application(.tcp).test(.router) { client in
      for (path, method) in [("/api/v1/alerts", HTTPRequest.Method.get), ("/sign-in", .post)] {
        try await client.execute(uri: path, method: method) { response in
          #expect(response.status == .unauthorized)
          #expect(response.headers[.wwwAuthenticate] == "Bearer realm=\"linli\"")
        }
      }
    }
  }

  @Test(arguments: [
    ("places", "1 to 100000"), ("devices", "1 to 100000"), ("points", "1 to 100000"), ("alerts", "1 to 100000"),
    ("orders", "1 to 10000"), ("history", "1 to 1000000"), ("silences", "1 to 100000"), ("away", "1 to 100000"),
  ])
  func limitsHaveARange(list: String, range: String) async throws {
    try await application().test(.router) { client in
      for limit in ["0", "-1", "1000001"] {
        try await client.execute(uri: "/api/v1/\(list)?point=a/b&limit=\(limit)", method: .get) { response in
          #expect(response.status == .badRequest)
          let said = try problem(response).detail
          #expect(said == "'limit' must be \(range), not \(limit)")
        }
      }
    }
  }

  @Test(arguments: ["scope", "place"]) func whereAlertsAreMayBeCalledEither(name: String) async throws {
    try await application().test(.router) { client in
      try await client.execute(uri: "/api/v1/alerts?\(name)=hedong", method: .get) { #expect($0.status == .ok) }
      try await client.execute(uri: "/api/v1/alerts?\(name)=nowhere", method: .get) { #expect($0.status == .notFound) }
    }
  }

  /// `lang` decides, then the browser, then the configuration.
  @Test(
    arguments: [
      ("?lang=en", "zh", "- en"), ("?lang=zh", "en", "- zh"), ("", "en-GB,en;q=0.9,zh;q=0.8", "- en"),
      ("", "fr, zh-CN;q=0.5, en;q=0.4", "- zh"), ("", "EN;q=0, *", "- zh"), ("", "fr", "- zh"), ("", nil, "- zh"),
    ] as [(String, String?, String)])
  func theLanguageOfAnAnswer(query: String, accepted: String?, text: String) async throws {
    let headers: HTTPFields = accepted.map { [.acceptLanguage: $0] } ?? [:]
    await backend.setLanguage(.zh)
    try await application().test(.router) { client in
      try await client.execute(uri: "/api/v1/reports/kpi\(query)", method: .get, headers: headers) {
        #expect(String(buffer: $0.body) == text)
      }
    }
  }

  @Test func theLanguageOfTheServiceAndOneThereIsNot() async throws {
    try await application().test(.router) { client in
      try await client.execute(uri: "/api/v1/reports/kpi", method: .get, headers: [.init("Linli-Language")!: "zh"]) {
        #expect(String(buffer: $0.body) == "- en")
      }
      try await client.execute(uri: "/api/v1/reports/kpi?lang=fr", method: .get) { response in
        #expect(response.status == .badRequest)
        let said = try problem(response).detail
        #expect(said == "'lang' must be zh or en, not 'fr'")
      }
      try await client.execute(uri: "/healthz?lang=fr", method: .head) { response in
        #expect(response.status == .badRequest && response.body.readableBytes == 0)
      }
    }
  }

  /// What a request says about its language holds for what is wrong with it, too, wherever that is found.
  @Test(
    arguments: [
      ("/api/v1/alerts/none", .get, "", 404, "没有报警“none”", "there is no alert 'none'"),
      ("/nowhere", .get, "", 404, "没有这个路径", "Not Found"),
      (
        "/api/v1/alerts", .get, "", 401, "请在 /sign-in 登录，或以“Authorization: Bearer …”发送访问密钥",
        "sign in at /sign-in, or send the access key as 'Authorization: Bearer …'"
      ),
      ("/api/v1/reload", .get, "", 405, "这个路径只支持 POST", "this path answers POST and nothing else"),
      (
        "/api/v1/orders/w-1/actions", .post, #"{"action":"wait","by":null}"#, 400, "“by”应为文本，不能是 null",
        "'by' must be text, not null"
      ),
      ("/api/v1/silences", .post, "{}", 400, "请写明原因（--reason）", "a reason is needed (--reason)"),
      (
        "/sign-in", .post, String(repeating: "x", count: 5_000), 413, "请求正文太大；最多 4096 字节",
        "the body is too large; at most 4096 bytes"
      ),
      ("/readyz", .get, "", 503, "没有订阅 b", "not subscribed to b"),
    ] as [(String, HTTPRequest.Method, String, Int, String, String)])
  func aProblemIsToldInTheLanguageOfTheAnswer(
    path: String, method: HTTPRequest.Method, body: String, status: Int, zh: String, en: String
  ) async throws {
    await backend.setNotReady(LocalizedText(zh: "没有订阅 b", en: "not subscribed to b"))
    try await application(.tcp).test(.router) { client in
      for (query, accepted, detail) in [
        ("", "zh-CN", zh), ("?lang=zh", "en", zh), ("?lang=en", "zh", en), ("", "fr", en), ("?lang=fr", "zh", nil),
      ] as [(String, String, String?)] {
        var headers: HTTPFields = [.acceptLanguage: accepted]
        if status != 401 { headers[.authorization] = "Bearer the-key" }
        let body = ByteBuffer(string: body)
        try await client.execute(uri: path + query, method: method, headers: headers, body: body) { response in
          let said = try problem(response)
          #expect(said.detail == detail ?? "“lang”应为 zh 或 en，不能是“fr”")
          #expect(said.status == (detail == nil ? 400 : status) && response.status.code == said.status)
          #expect(!said.title.isEmpty && said.title.allSatisfy(\.isASCII))
        }
      }
    }
  }

  @Test func eventsResumeAfterANumber() async throws {
    try await application().test(.router) { client in
      try await client.execute(uri: "/api/v1/events", method: .get, headers: [.init("Last-Event-ID")!: "x"]) {
        #expect($0.status == .badRequest)
      }
    }
  }
}
