// Where residents read: WeChat Official Accounts, Discourse forums, Weibo.
package import ConfigFile
import Foundation
import Pipeline
import Synchronization
import Words

/// A WeChat Official Account 公众号 and the approved template that it sends.
package struct WeChatAccount: Sendable {
  package var applicationID: String
  package var applicationSecret: Secret
  package var template: String
  /// Fields of the approved template, each a text with {{fields}}.
  package var data: [(name: String, text: String)]

  package init(
    applicationID: String, applicationSecret: Secret, template: String, data: [(name: String, text: String)]
  ) {
    self.applicationID = applicationID
    self.applicationSecret = applicationSecret
    self.template = template
    self.data = data
  }
}

/// `message/template/send` with a token of `stable_token`, which is fetched when there is none or it has ended
/// (developers.weixin.qq.com/doc/service, "Send template messages", "getStableAccessToken").
final class WeChatWay: GatewayWay {
  private struct Token {
    var text: String
    var until: Timestamp
  }

  private let account: WeChatAccount
  private let url: String
  private let transport: any HTTPTransport
  private let token = Mutex<Token?>(nil)

  init(account: WeChatAccount, url: String, transport: any HTTPTransport) {
    self.account = account
    self.url = HTTPAddress.base(url)
    self.transport = transport
  }

  var takesAll: Bool { false }

  func send(_ draft: GatewayDraft, to receivers: [String], now: Timestamp) async throws -> DeliveryResult {
    for isLast in [false, true] {
      let current: String
      switch try await accessToken(now) {
      case .success(let text): current = text
      case .failure(let failure): return failure.result
      }
      let data = Dictionary(
        account.data.map { field in
          (field.name, ["value": HTTPTemplate.fill(field.text, .none) { draft.fields[$0] ?? "" }])
        }, uniquingKeysWith: { first, _ in first })
      var document: [String: Any] = ["touser": receivers[0], "template_id": account.template, "data": data]
      if let link = draft.fields["confirm"] ?? draft.fields["link"], !link.isEmpty { document["url"] = link }
      let answer = try await transport.request(
        "POST", "\(url)/cgi-bin/message/template/send?access_token=\(PercentEncoding.encode(current))",
        headers: [("Content-Type", "application/json; charset=utf-8")],
        body: Array(
          try JSONSerialization.data(withJSONObject: document, options: [.sortedKeys, .withoutEscapingSlashes])))
      let code = JSONAnswer(answer.body)["/errcode"].flatMap { Int($0) }
      // The token has ended or was replaced by another program: once more with a new one.
      if let code, [40001, 40014, 42001].contains(code), !isLast {
        token.withLock { if $0?.text == current { $0 = nil } }
        continue
      }
      return Self.judge(answer, now: now)
    }
    return .retry(after: nil, reason: .withoutToken)
  }

  private struct TokenFailure: Error { var result: DeliveryResult }

  private func accessToken(_ now: Timestamp) async throws -> Result<String, TokenFailure> {
    if let known = token.withLock({ $0 }), known.until > now { return .success(known.text) }
    let document = [
      "grant_type": "client_credential", "appid": account.applicationID, "secret": account.applicationSecret.value,
    ]
    let answer = try await transport.request(
      "POST", "\(url)/cgi-bin/stable_token", headers: [("Content-Type", "application/json; charset=utf-8")],
      body: Array(try JSONSerialization.data(withJSONObject: document, options: .sortedKeys)))
    let json = JSONAnswer(answer.body)
    guard let text = json["/access_token"], let seconds = json["/expires_in"].flatMap({ Int64($0) }) else {
      let result = Self.judge(answer, now: now)
      return .failure(TokenFailure(result: result == .delivered ? .retry(after: nil, reason: .withoutToken) : result))
    }
    // A little before its end: the last message must still arrive.
    token.withLock { $0 = Token(text: text, until: now + (min(max(seconds, 120), 7_200) - 120) * 1000) }
    return .success(text)
  }

  static func judge(_ answer: HTTPAnswer, now: Timestamp) -> DeliveryResult {
    let json = JSONAnswer(answer.body)
    guard let code = json["/errcode"].flatMap({ Int($0) }) else {
      if case let result = AnswerJudge.judge(answer, now: now), result != .delivered { return result }
      return .retry(
        after: nil, reason: LocalizedText(strangerThan: .init(zh: "微信", en: "WeChat"), lacking: "errcode", answer))
    }
    if code == 0 { return AnswerJudge.judge(answer, now: now) }
    let reason = LocalizedText(code: code, json["/errmsg"] ?? "")
    switch code {
    case -1, 40001, 40014, 42001: return .retry(after: nil, reason: reason)
    // The day's or the minute's limit.
    case 45009, 45011: return .retry(after: 600_000, reason: reason)
    // 47003: a field of the template does not take that text.
    case 47001, 47003, 45002: return .unfit(reason: reason)
    // 40003 no such reader, 43004 does not follow the account, 43101 has refused, 40037 template, 40013 and 40125 account, …
    default: return .refused(reason: reason)
    }
  }
}

