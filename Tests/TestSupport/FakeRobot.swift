// A chat robot that insists on what the real ones document: format, signature, size, rate and ban. It answers HTTP 200
// with a code, as they do (FIELD §2).
import Crypto
import Foundation
package import Pipeline
import Synchronization

package final class FakeRobot: Sendable {
  package enum Make: Sendable { case wecom, dingtalk, feishu }

  /// What it does instead of its work.
  package enum Mood: Sendable {
    case normal
    /// Answer with this code.
    case code(Int)
    case http(LoopbackHTTPAnswer)
  }

  fileprivate struct State {
    var texts: [String] = []
    var requests: [LoopbackHTTPRequest] = []
    var codes: [Int] = []
    var moods: [Mood] = []
    var arrivals: [Timestamp] = []
    var bannedUntil = Timestamp.distantPast
    var downUntil = Timestamp.distantPast
    var isRevoked = false
    var bans = 0
    var times: [Timestamp] = []
  }
  fileprivate final class Core: Sendable {
    let make: Make
    let secret: String?
    let keyword: String?
    let now: @Sendable () -> Timestamp
    let state = Mutex(State())

    init(make: Make, secret: String?, keyword: String?, now: @escaping @Sendable () -> Timestamp) {
      self.make = make
      self.secret = secret
      self.keyword = keyword
      self.now = now
    }
  }
  private let core: Core
  private let server: LoopbackHTTPServer

  package init(
    _ make: Make, secret: String? = nil, keyword: String? = nil,
    now: @escaping @Sendable () -> Timestamp = { Timestamp(seconds: Date().timeIntervalSince1970) }
  ) throws {
    let core = Core(make: make, secret: secret, keyword: keyword, now: now)
    self.core = core
    server = try LoopbackHTTPServer { core.answer($0) }
  }

  /// The robot's address, with its key.
  package var url: String {
    switch core.make {
    case .wecom: server.url + "/cgi-bin/webhook/send?key=test-key"
    case .dingtalk: server.url + "/robot/send?access_token=test-token"
    case .feishu: server.url + "/open-apis/bot/v2/hook/test-hook"
    }
  }
  package func stop() { server.stop() }

  /// How the next requests are met; afterwards it is normal again.
  package func next(_ moods: [Mood]) { core.state.withLock { $0.moods += moods } }

  /// Answers HTTP 503 until then.
  package func fail(until time: Timestamp) { core.state.withLock { $0.downUntil = time } }
  /// Whoever holds the key is not known any more.
  package func revoke() { core.state.withLock { $0.isRevoked = true } }

  /// How often it has refused for too many messages; each time DingTalk would have been blocked for ten minutes.
  package var bans: Int { core.state.withLock { $0.bans } }
  /// The texts with the times at which they reached the group.
  package var deliveries: [(text: String, at: Timestamp)] {
    core.state.withLock { Array(zip($0.texts, $0.times)).map { (text: $0.0, at: $0.1) } }
  }
  /// The texts that have reached the group.
  package var texts: [String] { core.state.withLock { $0.texts } }
  package var requests: [LoopbackHTTPRequest] { core.state.withLock { $0.requests } }
  /// Every code that was answered.
  package var codes: [Int] { core.state.withLock { $0.codes } }
}

extension FakeRobot.Core {
  func answer(_ request: LoopbackHTTPRequest) -> LoopbackHTTPAnswer {
    state.withLock { state in
      state.requests.append(request)
      if now() < state.downUntil { return LoopbackHTTPAnswer(status: 503, body: "<html>busy</html>") }
      let mood = state.moods.isEmpty ? FakeRobot.Mood.normal : state.moods.removeFirst()
      switch mood {
      case .http(let answer): return answer
      case .code(let code): return say(code, &state)
      case .normal:
        let (code, text) = judge(request, &state)
        if code == 0 {
          state.texts.append(text)
          state.times.append(now())
        }
        return say(code, &state)
      }
    }
  }

  private func say(_ code: Int, _ state: inout FakeRobot.State) -> LoopbackHTTPAnswer {
    state.codes.append(code)
    let text = code == 0 ? "ok" : "refused by the test robot"
    let body =
      make == .feishu
      ? "{\"code\":\(code),\"msg\":\"\(text)\",\"data\":{}}" : "{\"errcode\":\(code),\"errmsg\":\"\(text)\"}"
    return LoopbackHTTPAnswer(headers: ["Content-Type": "application/json"], body: body)
  }

