// The robots' documents, signatures and limits, checked by receivers that insist on them.
import Alerts
import Community
import ConfigFile
import Foundation
import Notify
import Pipeline
import TestSupport
import Testing

@Suite struct RobotChannelTests {
  static let makes: [(FakeRobot.Make, Channel.Kind)] = [
    (.wecom, .wecom), (.dingtalk, .dingtalk), (.feishu, .feishu),
  ]

  func send(
    _ robot: FakeRobot, _ kind: Channel.Kind, entry: OutboxEntry = Sample.entry(), now: Timestamp = Sample.start,
    deadline: Int64 = 5_000, _ change: (inout Channel) -> Void = { _ in }
  ) async throws -> DeliveryResult {
    var channel = Channel(id: "c", kind: kind, url: Secret(robot.url))
    change(&channel)
    return try await Sample.withNetwork(deadline: deadline) { network in
      await RobotChannel(channel: channel, settings: Sample.settings, transport: network).send(entry, now: now)
    }
  }

  @Test(arguments: makes) func delivers(make: FakeRobot.Make, kind: Channel.Kind) async throws {
    let robot = try FakeRobot(make, secret: kind == .wecom ? nil : "SEC-钥匙", keyword: nil, now: { Sample.start })
    defer { robot.stop() }
    let result = try await send(robot, kind) { if kind != .wecom { $0.secret = Secret("SEC-钥匙") } }
    #expect(result == .delivered)
    #expect(robot.texts.first?.contains("房间温度过低") == true)
  }

  @Test(arguments: makes.dropFirst()) func wrongSecretIsRefused(make: FakeRobot.Make, kind: Channel.Kind) async throws {
    let robot = try FakeRobot(make, secret: "right", now: { Sample.start })
    defer { robot.stop() }
    guard case .refused(let reason) = try await send(robot, kind, { $0.secret = Secret("wrong") }) else {
      Issue.record("not refused")
      return
    }
    #expect(reason.en.contains(kind == .dingtalk ? "310000" : "19021"))
    #expect(!reason.en.contains("wrong"))
  }

  /// A box whose clock is off by more than an hour cannot sign.
  @Test(arguments: makes.dropFirst()) func wrongClockIsRefused(make: FakeRobot.Make, kind: Channel.Kind) async throws {
    let robot = try FakeRobot(make, secret: "s", now: { Sample.start + 3_700_000 })
    defer { robot.stop() }
    guard case .refused = try await send(robot, kind, { $0.secret = Secret("s") }) else {
      Issue.record("not refused")
      return
    }
  }

  @Test(arguments: makes.dropFirst()) func keyword(make: FakeRobot.Make, kind: Channel.Kind) async throws {
    let robot = try FakeRobot(make, keyword: "邻里", now: { Sample.start })
    defer { robot.stop() }
    #expect(try await send(robot, kind) != .delivered)
    #expect(try await send(robot, kind) { $0.keyword = "邻里" } == .delivered)
  }

  @Test(arguments: makes) func longMessagesFit(make: FakeRobot.Make, kind: Channel.Kind) async throws {
    let robot = try FakeRobot(make, now: { Sample.start })
    defer { robot.stop() }
    var alert = Sample.alert()
    // Quotes and newlines grow in JSON; the limit is on what is sent.
    alert.traits.advice = LocalizedText(String(repeating: "检\"查\\", count: 20_000))
    let entry = Sample.entry(Sample.raised(alert))
    #expect(try await send(robot, kind, entry: entry) == .delivered)
    #expect(try await send(robot, kind, entry: entry) { $0.mentions = ["13800138000", "all", "lilei"] } == .delivered)
    #expect(robot.texts.allSatisfy { $0.contains("linli ack 7ZQ4M1X0AB") && $0.utf8.count > 1_900 })
  }

