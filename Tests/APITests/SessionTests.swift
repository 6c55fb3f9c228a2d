import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import Synchronization
import Testing

@testable import API

extension Access {
  /// Reached by HTTP, at a time that stands still.
  convenience init(key: String) { self.init(key: key, publishedAsHTTPS: { false }, now: { 0 }) }
}

/// How a browser stays signed in, and for how long.
struct SessionTests {
  private static let day: Int64 = 86_400_000

  private func application(
    https: Bool = false, now: @escaping @Sendable () -> Int64 = { 0 }
  ) -> some ApplicationProtocol {
    let access = Access(key: "the-key", publishedAsHTTPS: { https }, now: now)
    let server = WebServer(backend: MemoryBackend(), access: access, logger: Logger(label: "test"))
    return Application(responder: server.makeRouter(for: .tcp).buildResponder())
  }

  /// The configuration says how people come; the browser knows better how it has come itself. Nobody else is asked.
  @Test(
    arguments: [
      (true, [:], true), (false, [:], false),
      (false, [.origin: "https://linli.example.org"], true), (true, [.origin: "http://192.168.1.5:8080"], false),
      (true, [.origin: "null"], true), (false, [.origin: "null"], false),
      (false, [.init("X-Forwarded-Proto")!: "https"], false), (true, [.init("X-Forwarded-Proto")!: "http"], true),
    ] as [(Bool, HTTPFields, Bool)])
  func theCookieStaysOnHTTPS(isPublished: Bool, headers: HTTPFields, isSecure: Bool) async throws {
    try await application(https: isPublished).test(.router) { client in
      let body = ByteBuffer(string: "key=the-key")
      try await client.execute(uri: "/sign-in", method: .post, headers: headers, body: body) { response in
        let cookie = try #require(response.headers[.setCookie])
        #expect(cookie.components(separatedBy: "; ").contains("Secure") == isSecure)
        #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"))
      }
      try await client.execute(uri: "/sign-in?key=the-key", method: .get, headers: headers) { response in
        let cookie = try #require(response.headers[.setCookie])
        #expect(cookie.components(separatedBy: "; ").contains("Secure") == isSecure)
      }
    }
  }

  @Test func whoeverWasAwayTooLongSignsInAgain() async throws {
    let now = Counter()
    try await application(now: { now.value }).test(.router) { client in
      let cookie = try await client.execute(uri: "/sign-in", method: .post, body: ByteBuffer(string: "key=the-key")) {
        String(try #require($0.headers[.setCookie]).prefix { $0 != ";" })
      }
      now.value = Sessions.idleMax - 1
      try await client.execute(uri: "/api/v1/alerts", method: .get, headers: [.cookie: cookie]) {
        #expect($0.status == .ok)
      }
      now.value += Sessions.idleMax
      try await client.execute(uri: "/api/v1/alerts", method: .get, headers: [.cookie: cookie]) {
        #expect($0.status == .unauthorized)
      }
      try await client.execute(uri: "/", method: .get, headers: [.cookie: cookie, .accept: "text/html"]) {
        #expect($0.headers[.location] == "/sign-in")
      }
    }
  }

  /// By its use, and by its age however much it is used.
  @Test func aSessionEnds() {
    var sessions = Sessions()
    sessions.begin("idle", at: 0)
    sessions.begin("busy", at: 0)
    for day in Int64(1)..<30 {
      let isBusy = sessions.admits("busy", at: day * Self.day)
      #expect(isBusy, "day \(day)")
    }
    let before = sessions.admits("busy", at: Sessions.ageMax - 1)
    let after = sessions.admits("busy", at: Sessions.ageMax)
    let idle = sessions.admits("idle", at: Sessions.ageMax - 1)
    #expect(before && !after && !idle)
  }

  @Test func theOldestMakesRoom() {
    var sessions = Sessions()
    for number in 0...Sessions.countMax { sessions.begin("s\(number)", at: Int64(number)) }
    let now = Int64(Sessions.countMax)
    let (oldest, next, newest) = (
      sessions.admits("s0", at: now), sessions.admits("s1", at: now), sessions.admits("s\(now)", at: now)
    )
    #expect(!oldest && next && newest)
  }
}

/// A number in the hand of a test.
private final class Counter: Sendable {
  private let number = Mutex<Int64>(0)
  var value: Int64 {
    get { number.withLock { $0 } }
    set { number.withLock { $0 = newValue } }
  }
}
