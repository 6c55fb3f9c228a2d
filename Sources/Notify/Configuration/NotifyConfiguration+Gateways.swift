// Reads what channels need that reach people through services over HTTP: SMS, voice, WeChat, forums, templates.
import Alerts
import Community
import ConfigFile

/// Services whose requests are known (`preset` of a channel of kind http).
enum GatewayPreset: String, CaseIterable {
  case aliyunSMS = "aliyun-sms"
  case aliyunVoice = "aliyun-voice"
  case tencentSMS = "tencent-sms"
  case tencentVoice = "tencent-voice"

  var isVoice: Bool { self == .aliyunVoice || self == .tencentVoice }
  var isTencent: Bool { self == .tencentSMS || self == .tencentVoice }

  var address: String {
    switch self {
    case .aliyunSMS: "https://dysmsapi.aliyuncs.com"
    case .aliyunVoice: "https://dyvmsapi.aliyuncs.com"
    case .tencentSMS: "https://sms.tencentcloudapi.com"
    case .tencentVoice: "https://vms.tencentcloudapi.com"
    }
  }

  var keys: [String] {
    let shared = ["preset", "url", "to", "access_key", "access_secret", "template_id", "params"]
    switch self {
    case .aliyunSMS: return shared + ["sign"]
    case .aliyunVoice: return shared + ["show_number"]
    case .tencentSMS: return shared + ["sign", "app_id", "region"]
    case .tencentVoice: return shared + ["app_id", "region"]
    }
  }
}

extension ChannelsReader {
  static let templateKeys = ["preset", "url", "to", "method", "headers", "body", "success"]
  static let gatewayKeys: [Channel.Kind: [String]] = [
    .wechat: ["url", "to", "app_id", "app_secret", "template_id", "data"],
    .discourse: ["url", "user", "key", "category", "topic"],
    .weibo: ["url", "token"],
  ]
  /// Keys that any channel of such a kind may have.
  static let allGatewayKeys = Array(
    Set(templateKeys + GatewayPreset.allCases.flatMap(\.keys) + gatewayKeys.values.flatMap(\.self))
  ).sorted()

  static func httpKeys(_ node: ConfigNode) -> [String] {
    let preset = node.entries?.first { $0.key == "preset" }?.value.scalar
    return preset.flatMap(GatewayPreset.init(rawValue:))?.keys ?? templateKeys
  }

  /// nil, and an error, when something needed is missing.
  func gateway(_ reader: MappingReader, _ kind: Channel.Kind) -> Gateway? {
    switch kind {
    case .http:
      if reader.has("preset") {
        return reader.choice("preset", as: GatewayPreset.self).flatMap { cloud(reader, $0) }
      }
      return template(http: reader).map(Gateway.template)
    case .wechat: return weChat(reader).map(Gateway.weChat)
    case .discourse: return discourse(reader).map(Gateway.discourse)
    case .weibo: return reader.requiredSecret("token", from: secrets).map { .weibo(token: $0) }
    default: return nil
    }
  }

  /// The usual address of a service, where it has one.
  func usualAddress(_ reader: MappingReader, _ kind: Channel.Kind) -> String? {
    switch kind {
    case .http: reader.string("preset").flatMap(GatewayPreset.init(rawValue:))?.address
    case .wechat: "https://api.weixin.qq.com"
    case .weibo: "https://api.weibo.com"
    default: nil
    }
  }

  // MARK: - Presets

  private func cloud(_ reader: MappingReader, _ preset: GatewayPreset) -> Gateway? {
    let key = reader.requiredSecret("access_key", from: secrets)
    let secret = reader.requiredSecret("access_secret", from: secrets)
    let template = reader.requiredString("template_id")
    let sign = preset.isVoice ? "" : reader.requiredString("sign")
    let application = preset.isTencent ? reader.requiredString("app_id") : ""
    checkNumbers(reader)
    guard let key, let secret, let template, let sign, let application else { return nil }
    let message = CloudMessage(
      accessKey: key.value, accessSecret: secret, sign: sign, template: template,
      parameters: parameters(reader, preset),
      showNumber: reader.string("show_number") ?? "", application: application,
      region: reader.string("region") ?? "ap-guangzhou")
    switch preset {
    case .aliyunSMS: return .aliyunSMS(message)
    case .aliyunVoice: return .aliyunVoice(message)
    case .tencentSMS: return .tencentSMS(message)
    case .tencentVoice: return .tencentVoice(message)
    }
  }

  /// By name for Aliyun, in their order for Tencent.
  private func parameters(_ reader: MappingReader, _ preset: GatewayPreset) -> [(name: String, text: String)] {
    if preset.isTencent {
      return (reader.strings("params") ?? []).enumerated().map { index, text in
        checkFields(text, at: reader.location(of: "params"))
        return (String(index + 1), text)
      }
    }
    return fields(reader, "params")
  }

