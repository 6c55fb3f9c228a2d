// Reads channels.yaml (INTERFACE §3) and says everything that is wrong with it at once.
import Alerts
import Community
package import ConfigFile
import Foundation

extension NotifyConfiguration {
  /// What the rest of the configuration knows, to check names against. nil: not known, not checked.
  package struct Surroundings: Sendable {
    /// Full paths.
    package var places: [String]?
    package var rules: [String]?
    /// Channels that something else than a route uses (the duty people of places).
    package var channelsInUse: Set<String>

    package init(places: [String]? = nil, rules: [String]? = nil, channelsInUse: Set<String> = []) {
      self.places = places
      self.rules = rules
      self.channelsInUse = channelsInUse
    }
  }

  /// The configuration as far as it could be read; `log` says what is wrong with the rest. `nil` or an empty node: none.
  package static func read(
    _ node: ConfigNode?, secrets: SecretSource, surroundings: Surroundings = Surroundings(), log: ProblemLog
  ) -> NotifyConfiguration {
    guard let node, let file = MappingReader(node, keys: ["channels", "routes"], as: "channels.yaml", log: log) else {
      return NotifyConfiguration()
    }
    var reader = ChannelsReader(secrets: secrets, surroundings: surroundings, log: log)
    for node in file.list("channels") { reader.channel(node) }
    for node in file.list("routes") { reader.route(node) }
    reader.checkFallbacks()
    reader.checkUse()
    var configuration = NotifyConfiguration(channels: reader.channels, routes: reader.routes)
    configuration.refusedChannels = Set(reader.places.keys).subtracting(reader.channels.map(\.id))
    return configuration
  }
}

/// Collects channels and routes while the file is read.
struct ChannelsReader {
  let secrets: SecretSource
  let surroundings: NotifyConfiguration.Surroundings
  let log: ProblemLog
  var channels: [Channel] = []
  var routes: [Route] = []
  /// Every id that the file gives, also of channels that are wrong otherwise; where, for doubles.
  var places: [String: SourceLocation] = [:]
  var fallbacks: [String: (to: String, at: SourceLocation)] = [:]

  static let commonKeys = ["id", "kind", "fallback"]
  static let messageKeys = ["language", "template", "quiet_hours", "group", "digest_every", "heartbeat"]

  /// Keys that a channel of some kind may have.
  static let allKeys =
    commonKeys + messageKeys + ["secret", "keyword", "mentions", "topic", "password", "from", "starttls"]
    + allGatewayKeys

  /// The keys of a kind.
  static func keys(of kind: Channel.Kind?, _ node: ConfigNode) -> [String] {
    switch kind {
    case .webhook: commonKeys + ["url", "secret", "language"]
    case .wecom: commonKeys + messageKeys + ["url", "mentions"]
    case .dingtalk, .feishu: commonKeys + messageKeys + ["url", "secret", "keyword", "mentions"]
    case .mqtt: commonKeys + ["topic", "language"]
    case .email: commonKeys + messageKeys + ["url", "user", "password", "from", "to", "starttls"]
    case .alertmanager: commonKeys + ["url", "secret", "language"]
    case .http: commonKeys + messageKeys + httpKeys(node)
    case .wechat, .discourse, .weibo: commonKeys + messageKeys + (kind.flatMap { gatewayKeys[$0] } ?? [])
    case nil: allKeys
    }
  }

  // MARK: - Channels

  mutating func channel(_ node: ConfigNode) {
    let kind = node.entries?.first { $0.key == "kind" }?.value.scalar.flatMap(Channel.Kind.init(rawValue:))
    guard let reader = MappingReader(node, keys: Self.keys(of: kind, node), as: "channel", log: log) else { return }
    let id = reader.requiredString("id")
    if let id { register(id, at: reader.location(of: "id")) }
    guard let kind = reader.requiredChoice("kind", as: Channel.Kind.self) else { return }
    var channel = Channel(id: id ?? "", kind: kind, location: reader.location)
    channel.fallback = reader.string("fallback")
    if let id, let fallback = channel.fallback { fallbacks[id] = (fallback, reader.location(of: "fallback")) }
    channel.language = reader.choice("language", as: Language.self)
    channel.secret = reader.secret("secret", from: secrets)
    channel.keyword = reader.string("keyword")
    channel.mentions = reader.strings("mentions") ?? []
    channel.template = template(reader)
    rhythm(reader, of: &channel)
    if kind == .mqtt {
      channel.topic = topic(reader) ?? Channel.defaultTopic
    } else {
      if kind == .http, reader.has("preset"), reader.choice("preset", as: GatewayPreset.self) == nil { return }
      let usual = reader.has("url") ? nil : usualAddress(reader, kind).map { Secret($0) }
      guard let url = usual ?? reader.requiredSecret("url", from: secrets) else { return }
      ChannelAddress.check(url.value, for: kind, at: reader.location(of: "url"), log: log)
      channel.url = url
    }
    if kind == .email {
      guard let mail = mail(reader, url: channel.url.value) else { return }
      channel.mail = mail
    }
    if [.http, .wechat, .discourse, .weibo].contains(kind) {
      channel.to = reader.strings("to") ?? []
      guard let gateway = gateway(reader, kind) else { return }
      channel.gateway = gateway
    }
    if id != nil { channels.append(channel) }
  }

