// What people read: both languages, every limit, hostile texts, broken templates.
import Alerts
import Community
import Notify
import Pipeline
import TestSupport
import Testing

@Suite struct MessageWriterTests {
  func writer(_ style: TextStyle = .plain, _ change: (inout Channel) -> Void = { _ in }) -> MessageWriter {
    var channel = Channel(id: "c", kind: .wecom)
    change(&channel)
    return MessageWriter(channel: channel, style: style, settings: Sample.settings)
  }

  @Test func chineseRaise() {
    let message = writer(.markdown).message(for: Sample.raised(), bytes: 4_096)
    #expect(
      message.text == """
        **报警【高】房间温度过低**
        地点：颐和小区 3号楼 301
        温度：15.2 °C
        开始：2026-01-05 11:00
        建议：检查暖气和窗户
        编号：7ZQ4M1X0AB
        处理：linli ack 7ZQ4M1X0AB
        https://linli.example/#alert=7ZQ4M1X0AB
        """)
    #expect(message.title == "报警【高】房间温度过低")
  }

  @Test func englishEnd() {
    let message = writer { $0.language = .en }.message(for: Sample.cleared(), bytes: 4_096)
    #expect(
      message.text == """
        RESOLVED [high] Room too cold
        Place: Yihe › Building 3 › 301
        Temperature: 15.2 °C
        Since: 2026-01-05 11:00
        Lasted: 16 min
        Id: 7ZQ4M1X0AB
        https://linli.example/#alert=7ZQ4M1X0AB
        """)
  }

  @Test func closedNamesWhoAndWhy() {
    let text = writer().message(for: Sample.closed(Sample.alert(), after: 3_900_000), bytes: 4_096).text
    #expect(text.contains("处理人：王芳") && text.contains("说明：已处理") && text.contains("持续：1 小时 5 分钟"))
  }

  @Test(arguments: [64, 200, 2_048, 4_096, 20_000])
  func staysWithinTheLimit(bytes: Int) {
    var alert = Sample.alert()
    alert.traits.advice = LocalizedText(String(repeating: "检查暖气👨‍👩‍👧", count: 2_000))
    alert.traits.title = LocalizedText(String(repeating: "冷", count: 400))
    let message = writer(.markdown).message(for: Sample.raised(alert), bytes: bytes)
    #expect(message.text.utf8.count <= bytes)
    #expect(message.title.utf8.count <= 200)
    // Long advice gives way before the number that answers the alert.
    if bytes >= 2_048 { #expect(message.text.contains("linli ack 7ZQ4M1X0AB")) }
  }

  @Test func customTemplate() {
    let text = writer { $0.template = LocalizedText("{title} @ {place}\n{comment}\n固定") }
      .message(for: Sample.raised(), bytes: 4_096).text
    #expect(text == "房间温度过低 @ 颐和小区 3号楼 301\n固定")
  }

  @Test(arguments: ["{titel}", "{title", "{comment}"])
  func brokenTemplateGoesOutPlain(template: String) {
    let text = writer { $0.template = LocalizedText(template) }.message(for: Sample.raised(), bytes: 4_096).text
    #expect(text.contains("房间温度过低") && text.contains("15.2 °C") && text.contains("7ZQ4M1X0AB"))
  }

  @Test func keywordIsAlwaysThere() {
    #expect(writer { $0.keyword = "邻里" }.message(for: Sample.raised(), bytes: 100).text.hasPrefix("邻里\n"))
    #expect(!writer { $0.keyword = "报警" }.message(for: Sample.raised(), bytes: 4_096).text.hasPrefix("报警\n"))
  }

  @Test func hostileTextsShowThemselves() {
    var alert = Sample.alert()
    alert.traits.title = LocalizedText("<@all> [x](http://evil)\n# big")
    let text = writer(.markdown).message(for: Sample.raised(alert), bytes: 4_096).text
    #expect(text.hasPrefix("**报警【高】＜@all＞ ［x］(http://evil) # big**\n地点"))
  }

  @Test func unknownPlaceAndNoValue() {
    var alert = Sample.alert(place: "hedong/x")
    alert.value = nil
    let text = writer().message(for: Sample.raised(alert), bytes: 4_096).text
    #expect(text.contains("地点：hedong/x") && !text.contains("温度："))
  }

  @Test(
    arguments: [
      (0, "0 秒"), (59_999, "59 秒"), (60_000, "1 分钟"), (3_600_000, "1 小时"), (90_061_000, "1 天 1 小时"),
      (86_460_000, "1 天"),
    ] as [(Int64, String)])
  func durations(milliseconds: Int64, expected: String) {
    #expect(LocalTime.duration(milliseconds: milliseconds, chinese: true) == expected)
  }
}