  @Test func mentions() async throws {
    let mentions = ["13800138000", "all", "lilei"]
    let weCom = try FakeRobot(.wecom, now: { Sample.start })
    let dingTalk = try FakeRobot(.dingtalk, now: { Sample.start })
    let feishu = try FakeRobot(.feishu, now: { Sample.start })
    defer { for robot in [weCom, dingTalk, feishu] { robot.stop() } }
    for event in [Sample.raised(), Sample.cleared()] {
      let entry = Sample.entry(event)
      #expect(try await send(weCom, .wecom, entry: entry) { $0.mentions = mentions } == .delivered)
      #expect(try await send(dingTalk, .dingtalk, entry: entry) { $0.mentions = mentions } == .delivered)
      #expect(try await send(feishu, .feishu, entry: entry) { $0.mentions = mentions } == .delivered)
    }
    let text = try #require(weCom.requests[0].json?["text"] as? [String: Any])
    #expect(text["mentioned_mobile_list"] as? [String] == ["13800138000"])
    #expect(text["mentioned_list"] as? [String] == ["@all", "lilei"])
    let at = try #require(dingTalk.requests[0].json?["at"] as? [String: Any])
    #expect(at["atMobiles"] as? [String] == ["13800138000"] && at["isAtAll"] as? Bool == true)
    #expect(dingTalk.texts[0].contains("@13800138000"))
    #expect(feishu.texts[0].hasPrefix("<at user_id=\"13800138000\"></at><at user_id=\"all\">all</at>"))
    // Nobody is called for the end.
    #expect((weCom.requests[1].json?["text"] as? [String: Any])?["mentioned_list"] == nil)
    #expect(!dingTalk.texts[1].contains("@") && !feishu.texts[1].contains("<at"))
  }

  /// The step that asks somebody calls them by name, on their own channel only.
  @Test func peopleOnDutyAreCalled() async throws {
    let weCom = try FakeRobot(.wecom, now: { Sample.start })
    let dingTalk = try FakeRobot(.dingtalk, now: { Sample.start })
    let feishu = try FakeRobot(.feishu, now: { Sample.start })
    defer { for robot in [weCom, dingTalk, feishu] { robot.stop() } }
    var event = AlertEvent(kind: .escalated, alert: Sample.alert(), at: Sample.start)
    event.to = [
      Responder(name: "李雷", channel: "c", mention: "lilei"), Responder(name: "韩梅梅", mention: "13900139000"),
      Responder(name: "他", channel: "other", mention: "13700137000"), Responder(name: "无名", channel: "c"),
    ]
    var answered = AlertEvent(kind: .escalated, alert: Sample.acknowledged().alert, at: Sample.start)
    answered.to = event.to
    for event in [event, answered] {
      let entry = Sample.entry(event)
      #expect(try await send(weCom, .wecom, entry: entry) { $0.mentions = ["all"] } == .delivered)
      #expect(try await send(dingTalk, .dingtalk, entry: entry) == .delivered)
      #expect(try await send(feishu, .feishu, entry: entry) == .delivered)
    }
    let text = try #require(weCom.requests[0].json?["text"] as? [String: Any])
    #expect(text["mentioned_list"] as? [String] == ["lilei"], "a channel's own mentions are for the raise")
    #expect(text["mentioned_mobile_list"] as? [String] == ["13900139000"])
    #expect(dingTalk.texts[0].contains(" @13900139000 @lilei"))
    #expect(feishu.texts[0].hasPrefix("<at user_id=\"lilei\"></at>\n"), "Feishu knows no telephone numbers")
    // An answered alert asks nobody.
    #expect(weCom.requests[1].json?["markdown"] != nil && !feishu.texts[1].contains("<at"))
  }

