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
  private static let sessionsMax = 1_000

  /// The access key of this service; long and random, kept in the data directory.
  private let key: String
  private let sessions = Mutex<[String]>([])

  package init(key: String) { self.key = key }

  /// A new session for the right key, nil for a wrong one. The oldest session ends when there are too many.
  func signIn(key candidate: String) -> String? {
    guard Self.equal(candidate, key) else { return nil }
    var generator = SystemRandomNumberGenerator()
    let session = (0..<4).map { _ in String(generator.next() as UInt64, radix: 36) }.joined()
    sessions.withLock {
      if $0.count >= Self.sessionsMax { $0.removeFirst() }
      $0.append(session)
    }
    return session
  }

  func admits(_ request: Request) -> Bool {
    if let header = request.headers[.authorization], header.lowercased().hasPrefix("bearer ") {
      return Self.equal(String(header.dropFirst(7)), key)
    }
    guard let session = request.cookies[Self.cookie]?.value else { return false }
    return sessions.withLock { known in known.contains { Self.equal($0, session) } }
  }

  /// Takes the same time wherever the first difference lies.
  private static func equal(_ a: String, _ b: String) -> Bool {
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
