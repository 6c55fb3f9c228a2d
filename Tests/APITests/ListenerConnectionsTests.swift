import Community
import Glibc
import Logging
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import API

/// How many connections there are, and what is said when there are as many as there may be.
struct ListenerConnectionsTests {
  @Test func aFullListenerIsToldOnceInTenMinutes() {
    let said = Mutex<[LocalizedText]>([])
    let time = Mutex<Int64>(0)
    let connections = ListenerConnections(
      of: "127.0.0.1:8080", bound: 2, warn: { text in said.withLock { $0.append(text) } },
      now: { time.withLock { $0 } })
    connections.opened()
    #expect(connections.hasRoom && connections.trouble == nil)
    connections.opened()
    #expect(!connections.hasRoom && connections.load == .init(open: 2, filled: 1))
    #expect(
      connections.trouble?.en
        == "127.0.0.1:8080: all 2 connections are taken and further ones wait; see who holds them (ss -t)")
    #expect(connections.trouble?.zh == "127.0.0.1:8080：2 个连接已全部占用，新的连接要等待；请看是谁占用它们（ss -t）")
    #expect(said.withLock { $0.count } == 1)
    for (now, words) in [(1, 1), (ListenerConnections.warningEvery - 1, 1), (ListenerConnections.warningEvery, 2)] {
      time.withLock { $0 = now }
      connections.closed()
      #expect(connections.hasRoom)
      connections.opened()
      #expect(said.withLock { $0.count } == words, "at \(now)")
    }
    #expect(connections.load == .init(open: 2, filled: 4))
  }

  /// A real listener: what is open is counted, and whoever waits for room gets it.
  @Test func whatComesBeyondWaits() async throws {
    let connections = ListenerConnections(of: "test", bound: 2, warn: { _ in }, now: { 0 })
    try await serving(connections) { path in
      let first = try UnixClient(path)
      let second = try UnixClient(path)
      await comes { connections.load.open == 2 }
      let third = try UnixClient(path)
      third.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
      first.hangUp()
      await comes { third.hasAnswer }
      #expect(connections.load.filled >= 1)
      second.hangUp()
      third.hangUp()
      await comes { connections.load.open == 0 }
    }
  }

  /// A request that does not get on is cut; what is idle, and what waits for us, is not.
  @Test func aRequestThatTricklesInIsCut() async throws {
    let connections = ListenerConnections(of: "test", warn: { _ in }, now: { 0 })
    try await serving(connections, requestTime: 20) { path in
      let answered = try UnixClient(path)
      answered.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
      await comes { answered.hasAnswer }
      let head = try UnixClient(path)
      head.send("GET /healthz HT")
      let body = try UnixClient(path)
      body.send("POST /api/v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
      await comes { head.hasEnded && body.hasEnded }
      // The first one has been idle for longer than both.
      #expect(connections.load.cut == 2)
      await comes { connections.load.open == 1 }
      answered.hangUp()
    }
  }

  /// A listener on a socket of its own, while `body` runs.
  private func serving(
    _ connections: ListenerConnections, requestTime: Int64 = 60_000, _ body: (_ path: String) async throws -> Void
  ) async throws {
    let logger = Logger(label: "test")
    var server = WebServer(backend: MemoryBackend(), access: Access(key: "the-key"), logger: logger)
    server.requestTime = requestTime
    let folder = try TemporaryDirectory()
    let path = folder.file("socket")
    let isUp = Mutex(false)
    let listener = server.listener(on: .unix(path: path), connections: connections) { _ in
      isUp.withLock { $0 = true }
    }
    let service = ServiceGroup(configuration: ServiceGroupConfiguration(services: [listener], logger: logger))
    async let running: Void = service.run()
    await comes { isUp.withLock { $0 } }
    try await body(path)
    await service.triggerGracefulShutdown()
    try await running
    withExtendedLifetime(folder) {}
  }

  private func comes(_ condition: () async -> Bool) async { await TestSupport.comes(true: condition) }
}

/// A connection to a Unix socket. Nothing waits here: the server needs the same few threads as the tests.
private final class UnixClient: Sendable {
  struct Failure: Error { let number: CInt }

  private let descriptor: CInt

  init(_ path: String) throws {
    let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    self.descriptor = descriptor
    guard result == 0 else { throw Failure(number: errno) }
  }

  deinit { close(descriptor) }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.send(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL))
  }

  /// Whether bytes have come.
  var hasAnswer: Bool {
    var byte: UInt8 = 0
    return recv(descriptor, &byte, 1, CInt(MSG_PEEK) | CInt(MSG_DONTWAIT)) > 0
  }

  /// Whether the other side has closed it. Drops what came before.
  var hasEnded: Bool {
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = recv(descriptor, &bytes, bytes.count, CInt(MSG_DONTWAIT))
    return count == 0 || count < 0 && errno == ECONNRESET
  }

  func hangUp() { shutdown(descriptor, CInt(SHUT_RDWR)) }
}
