// What an answer means. Robots say "no" with HTTP 200 and a code, so the code decides; the tables follow the robots'
// documents and what their clients have seen (FIELD §2).
import Foundation
package import Pipeline
import Words

package enum AnswerJudge {
  /// By the HTTP status alone, for webhooks. 408, 425, 429 and 5xx may pass; other 4xx do not.
  package static func judge(_ answer: HTTPAnswer, now: Timestamp) -> DeliveryResult {
    switch answer.status {
    case 200..<300:
      return .delivered
    case 300..<400:
      let status = answer.status
      return .retry(
        after: nil,
        reason: LocalizedText(
          zh: "HTTP \(status)：该地址会跳转，请填写最终地址", en: "HTTP \(status): the address redirects; enter its final address"))
    case 408, 425, 429, 500...:
      let pause = answer.retryAfter.flatMap { retryAfter($0, now: now) }
      return .retry(after: pause, reason: LocalizedText("HTTP \(answer.status)"))
    default:
      return .refused(reason: LocalizedText("HTTP \(answer.status)"))
    }
  }

  /// A robot's answer: the code if there is one, else the status; HTTP 200 without a code is somebody else's page.
  package static func judge(_ answer: HTTPAnswer, from kind: Channel.Kind, now: Timestamp) -> DeliveryResult {
    guard let (code, text) = codeAndText(answer.body, kind) else {
      if case let result = judge(answer, now: now), result != .delivered { return result }
      return .retry(
        after: nil,
        reason: LocalizedText(
          zh: "应答不是来自机器人（HTTP \(answer.status)，没有错误码）",
          en: "the answer is not the robot's (HTTP \(answer.status), no code)"))
    }
    if code == 0 { return judge(answer, now: now) }
    let reason = LocalizedText(code: code, TextLimit.shorten(text, bytes: 200))
    switch meaning(of: code, kind) {
    case .rateLimited(let pause): return .retry(after: pause, reason: reason)
    case .refused: return .refused(reason: reason)
    case .unfit: return .unfit(reason: reason)
    case .unknown: return .retry(after: nil, reason: reason)
    }
  }

  private enum Meaning {
    case rateLimited(Int64)
    /// The robot takes nothing from us: key, signature, address.
    case refused
    /// It does not take this message.
    case unfit
    /// Try again with growing pauses.
    case unknown
  }

  private static func meaning(of code: Int, _ kind: Channel.Kind) -> Meaning {
    switch (kind, code) {
    // 45009: more than 20 a minute.
    case (.wecom, 45009), (.wecom, 45033): .rateLimited(60_000)
    // 93000 unknown key, 93004 robot switched off, 93008 not in the group.
    case (.wecom, 93000), (.wecom, 93004), (.wecom, 93008): .refused
    // 40008 kind of message, 40058 its fields, 44004 empty, 45002 too long.
    case (.wecom, 40008), (.wecom, 40058), (.wecom, 44004), (.wecom, 45002): .unfit
    // -1: their system is busy, try again.
    case (.wecom, -1), (.dingtalk, -1): .unknown
    // After 20 a minute the robot is blocked for ten minutes.
    case (.dingtalk, 130101), (.dingtalk, 410100), (.dingtalk, 90018), (.dingtalk, 660026): .rateLimited(600_000)
    // 310000 signature, keyword or address; 300001, 300005, 400101, 400102, 400013: no such robot, token or group.
    case (.dingtalk, 310000), (.dingtalk, 300001), (.dingtalk, 300005), (.dingtalk, 400101), (.dingtalk, 400102),
      (.dingtalk, 400013):
      .refused
    // 460101 too long; 40035, 43004: its fields; 430101 and on: content not allowed.
    case (.dingtalk, 460101), (.dingtalk, 40035), (.dingtalk, 43004), (.dingtalk, 430101...430104): .unfit
    // 11232, 11233: too many at once on their side, most often at :00 and :30; 9499, 99991400: too many of ours.
    case (.feishu, 11232), (.feishu, 11233): .rateLimited(20_000)
    case (.feishu, 9499), (.feishu, 99_991_400): .rateLimited(60_000)
    // 19001 no such token, 19007 switched off, 19021 signature, 19022 address, 19024 keyword.
    case (.feishu, 19001), (.feishu, 19007), (.feishu, 19021), (.feishu, 19022), (.feishu, 19024): .refused
    // 19002 its fields; 11246 and 11247: the form or the size of the content.
    case (.feishu, 19002), (.feishu, 11246), (.feishu, 11247): .unfit
    default: .unknown
    }
  }

  private static func codeAndText(_ body: [UInt8], _ kind: Channel.Kind) -> (Int, String)? {
    guard let answer = try? JSONDecoder().decode(RobotAnswer.self, from: Data(body)) else { return nil }
    let code = kind == .feishu ? answer.code ?? answer.statusCode : answer.errcode
    return code.map { ($0, answer.text) }
  }

  /// The fields of all three robots. Only an integer is a code: `true` or `"0"` is not what the documents promise.
  private struct RobotAnswer: Decodable {
    var errcode, code, statusCode: Int?
    var text: String

    enum CodingKeys: String, CodingKey {
      case errcode, errmsg, code, msg
      case statusCode = "StatusCode"
      case statusMessage = "StatusMessage"
    }

    init(from decoder: any Swift.Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      errcode = try? container.decode(Int.self, forKey: .errcode)
      code = try? container.decode(Int.self, forKey: .code)
      statusCode = try? container.decode(Int.self, forKey: .statusCode)
      let texts: [CodingKeys] = [.errmsg, .msg, .statusMessage]
      text = texts.lazy.compactMap { try? container.decode(String.self, forKey: $0) }.first ?? ""
    }
  }

  /// Ms to wait by a Retry-After header (seconds, or an HTTP date); at most an hour.
  package static func retryAfter(_ header: String, now: Timestamp) -> Int64? {
    let text = header.trimmingCharacters(in: .whitespaces)
    let longest: Int64 = 3_600_000
    if let seconds = Int64(text) { return seconds < 0 ? nil : min(min(seconds, 3_600) * 1000, longest) }
    guard let time = httpDate(text) else { return nil }
    return min(max(0, time - now), longest)
  }

  /// `Wed, 21 Oct 2026 07:28:00 GMT` (RFC 9110 §5.6.7). Not by `DateFormatter`: it traps on some texts that are not ASCII, and a
  /// robot may say anything.
  private static func httpDate(_ text: String) -> Timestamp? {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let words = text.split(separator: " ")
    guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: String(words[2])) else { return nil }
    return Timestamp(rfc3339: "\(words[3])-\(month < 9 ? "0" : "")\(month + 1)-\(words[1])T\(words[4])Z")
  }
}
