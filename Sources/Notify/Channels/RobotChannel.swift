// Chat robots: WeCom, DingTalk and Feishu group webhooks, each with its document, limits and signature (FIELD §2).
import Alerts
import ConfigFile
import Foundation
package import Pipeline
import Words

package struct RobotChannel: BulletinSender {
  /// What a message is made of: the text within a number of bytes, and whom it calls.
  private struct Draft {
    var write: (MessageWriter, Int) -> Message
    var called: [String]
  }

  private let channel: Channel
  private let writer: MessageWriter
  /// For WeCom's text messages, which alone can call people.
  private let plain: MessageWriter
  private let transport: any HTTPTransport

  /// `channel.kind` must be a robot.
  package init(channel: Channel, settings: MessageSettings, transport: any HTTPTransport) {
    precondition(channel.kind.isRobot)
    self.channel = channel
    self.transport = transport
    writer = MessageWriter(
      channel: channel, style: channel.kind == .feishu ? .tagged : .markdown, settings: settings)
    plain = MessageWriter(channel: channel, style: .plain, settings: settings)
  }

  package func send(_ entry: OutboxEntry, now: Timestamp) async -> DeliveryResult {
    let event = entry.event
    return await send(Draft(write: { $0.message(for: event, bytes: $1) }, called: called(by: event)), now: now)
  }

  package func send(_ bulletin: Bulletin, now: Timestamp) async -> DeliveryResult {
    await send(Draft(write: { $0.message(for: bulletin, bytes: $1) }, called: called(by: bulletin)), now: now)
  }

  private func send(_ draft: Draft, now: Timestamp) async -> DeliveryResult {
    let request: (url: String, body: [UInt8])
    do {
      request = try self.request(for: draft, now: now)
    } catch {
      return .refused(reason: LocalizedText(unencodable: error))
    }
    do {
      let headers = [("Content-Type", "application/json; charset=utf-8")]
      let answer = try await transport.post(request.url, headers: headers, body: request.body)
      return AnswerJudge.judge(answer, from: channel.kind, now: now)
    } catch {
      return .retry(after: nil, reason: LocalizedText(withoutAnswer: error))
    }
  }

  /// The address and the body of a message.
  private func request(for draft: Draft, now: Timestamp) throws -> (url: String, body: [UInt8]) {
    switch channel.kind {
    case .wecom: (channel.url.value, try weCom(draft))
    case .dingtalk: (dingTalkURL(now), try dingTalk(draft))
    default: (channel.url.value, try feishu(draft, now))
    }
  }

  // MARK: - WeCom: text 2,048 bytes, markdown 4,096 bytes of content

  private func weCom(_ draft: Draft) throws -> [UInt8] {
    guard !draft.called.isEmpty else {
      return try encode(["msgtype": "markdown", "markdown": ["content": draft.write(writer, 4_096).text]])
    }
    // Only a text message can call people by mobile number.
    let content: [String: Any] = [
      "content": draft.write(plain, 2_048).text,
      "mentioned_mobile_list": draft.called.filter(Self.isMobile),
      "mentioned_list": draft.called.filter { !Self.isMobile($0) }.map { $0 == "all" ? "@all" : $0 },
    ]
    return try encode(["msgtype": "text", "text": content])
  }

  // MARK: - DingTalk: 20,000 bytes in all

  private func dingTalkURL(_ now: Timestamp) -> String {
    guard let secret = channel.secret else { return channel.url.value }
    let sign = Signature.dingTalk(milliseconds: now.milliseconds, secret: secret.value)
    let separator = channel.url.value.contains("?") ? "&" : "?"
    return "\(channel.url.value)\(separator)timestamp=\(now.milliseconds)&sign=\(sign)"
  }

  private func dingTalk(_ draft: Draft) throws -> [UInt8] {
    let called = draft.called
    let mobiles = called.filter(Self.isMobile)
    let users = called.filter { !Self.isMobile($0) && $0 != "all" }
    // A mention shows only when the text names it too.
    let names = (mobiles + users).map { " @\($0)" }.joined()
    return try fitting(20_000) { bytes in
      let message = draft.write(writer, max(3, bytes - names.utf8.count))
      // One newline is no line break in DingTalk's markdown.
      let text = message.text.replacing("\n", with: "\n\n")
      return [
        "msgtype": "markdown", "markdown": ["title": message.title, "text": text + names],
        "at": ["atMobiles": mobiles, "atUserIds": users, "isAtAll": called.contains("all")],
      ]
    }
  }

  // MARK: - Feishu: 20 KB in all

  private func feishu(_ draft: Draft, _ now: Timestamp) throws -> [UInt8] {
    let tags = draft.called.map { "<at user_id=\"\(TextStyle.tagged.escape($0))\">\($0 == "all" ? "all" : "")</at>" }
      .joined()
    return try fitting(20_000) { bytes in
      let text = draft.write(writer, max(3, bytes - tags.utf8.count - 1)).text
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

  // MARK: - Calling people by name

  /// Whom an event calls: those whom the channel names, at the raise; and the people whom this step of an alert or of an order asks
  /// and who are told here. Feishu knows people by their ids only.
  private func called(by event: AlertEvent) -> [String] {
    var called = event.kind == .raised ? channel.mentions : []
    for person in event.to ?? [] where event.calls && (person.channel ?? channel.id) == channel.id {
      guard let mention = person.mention, !called.contains(mention) else { continue }
      if channel.kind != .feishu || !Self.isMobile(mention) { called.append(mention) }
    }
    return called
  }

  /// A group, and critical alerts that share a message, call whom they would have called one by one; not for what is over by
  /// now. Digests of floods and after quiet hours call nobody: nobody wants to be called every three minutes.
  private func called(by bulletin: Bulletin) -> [String] {
    guard case .digest(let entries, let cause) = bulletin.content, cause == .group || cause == .critical else {
      return []
    }
    let events = entries.map(\.event)
    let over = Set(events.lazy.filter { $0.kind == .cleared || $0.kind == .closed }.map(\.alert.id))
    var called: [String] = []
    for event in events where event.calls && !over.contains(event.alert.id) {
      for mention in self.called(by: event) where !called.contains(mention) && called.count < Self.calledMax {
        called.append(mention)
      }
    }
    return called
  }

  /// People whom one message calls.
  private static let calledMax = 20

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

extension AlertEvent {
  /// It names people who are to do something.
  fileprivate var calls: Bool { asks || order != nil || kind == .assigned }
}
