// What of linli.yaml a running service cannot change: its brokers, its listener, the size of its journals.
package import Community
import ConfigFile

extension ServiceSettings {
  /// Goes on with what runs. Devices of a broker that is not there yet would be watched by nobody, those of one that is gone by
  /// two; and links in messages lead to the listener that there is.
  /// - Returns: what is taken at the next start only, a sentence each.
  package mutating func keep(_ running: ServiceSettings) -> [LocalizedText] {
    var later: [LocalizedText] = []
    if !brokers.elementsEqual(running.brokers, by: { $0.connects(as: $1) }) {
      let urls = running.brokers.map(\.url)
      let (zh, en) = (urls.joined(separator: "、"), urls.joined(separator: ", "))
      later.append(
        LocalizedText(
          zh: "linli.yaml 的 mqtt 已更改：下次启动时才生效，在此之前仍用 \(zh) 和原来的设置",
          en: "mqtt in linli.yaml has changed: it is taken at the next start; until then \(en) and its settings stay "
            + "as they are"))
    }
    if http != running.http {
      let (new, old) = (Self.words(http), Self.words(running.http))
      later.append(
        LocalizedText(
          zh: "linli.yaml 的 http.listen（\(new.zh)）：下次启动时才生效，在此之前仍是 \(old.zh)",
          en: "http.listen in linli.yaml (\(new.en)) is taken at the next start; until then it is \(old.en)"))
    }
    if journalBytes != running.journalBytes {
      later.append(
        LocalizedText(
          zh: "linli.yaml 的 journal.size 已更改：下次启动时才生效",
          en: "journal.size in linli.yaml has changed: it is taken at the next start"))
    }
    brokers = running.brokers
    http = running.http
    journalBytes = running.journalBytes
    return later
  }

  private static func words(_ listener: Listener?) -> LocalizedText {
    guard let listener else { return LocalizedText("off") }
    let host = listener.host.contains(":") ? "[\(listener.host)]" : listener.host
    return LocalizedText("\(host):\(listener.port)")
  }
}

extension ServiceSettings.Broker {
  /// Whether a connection made for the other one would be the same.
  fileprivate func connects(as other: Self) -> Bool {
    clientID == other.clientID && host == other.host && port == other.port && tls == other.tls && user == other.user
      && password == other.password && subscriptions == other.subscriptions && qos == other.qos
      && protocolVersion == other.protocolVersion && places == other.places
  }
}
