import Community
package import ConfigFile
import Foundation
import MQTT
import Pipeline

extension ServiceSettings {
  package static let keys = [
    "mqtt", "http", "timezone", "language", "journal", "history", "time", "alerts",
  ]
  package static let brokerKeys = [
    "url", "client_id", "user", "password", "ca", "cert", "key", "subscribe", "qos", "version", "places",
  ]

  /// Reads `linli.yaml`. Every problem goes to `log`; what is missing has its default.
  package init(file path: String, secrets: SecretSource, log: ProblemLog) {
    self.init()
    guard let document = ConfigReader.load(path, log: log) else { return }
    self.init(document, secrets: secrets, log: log)
  }

  /// The same from a document that has been read.
  package init(_ document: ConfigNode, secrets: SecretSource, log: ProblemLog) {
    self.init()
    guard let root = MappingReader(document, keys: Self.keys, as: "linli.yaml", log: log) else { return }
    let nodes = root.requiredList("mqtt")
    let read = nodes.map { Broker($0, secrets: secrets, log: log) }
    brokers = read.compactMap(\.self)
    if brokers.isEmpty, !log.hasErrors {
      log.error(
        at: root.location(of: "mqtt"), zh: "没有代理", en: "no broker",
        hint: .init(
          zh: "请加一个：- {url: mqtt://127.0.0.1:1883, subscribe: [zigbee2mqtt/#]}",
          en: "add one: - {url: mqtt://127.0.0.1:1883, subscribe: [zigbee2mqtt/#]}"))
    }
    Self.refuseDoubleClients(
      zip(nodes, read).compactMap { node, broker in
        let named = node.entries?.first { $0.key == "client_id" }?.value.scalar
        return (broker?.clientID ?? named).map { ($0, node.location) }
      }, log: log)
    readListener(root, log: log)
    if let name = root.string("timezone") {
      if let zone = TimeZone(identifier: name) {
        timeZone = zone
      } else {
        log.error(
          at: root.location(of: "timezone"), zh: "未知的时区“\(name)”", en: "unknown time zone '\(name)'",
          hint: Suggestion.hint(for: name, among: TimeZone.knownTimeZoneIdentifiers)
            ?? LocalizedText(zh: "例如 Asia/Shanghai", en: "for example Asia/Shanghai"))
      }
    }
    if let choice: Language = root.choice("language") { language = choice }
    if let journal = root.reader("journal", keys: ["size"]) {
      journalBytes = journal.bytes("size", in: 1 << 20...1 << 45) ?? journalBytes
    }
    if let history = root.reader("history", keys: ["raw", "hourly", "size"]) {
      historyKept.raw = history.duration("raw") ?? historyKept.raw
      historyKept.hourly = history.duration("hourly") ?? historyKept.hourly
      historyKept.bytes = history.bytes("size", in: 1 << 20...1 << 45) ?? historyKept.bytes
    }
    if let time = root.reader("time", keys: ["max_ahead", "max_late"]) {
      maxAhead = time.duration("max_ahead") ?? maxAhead
      maxLate = time.duration("max_late") ?? maxLate
    }
    if let alerts = root.reader("alerts", keys: ["keep_closed"]) {
      closedAlertsKept = alerts.duration("keep_closed") ?? closedAlertsKept
    }
  }

  private mutating func readListener(_ root: MappingReader, log: ProblemLog) {
    guard root.has("http"), let reader = root.reader("http", keys: ["listen", "external_url", "public_url"]) else {
      return
    }
    externalURL = reader.string("external_url")
    publicURL = publicAddress(reader, log: log)
    guard let text = reader.string("listen") else { return }
    if text == "off" || text == "false" {
      http = nil
      return
    }
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (0...65_535).contains(port)
    else {
      log.error(
        at: reader.location(of: "listen"), Self.noAddress(text),
        hint: .init(zh: "请写 主机:端口，如 127.0.0.1:8080", en: "write host:port, e.g. 127.0.0.1:8080"))
      return
    }
    let host = text[..<colon].trimmingCharacters(in: .init(charactersIn: "[]"))
    http = Listener(host: host.isEmpty ? "0.0.0.0" : host, port: port)
  }

