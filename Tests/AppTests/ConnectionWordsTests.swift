// What `status` says of a broker that is away: MQTT's cases and the words of libmosquitto, in both languages.
import Community
import MQTT
import Testing

@testable import App

@Suite struct ConnectionWordsTests {
  @Test(
    arguments: [
      (
        ConnectionLoss.refused("Not authorized"), "代理拒绝连接：未获授权", "the broker refuses the connection: Not authorized"
      ),
      (.refused("Connection Refused: bad user name or password."), "代理拒绝连接：用户名或密码不正确", nil),
      (.refused("unknown code 227"), "代理拒绝连接：未知代码 227", "the broker refuses the connection: unknown code 227"),
      (.disconnected("Server shutting down"), "代理断开了连接：代理正在停止", nil), (.disconnected(nil), "代理断开了连接", nil),
      (.unresolved(host: "b.invalid", "Name or service not known"), "b.invalid：找不到这个主机名", nil),
      (.library("Connection refused"), "连接被拒绝", "Connection refused"),
      (
        .library("OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed"), "本机不信任它的证书",
        "OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed"
      ),
      (.library("Something new."), "“Something new.”", "Something new."),
      (.noAnswer(20), "代理在 20 秒内没有应答 CONNECT", "no answer to CONNECT within 20 s"),
    ] as [(ConnectionLoss, String, String?)])
  func losses(loss: ConnectionLoss, zh: String, en: String?) {
    #expect(loss.text == LocalizedText(zh: zh, en: en ?? loss.description))
  }

  @Test(arguments: Language.allCases) func nothingIsInTheOtherLanguage(language: Language) {
    let all: [ConnectionLoss] = [
      .refused("Banned"), .disconnected("Quota exceeded"), .disconnected(nil), .takenOver(clientID: "x"),
      .closed(clientID: "x"), .noAnswer(1), .closedInHandshake, .lost, .lostWhileHeld,
    ]
    for loss in all {
      let isChinese = loss.text[language].unicodeScalars.contains { $0.properties.isIdeographic }
      #expect(isChinese == (language == .zh), "\(loss)")
    }
  }

  @Test func subscriptionsAndPublications() {
    let rejected = RejectedSubscription(filter: "room/#", reason: "refused")
    #expect(rejected.text == LocalizedText(zh: "room/#（未获准许）", en: "room/#: refused"))
    #expect(PublishFailure.queueFull.text.zh == "待发的 MQTT 消息已满")
    #expect(
      PublishFailure.refused("Packet too large").text
        == LocalizedText(zh: "消息被拒绝：消息太大", en: "the message was refused: Packet too large"))
  }
}
