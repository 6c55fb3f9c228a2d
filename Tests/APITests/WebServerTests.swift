import Alerts
import Community
import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Pipeline
import Testing

@testable import API

/// Every route, with and without a credential.
struct WebServerTests {
  let backend = MemoryBackend()

  func application(_ listener: Access.Listener) -> some ApplicationProtocol {
    let server = WebServer(backend: backend, access: Access(key: "the-key"), logger: Logger(label: "test"))
    return Application(responder: server.makeRouter(for: listener).buildResponder())
  }

  @Test(arguments: [
    "/", "/api/v1/status", "/api/v1/places", "/api/v1/devices", "/api/v1/unassigned", "/api/v1/points",
    "/api/v1/alerts",
    "/api/v1/alerts/a1", "/api/v1/events", "/api/v1/tape", "/api/v1/reports/kpi", "/metrics", "/readyz", "/console.js",
  ])
  func nothingAnswersWithoutACredential(path: String) async throws {
    try await application(.tcp).test(.router) { client in
      try await client.execute(uri: path, method: .get) { response in
        #expect(response.status == .unauthorized)
        #expect(response.headers[.contentType] == "application/problem+json")
      }
      try await client.execute(uri: path, method: .get, headers: [.authorization: "Bearer the-key"]) { response in
        #expect(response.status == .ok)
      }
      try await client.execute(uri: path, method: .get, headers: [.authorization: "Bearer wrong"]) { response in
        #expect(response.status == .unauthorized)
      }
    }
    try await application(.unixSocket).test(.router) { client in
      try await client.execute(uri: path, method: .get) { #expect($0.status == .ok) }
    }
  }

  @Test func aReloadSaysWhatItLeavesToTheNextStart() async throws {
    try await application(.unixSocket).test(.router) { client in
      try await client.execute(uri: "/api/v1/reload", method: .post) { response in
        #expect(response.status == .ok && String(buffer: response.body) == #"{"after_restart":[]}"#)
      }
      await backend.setLater([LocalizedText(zh: "下次启动", en: "next start")])
      for (language, text) in [("zh", "下次启动"), ("en", "next start")] {
        try await client.execute(uri: "/api/v1/reload?lang=\(language)", method: .post) { response in
          #expect(String(buffer: response.body) == #"{"after_restart":["\#(text)"]}"#)
        }
      }
    }
  }

  @Test func healthAndSignInAnswerAnybody() async throws {
    try await application(.tcp).test(.router) { client in
      try await client.execute(uri: "/healthz", method: .get) { #expect($0.status == .ok) }
      try await client.execute(uri: "/sign-in", method: .get) { #expect($0.status == .ok) }
      try await client.execute(uri: "/", method: .get, headers: [.accept: "text/html"]) { response in
        #expect(response.headers[.location] == "/sign-in")
      }
    }
  }

  @Test func signingInGivesACookieThatOpensThePage() async throws {
    try await application(.tcp).test(.router) { client in
      try await client.execute(uri: "/sign-in", method: .post, body: ByteBuffer(string: "key=wrong")) { response in
        #expect(response.status == .unauthorized)
        #expect(response.headers[.setCookie] == nil)
      }
      let cookie = try await client.execute(uri: "/sign-in", method: .post, body: ByteBuffer(string: "key=the-key")) {
        try #require($0.headers[.setCookie])
      }
      #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
      let pair = String(cookie.prefix { $0 != ";" })
      try await client.execute(uri: "/", method: .get, headers: [.cookie: pair]) { response in
        #expect(response.status == .ok)
        #expect(String(buffer: response.body).contains("console.js"))
        #expect(response.headers[.contentSecurityPolicy] != nil)
      }
    }
  }

  @Test func everyPromisedKeyIsThereEvenWithoutAValue() async throws {
    @Sendable func keys(_ buffer: ByteBuffer) throws -> Set<String> {
      let json = try JSONSerialization.jsonObject(with: Data(buffer.readableBytesView))
      let object = json as? [String: Any] ?? (json as? [[String: Any]])?.first ?? [:]
      return Set(object.keys)
    }
    try await application(.unixSocket).test(.router) { client in
      try await client.execute(uri: "/api/v1/devices", method: .get) { response in
        let found = try keys(response.body)
        #expect(
          found.isSuperset(of: ["id", "profile", "place", "last_seen", "silent", "quality", "battery", "points"]))
      }
      try await client.execute(uri: "/api/v1/points", method: .get) { response in
        let found = try keys(response.body)
        #expect(found.isSuperset(of: ["point", "at", "value", "unit", "quality", "reason"]))
      }
      try await client.execute(uri: "/api/v1/alerts", method: .get) { response in
        let found = try keys(response.body)
        #expect(
          found.isSuperset(of: [
            "id", "rule", "subject", "place", "priority", "title", "active", "acknowledged", "assigned_to",
            "shelved_until",
            "raised_at", "cleared_at", "closed_at", "value", "unit",
          ]))
      }
      try await client.execute(uri: "/api/v1/status", method: .get) { response in
        let found = try keys(response.body)
        #expect(
          found.isSuperset(of: [
            "version", "uptime_seconds", "brokers", "messages", "devices", "alerts", "journal", "outbox",
          ]))
      }
    }
  }

