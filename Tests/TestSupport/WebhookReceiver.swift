// Takes webhooks as a user's program would: remembers every document with its idempotency key and signature, and fails
// when told to.
import Crypto
import Foundation
import Synchronization

package final class WebhookReceiver: Sendable {
  package struct Delivery: Sendable {
    package var key: String
    /// The header `Linli-Signature`.
    package var signature: String?
    package var headers: [String: String]
    package var body: [UInt8]
    /// Seconds since 1970, when the request had been read.
    package var receivedAt: Double

    /// The document as Foundation's JSON types.
    package var document: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
    }
    package var status: String? { document["status"] as? String }
    package var labels: [String: String] { document["commonLabels"] as? [String: String] ?? [:] }
    package var annotations: [String: String] { document["commonAnnotations"] as? [String: String] ?? [:] }

    /// Whether the signature is that of the body.
    package func isSigned(with secret: String) -> Bool {
      let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array(secret.utf8)))
      return signature == "sha256=" + code.map { String(format: "%02x", $0) }.joined()
    }
  }

  private struct State {
    var deliveries: [Delivery] = []
    var failures: [LoopbackHTTPAnswer] = []
    var keys: [String: Int] = [:]
    var pause = 0
  }
  private final class Box: Sendable {
    let state = Mutex(State())
  }
  private let box = Box()
  private let server: LoopbackHTTPServer

  package init() throws {
    let box = self.box
    server = try LoopbackHTTPServer { request in
      guard request.method == "POST" else { return LoopbackHTTPAnswer(status: 405) }
      let delivery = Delivery(
        key: request.headers["linli-idempotency-key"] ?? "", signature: request.headers["linli-signature"],
        headers: request.headers, body: request.body, receivedAt: Date().timeIntervalSince1970)
      return box.state.withLock { state in
        if !state.failures.isEmpty { return state.failures.removeFirst() }
        state.deliveries.append(delivery)
        state.keys[delivery.key, default: 0] += 1
        return LoopbackHTTPAnswer(delay: state.pause)
      }
    }
  }

  package var url: String { server.url + "/hook" }
  package func stop() { server.stop() }

  /// Answers the next requests so, without taking them.
  package func fail(with answers: [LoopbackHTTPAnswer]) { box.state.withLock { $0.failures += answers } }

  /// From now on each answer leaves so many ms after the delivery was taken.
  package func answer(after milliseconds: Int) { box.state.withLock { $0.pause = milliseconds } }

  /// What has been taken, in order.
  package var deliveries: [Delivery] { box.state.withLock { $0.deliveries } }
  /// Keys that came more than once.
  package var doubledKeys: [String] { box.state.withLock { $0.keys.filter { $0.value > 1 }.keys.sorted() } }

  /// The deliveries, as soon as there are `count` of them or the time is over.
  package func deliveries(atLeast count: Int, withinSeconds seconds: Double) async -> [Delivery] {
    let deadline = Date().addingTimeInterval(seconds)
    while deliveries.count < count && Date() < deadline {
      do { try await Task.sleep(for: .milliseconds(2)) } catch { break }
    }
    return deliveries
  }
}
