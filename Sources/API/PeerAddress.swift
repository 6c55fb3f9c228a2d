// Where a request comes from. The routes see it as a header that only this service sets, whatever the client had sent.
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
