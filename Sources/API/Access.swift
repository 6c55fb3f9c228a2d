import Foundation
import Hummingbird
import Synchronization

/// Who may ask. Over the Unix socket the file's permissions are the authorisation; over TCP a request carries the access
/// key as bearer token or the cookie of a signed-in browser.
package final class Access: Sendable {
  package enum Listener: Sendable { case unixSocket, tcp }

  static let cookie = "linli_session"
  /// What a 401 asks for (RFC 9110 §15.5.2, RFC 6750 §3).
  static let challenge = "Bearer realm=\"linli\""

  /// The access key of this service; long and random, kept in the data directory.
  private let key: String
  private let publishedAsHTTPS: @Sendable () -> Bool
  private let now: @Sendable () -> Int64
  private let sessions = Mutex(Sessions())

  /// - Parameter publishedAsHTTPS: whether the configuration says that people reach the service by https.
  /// - Parameter now: ms of a clock that never jumps.
  package init(
    key: String, publishedAsHTTPS: @escaping @Sendable () -> Bool, now: @escaping @Sendable () -> Int64
  ) {
    self.key = key
    self.publishedAsHTTPS = publishedAsHTTPS
    self.now = now
  }

  /// The cookie of a new session for the right key, nil for a wrong one.
  func signIn(key candidate: String, by request: Request) -> Cookie? {
    guard Self.equal(candidate, key) else { return nil }
    var generator = SystemRandomNumberGenerator()
    let session = (0..<4).map { _ in String(generator.next() as UInt64, radix: 36) }.joined()
    let now = now()
    sessions.withLock { $0.begin(session, at: now) }
    // Lax: a link in a chat or a mail opens for whoever is signed in. What changes anything is never a GET.
    return Cookie(
      name: Self.cookie, value: session, path: "/", secure: isSecure(request), httpOnly: true, sameSite: .lax)
  }

  /// Whether the cookie must never leave the browser in clear. TLS ends before Linli, so the configuration knows, or the browser: a form
  /// is sent with the `Origin` of its page. Over plain HTTP browsers would drop a `Secure` cookie and nobody could sign in; the key
  /// itself has come that way then. Headers of proxies are not asked.
  private func isSecure(_ request: Request) -> Bool {
    let origin = request.headers[.origin]?.lowercased() ?? ""
    if origin.hasPrefix("https://") { return true }
    return publishedAsHTTPS() && !origin.hasPrefix("http://")
  }

  func admits(_ request: Request) -> Bool {
    if let header = request.headers[.authorization], header.lowercased().hasPrefix("bearer ") {
      return Self.equal(String(header.dropFirst(7)), key)
    }
    guard let session = request.cookies[Self.cookie]?.value else { return false }
    let now = now()
    return sessions.withLock { $0.admits(session, at: now) }
  }

  /// Takes the same time wherever the first difference lies.
  static func equal(_ a: String, _ b: String) -> Bool {
    let (a, b) = (Array(a.utf8), Array(b.utf8))
    guard a.count == b.count else { return false }
    return zip(a, b).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
  }
}

/// Lets nobody past without a credential; a browser is sent to the sign-in.
struct AccessMiddleware<Context: RequestContext>: RouterMiddleware {
  let access: Access

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    if access.admits(request) { return try await next(request, context) }
    if request.headers[.accept]?.contains("text/html") == true { return .redirect(to: "/sign-in") }
    throw Refusal(
      .unauthorized, zh: "请在 /sign-in 登录，或以“Authorization: Bearer …”发送访问密钥",
      en: "sign in at /sign-in, or send the access key as 'Authorization: Bearer …'")
  }
}
