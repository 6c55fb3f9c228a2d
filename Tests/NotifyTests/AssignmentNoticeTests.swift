// Who is given an alert hears of it: on the person's own channel, in its language, with the name of the one who gave it.
import Alerts
import Community
import ConfigFile
import Foundation
import Notify
import Pipeline
import TestSupport
import Testing

@Suite struct AssignmentNoticeTests {
  static let wang = Responder(id: "wang", name: "王强", channel: "mail", mention: "wangqiang")

  static func assigned(
    to person: Responder? = wang, _ alert: Alert = Sample.alert(), by: String = "李敏", comment: Remark? = nil
  ) -> AlertEvent {
    var alert = alert
    alert.step += 1
    alert.assignedTo = person?.name ?? "电梯公司"
    alert.assignee = person
    return AlertEvent(
      kind: .assigned, alert: alert, at: Sample.start + 60_000, by: by, comment: comment, to: person.map { [$0] } ?? [])
  }

  static let channels =
    RouterTests.channels + [Channel(id: "post", kind: .weibo), Channel(id: "am", kind: .alertmanager)]

  static func router(without gone: String = "") -> Router {
    Router(
      NotifyConfiguration(
        channels: channels.filter { $0.id != gone }, routes: [Route(to: channels.map(\.id).filter { $0 != gone })]))
  }

  static func person(on channel: String?) -> Responder { Responder(name: "王强", channel: channel) }

  /// The person alone; no mirror and no public channel is a way to one person.
  @Test(
    arguments: [
      ("mail", ["mail"]), ("wecom", ["wecom"]), ("hook", ["hook"]), (nil, []), ("bus", []), ("post", []), ("am", []),
    ] as [(String?, [String])])
  func thatPersonAlone(channel: String?, told: [String]) {
    #expect(Self.router().channels(for: Self.assigned(to: Self.person(on: channel))) == told)
    #expect(Self.router().channels(for: Self.assigned(to: nil)) == [])
  }

  /// A reload may have taken the channel away.
  @Test func withoutTheChannelTheRoutesForPeople() {
    #expect(Self.router(without: "mail").channels(for: Self.assigned()) == ["wecom"])
  }

  /// One says it to the other, whatever keeps the alert quiet; and who was told hears of the end as well.
  @Test(arguments: [false, true], [false, true]) func alsoOfWhatKeepsQuiet(shelved: Bool, told: Bool) {
    var alert = Sample.alert()
    alert.wasTold = told
    if shelved {
      alert.shelvedUntil = Sample.start + 86_400_000
    } else {
      alert.suppression = Suppression(kind: .maintenance, by: "m", since: alert.raisedAt, reason: "x")
    }
    let router = Router(NotifyConfiguration(channels: Self.channels, routes: [Route(to: ["wecom"])]))
    let event = Self.assigned(alert)
    #expect(router.channels(for: event) == ["mail"])
    let cleared = Sample.cleared(event.alert)
    var closed = Sample.closed(cleared.alert, after: 960_000)
    closed.alert.clearedUnheard = told
    #expect(router.channels(for: cleared) == [])
    #expect(router.channels(for: closed) == (told ? ["wecom", "mail"] : ["mail"]))
  }

  private func text(_ event: AlertEvent, _ language: Language, _ change: (inout Channel) -> Void = { _ in }) -> String {
    var settings = Sample.settings
    settings.confirmLink = { event, channel in
      AnswerLink(for: event, on: channel).map { "https://l.example/a/\($0.number)-\($0.who)" } ?? ""
    }
    var channel = Channel(id: "mail", kind: .email, language: language)
    change(&channel)
    return MessageWriter(channel: channel, style: .plain, settings: settings).message(for: event, bytes: 4_096).text
  }

  @Test func inChinese() {
    #expect(
      text(Self.assigned(comment: "带上备件"), .zh) == """
        指派【高】房间温度过低
        地点：颐和小区 3号楼 301
        温度：15.2 °C
        开始：2026-01-05 11:00
        负责：王强
        指派人：李敏
        说明：带上备件
        建议：检查暖气和窗户
        编号：7ZQ4M1X0AB
        处理：linli ack 7ZQ4M1X0AB
        一键确认：https://l.example/a/2-王强
        https://linli.example/#alert=7ZQ4M1X0AB
        """)
  }

  @Test func inEnglish() {
    let text = text(Self.assigned(to: Responder(name: "Wang Qiang", channel: "mail"), by: "Li Min"), .en)
    #expect(text.hasPrefix("ASSIGNED [high] Room too cold\n"))
    for line in [
      "Responsible: Wang Qiang\n", "Assigned by: Li Min\n", "I am on it: https://l.example/a/2-Wang Qiang\n",
    ] {
      #expect(text.contains(line), "\(text)")
    }
    #expect(!text.unicodeScalars.contains { $0.properties.isIdeographic })
  }

  /// Nothing to answer where somebody has; the name of the one who gave it is there for own templates as well.
  @Test func withoutAnAnswerAndWithAnOwnTemplate() {
    var alert = Sample.acknowledged().alert
    alert.response = nil
    let answered = text(Self.assigned(alert), .zh)
    #expect(answered.contains("负责：王强") && !answered.contains("linli ack") && !answered.contains("/a/"))
    #expect(text(Self.assigned(), .zh) { $0.template = LocalizedText("{by} → {responsible}") } == "李敏 → 王强")
  }

  /// A robot calls the person.
  @Test func aRobotCallsThePerson() async throws {
    let robot = try FakeRobot(.wecom, now: { Sample.start })
    defer { robot.stop() }
    let channel = Channel(id: "mail", kind: .wecom, url: Secret(robot.url))
    let entry = Sample.entry(Self.assigned(Sample.acknowledged().alert), channel: "mail")
    let result = try await Sample.withNetwork { network in
      await RobotChannel(channel: channel, settings: Sample.settings, transport: network).send(entry, now: Sample.start)
    }
    #expect(result == .delivered)
    let body = String(decoding: try #require(robot.requests.first).body, as: UTF8.self)
    #expect(body.contains(#""mentioned_list":["wangqiang"]"#) && body.contains("指派人：李敏"))
  }

  /// It waits for no group; where messages must be few, the digest says who gave it to whom, also when the alert climbs then.
  @Test(arguments: [Language.zh, .en]) func inADigest(language: Language) {
    #expect(Grouping().key(of: Self.assigned()) { _, _ in nil } == nil)
    #expect(Grouping().key(of: Sample.raised()) { _, _ in nil } != nil)
    let given = Self.assigned()
    var climbed = AlertEvent(kind: .escalated, alert: given.alert, at: Sample.start + 90_000, to: [])
    climbed.alert.step += 1
    let writer = MessageWriter(
      channel: Channel(id: "c", kind: .wecom, language: language), style: .plain, settings: Sample.settings)
    let digest = writer.digest(
      [Sample.raised(), given, climbed, Sample.raised(Sample.alert("b"))], .tooMany, bytes: 4_096)
    #expect(digest.alerts == 2)
    let words = language == .zh ? "李敏指派给王强 【高】房间温度过低" : "given to 王强 by 李敏: [high] Room too cold"
    #expect(digest.message.text.contains(words), "\(digest.message.text)")
    // What is over is over.
    let over = writer.digest([given, Sample.cleared(given.alert)], .tooMany, bytes: 4_096).message.text
    #expect(!over.contains("李敏"))
  }
}
