// HTTP over the network. A file of its own: the fuzzer takes everything of this module but what needs a network library.
import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// The network through async-http-client. Certificates are checked; redirects are not followed, because a signed message
/// belongs to one address only. `shutdown()` before the last reference goes.
package final class HTTPNetwork: HTTPTransport {
  /// The client is made at the first request: a service that is refused before it runs has nothing to shut down.
  private enum State {
    case unused
    case running(HTTPClient)
    case ended
  }

  private let state = Mutex(State.unused)
  private let configuration: HTTPClient.Configuration
  private let deadline: TimeAmount

  /// `deadlineMilliseconds`: for the whole exchange.
  package init(deadlineMilliseconds: Int64 = 10_000) {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.timeout.connect = .milliseconds(min(5_000, deadlineMilliseconds))
    configuration.timeout.read = .milliseconds(deadlineMilliseconds)
    configuration.httpVersion = .http1Only
    configuration.connectionPool.idleTimeout = .seconds(30)
    self.configuration = configuration
    deadline = .milliseconds(deadlineMilliseconds)
  }

  package func shutdown() async {
    let last = state.withLock { state -> HTTPClient? in
      defer { state = .ended }
      if case .running(let client) = state { return client }
      return nil
    }
    try? await last?.shutdown()
  }

  private func client() throws -> HTTPClient {
    try state.withLock { state in
      switch state {
      case .running(let client): return client
      case .ended: throw HTTPClientError.alreadyShutdown
      case .unused:
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        state = .running(client)
        return client
      }
    }
  }

  package func request(
    _ method: String, _ url: String, headers: [(String, String)], body: [UInt8]
  ) async throws -> HTTPAnswer {
    var request = HTTPClientRequest(url: url)
    request.method = HTTPMethod(rawValue: method)
    for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
    request.headers.replaceOrAdd(name: "User-Agent", value: "linli")
    request.body = .bytes(ByteBuffer(bytes: body))
    let end = NIODeadline.now() + deadline
    let response = try await client().execute(request, deadline: end)
    return HTTPAnswer(
      status: Int(response.status.code), retryAfter: response.headers.first(name: "Retry-After"),
      body: await Self.content(of: response.body, until: end))
  }

  /// The status is the answer: a body that breaks off, never ends or stalls only loses its content. The client's own deadline is over
  /// with the head, so the body is raced against it here.
  private static func content(of body: HTTPClientResponse.Body, until end: NIODeadline) async -> [UInt8] {
    await withTaskGroup(of: [UInt8].self) { group in
      group.addTask {
        var content: [UInt8] = []
        do {
          for try await part in body {
            content += part.readableBytesView.prefix(bodyBytes - content.count)
            if content.count >= bodyBytes { break }
          }
        } catch {}
        return content
      }
      group.addTask {
        let left = max(0, (end - .now()).nanoseconds)
        try? await Task.sleep(for: .nanoseconds(left))
        return []
      }
      let first = await group.next() ?? []
      group.cancelAll()
      return first
    }
  }

  /// Of an answer so much is looked at.
  private static let bodyBytes = 65_536
}
