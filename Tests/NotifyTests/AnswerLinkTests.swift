// One-tap links: only what was signed counts, and it says what it was made from.
import Alerts
import Community
import Notify
import Pipeline
import TestSupport
import Testing

@Suite struct AnswerLinkTests {
  let key = [UInt8](repeating: 7, count: 32)

  @Test(arguments: ["李雷", "", "a\nb", "ops <script>", "🇨🇳👨‍👩‍👧‍👦", String(repeating: "长", count: 200)])
  func roundTrip(who: String) throws {
    let link = AnswerLink(alert: "7zq4m1x0ab", number: 3, who: who, until: Sample.start)
    let token = link.token(key: key)
    #expect(AnswerLink(token: token, key: key) == link)
    #expect(token.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) })
    #expect(AnswerLink(token: token, key: [UInt8](repeating: 8, count: 32)) == nil)
  }

  /// No change of a token passes, whichever character it is.
  @Test func nothingForgedPasses() {
    let token = AnswerLink(alert: "a1", number: 1, who: "李雷", until: Sample.start).token(key: key)
    var passed = 0
    for index in token.indices {
      for other in "Aa0-_." where other != token[index] {
        var forged = token
        forged.replaceSubrange(index...index, with: String(other))
        if let link = AnswerLink(token: forged, key: key) {
          // Base64 has spare bits in its last character: the bytes, and so the link, are the same.
          if link != AnswerLink(token: token, key: key) { passed += 1 }
        }
      }
    }
    #expect(passed == 0)
    for wrong in [
      "", ".", "a", "a.b", token + ".", String(repeating: "A", count: 10_000), "%00.%00", "..", token + token,
    ] {
      #expect(AnswerLink(token: wrong, key: key) == nil)
    }
  }

  @Test func whoAnswers() {
    var event = Sample.raised()
    event.alert.response = ResponseState(
      responsible: Responsible(place: "p", level: "compound", unit: LocalizedText(zh: "物业", en: "Estate"), people: []),
      since: Sample.start)
    event.to = [Responder(name: "李雷", channel: "c")]
    #expect(AnswerLink(for: event, on: "c")?.who == "李雷")
    event.to = [Responder(name: "李雷", channel: "c"), Responder(name: "韩梅梅", channel: "c")]
    #expect(AnswerLink(for: event, on: "c")?.who == "物业")
    event.alert.response = nil
    #expect(AnswerLink(for: event, on: "c")?.who == "c")
    #expect(AnswerLink(for: event, on: "c")?.until == Sample.start + 86_400_000)
    #expect(AnswerLink(for: Sample.cleared(), on: "c") == nil)
    #expect(AnswerLink(for: Sample.acknowledged(), on: "c") == nil)
  }

  @Test func messagesCarryIt() {
    var settings = Sample.settings
    settings.confirmLink = { event, channel in
      AnswerLink(for: event, on: channel).map { "https://l.example/a/\($0.number)-\(channel)" } ?? ""
    }
    func text(_ event: AlertEvent, _ style: TextStyle) -> String {
      MessageWriter(channel: Channel(id: "c", kind: .wecom), style: style, settings: settings)
        .message(for: event, bytes: 4_096).text
    }
    #expect(text(Sample.raised(), .plain).contains("一键确认：https://l.example/a/1-c\n"))
    #expect(text(Sample.raised(), .markdown).contains("一键确认：[点此确认](https://l.example/a/1-c)"))
    #expect(!text(Sample.cleared(), .plain).contains("/a/"))
    // What everybody reads says neither who answers nor how.
    let post = MessageWriter(channel: Channel(id: "c", kind: .weibo), style: .plain, settings: settings)
      .message(for: Sample.raised(), bytes: 4_096).text
    #expect(post.contains("房间温度过低") && !post.contains("/a/") && !post.contains("linli ack"))
  }
}
