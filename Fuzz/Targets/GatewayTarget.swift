import ConfigFile
import Notify
import Pipeline
import Synchronization

/// Answers of a service that takes messages over HTTP (SMS, voice, WeChat, forums, a template): first line which one, status
/// and Retry-After, then bodies with lines `--` between them, for the requests one after the other. Whatever it says, the pause
/// stays within an hour, the reason short, and nothing counts as delivered that a status does not confirm.
enum GatewayTarget {
  private static let now = Timestamp(milliseconds: 1_767_583_200_000)

  static func run(_ bytes: UnsafeRawBufferPointer) throws {
    let first = bytes.prefix { $0 != 10 }
    let words = String(decoding: first, as: UTF8.self).split(separator: " ", maxSplits: 2)
    guard words.count >= 2, let status = Int(words[1]) else { return }
    let said = Answers(
      status: status, retryAfter: words.count > 2 ? String(words[2]) : nil,
      bodies: bodies(bytes.dropFirst(first.count + 1)))
    guard let gateway = gateway(String(words[0])) else { return }
    var channel = Channel(id: "people", kind: .http, url: Secret("http://127.0.0.1:1/x"))
    channel.to = ["13800138000", "b"]
    let sender = GatewayChannel(channel: channel, gateway: gateway, settings: MessageSettings(), transport: said)
    let bulletin = Bulletin(.proof(AlertCensus(open: 1, raised: 2, closed: 3, delivered: 4)), key: "k")
    // Two messages: what the first left behind, such as a token, serves the second.
    for _ in 0..<2 {
      let result = Mutex<DeliveryResult?>(nil)
      // No answer has to be waited for, so the task has ended when this returns.
      Task.immediate {
        let sent = await sender.send(bulletin, now: now)
        result.withLock { $0 = sent }
      }
      guard let result = result.withLock({ $0 }) else {
        throw Violation(description: "the attempt waits for something")
      }
      try AnswersTarget.check(result)
      if result == .delivered { try require((200..<300).contains(status), "delivered with HTTP \(status)") }
    }
  }

  private static func bodies(_ bytes: Slice<UnsafeRawBufferPointer>) -> [[UInt8]] {
    var bodies: [[UInt8]] = [[]]
    for line in bytes.split(separator: 10, omittingEmptySubsequences: false) {
      if line.elementsEqual("--".utf8) {
        bodies.append([])
      } else {
        if !bodies[bodies.count - 1].isEmpty { bodies[bodies.count - 1].append(10) }
        bodies[bodies.count - 1] += line
      }
    }
    return bodies
  }

  private static func gateway(_ name: String) -> Gateway? {
    let cloud = CloudMessage(
      accessKey: "k", accessSecret: Secret("s"), sign: "邻里", template: "SMS_1", parameters: [("text", "{{text}}")])
    switch name {
    case "http": return .template(HTTPTemplate(success: HTTPTemplate.Success(pointer: "/a/0/b", equals: "ok")))
    case "aliyun-sms": return .aliyunSMS(cloud)
    case "aliyun-voice": return .aliyunVoice(cloud)
    case "tencent-sms": return .tencentSMS(cloud)
    case "tencent-voice": return .tencentVoice(cloud)
    case "wechat":
      return .weChat(
        WeChatAccount(applicationID: "a", applicationSecret: Secret("s"), template: "t", data: [("thing1", "{{text}}")])
      )
    case "discourse": return .discourse(DiscourseForum(user: "u", key: Secret("k"), category: 3))
    case "weibo": return .weibo(token: Secret("t"))
    default: return nil
    }
  }

  /// A server that says these bodies one after the other, the last one again and again.
  private final class Answers: HTTPTransport {
    private let status: Int
    private let retryAfter: String?
    private let bodies: [[UInt8]]
    private let next = Mutex(0)

    init(status: Int, retryAfter: String?, bodies: [[UInt8]]) {
      self.status = status
      self.retryAfter = retryAfter
      self.bodies = bodies
    }

    func request(
      _ method: String, _ url: String, headers: [(String, String)], body: [UInt8]
    ) async throws -> HTTPAnswer {
      let index = next.withLock { next in
        defer { next = min(next + 1, bodies.count - 1) }
        return next
      }
      return HTTPAnswer(status: status, retryAfter: retryAfter, body: bodies[index])
    }
  }
}
