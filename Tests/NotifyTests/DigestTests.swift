// Digests: never above the limit, no character broken, no alert left out of the count.
import Alerts
import Community
import Foundation
import Notify
import Pipeline
import TestSupport
import Testing

@Suite struct DigestTests {
  static let causes: [Bulletin.Cause] = [
    .floodBegins(every: 180_000), .flood(since: Sample.start), .quietHoursEnded, .tooMany, .critical, .group,
  ]

  func writer(_ language: Language, style: TextStyle = .markdown, keyword: String? = nil) -> MessageWriter {
    var channel = Channel(id: "c", kind: .wecom, language: language)
    channel.keyword = keyword
    return MessageWriter(channel: channel, style: style, settings: Sample.settings)
  }

  @Test func groupsByPlaceAndCause() {
    var events: [AlertEvent] = []
    for index in 0..<5 { events.append(Sample.raised(Sample.alert("a\(index)"))) }
    events.append(Sample.raised(Sample.alert("b", priority: .low, place: "hedong/x", rule: "bin-full")))
    events.append(Sample.cleared(Sample.alert("a0")))
    let digest = writer(.zh).digest(events, .quietHoursEnded, bytes: 4_096)
    #expect(digest.alerts == 6 && digest.listed == 6 && digest.more == 0)
    #expect(digest.message.title == "报警汇总：6 条")
    let lines = digest.message.text.split(separator: "\n").map(String.init)
    #expect(lines.contains("【高】房间温度过低 ×4：颐和小区 3号楼 301"), "\(lines)")
    #expect(lines.contains { $0.contains("hedong/x · b") })
    #expect(lines.contains { $0.contains("已恢复") && $0.contains("a0") })
  }

  /// Texts with everything that is hard to cut: long, of many bytes, of several scalars a character.
  @Test func neverTooLongNeverSplitNeverLessThanAll() {
    var dice = SeededGenerator(seed: 42)
    let pieces = ["温", "度", "a", "👨‍👩‍👧‍👦", "é", "\n", "*", "<", "🇨🇳", "\u{0301}", " ", "水浸报警"]
    for round in 0..<300 {
      let count = Int.random(in: 1...120, using: &dice)
      let events = (0..<count).map { index -> AlertEvent in
        var alert = Sample.alert(
          "id\(index)", priority: Priority.allCases.randomElement(using: &dice)!,
          place: (0..<Int.random(in: 0...6, using: &dice)).map { _ in "p\(Int.random(in: 0...4, using: &dice))" }
            .joined(separator: "/"), rule: "rule\(Int.random(in: 0...5, using: &dice))")
        let text = (0..<Int.random(in: 1...60, using: &dice)).map { _ in pieces.randomElement(using: &dice)! }.joined()
        alert.traits.title = LocalizedText(text)
        return Bool.random(using: &dice) ? Sample.raised(alert) : Sample.cleared(alert)
      }
      let bytes = Int.random(in: 200...6_000, using: &dice)
      let style = [TextStyle.plain, .markdown, .tagged].randomElement(using: &dice)!
      let digest = writer(round % 2 == 0 ? .zh : .en, style: style, keyword: round % 3 == 0 ? "邻里" : nil)
        .digest(events, Self.causes.randomElement(using: &dice)!, bytes: bytes)
      let text = digest.message.text
      #expect(text.utf8.count <= bytes)
      #expect(!text.unicodeScalars.contains("\u{FFFD}"))
      #expect(digest.alerts == count && digest.listed + digest.more == count)
      #expect(text.contains("\(count)"))
      if digest.more > 0 { #expect(text.contains("还有 \(digest.more) 条") || text.contains("and \(digest.more) more")) }
      // Every line stands for as many alerts as it says.
      var said = digest.more
      for line in text.split(separator: "\n")
      where line.contains("【") || line.contains(": [") || line.hasPrefix("[")
        || line.hasPrefix("［") || line.contains(": ［")
      {
        said += line.firstMatch(of: /\ ×(\d+)/).flatMap { Int($0.1) } ?? 1
      }
      #expect(said >= digest.listed + digest.more || text.contains("…"), "\(said) of \(count): \(text)")
    }
  }

  @Test func coarserBeforeShorter() {
    // Forty rooms in two buildings: forty lines do not fit, two do.
    let events = (0..<40).map { index in
      Sample.raised(Sample.alert("id\(index)", place: "hedong/yihe/b\(index % 2)/room-\(index)"))
    }
    let digest = writer(.zh).digest(events, .tooMany, bytes: 500)
    #expect(digest.more == 0)
    #expect(digest.message.text.contains("×20：hedong/yihe/b0") && digest.message.text.contains("×20：hedong/yihe/b1"))
  }

  @Test func theKeywordStaysAtTheTop() {
    let events = (0..<400).map { Sample.raised(Sample.alert("id\($0)", place: "p\($0)", rule: "r\($0)")) }
    let text = writer(.zh, keyword: "物业").digest(events, .tooMany, bytes: 600).message.text
    #expect(text.hasPrefix("物业\n") && text.contains("还有"))
  }

  @Test func noticesInBothLanguages() {
    let proof = Bulletin(.proof(AlertCensus(open: 3, raised: 12, closed: 11, delivered: 40)), key: "k")
    #expect(writer(.zh).message(for: proof, bytes: 4_096).text.contains("新增报警 12 条"))
    #expect(writer(.en).message(for: proof, bytes: 4_096).text.contains("12 alerts were raised, 11 closed"))
    let over = Bulletin(.floodEnded(since: Sample.start, alerts: 50, messages: 4), key: "k")
    #expect(writer(.en).message(for: over, bytes: 4_096).text.contains("50 alerts were told in 4 messages"))
    #expect(writer(.zh).message(for: over, bytes: 4_096).text.contains("报警高峰结束"))
  }
}