  private func publicAddress(_ reader: MappingReader, log: ProblemLog) -> String? {
    guard let text = reader.string("public_url") else { return nil }
    guard let parts = URLComponents(string: text), ["http", "https"].contains(parts.scheme ?? ""),
      parts.host?.isEmpty == false, parts.query == nil, parts.fragment == nil
    else {
      log.error(
        at: reader.location(of: "public_url"), Self.noAddress(text),
        hint: .init(
          zh: "请写手机能访问到的地址，如 https://linli.example.org",
          en: "write the address as telephones reach it, e.g. https://linli.example.org"))
      return nil
    }
    return text.hasSuffix("/") ? String(text.dropLast()) : text
  }

  private static func noAddress(_ text: String) -> LocalizedText {
    LocalizedText(zh: "“\(text)”不是地址", en: "'\(text)' is not an address")
  }

  /// Also of brokers with which something else is wrong.
  private static func refuseDoubleClients(_ clients: [(id: String, location: SourceLocation)], log: ProblemLog) {
    var seen: [String: (id: String, location: SourceLocation)] = [:]
    for client in clients {
      // Two that differ in signs only would share a folder.
      let folder = Broker.folder(of: client.id)
      if let first = seen[folder] {
        log.error(
          at: client.location,
          zh: "client_id“\(client.id)”在第 \(first.location.line) 行的代理里也用了"
            + (first.id == client.id ? "" : "，写作“\(first.id)”，二者太相似"),
          en: "client_id '\(client.id)' is used by the broker in line \(first.location.line), too"
            + (first.id == client.id ? "" : ", as '\(first.id)', which is too much alike"),
          hint: .init(zh: "每个订阅都要有自己的 client_id", en: "each subscription needs a client id of its own"))
      }
      seen[folder] = client
    }
  }
}

extension ServiceSettings.Broker {
  /// One entry of `mqtt:`.
  init?(_ node: ConfigNode, secrets: SecretSource, log: ProblemLog) {
    guard let reader = MappingReader(node, keys: ServiceSettings.brokerKeys, as: "broker", log: log) else { return nil }
    let url = reader.requiredString("url").flatMap { Self.parse($0, at: reader.location(of: "url"), log: log) }
    subscriptions = Self.subscriptions(reader, log: log)
    qos = Self.qos(reader, log: log)
    protocolVersion = Self.version(reader, log: log)
    user = reader.string("user")
    password = reader.secret("password", from: secrets)
    places = reader.strings("places") ?? []
    location = node.location
    if reader.has("password"), user == nil {
      log.error(
        at: reader.location(of: "password"), zh: "有 password 却没有 user", en: "a password without 'user'",
        hint: .init(zh: "MQTT 两样都要", en: "MQTT needs both"))
    }
    let client = reader.string("client_id") ?? url.map { "linli-\($0.host)-\($0.port)" }
    if let client, let problem = ConnectionSettings.problem(clientID: client) {
      log.error(
        at: reader.location(of: "client_id"), problem.text,
        hint: .init(zh: "例如 client_id: linli-hedong", en: "for example client_id: linli-hedong"))
    }
    let files = Self.files(reader, isSecure: url?.secure, log: log)
    guard let url, let client, !subscriptions.isEmpty else { return nil }
    host = url.host
    port = url.port
    clientID = client
    if url.secure { tls = TLS(ca: files[0], certificate: files[1], key: files[2]) }
  }

  /// The topic filters; none when they are missing.
  private static func subscriptions(_ reader: MappingReader, log: ProblemLog) -> [String] {
    guard let node = reader.required("subscribe"), let filters = node.strings(log, "subscribe") else { return [] }
    if filters.isEmpty {
      log.error(
        at: node.location, zh: "subscribe：没有主题过滤器就什么也收不到",
        en: "subscribe: without a topic filter nothing is heard",
        hint: .init(zh: "请写 [zigbee2mqtt/#]", en: "write [zigbee2mqtt/#]"))
    }
    for (filter, node) in zip(filters, node.sequence ?? [node]) {
      if let refusal = TopicFilter.refusal(of: filter) {
        log.error(
          at: node.location, refusal, hint: .init(zh: "例如 zigbee2mqtt/#", en: "for example zigbee2mqtt/#"))
      }
    }
    return filters
  }