extension LocalizedText {
  fileprivate static let withoutToken = LocalizedText(zh: "应答中没有访问令牌", en: "an answer without a token")
}

package struct DiscourseForum: Sendable {
  package var user: String
  package var key: Secret
  /// Every message is a topic in this category, or a post in that topic.
  package var category: Int?
  package var topic: Int?

  package init(user: String, key: Secret, category: Int? = nil, topic: Int? = nil) {
    self.user = user
    self.key = key
    self.category = category
    self.topic = topic
  }
}

/// `POST /posts.json` (docs.discourse.org, "Creates a new topic, a new post").
struct DiscourseWay: GatewayWay {
  let forum: DiscourseForum
  let url: String
  let transport: any HTTPTransport

  var textBytes: Int { 20_000 }

  func send(_ draft: GatewayDraft, to receivers: [String], now: Timestamp) async throws -> DeliveryResult {
    var document: [String: Any] = ["raw": draft.text]
    if let topic = forum.topic {
      document["topic_id"] = topic
    } else {
      // A title has at least 15 characters (`min_topic_title_length`) and must not be there already.
      let mark = LocalClock.stamp(now)
      document["title"] = TextLimit.shorten("邻里 Linli · \(draft.title)", bytes: 200) + " · \(mark)"
      document["category"] = forum.category
    }
    let answer = try await transport.request(
      "POST", HTTPAddress.base(url) + "/posts.json",
      headers: [
        ("Content-Type", "application/json; charset=utf-8"), ("Api-Key", forum.key.value), ("Api-Username", forum.user),
      ],
      body: Array(
        try JSONSerialization.data(withJSONObject: document, options: [.sortedKeys, .withoutEscapingSlashes])))
    let json = JSONAnswer(answer.body)
    let said = json["/errors/0"].map { ": " + TextLimit.shorten($0, bytes: 200) } ?? ""
    switch answer.status {
    case 200..<300 where json["/id"] != nil: return .delivered
    case 200..<300:
      return .retry(after: nil, reason: LocalizedText(strangerThan: .init("Discourse"), lacking: "id", answer))
    case 422: return .unfit(reason: LocalizedText("HTTP 422\(said)"))
    case 429:
      let wait = json["/extras/wait_seconds"].flatMap { Int64($0) } ?? 60
      return .retry(after: min(max(wait, 1), 3_600) * 1000, reason: LocalizedText("HTTP 429\(said)"))
    default: return AnswerJudge.judge(answer, now: now)
    }
  }
}

private enum LocalClock {
  /// `0105-0320`, so that two topics never have the same title.
  static func stamp(_ now: Timestamp) -> String {
    let text = now.rfc3339
    return text.dropFirst(5).prefix(14).filter(\.isNumber)
  }
}

/// `2/statuses/share` (open.weibo.com/wiki/2/statuses/share).
struct WeiboWay: GatewayWay {
  let token: Secret
  let url: String
  let transport: any HTTPTransport

  /// 140 Chinese characters.
  var textBytes: Int { 420 }

  func send(_ draft: GatewayDraft, to receivers: [String], now: Timestamp) async throws -> DeliveryResult {
    let body = PercentEncoding.query(["access_token": token.value, "status": draft.text])
    let answer = try await transport.request(
      "POST", HTTPAddress.base(url) + "/2/statuses/share.json",
      headers: [("Content-Type", "application/x-www-form-urlencoded")], body: Array(body.utf8))
    let json = JSONAnswer(answer.body)
    if let code = json["/error_code"].flatMap({ Int($0) }) {
      let reason = LocalizedText(code: code, json["/error"] ?? "")
      switch code {
      // Too many requests of ours; too many posts.
      case 10022, 10023, 10024, 20016, 20021: return .retry(after: 600_000, reason: reason)
      case 10001, 10002, 10009, 10010: return .retry(after: nil, reason: reason)
      // Empty, too long, a link or word that is not allowed, or the same text again.
      case 20008, 20012, 20013, 20018, 20019, 20020: return .unfit(reason: reason)
      default: return .refused(reason: reason)
      }
    }
    guard json["/id"] != nil || json["/idstr"] != nil else {
      if case let result = AnswerJudge.judge(answer, now: now), result != .delivered { return result }
      return .retry(
        after: nil, reason: LocalizedText(strangerThan: .init(zh: "微博", en: "Weibo"), lacking: "id", answer))
    }
    return AnswerJudge.judge(answer, now: now)
  }
}