  /// A step of an order calls whom it asks, alone and in a group.
  @Test func ordersCallPeople() async throws {
    let dingTalk = try FakeRobot(.dingtalk, now: { Sample.start })
    defer { dingTalk.stop() }
    let people = [
      Responder(name: "刘洋", channel: "c", mention: "liuyang"),
      Responder(name: "他", channel: "other", mention: "13700137000"),
    ]
    var event = AlertEvent(kind: .ordered, alert: Sample.alert(), at: Sample.start, to: people)
    event.order = OrderNotice(
      step: "ordered", state: LocalizedText(zh: "新工单", en: "NEW ORDER"), unit: LocalizedText("电梯维保"), person: "刘洋",
      deadline: nil, answer: "linli order accept w-1", speaks: true)
    try await Sample.withNetwork { network in
      var channel = Channel(id: "c", kind: .dingtalk, url: Secret(dingTalk.url))
      channel.mentions = ["all"]
      let robot = RobotChannel(channel: channel, settings: Sample.settings, transport: network)
      let bulletin = Bulletin(.digest([Sample.entry(event), Sample.entry()], .group), key: "k")
      #expect(await robot.send(Sample.entry(event), now: Sample.start) == .delivered)
      #expect(await robot.send(bulletin, now: Sample.start) == .delivered)
    }
    #expect(dingTalk.texts[0].hasSuffix(" @liuyang"), "a channel's own mentions are for raises of alerts")
    #expect(dingTalk.texts[1].contains(" @liuyang") && !dingTalk.texts[1].contains("13700137000"))
  }

  /// Alerts that share a message call together whom each would have called, once; what is over by then calls nobody.
  @Test func groupsCallPeopleOnce() async throws {
    let dingTalk = try FakeRobot(.dingtalk, now: { Sample.start })
    defer { dingTalk.stop() }
    var events = ["a", "b", "c"].map { Sample.raised(Sample.alert($0)) }
    for (index, mention) in ["lilei", "lilei", "hanmeimei"].enumerated() {
      events[index].to = [Responder(name: mention, channel: "c", mention: mention)]
    }
    events.append(Sample.cleared(events[2].alert))
    try await Sample.withNetwork { network in
      var channel = Channel(id: "c", kind: .dingtalk, url: Secret(dingTalk.url))
      channel.mentions = ["13800138000"]
      let robot = RobotChannel(channel: channel, settings: Sample.settings, transport: network)
      for cause in [Bulletin.Cause.group, .critical, .tooMany] {
        let bulletin = Bulletin(.digest(events.map { Sample.entry($0) }, cause), key: "k")
        #expect(await robot.send(bulletin, now: Sample.start) == .delivered)
      }
    }
    for index in 0...1 { #expect(dingTalk.texts[index].hasSuffix(" @13800138000 @lilei"), "\(dingTalk.texts[index])") }
    #expect(!dingTalk.texts[2].contains("@"))
  }

  @Test(arguments: makes) func failuresOfTheWay(make: FakeRobot.Make, kind: Channel.Kind) async throws {
    let robot = try FakeRobot(make, now: { Sample.start })
    defer { robot.stop() }
    let answers: [LoopbackHTTPAnswer] = [
      LoopbackHTTPAnswer(body: "<html>sign in to the wifi</html>"), LoopbackHTTPAnswer(status: 503), .dropped,
      LoopbackHTTPAnswer(status: 302, headers: ["Location": "http://127.0.0.1:1/"]),
    ]
    for answer in answers {
      robot.next([.http(answer)])
      guard case .retry = try await send(robot, kind) else {
        Issue.record("not to be tried again: \(answer)")
        return
      }
    }
    #expect(robot.texts == [])
  }

  @Test func slowAndAbsentReceivers() async throws {
    let robot = try FakeRobot(.wecom, now: { Sample.start })
    robot.next([.http(LoopbackHTTPAnswer(delay: 2_000))])
    guard case .retry(nil, let reason) = try await send(robot, .wecom, deadline: 100) else {
      Issue.record("no retry")
      return
    }
    #expect(!reason.en.contains("test-key"))
    #expect(reason.zh.hasPrefix("没有应答：") && !reason.zh.contains("HTTPClientError"))
    robot.stop()
    guard case .retry(nil, let reason) = try await send(robot, .wecom, deadline: 500) else {
      Issue.record("no retry")
      return
    }
    #expect(!reason.en.contains("test-key"))
  }
}