  /// The paths of `ca`, `cert` and `key`.
  /// - Parameter isSecure: nil = the url is wrong and does not say.
  private static func files(_ reader: MappingReader, isSecure: Bool?, log: ProblemLog) -> [String?] {
    let files = ["ca", "cert", "key"].map { reader.string($0) }
    if isSecure != false {
      if reader.has("cert") != reader.has("key") {
        log.error(
          at: reader.location, zh: "“cert”和“key”要成对", en: "'cert' and 'key' belong together",
          hint: .init(zh: "请两个都写，或都不写", en: "give both or neither"))
      }
    } else if let key = ["ca", "cert", "key"].first(where: { reader.has($0) }) {
      log.error(
        at: reader.location(of: key), zh: "“\(key)”需要加密的连接", en: "'\(key)' needs an encrypted connection",
        hint: .init(zh: "请把 url 写成 mqtts://…", en: "write the url as mqtts://…"))
    }
    for (key, path) in zip(["ca", "cert", "key"], files) {
      if let path, !FileManager.default.isReadableFile(atPath: path) {
        log.error(
          at: reader.location(of: key), zh: "无法读取“\(path)”", en: "cannot read '\(path)'",
          hint: .init(zh: "请给出可读的 PEM 文件的路径", en: "give the path of a readable PEM file"))
      }
    }
    return files
  }

  private static func qos(_ reader: MappingReader, log: ProblemLog) -> Int {
    guard let node = reader.node("qos") else { return 1 }
    if node.scalar == "2" {
      log.error(
        at: node.location,
        zh: "不接受 qos 2：PUBREC 之后客户端库只把消息留在内存里，一旦崩溃就会丢失",
        en:
          "qos 2 is refused: after PUBREC the client library keeps the message in memory only, so a crash would lose it",
        hint: .init(
          zh: "请用 qos: 1 订阅；以 QoS 2 发布的消息按 QoS 1 到达",
          en: "subscribe with qos: 1; messages published with QoS 2 arrive as QoS 1"))
      return 1
    }
    return node.int(log, "qos", in: 0...1) ?? 1
  }

  private static func version(_ reader: MappingReader, log: ProblemLog) -> Int {
    switch reader.choice("version", among: ["5", "3.1.1"]) {
    case "3.1.1": 4
    default: 5
    }
  }

  private static func parse(
    _ text: String, at location: SourceLocation, log: ProblemLog
  ) -> (host: String, port: Int, secure: Bool)? {
    let hint = LocalizedText(
      zh: "请写 mqtt://主机:1883 或 mqtts://主机:8883", en: "write mqtt://host:1883 or mqtts://host:8883")
    // A port that is no number at all is not nil as one that is absent.
    guard let parts = URLComponents(string: text), let scheme = parts.scheme, let host = parts.host, !host.isEmpty,
      parts.port != nil || parts.rangeOfPort == nil
    else {
      log.error(at: location, zh: "“\(text)”不是代理的地址", en: "'\(text)' is not the address of a broker", hint: hint)
      return nil
    }
    guard ["mqtt", "mqtts"].contains(scheme) else {
      log.error(
        at: location, zh: "“\(scheme)”不是连接代理的方式", en: "'\(scheme)' is not a way to reach a broker",
        hint: .init(zh: "mqtt:// 或 mqtts://", en: "mqtt:// or mqtts://"))
      return nil
    }
    if parts.user != nil || parts.password != nil {
      log.error(
        at: location, zh: "用户名和密码不应写在 url 里", en: "user and password do not belong into the url",
        hint: .init(zh: "请用 user 和 password 这两个键", en: "use the keys user and password"))
    }
    if !["", "/"].contains(parts.path) || parts.query != nil || parts.fragment != nil {
      log.error(
        at: location, zh: "url：地址后面的路径不会用到", en: "url: the path behind the address is not used", hint: hint)
    }
    let secure = scheme == "mqtts"
    let address = host.trimmingCharacters(in: .init(charactersIn: "[]"))
    let port = parts.port ?? (secure ? 8883 : 1883)
    if let problem = ConnectionSettings.problem(host: address, port: port) {
      log.error(at: location, problem.text, hint: hint)
      return nil
    }
    return (address, port, secure)
  }
}
