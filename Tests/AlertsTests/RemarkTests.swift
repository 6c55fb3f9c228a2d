// What Linli says of its own steps: each reader gets one language, of what earlier versions wrote, too.
import Community
import Foundation
import Pipeline
import Testing

@testable import Alerts

@Suite struct RemarkTests {
  private static func event(_ comment: Remark?, by: String = AlertEvent.system) throws -> AlertEvent {
    var book = AlertBook()
    var event = try #require(book.raise(at: local("2026-01-05T10:00"), .high).first)
    event.comment = comment
    event.by = by
    return event
  }

  /// As they stand in databases of earlier versions.
  @Test(arguments: [
    ("超时未应答 / not answered in time", "超时未应答", "not answered in time"),
    ("由“烟雾 / 火警”引起 / explained by “Smoke / fire”", "由“烟雾 / 火警”引起", "explained by “Smoke / fire”"),
    ("由“停电”引起 / explained by “停电”", "由“停电”引起", "explained by “停电”"),
    (
      "未关闭报警过多，自动关闭 / closed to make room: more than 9 open alerts", "未关闭报警过多，自动关闭",
      "closed to make room: more than 9 open alerts"
    ),
    ("报警 a1 已关闭 / alert a1 is closed", "报警 a1 已关闭", "alert a1 is closed"),
    ("w-0r4tfxh7vf", "w-0r4tfxh7vf", "w-0r4tfxh7vf"), ("检查 / 清洗", "检查 / 清洗", "检查 / 清洗"),
    ("oil / filter", "oil / filter", "oil / filter"), ("", "", ""), (" / ", " / ", " / "), ("冷 / ", "冷", ""),
  ])
  func whatEarlierVersionsWrote(text: String, zh: String, en: String) throws {
    let stored = try Self.event(.typed(text))
    let event = try JSONDecoder().decode(AlertEvent.self, from: JSONEncoder().encode(stored))
    #expect(event.comment(in: .zh) == zh && event.comment(in: .en) == en)
    // What a person says stays as it is.
    let person = try Self.event(.typed(text), by: "李敏")
    #expect(person.comment(in: .zh) == text && person.comment(in: .en) == text)
    let hidden = Suppression(kind: .inhibited, by: "a", since: event.at, reason: .typed(text))
    #expect(hidden.reason(in: .zh) == zh && hidden.reason(in: .en) == en)
    let planned = Suppression(kind: .silenced, by: "s", since: event.at, reason: .typed(text), who: "李敏")
    #expect(planned.reason(in: .en) == text)
  }

  /// That a link was tapped stood in the name of the one who tapped.
  @Test(arguments: [Remark.link, "消息链接 (link in a message)"]) func aTappedLink(remark: Remark) throws {
    let event = try Self.event(remark, by: "李敏")
    #expect(event.comment(in: .zh) == "消息链接" && event.comment(in: .en) == "by a link in a message")
  }

  @Test(arguments: [nil, "a / b", Remark(zh: "超时未应答", en: "not answered in time"), .typed("")] as [Remark?])
  func storedAndReadBack(remark: Remark?) throws {
    let event = try Self.event(remark)
    let data = try JSONEncoder().encode(event)
    #expect(try JSONDecoder().decode(AlertEvent.self, from: data) == event)
    let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    switch remark {
    case nil: #expect(object["comment"] == nil)
    case .typed(let text): #expect(object["comment"] as? String == text)
    case .own(let text): #expect(object["comment"] as? [String: String] == ["zh": text.zh, "en": text.en])
    }
  }

  /// Escalations to the top and aside, repetitions, what chatters and keeps quiet: nothing that Linli says of it is typed, and no
  /// reader gets the other language.
  @Test func noStepOfItsOwnIsInTwoLanguages() throws {
    let start = try local("2026-01-05T10:00")
    var book = AlertBook(
      policy: try DutySample.policy(alerts: "repeat: {critical: 1h}"), quiet: QuietPolicy(settings: QuietSettings()))
    var events: [AlertEvent] = []
    for second in stride(from: Int64(0), to: 60, by: 5) {
      events += book.raise(at: start + second * 1_000, .high, subject: "flutters")
      events += book.clear(at: start + second * 1_000 + 2_000, subject: "flutters")
    }
    events += book.raise(at: start + 100_000, .critical) + book.advance(to: start + 86_400_000)
    events += book.lapsed(rule: "r", subject: "a", at: start + 86_400_000)
    let said = events.filter { $0.by == AlertEvent.system }.compactMap { event in event.comment.map { (event, $0) } }
    #expect(Set(said.map(\.0.kind)).isSuperset(of: [.escalated, .repeated, .cleared]))
    for (event, remark) in said {
      guard case .own = remark else {
        Issue.record("\(event.kind): \(remark)")
        continue
      }
      let en = try #require(event.comment(in: .en))
      #expect(!en.unicodeScalars.contains { $0.properties.isIdeographic } && !en.contains(" / "))
      #expect(event.comment(in: .zh)?.contains(" / ") == false)
    }
  }
}