  private func judge(_ request: LoopbackHTTPRequest, _ state: inout FakeRobot.State) -> (Int, String) {
    let isJSON = request.headers["content-type"]?.hasPrefix("application/json") == true
    guard request.method == "POST", isJSON, let body = request.json else {
      return (make == .feishu ? 9499 : make == .wecom ? 40008 : 40035, "")
    }
    if state.isRevoked { return (make == .feishu ? 19001 : make == .wecom ? 93000 : 300001, "") }
    if let code = rate(&state) {
      state.bans += 1
      return (code, "")
    }
    switch make {
    case .wecom: return weCom(request, body)
    case .dingtalk: return dingTalk(request, body)
    case .feishu: return feishu(request, body)
    }
  }

  /// Sliding windows over arrivals; DingTalk blocks for ten minutes after too many.
  private func rate(_ state: inout FakeRobot.State) -> Int? {
    let now = now()
    if now < state.bannedUntil { return 130101 }
    state.arrivals.removeAll { now - $0 >= 60_000 }
    let lastSecond = state.arrivals.count { now - $0 < 1_000 }
    switch make {
    case .wecom where state.arrivals.count >= 20: return 45009
    case .dingtalk where state.arrivals.count >= 20:
      state.bannedUntil = now + 600_000
      return 130101
    case .feishu where state.arrivals.count >= 100 || lastSecond >= 5: return 9499
    default:
      state.arrivals.append(now)
      return nil
    }
  }

  private func weCom(_ request: LoopbackHTTPRequest, _ body: [String: Any]) -> (Int, String) {
    guard request.path == "/cgi-bin/webhook/send", request.query["key"] == "test-key" else { return (93000, "") }
    let type = body["msgtype"] as? String ?? ""
    guard type == "markdown" || type == "text", let part = body[type] as? [String: Any],
      let content = part["content"] as? String
    else { return (40008, "") }
    if content.isEmpty { return (44004, "") }
    return content.utf8.count > (type == "text" ? 2_048 : 4_096) ? (45002, "") : (0, content)
  }

  private func dingTalk(_ request: LoopbackHTTPRequest, _ body: [String: Any]) -> (Int, String) {
    guard request.path == "/robot/send", request.query["access_token"] == "test-token" else { return (300001, "") }
    if request.body.count > 20_000 { return (460101, "") }
    if let secret {
      guard let text = request.query["timestamp"], let time = Int64(text), let sign = request.query["sign"],
        abs(now().milliseconds - time) <= 3_600_000, sign == mac(key: secret, message: "\(text)\n\(secret)")
      else { return (310000, "") }
    }
    guard body["msgtype"] as? String == "markdown", let part = body["markdown"] as? [String: Any],
      let title = part["title"] as? String, !title.isEmpty, let text = part["text"] as? String, !text.isEmpty
    else { return (40035, "") }
    if let keyword, !text.contains(keyword) && !title.contains(keyword) { return (310000, "") }
    return (0, text)
  }

  private func feishu(_ request: LoopbackHTTPRequest, _ body: [String: Any]) -> (Int, String) {
    guard request.path == "/open-apis/bot/v2/hook/test-hook" else { return (19001, "") }
    if request.body.count > 20 * 1024 { return (9499, "") }
    if let secret {
      guard let text = body["timestamp"] as? String, let time = Int64(text), let sign = body["sign"] as? String,
        abs(now().milliseconds / 1000 - time) <= 3_600, sign == mac(key: "\(text)\n\(secret)", message: "")
      else { return (19021, "") }
    }
    guard body["msg_type"] as? String == "text", let content = body["content"] as? [String: Any],
      let text = content["text"] as? String
    else { return (19002, "") }
    if let keyword, !text.contains(keyword) { return (19024, "") }
    return (0, text)
  }

  private func mac(key: String, message: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(
      for: Array(message.utf8), using: SymmetricKey(data: Array(key.utf8)))
    return Data(code).base64EncodedString()
  }
}