  private mutating func register(_ id: String, at location: SourceLocation) {
    if let first = places[id] {
      log.error(
        at: location, zh: "渠道“\(id)”写了两次；第一次在第 \(first.line) 行",
        en: "channel \"\(id)\" is given twice; the first is in line \(first.line)")
    } else {
      places[id] = location
    }
  }

  private func template(_ reader: MappingReader) -> LocalizedText? {
    guard let text = reader.text("template") else { return nil }
    for source in Set([text.zh, text.en]) {
      do {
        _ = try Template(source)
      } catch {
        let known = Template.Field.allCases.map(\.rawValue)
        let hint = error.field.flatMap { Suggestion.hint(for: $0, among: known, listUpTo: known.count) }
        log.error(at: reader.location(of: "template"), error.message, hint: hint)
      }
    }
    return LocalizedText(zh: text.zh, en: text.en)
  }

  private func topic(_ reader: MappingReader) -> String? {
    guard let topic = reader.string("topic") else { return nil }
    let wrong = topic.contains { "+#\0".contains($0) } || topic.hasPrefix("/") || topic.hasSuffix("/")
    if wrong || topic.hasPrefix("$") || topic.utf8.count > 1_000 {
      let shown = TextLimit.shorten(topic, bytes: 60)
      log.error(
        at: reader.location(of: "topic"), zh: "“\(shown)”不能用作发布的主题",
        en: "\"\(shown)\" is no topic to publish under",
        hint: .init(
          zh: "请写前缀，如 \(Channel.defaultTopic)，不含 + 和 #，不以 / 开头或结尾",
          en: "a prefix such as \(Channel.defaultTopic), without + and #, not beginning or ending with /"))
      return nil
    }
    return topic
  }

  private func mail(_ reader: MappingReader, url: String) -> Channel.Mail? {
    let user = reader.string("user")
    let password = reader.secret("password", from: secrets)
    if user != nil && password == nil && !reader.has("password") {
      log.error(
        at: reader.location(of: "user"), zh: "有 user 却没有 password", en: "a user without a password",
        hint: .init(zh: "请加上 password: ${NAME}", en: "add password: ${NAME}"))
    }
    let secure = url.hasPrefix("smtps:")
    // A password must not travel in the clear unless somebody says so.
    let usual: Channel.Mail.StartTLS = user != nil && !ChannelAddress.isLoopback(url) ? .required : .ifOffered
    let startTLS = reader.bool("starttls").map { $0 ? Channel.Mail.StartTLS.required : .never } ?? usual
    if secure && startTLS == .required && reader.has("starttls") {
      log.error(
        at: reader.location(of: "starttls"), zh: "smtps:// 从一开始就是加密的",
        en: "smtps:// is encrypted from the start", hint: .init(zh: "请去掉 starttls", en: "leave starttls out"))
    }
    let from = reader.requiredString("from").flatMap { address($0, at: reader.location(of: "from")) }
    let receivers = (reader.requiredStrings("to") ?? []).map { address($0, at: reader.location(of: "to")) }
    guard let from, !receivers.isEmpty, !receivers.contains(nil) else { return nil }
    return Channel.Mail(
      user: user, password: password, from: from, to: receivers.compactMap(\.self), startTLS: startTLS)
  }

  private func address(_ text: String, at location: SourceLocation) -> String? {
    if EmailMessage.isAddress(text) { return text }
    let shown = TextLimit.shorten(text, bytes: 60)
    log.error(
      at: location, zh: "“\(shown)”不是邮箱地址", en: "\"\(shown)\" is no mail address",
      hint: .init(zh: "只写地址本身，如 ops@example.org", en: "the bare address, such as ops@example.org"))
    return nil
  }

