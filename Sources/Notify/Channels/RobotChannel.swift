// Chat robots: WeCom, DingTalk and Feishu group webhooks, each with its document, limits and signature (FIELD §2).
import Alerts
import ConfigFile
import Foundation
package import Pipeline

package struct RobotChannel: ChannelSender {
  private let channel: Channel
  private let writer: MessageWriter
  private let transport: any HTTPTransport

  /// `channel.kind` must be a robot.
  package init(channel: Channel, settings: MessageSettings, transport: any HTTPTransport) {
    precondition(channel.kind.isRobot)
    self.channel = channel
    self.transport = transport
    let style: TextStyle =
      switch channel.kind {
      case .wecom: channel.mentions.isEmpty ? .markdown : .plain
      case .dingtalk: .markdown
      default: .tagged
      }
    writer = MessageWriter(channel: channel, style: style, settings: settings)
  }

  package func send(_ entry: OutboxEntry, now: Timestamp) async -> DeliveryResult {
    let request: (url: String, body: [UInt8])
    do {
      request = try self.request(for: entry.event, now: now)
    } catch {
      return .refused(reason: "the message cannot be encoded: \(error)")
    }
    do {
      let headers = [("Content-Type", "application/json; charset=utf-8")]
      let answer = try await transport.post(request.url, headers: headers, body: request.body)
      return AnswerJudge.judge(answer, from: channel.kind, now: now)
    } catch {
      return .retry(after: nil, reason: "no answer: \(error)")
    }
  }

  /// The address and the body for an event.
  func request(for event: AlertEvent, now: Timestamp) throws -> (url: String, body: [UInt8]) {
    switch channel.kind {
    case .wecom: (channel.url.value, try weCom(event))
    case .dingtalk: (dingTalkURL(now), try dingTalk(event))
    default: (channel.url.value, try feishu(event, now))
    }
  }

  // MARK: - WeCom: text 2,048 bytes, markdown 4,096 bytes of content

  private func weCom(_ event: AlertEvent) throws -> [UInt8] {
    guard !channel.mentions.isEmpty else {
      let text = writer.message(for: event, bytes: 4_096).text
      return try encode(["msgtype": "markdown", "markdown": ["content": text]])
    }
    // Only a text message can call people by mobile number.
    var content: [String: Any] = ["content": writer.message(for: event, bytes: 2_048).text]
    if event.kind == .raised {
      content["mentioned_mobile_list"] = channel.mentions.filter(Self.isMobile)
      content["mentioned_list"] = channel.mentions.filter { !Self.isMobile($0) }.map { $0 == "all" ? "@all" : $0 }
    }
    return try encode(["msgtype": "text", "text": content])
  }

  // MARK: - DingTalk: 20,000 bytes in all

  private func dingTalkURL(_ now: Timestamp) -> String {
    guard let secret = channel.secret else { return channel.url.value }
    let sign = Signature.dingTalk(milliseconds: now.milliseconds, secret: secret.value)
    let separator = channel.url.value.contains("?") ? "&" : "?"
    return "\(channel.url.value)\(separator)timestamp=\(now.milliseconds)&sign=\(sign)"
  }

  private func dingTalk(_ event: AlertEvent) throws -> [UInt8] {
    let called = event.kind == .raised ? channel.mentions : []
    let mobiles = called.filter(Self.isMobile)
    let users = called.filter { !Self.isMobile($0) && $0 != "all" }
    // A mention shows only when the text names it too.
    let names = (mobiles + users).map { " @\($0)" }.joined()
    return try fitting(20_000) { bytes in
      let message = writer.message(for: event, bytes: max(3, bytes - names.utf8.count))
      // One newline is no line break in DingTalk's markdown.
      let text = message.text.replacing("\n", with: "\n\n")
      return [
        "msgtype": "markdown", "markdown": ["title": message.title, "text": text + names],
        "at": ["atMobiles": mobiles, "atUserIds": users, "isAtAll": called.contains("all")],
      ]
    }
  }

  // MARK: - Feishu: 20 KB in all

  private func feishu(_ event: AlertEvent, _ now: Timestamp) throws -> [UInt8] {
    let called = event.kind == .raised ? channel.mentions : []
    let tags = called.map { "<at user_id=\"\(TextStyle.tagged.escape($0))\">\($0 == "all" ? "all" : "")</at>" }.joined()
    return try fitting(20_000) { bytes in
      let text = writer.message(for: event, bytes: max(3, bytes - tags.utf8.count - 1)).text
      let content = tags.isEmpty ? text : "\(tags)\n\(text)"
      var body: [String: Any] = ["msg_type": "text", "content": ["text": content]]
      if let secret = channel.secret {
        let seconds = now.milliseconds / 1000
        body["timestamp"] = String(seconds)
        body["sign"] = Signature.feishu(seconds: seconds, secret: secret.value)
      }
      return body
    }
  }

  // MARK: - Encoding

  private static func isMobile(_ mention: String) -> Bool {
    mention.utf8.count >= 7 && mention.utf8.allSatisfy { (48...57).contains($0) || $0 == 43 }
  }

  private func encode(_ object: [String: Any]) throws -> [UInt8] {
    Array(try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes]))
  }

  /// The document whose whole encoding has at most `limit` bytes; `make` gets the bytes that the text may have.
  private func fitting(_ limit: Int, _ make: (Int) -> [String: Any]) throws -> [UInt8] {
    var room = limit
    var body = try encode(make(room))
    while body.count > limit && room > 3 {
      room = max(3, room - max(64, body.count - limit))
      body = try encode(make(room))
    }
    return body
  }
}
