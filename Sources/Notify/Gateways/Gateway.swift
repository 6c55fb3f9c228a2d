// Services that take one message over HTTP: SMS and voice of the clouds, WeChat, forums, anything with a template. Each is a
// way to make a request out of a draft and to read its answer; what they share is in `GatewayChannel`.
import Alerts
package import ConfigFile
package import Pipeline
import Words

/// How a channel of such a kind is set up.
package enum Gateway: Sendable {
  case template(HTTPTemplate)
  case aliyunSMS(CloudMessage)
  case aliyunVoice(CloudMessage)
  case tencentSMS(CloudMessage)
  case tencentVoice(CloudMessage)
  case weChat(WeChatAccount)
  case discourse(DiscourseForum)
  case weibo(token: Secret)
}

/// One message as a gateway sees it: the fields of templates, in the channel's language, `text` being the whole of it.
struct GatewayDraft: Sendable {
  var fields: [String: String]

  var title: String { fields["title"] ?? "" }
  var text: String { fields["text"] ?? "" }
}

/// One attempt for one receiver, or for all at once. Throws what kept an answer from coming.
protocol GatewayWay: Sendable {
  /// All receivers fit in one request.
  var takesAll: Bool { get }
  /// Bytes of `text`.
  var textBytes: Int { get }
  func send(_ draft: GatewayDraft, to receivers: [String], now: Timestamp) async throws -> DeliveryResult
}

extension GatewayWay {
  var takesAll: Bool { true }
  var textBytes: Int { 1_000 }
}

package struct GatewayChannel: BulletinSender {
  private let channel: Channel
  private let writer: MessageWriter
  private let way: any GatewayWay

  /// `channel.gateway` must be set.
  package init(channel: Channel, gateway: Gateway, settings: MessageSettings, transport: any HTTPTransport) {
    self.channel = channel
    let style: TextStyle = if case .discourse = gateway { .markdown } else { .plain }
    writer = MessageWriter(channel: channel, style: style, settings: settings)
    let url = channel.url.value
    way =
      switch gateway {
      case .template(let template): HTTPTemplateWay(template: template, url: url, transport: transport)
      case .aliyunSMS(let message): AliyunWay(message: message, isVoice: false, url: url, transport: transport)
      case .aliyunVoice(let message): AliyunWay(message: message, isVoice: true, url: url, transport: transport)
      case .tencentSMS(let message): TencentWay(message: message, isVoice: false, url: url, transport: transport)
      case .tencentVoice(let message): TencentWay(message: message, isVoice: true, url: url, transport: transport)
      case .weChat(let account): WeChatWay(account: account, url: url, transport: transport)
      case .discourse(let forum): DiscourseWay(forum: forum, url: url, transport: transport)
      case .weibo(let token): WeiboWay(token: token, url: url, transport: transport)
      }
  }

  package func send(_ entry: OutboxEntry, now: Timestamp) async -> DeliveryResult {
    let draft = GatewayDraft(fields: writer.fields(of: entry.event, textBytes: way.textBytes))
    return await send(draft, to: receivers(of: entry), now: now)
  }

  /// People on duty who are told here have their own numbers; else those of the channel.
  private func receivers(of entry: OutboxEntry) -> [String] {
    let asked = (entry.event.to ?? []).filter { $0.channel == channel.id }.compactMap(\.mention)
    return asked.isEmpty ? channel.to : asked
  }

  package func send(_ bulletin: Bulletin, now: Timestamp) async -> DeliveryResult {
    let message = writer.message(for: bulletin, bytes: way.textBytes)
    // Whoever any of them is for hears of all.
    var numbers: [String] = []
    if case .digest(let entries, _) = bulletin.content {
      for number in entries.flatMap(receivers) where !numbers.contains(number) { numbers.append(number) }
    }
    let draft = GatewayDraft(fields: ["title": message.title, "text": message.text])
    return await send(draft, to: numbers.isEmpty ? channel.to : numbers, now: now)
  }

  /// Where every receiver has a request of its own the message counts as delivered once somebody has it: a second call to the
  /// same person because another one's number is wrong would be worse.
  private func send(_ draft: GatewayDraft, to receivers: [String], now: Timestamp) async -> DeliveryResult {
    if way.takesAll { return await attempt(draft, receivers, now) }
    if receivers.isEmpty {
      return .refused(
        reason: LocalizedText(
          zh: "没有收信人：请给渠道写明 to，或给值班人员写明号码",
          en: "nobody to send to: give the channel 'to', or people on duty a number"))
    }
    var results: [DeliveryResult] = []
    for receiver in receivers { results.append(await attempt(draft, [receiver], now)) }
    if results.contains(.delivered) { return .delivered }
    let later = results.first { if case .retry = $0 { true } else { false } }
    return later ?? results[0]
  }

  private func attempt(_ draft: GatewayDraft, _ receivers: [String], _ now: Timestamp) async -> DeliveryResult {
    do {
      return try await way.send(draft, to: receivers, now: now)
    } catch {
      return .retry(after: nil, reason: LocalizedText(withoutAnswer: error))
    }
  }
}