  // MARK: - Routes

  mutating func route(_ node: ConfigNode) {
    let keys = ["to", "place", "priority", "audience", "rule", "stop"]
    guard let reader = MappingReader(node, keys: keys, as: "route", log: log) else { return }
    var route = Route(to: [], location: reader.location)
    for target in targets(reader) {
      guard let id = target.scalar else {
        let _: Int? = target.wrong(log, "to", .init(zh: "渠道的 id", en: "the id of a channel"))
        continue
      }
      if places[id] == nil {
        let shown = TextLimit.shorten(id, bytes: 60)
        log.error(
          at: target.location, zh: "没有渠道“\(shown)”", en: "there is no channel \"\(shown)\"",
          hint: Suggestion.hint(for: id, among: places.keys.sorted()))
      }
      route.to.append(id)
    }
    if let place = reader.string("place") {
      if let known = surroundings.places, !known.contains(place) {
        let shown = TextLimit.shorten(place, bytes: 100)
        log.error(
          at: reader.location(of: "place"), zh: "没有场所“\(shown)”", en: "there is no place \"\(shown)\"",
          hint: Suggestion.hint(for: place, among: known))
      }
      route.place = place
    }
    for node in elements(reader, "priority") {
      if let priority = node.choice(log, "priority", as: Priority.self) { route.priorities.append(priority) }
    }
    // What could not be read must not turn into "any": a route that is wrong is reported, and matches nothing.
    let isWrong = reader.has("priority") && route.priorities.isEmpty
    route.audiences = reader.strings("audience") ?? []
    route.rules = reader.strings("rule") ?? []
    if let known = surroundings.rules {
      for rule in route.rules where !known.contains(rule) {
        let shown = TextLimit.shorten(rule, bytes: 60)
        log.error(
          at: reader.location(of: "rule"), zh: "没有规则“\(shown)”", en: "there is no rule \"\(shown)\"",
          hint: Suggestion.hint(for: rule, among: known))
      }
    }
    route.stop = reader.bool("stop") ?? false
    if !isWrong { routes.append(route) }
  }

  private func targets(_ reader: MappingReader) -> [ConfigNode] {
    guard let node = reader.required("to") else { return [] }
    let list = node.sequence ?? [node]
    if list.isEmpty { log.error(at: node.location, zh: "路由没有写渠道", en: "a route to no channel") }
    return list
  }

  func elements(_ reader: MappingReader, _ key: String) -> [ConfigNode] {
    guard let node = reader.node(key) else { return [] }
    return node.sequence ?? [node]
  }

  // MARK: - The whole

  func checkFallbacks() {
    var reported: Set<String> = []
    for (id, fallback) in fallbacks.sorted(by: { $0.value.at < $1.value.at }) {
      guard places[fallback.to] != nil else {
        let shown = TextLimit.shorten(fallback.to, bytes: 60)
        log.error(
          at: fallback.at, zh: "没有可作后备的渠道“\(shown)”", en: "there is no channel \"\(shown)\" to fall back on",
          hint: Suggestion.hint(for: fallback.to, among: places.keys.sorted().filter { $0 != id }))
        continue
      }
      var way = [id]
      while let next = fallbacks[way[way.count - 1]]?.to, way.count <= fallbacks.count {
        way.append(next)
        if next == id { break }
      }
      guard way.count > 1, way.last == id, reported.isDisjoint(with: way) else { continue }
      reported.formUnion(way)
      let circle = way.joined(separator: " → ")
      log.error(
        at: fallback.at, zh: "后备渠道绕成了一圈：\(circle)", en: "the fallbacks go round in a circle: \(circle)",
        hint: .init(zh: "请去掉其中一个", en: "leave one of them out"))
    }
  }

  func checkUse() {
    let used = Set(routes.flatMap(\.to)).union(fallbacks.values.map(\.to)).union(surroundings.channelsInUse)
    for channel in channels where !used.contains(channel.id) {
      log.warning(
        at: places[channel.id] ?? channel.location, zh: "没有路由通向渠道“\(channel.id)”",
        en: "no route leads to channel \"\(channel.id)\"",
        hint: .init(zh: "请增加一条路由，或删除该渠道", en: "add a route, or remove the channel"))
    }
  }
}
