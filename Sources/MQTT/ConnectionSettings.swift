import CMosquitto
import Glibc

/// Everything one connection to a broker needs to know; checked when it is made.
package struct ConnectionSettings: Sendable, Equatable {
  package enum Version: String, Sendable {
    case v5 = "5"
    case v311 = "3.1.1"
  }

  /// Files in PEM format.
  package struct TLS: Sendable, Equatable {
    /// Certificates of the authorities to trust; nil = those of the system.
    package var ca: String?
    /// The client's own certificate and its key; both or none. The key must not be encrypted.
    package var certificate: String?
    package var key: String?

    package init(ca: String? = nil, certificate: String? = nil, key: String? = nil) {
      self.ca = ca
      self.certificate = certificate
      self.key = key
    }
  }

  /// Settings that cannot work.
  package enum Problem: Error, Sendable, Equatable, CustomStringConvertible {
    case qualityOfService(Int)
    case clientID(String)
    case host(String)
    case port(Int)
    case subscription(String)
    case passwordWithoutUser
    case keepalive(Int)
    case receiveMaximum(Int)
    case certificateWithoutKey
    case unreadable(path: String, reason: String)
    case library(String)

    package var description: String {
      switch self {
      case .qualityOfService(2):
        "qos 2 is not offered: after the first half of its handshake the client library holds the message in memory only,"
          + " so a crash would lose it; use qos 1 (a QoS 2 publish then reaches us as QoS 1, journaled before it is"
          + " acknowledged)"
      case .qualityOfService(let qos): "qos must be 0 or 1, not \(qos)"
      case .clientID(let id):
        "client_id '\(id)' must be 1 to 200 characters without '/', '+', '#' or control characters"
      case .host(let host): "'\(host)' is no host name"
      case .port(let port): "port \(port) is not within 1…65535"
      case .subscription(let filter): "'\(filter)' is no valid topic filter"
      case .passwordWithoutUser: "a password needs a user (MQTT 3.1.1)"
      case .keepalive(let seconds): "keepalive of \(seconds) s is not within 5…65535"
      case .receiveMaximum(let count): "receive maximum \(count) is not within 1…65535"
      case .certificateWithoutKey: "cert and key go together: one of them is missing"
      case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
      case .library(let reason): "the MQTT library refuses the settings: \(reason)"
      }
    }
  }

  /// Name of the connection in logs and metrics.
  package let id: String
  package let host: String
  package let port: Int
  package let clientID: String
  package let subscriptions: [String]
  package let qos: UInt8
  package let version: Version
  package var user: String?
  package var password: String?
  package var tls: TLS?
  /// Seconds, 5…65535.
  package var keepalive = 60
  /// Seconds the broker keeps session and messages after a disconnect (MQTT 5; with 3.1.1 the broker decides). Default 7 d.
  package var sessionExpiry: UInt32 = 7 * 86_400
  /// QoS 1 messages the broker may have unacknowledged with us, 1…65535 (MQTT 5; its own limit counts too).
  package var receiveMaximum = 4096
  /// Batches with QoS 1 messages may gather so long before their sync, ms.
  package var commitWithin = 5
  /// Batches of QoS 0 messages may gather so long, ms.
  package var gather = 2
  /// A batch is committed when it has so many messages or bytes, whatever else waits.
  package var batchMessages = 4096
  package var batchBytes = 4 << 20
  /// Larger payloads are acknowledged, counted, logged and not given to the handler, bytes.
  package var payloadBytesMaximum = 16 << 20
  /// Outgoing messages waiting or unacknowledged at most, and their bytes.
  package var publishQueueMessages = 1024
  package var publishQueueBytes = 8 << 20

  package init(
    id: String, host: String, port: Int, clientID: String, subscriptions: [String], qos: Int = 1, version: Version = .v5
  ) throws(Problem) {
    guard qos == 0 || qos == 1 else { throw .qualityOfService(qos) }
    if let problem = Self.problem(host: host, port: port) ?? Self.problem(clientID: clientID) { throw problem }
    for filter in subscriptions where filter.isEmpty || mosquitto_sub_topic_check(filter) != MOSQ_ERR_SUCCESS.code {
      throw .subscription(filter)
    }
    self.id = id
    self.host = host
    self.port = port
    self.clientID = clientID
    self.subscriptions = subscriptions
    self.qos = UInt8(qos)
    self.version = version
  }

  // MARK: - What the initialiser refuses, for those who read settings from a file; nil: nothing

  package static func problem(host: String, port: Int) -> Problem? {
    if host.isEmpty || host.utf8.count > 255 || host.utf8.contains(where: { $0 <= 0x20 }) { return .host(host) }
    return (1...65_535).contains(port) ? nil : .port(port)
  }

  package static func problem(clientID: String) -> Problem? {
    let forbidden: (Unicode.Scalar) -> Bool = {
      "/+#".unicodeScalars.contains($0) || $0.properties.generalCategory == .control
    }
    let isFine = (1...200).contains(clientID.utf8.count) && !clientID.unicodeScalars.contains(where: forbidden)
    return isFine ? nil : .clientID(clientID)
  }

  /// `linli/v1/status/CLIENT`: retained `{"state":"online", …}` while connected, `{"state":"offline"}` otherwise (last will).
  package var statusTopic: String { "linli/v1/status/" + clientID }

  /// How many QoS 1 messages may be in doubt: what `SecondComings` must remember.
  package var inDoubtMaximum: Int { version == .v5 ? receiveMaximum : 65_535 }

  /// What the initialiser could not see because it was set later.
  func check() throws(Problem) {
    guard (5...65_535).contains(keepalive) else { throw .keepalive(keepalive) }
    guard (1...65_535).contains(receiveMaximum) else { throw .receiveMaximum(receiveMaximum) }
    guard password == nil || user != nil || version == .v5 else { throw .passwordWithoutUser }
    guard let tls else { return }
    guard (tls.certificate == nil) == (tls.key == nil) else { throw .certificateWithoutKey }
    for path in [tls.ca, tls.certificate, tls.key] {
      guard let path else { continue }
      if let reason = unreadable(path) { throw .unreadable(path: path, reason: reason) }
    }
  }
}

/// Whether a file can be read, and if not why.
private func unreadable(_ path: String) -> String? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return String(cString: strerror(errno)) }
  close(descriptor)
  return nil
}
