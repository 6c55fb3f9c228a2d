import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
package import ServiceLifecycle

/// The HTTP side of the service: the same routes on a TCP listener (with credentials) and on a Unix socket (without).
package struct WebServer: Sendable {
  package enum Address: Sendable, Equatable {
    case tcp(host: String, port: Int)
    case unix(path: String)
  }

  /// A connection on which no request comes for so long is closed. The time runs from when an answer is handed over and not from when
  /// it has arrived, so it must be long enough for the largest one on a slow line. Streams have no end of this kind.
  private static let idleTimeout = TimeAmount.minutes(10)
  private static let headerBytes = 64 << 10

  /// Ms in which a request must have arrived, or enough of it (`RequestProgress`).
  var requestTime: Int64 = 60_000

  private let backend: any Backend
  private let access: Access
  private let answers: (any AnswerDesk)?
  private let logger: Logger

  /// - Parameter answers: who stands behind one-tap links; nil: there are none.
  package init(backend: any Backend, access: Access, answers: (any AnswerDesk)? = nil, logger: Logger) {
    self.answers = answers
    self.backend = backend
    self.access = access
    self.logger = logger
  }

  /// A listener as a service; `started` gets the bound port (0 for a Unix socket) once requests are answered.
  package func listener(
    on address: Address, connections: ListenerConnections,
    started: @escaping @Sendable (Int) async -> Void = { _ in }
  ) -> any Service {
    let bind: BindAddress
    let router: Router<BasicRequestContext>
    switch address {
    case .tcp(let host, let port):
      bind = .hostname(host, port: port)
      router = makeRouter(for: .tcp)
    case .unix(let path):
      bind = .unixDomainSocket(path: path)
      router = makeRouter(for: .unixSocket)
    }
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .warning)
    return Application(
      responder: PeerResponder(routes: router.buildResponder()),
      server: HTTPServerBuilder { [requestTime] responder in
        let configuration = HTTP1Channel.Configuration(
          idleTimeout: Self.idleTimeout,
          httpDecoderConfiguration: .init(maxHeaderFieldSize: Self.headerBytes, maxHeaderListSize: Self.headerBytes))
        return WatchedChannel(
          http: HTTP1Channel(responder: responder, configuration: configuration),
          stretch: .milliseconds(requestTime), connections: connections)
      },
      configuration: .init(
        address: bind, serverName: "linli",
        availableConnectionsDelegate: ConnectionBound(connections: connections)),
      onServerRunning: { channel in await started(channel.localAddress?.port ?? 0) },
      logger: quiet)
  }

  /// All routes. What stands before the access middleware answers anybody: health, residents' reports and
  /// the sign-in.
  func makeRouter(for listener: Access.Listener) -> Router<BasicRequestContext> {
    let router = Router(options: .autoGenerateHeadEndpoints)
    // In this order: errors, too, are worded in the language of the answer.
    router.add(middleware: LanguageMiddleware(backend: backend))
    router.add(middleware: ProblemMiddleware())
    HealthRoutes(backend: backend).addPublic(to: router)
    ResidentRoutes(backend: backend).add(to: router)
    if let answers { AnswerRoutes(desk: answers).add(to: router) }
    if listener == .tcp {
      SignInRoutes(access: access).add(to: router)
      router.refuseOtherMethods()
      router.add(middleware: AccessMiddleware(access: access))
    }
    HealthRoutes(backend: backend).addPrivate(to: router)
    StatusRoutes(backend: backend).add(to: router)
    DeviceRoutes(backend: backend).add(to: router)
    PointRoutes(backend: backend).add(to: router)
    AlertRoutes(backend: backend).add(to: router)
    OrderRoutes(backend: backend).add(to: router)
    VolunteerRoutes(backend: backend).add(to: router)
    QuietRoutes(backend: backend).add(to: router)
    EventRoutes(backend: backend).add(to: router)
    TapeRoutes(backend: backend).add(to: router)
    ReportRoutes(backend: backend).add(to: router)
    PageRoutes().add(to: router)
    router.refuseOtherMethods()
    return router
  }
}
