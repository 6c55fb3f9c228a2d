// Why a delivery failed, in both languages: what Linli says of it, and what libraries say in English only.
import Pipeline
import TestSupport
import Testing
import Words

@testable import Notify

@Suite struct DeliveryWordsTests {
  /// An error of a library: all that is known of it is what it prints.
  private struct Printed: Error, CustomStringConvertible { var description: String }

  @Test(
    arguments: [
      ("HTTPClientError.connectTimeout", "连接超时", "connecting took too long"),
      ("HTTPClientError.deadlineExceeded", "对方没有在规定时间内应答", "it did not answer in time"),
      ("HTTPClientError.remoteConnectionClosed", "对方关闭了连接", "it closed the connection"),
      (
        "Connection errors: SingleConnectionFailure(target: [IPv4]127.0.0.1:1, error: connection reset (error set): "
          + "Connection refused (errno: 111))", "连接被拒绝", "connection refused"
      ),
      (
        "DNS error: SocketAddressError.UnknownHost: Name or service not known (error -2) for host a.invalid, port 443",
        "找不到这个主机名", "there is no such host name"
      ),
      (
        "handshakeFailed(NIOSSL.BoringSSLError.sslError([Error: 268435581 error:1000007d:SSL routines:"
          + "OPENSSL_internal:CERTIFICATE_VERIFY_FAILED]))", "本机不信任它的证书",
        "this machine does not trust its certificate"
      ),
      ("somethingNew(7)", "“somethingNew(7)”", "somethingNew(7)"),
    ] as [(String, String, String)])
  func networks(printed: String, zh: String, en: String) {
    let reason = LocalizedText(withoutAnswer: Printed(description: printed))
    #expect(reason == LocalizedText(zh: "没有应答：\(zh)", en: "no answer: \(en)"))
  }

  @Test(
    arguments: [
      (67, "Login denied", "用户名或密码不被接受"), (28, "Connection timed out after 5000 milliseconds", "服务器没有在规定时间内应答"),
      (55, "RCPT failed: 550", "收件人被拒绝"), (55, "Send failure: Broken pipe", "发送时连接中断"),
      (1, "Protocol \"smtq\" not supported", "“Protocol \"smtq\" not supported”"),
    ] as [(Int32, String, String)])
  func mail(code: Int32, english: String, chinese: String) {
    #expect(SMTPReason.text(code, english) == LocalizedText(zh: chinese, en: english))
  }

  @Test func answers() {
    let now = Sample.start
    #expect(AnswerJudge.judge(HTTPAnswer(status: 503), now: now).reason == LocalizedText("HTTP 503"))
    #expect(
      AnswerJudge.judge(HTTPAnswer(status: 302), now: now).reason
        == LocalizedText(zh: "HTTP 302：该地址会跳转，请填写最终地址", en: "HTTP 302: the address redirects; enter its final address"))
    let banned = HTTPAnswer(status: 200, body: Array(#"{"errcode": 93000, "errmsg": "no such key"}"#.utf8))
    #expect(
      AnswerJudge.judge(banned, from: .wecom, now: now)
        == .refused(reason: LocalizedText(zh: "错误码 93000：no such key", en: "code 93000: no such key")))
    let page = HTTPAnswer(status: 200, body: Array("<html>".utf8))
    #expect(
      AnswerJudge.judge(page, from: .wecom, now: now).reason
        == LocalizedText(zh: "应答不是来自机器人（HTTP 200，没有错误码）", en: "the answer is not the robot's (HTTP 200, no code)"))
    #expect(
      AliyunWay.judge(page, now: now).reason
        == LocalizedText(zh: "应答不是来自阿里云（HTTP 200，没有 Code）", en: "the answer is not Aliyun's (HTTP 200, no Code)"))
  }

  /// Whatever goes wrong outside, an error that has words is told in them.
  @Test func anErrorWithWords() async {
    struct Worded: WordedError { var text: LocalizedText { LocalizedText(zh: "队列已满", en: "the queue is full") } }
    let channel = Channel(id: "m", kind: .mqtt)
    let sender = MQTTChannel(channel: channel, settings: MessageSettings()) { _, _, _ in throw Worded() }
    #expect(
      await sender.send(Sample.entry(), now: Sample.start)
        == .retry(after: nil, reason: LocalizedText(zh: "未能发布：队列已满", en: "not published: the queue is full")))
  }
}
