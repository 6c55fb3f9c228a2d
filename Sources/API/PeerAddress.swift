// Where a request comes from. The routes see it as a header that only this service sets, whatever the client had sent.
import Glibc
import Hummingbird
import NIOCore

enum PeerAddress {
  /// The address, or `local` for the Unix socket and tests.
  static func of(_ request: Request) -> String { request.headers[.init("Linli-Peer")!] ?? "local" }

  /// Behind a reverse proxy on this machine it is the last address that the proxy has noted; anybody else's word for where he
  /// comes from counts nothing.
  static func noted(_ peer: String?, in request: Request) -> Request {
    var head = request.head
    head.headerFields[.init("Linli-Peer")!] = nil
    if let peer {
      let isLoopback = peer.hasPrefix("127.") || peer == "::1"
      let noted = request.headers[.init("X-Forwarded-For")!]?.split(separator: ",").last?.trimmingPrefix { $0 == " " }
      head.headerFields[.init("Linli-Peer")!] = isLoopback ? noted.map { String($0.prefix(64)) } ?? peer : peer
    }
    return Request(head: head, body: request.body)
  }

  /// Whom an address stands for: of IPv6 the first half, for a household has all the addresses of the other (RFC 6177); IPv4 within
  /// IPv6 is IPv4.
  static func household(of request: Request) -> String { household(of(request)) }

  static func household(_ address: String) -> String {
    var parsed = in6_addr()
    guard inet_pton(AF_INET6, address, &parsed) == 1 else { return address }
    let bytes = withUnsafeBytes(of: parsed) { Array($0) }
    if bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
      return bytes.suffix(4).map(String.init).joined(separator: ".")
    }
    if bytes.prefix(15).allSatisfy({ $0 == 0 }) { return address }
    return stride(from: 0, to: 8, by: 2).map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
      .joined(separator: ":") + "::/64"
  }
}

/// What the router's context lacks: the connection's other end.
struct PeerContext: RequestContext {
  var basic: BasicRequestContext
  let peer: String?

  var coreContext: CoreRequestContextStorage {
    get { basic.coreContext }
    set { basic.coreContext = newValue }
  }

  init(source: ApplicationRequestContextSource) {
    basic = BasicRequestContext(source: source)
    peer = source.channel.remoteAddress?.ipAddress
  }
}

/// Notes the peer and hands the request to the routes.
struct PeerResponder<Routes: HTTPResponder<BasicRequestContext>>: HTTPResponder {
  let routes: Routes

  func respond(to request: Request, context: PeerContext) async throws -> Response {
    try await routes.respond(to: PeerAddress.noted(context.peer, in: request), context: context.basic)
  }
}