  private func checkNumbers(_ reader: MappingReader) {
    for number in reader.strings("to") ?? [] {
      let digits = number.hasPrefix("+") ? number.dropFirst() : number[...]
      if digits.utf8.count < 5 || digits.utf8.count > 15 || !digits.utf8.allSatisfy({ (48...57).contains($0) }) {
        let shown = TextLimit.shorten(number, bytes: 40)
        log.error(
          at: reader.location(of: "to"), zh: "“\(shown)”不是电话号码", en: "\"\(shown)\" is no telephone number",
          hint: .init(
            zh: "只写数字，如 \"13800138000\" 或 \"+8613800138000\"",
            en: "digits only, such as \"13800138000\" or \"+8613800138000\""))
      }
    }
  }

  // MARK: - Templates

  private func template(http reader: MappingReader) -> HTTPTemplate? {
    var template = HTTPTemplate()
    template.method = reader.choice("method", as: HTTPTemplate.Method.self) ?? .POST
    for entry in reader.mapping("headers") {
      let token = !entry.key.isEmpty && entry.key.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: ":") }
      if !token {
        let shown = TextLimit.shorten(entry.key, bytes: 40)
        log.error(
          at: entry.keyLocation, zh: "“\(shown)”不能用作请求头的名称", en: "\"\(shown)\" is no name of a header")
      }
      guard let text = entry.value.string(log, entry.key),
        let value = secrets.resolve(text, at: entry.value.location, log: log)
      else { continue }
      checkFields(text, at: entry.value.location)
      template.headers.append((entry.key, value))
    }
    if let body = reader.secret("body", from: secrets) {
      checkFields(reader.string("body") ?? "", at: reader.location(of: "body"))
      template.body = body
    } else if template.method != .GET, !reader.has("body") {
      log.error(
        at: reader.location, zh: "缺少“body”", en: "missing \"body\"",
        hint: .init(
          zh: "例如 body: '{\"text\": \"{{text}}\"}'，或写 method: GET",
          en: "for example body: '{\"text\": \"{{text}}\"}', or method: GET"))
    }
    if let success = reader.reader("success", keys: ["pointer", "equals"]) {
      let pointer = success.requiredString("pointer")
      let equals = success.requiredString("equals")
      if let pointer, !pointer.hasPrefix("/") {
        log.error(
          at: success.location(of: "pointer"), zh: "“\(pointer)”不是 JSON Pointer",
          en: "\"\(pointer)\" is no JSON Pointer", hint: .init(zh: "请写 /code", en: "write /code"))
      }
      if let pointer, let equals { template.success = .init(pointer: pointer, equals: equals) }
    }
    if let url = reader.string("url") { checkFields(url, at: reader.location(of: "url")) }
    return template
  }

  private func fields(_ reader: MappingReader, _ key: String) -> [(name: String, text: String)] {
    reader.mapping(key).compactMap { entry in
      guard let text = entry.value.string(log, entry.key) else { return nil }
      checkFields(text, at: entry.value.location)
      return (entry.key, text)
    }
  }

  private func checkFields(_ text: String, at location: SourceLocation) {
    guard let name = HTTPTemplate.unknownField(in: text) else { return }
    log.error(
      at: location, Template.unknownField("{{\(TextLimit.shorten(name, bytes: 40))}}"),
      hint: Suggestion.hint(for: name, among: HTTPTemplate.fields, listUpTo: HTTPTemplate.fields.count))
  }

  // MARK: - WeChat and forums

  private func weChat(_ reader: MappingReader) -> WeChatAccount? {
    let id = reader.requiredString("app_id")
    let secret = reader.requiredSecret("app_secret", from: secrets)
    let template = reader.requiredString("template_id")
    let data = reader.required("data") == nil ? nil : fields(reader, "data")
    _ = reader.requiredStrings("to")
    guard let id, let secret, let template, let data else { return nil }
    return WeChatAccount(applicationID: id, applicationSecret: secret, template: template, data: data)
  }

  private func discourse(_ reader: MappingReader) -> DiscourseForum? {
    let user = reader.requiredString("user")
    let key = reader.requiredSecret("key", from: secrets)
    let category = reader.int("category", in: 1...1_000_000_000)
    let topic = reader.int("topic", in: 1...1_000_000_000)
    if reader.has("category") == reader.has("topic") {
      log.error(
        at: reader.location, zh: "论坛渠道的“category”和“topic”要写且只能写一个",
        en: "a forum needs either \"category\" or \"topic\"",
        hint: .init(
          zh: "category：每条消息成为一个话题；topic：在该话题下回帖",
          en: "category: every message becomes a topic; topic: a post in that topic"))
    }
    guard let user, let key else { return nil }
    return DiscourseForum(user: user, key: key, category: category, topic: topic)
  }
}
