package import Community
package import ConfigFile
package import Foundation

/// `linli.yaml`: the service itself – brokers, listener, time zone, sizes.
package struct ServiceSettings: Sendable {
  /// One subscription: a broker, and what to ask it for. Each becomes a lane.
  package struct Broker: Sendable {
    package var clientID: String
    package var host: String
    package var port: Int
    package var tls: TLS?
    package var user: String?
    package var password: Secret?
    package var subscriptions: [String]
    package var qos: Int
    /// 5 or 4 (3.1.1), as MQTT numbers them.
    package var protocolVersion: Int
    /// Places (subtrees) whose devices this lane serves; empty = all that no other lane claims.
    package var places: [String]
    package var location: SourceLocation

    package struct TLS: Sendable, Equatable {
      package var ca: String?
      package var certificate: String?
      package var key: String?
    }

    /// Name of the lane's folder in the data directory.
    package var folder: String { Self.folder(of: clientID) }

    static func folder(of id: String) -> String {
      String(id.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == "." ? $0 : "_" })
    }

    /// As people write it, without secrets.
    package var url: String { "\(tls == nil ? "mqtt" : "mqtts")://\(host):\(port)" }
  }

  package struct Listener: Sendable, Equatable {
    package var host: String
    package var port: Int
  }

  /// How much of the past is kept. Daily roll-ups stay until the size bound takes them.
  package struct HistoryKept: Sendable, Equatable {
    /// Age of the oldest readings, ms.
    package var raw: Int64
    /// …and hourly roll-ups, ms.
    package var hourly: Int64
    /// Bound on the history's database, bytes.
    package var bytes: Int64

    package init(raw: Int64 = 90 * 86_400_000, hourly: Int64 = 5 * 365 * 86_400_000, bytes: Int64 = 4 << 30) {
      self.raw = raw
      self.hourly = hourly
      self.bytes = bytes
    }
  }

  package var brokers: [Broker] = []
  package var http: Listener? = Listener(host: "127.0.0.1", port: 8080)
  /// Address of the console as people reach it, for links in messages; nil = that of the listener.
  package var externalURL: String?
  /// Address under which people's telephones reach the service; messages then carry links that acknowledge. nil: none do.
  package var publicURL: String?
  /// Whether people reach the service by https, behind what ends TLS.
  package var isPublishedAsHTTPS: Bool {
    [externalURL, publicURL].contains { $0?.lowercased().hasPrefix("https://") ?? false }
  }
  package var timeZone: TimeZone = TimeZone(identifier: "UTC")!
  package var language: Language = .zh
  package var journalBytes: Int64 = 1 << 30
  package var historyKept = HistoryKept()
  /// Closed alerts are kept so long, ms.
  package var closedAlertsKept: Int64 = 400 * 86_400_000
  package var maxAhead: Int64 = 120_000
  package var maxLate: Int64 = 3_600_000
}