  @Test(arguments: [
    ("/api/v1/alerts/none", 404, "there is no alert 'none'"),
    ("/api/v1/devices?scope=nowhere", 404, "there is no place or device 'nowhere'"),
    ("/api/v1/history", 400, "say which point: ?point=care-301-env/temperature"),
    (
      "/api/v1/history?point=a&since=yesterday", 400,
      "'since' must be a time like 2026-01-05T03:20:00Z, not 'yesterday'"
    ),
    (
      "/api/v1/history?point=a&every=soon", 400,
      "'every' must be a duration from 1s to 400d like 15m, 1h or 1d, not 'soon'"
    ),
    ("/api/v1/alerts?limit=many", 400, "'limit' must be a whole number, not 'many'"),
  ])
  func errorsAreProblemDocuments(path: String, status: Int, detail: String) async throws {
    try await application(.unixSocket).test(.router) { client in
      try await client.execute(uri: path, method: .get) { response in
        #expect(response.status.code == status)
        let problem = try WireFormat.decode(ProblemDocument.self, from: Data(response.body.readableBytesView))
        #expect(problem.status == status)
        #expect(problem.detail == detail)
      }
    }
  }

  @Test(arguments: ["a1", "A1", "%41%31"])
  func alertIDsMayBeTypedInUpperCase(id: String) async throws {
    try await application(.unixSocket).test(.router) { client in
      try await client.execute(uri: "/api/v1/alerts/\(id)", method: .get) { #expect($0.status == .ok) }
      let body = ByteBuffer(bytes: try WireFormat.encode(AlertActionRequest(action: .ack, by: "Li")))
      try await client.execute(uri: "/api/v1/alerts/\(id)/actions", method: .post, body: body) {
        #expect($0.status == .ok)
      }
    }
  }

  @Test func historyIsAskedAsItWasWritten() async throws {
    try await application(.unixSocket).test(.router) { client in
      try await client.execute(
        uri: "/api/v1/history?point=a/b&since=2026-01-05T00:00:00Z&until=2026-01-06T00:00:00Z&every=15m&limit=7",
        method: .get
      ) { #expect($0.status == .ok) }
      try await client.execute(uri: "/api/v1/history?point=a/b", method: .get) { #expect($0.status == .ok) }
    }
    let start = Timestamp(rfc3339: "2026-01-05T00:00:00Z")!
    #expect(
      await backend.selections == [
        HistorySelection(point: "a/b", since: start, until: start + 86_400_000, every: 900_000, limit: 8),
        HistorySelection(point: "a/b", since: await backend.now() - 86_400_000, limit: 100_001),
      ])
  }

  /// Follows the links from page to page; the bodies.
  private func pages(_ first: String) async throws -> [String] {
    try await application(.unixSocket).test(.router) { client in
      var bodies: [String] = []
      var next: String? = first
      while let path = next, bodies.count < 10 {
        next = try await client.execute(uri: path, method: .get) { response in
          #expect(response.status == .ok)
          bodies.append(String(buffer: response.body))
          guard let link = response.headers[.init("Link")!] else { return nil }
          #expect(link.hasPrefix("<") && link.hasSuffix(#">; rel="next""#))
          return String(link.dropFirst().prefix { $0 != ">" })
        }
      }
      return bodies
    }
  }

  @Test func listsComeInPages() async throws {
    let one = try await pages("/api/v1/places?limit=1&lang=en")
    #expect(one.count == 2 && one[0].contains(#""path":"hedong""#) && one[1].contains(#""path":"hedong/b3""#))
    #expect(try await pages("/api/v1/places?limit=2").count == 1)
    #expect(try await pages("/api/v1/places").count == 1)
    #expect(try await pages("/api/v1/devices?limit=1").count == 1)
    #expect(try await pages("/api/v1/points?limit=1").count == 1)
    let alerts = try await pages("/api/v1/alerts?limit=1")
    #expect(alerts.count == 1 && alerts[0].contains(#""id":"a1""#))
  }

  /// Several readings of the same time are no place where one gets lost.
  @Test func aHistoryComesInPages() async throws {
    let times = ["03:20:00", "03:21:00", "03:21:00", "03:21:00", "03:22:00"]
    await backend.setRows(
      times.enumerated().map { number, time in
        PointView(
          point: "a/b", at: "2026-01-05T\(time).000Z", value: Double(number), text: nil, unit: "Cel",
          quantity: "temperature", quality: "good", reason: "")
      })
    for limit in 1...5 {
      let bodies = try await pages("/api/v1/history?point=a/b&since=2026-01-05T03:00:00Z&limit=\(limit)")
      let values = bodies.joined().matches(of: /"value":([0-9])/).map { String($0.output.1) }
      #expect(values == ["0", "1", "2", "3", "4"], "\(limit)")
      #expect(bodies.count == (5 + limit - 1) / limit)
    }
  }

  @Test(arguments: ["places", "devices", "points", "alerts", "history"])
  func aWrongCursorIsRefused(list: String) async throws {
    try await application(.unixSocket).test(.router) { client in
      try await client.execute(uri: "/api/v1/\(list)?point=a/b&cursor=gone", method: .get) { response in
        #expect(response.status == .badRequest)
        #expect(String(buffer: response.body).contains("begin again without it"))
      }
    }
  }

  @Test func aReportIsSentAsTheFileItIs() async throws {
    try await application(.unixSocket).test(.router) { client in
      try await client.execute(uri: "/api/v1/reports/kpi?month=2026-05&format=html&lang=en", method: .get) { response in
        #expect(String(buffer: response.body) == "2026-05 en")
        #expect(response.headers[.contentType] == "text/html; charset=utf-8")
        #expect(response.headers[.contentDisposition] == "inline; filename=\"kpi.html\"")
      }
      try await client.execute(uri: "/api/v1/reports/weather", method: .get) { #expect($0.status == .notFound) }
    }
  }

  @Test func actionsReachTheService() async throws {
    let action = AlertActionRequest(action: .shelve, by: "Li", comment: "wartet", forMilliseconds: 60_000)
    let body = ByteBuffer(bytes: try WireFormat.encode(action))
    try await application(.unixSocket).test(.router) { client in
      try await client.execute(uri: "/api/v1/alerts/a1/actions", method: .post, body: body) {
        #expect($0.status == .ok)
      }
      try await client.execute(
        uri: "/api/v1/alerts/a1/actions", method: .post, body: ByteBuffer(string: "{\"action\":\"dance\",\"by\":\"x\"}")
      ) { #expect($0.status == .badRequest) }
    }
    #expect(await backend.actions == [action])
  }

  /// Beside the keys of the alert: whom an assignment told, and a word about it; nothing where there is nothing to say.
  @Test(arguments: [("王强", ["wecom"]), ("老王", []), (nil, [])] as [(String?, [String])])
  func anActionAnswersWhoIsTold(to: String?, told: [String]) async throws {
    let action = AlertActionRequest(action: to == nil ? .ack : .assign, by: "Li", to: to)
    let body = ByteBuffer(bytes: try WireFormat.encode(action))
    try await application(.unixSocket).test(.router) { client in
      try await client.execute(uri: "/api/v1/alerts/a1/actions", method: .post, body: body) { response in
        #expect(response.status == .ok)
        let data = Data(response.body.readableBytesView)
        let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(object["id"] as? String == "a1" && object["assigned_to"] != nil)
        #expect(object["told"] as? [String] == told && object["note"] as? String == to.map { "\($0) is told" })
        #expect(object.keys.contains("note"))
        let answer = try WireFormat.decode(AlertActionView.self, from: data)
        #expect(answer.alert.id == "a1" && answer.told == told)
        // An earlier service says nothing of it.
        #expect(try WireFormat.decode(AlertActionView.self, from: WireFormat.encode(answer.alert)).told == [])
      }
    }
  }

  @Test func eventsResumeAfterTheLastOne() async throws {
    try await application(.unixSocket).test(.router) { client in
      try await client.execute(uri: "/api/v1/events", method: .get, headers: [.init("Last-Event-ID")!: "41"]) {
        response in
        let text = String(buffer: response.body)
        #expect(text.contains("id: 42\nevent: raised\ndata: {"))
        #expect(text.contains("id: 43\n"))
      }
    }
  }

  /// A reader that has gone is noticed by the next thing that is written to it.
  @Test func aQuietStreamHasPulses() async throws {
    let (events, happen) = AsyncStream<LiveEvent>.makeStream()
    let (pulses, beat) = AsyncStream<Void>.makeStream()
    let alert = try #require(await backend.alertsByID["a1"])
    let event = LiveEvent(id: 7, kind: "raised", at: alert.raisedAt, alert: alert)
    var lines = EventRoutes.lines(events, pulses: pulses).makeAsyncIterator()
    beat.yield()
    #expect(try await lines.next() == .pulse)
    happen.yield(event)
    #expect(try await lines.next() == .event(event))
    beat.yield()
    #expect(try await lines.next() == .pulse)
    happen.finish()
    #expect(try await lines.next() == nil)
    #expect(try EventRoutes.text(of: .pulse) == ":\n\n")
  }

  @Test func theTapeComesInStretches() async throws {
    try await application(.unixSocket).test(.router) { client in
      try await client.execute(uri: "/api/v1/tape", method: .get) { response in
        #expect(String(buffer: response.body) == "{\"a\":1}\n{\"a\":2}\n")
      }
    }
  }

  @Test func readinessTellsWhatIsMissing() async throws {
    await backend.setNotReady(LocalizedText(zh: "没有订阅 b", en: "not subscribed to b"))
    try await application(.unixSocket).test(.router) { client in
      try await client.execute(uri: "/readyz", method: .get) { response in
        #expect(response.status == .serviceUnavailable)
        #expect(String(buffer: response.body).contains("not subscribed to b"))
      }
    }
  }
}
