// One-tap links in digests: of what nobody has answered, most urgent first, whole or not at all, within the limit.
import Alerts
import Community
import ConfigFile
import Foundation
import Notify
import Pipeline
import TestSupport
import Testing

@Suite struct DigestLinkTests {
  static let key = [UInt8](repeating: 9, count: 32)
  static let prefix = "https://linli.example/a/"

  static func writer(
    _ language: Language = .zh, _ style: TextStyle = .plain, kind: Channel.Kind = .wecom
  ) -> MessageWriter {
    var settings = Sample.settings
    settings.confirmLink = { event, channel in
      AnswerLink(for: event, on: channel).map { Self.prefix + $0.token(key: Self.key) } ?? ""
    }
    return MessageWriter(
      channel: Channel(id: "c", kind: kind, language: language), style: style, settings: settings)
  }

  /// What the links of a text stand for, in their order; a link that was cut or forged fails.
  static func links(in text: String) throws -> [AnswerLink] {
    try text.split(separator: prefix).dropFirst().map { rest in
      let token = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
      return try #require(AnswerLink(token: String(token), key: key), "\(token) is no link")
    }
  }

  static func raised(_ id: String, _ priority: Priority = .high, place: String? = nil) -> AlertEvent {
    Sample.raised(Sample.alert(id, priority: priority, place: place ?? "hedong/\(id)"))
  }

  @Test(arguments: [Language.zh, .en], [TextStyle.plain, .markdown, .tagged])
  func theUnansweredHaveTheirs(language: Language, style: TextStyle) throws {
    let events = [
      Self.raised("low1", .low), Self.raised("high1"), Self.raised("high2"), Self.raised("crit", .critical),
      Sample.cleared(Sample.alert("over", place: "hedong/over")),
      AlertEvent(
        kind: .released, alert: Sample.acknowledged(Sample.alert("seen", place: "hedong/s")).alert, at: Sample.start),
    ]
    let text = Self.writer(language, style).digest(events, .tooMany, bytes: 4_096).message.text
    let links = try Self.links(in: text)
    #expect(links.map(\.alert) == ["crit", "high1", "high2", "low1"])
    // As those of single messages: for a day, of the very step.
    for link in links {
      #expect(link.number == 1 && link.until == Sample.start + AnswerLink.lifetime && link.who == "c")
    }
    if style == .markdown {
      #expect(text.contains(language == .zh ? "[点此确认](\(Self.prefix)" : "[tap to acknowledge](\(Self.prefix)"))
    } else {
      #expect(text.contains(language == .zh ? "\n一键确认：\(Self.prefix)" : "\nI am on it: \(Self.prefix)"))
    }
  }

  /// Several alerts in one line: each link says which one it answers.
  @Test(arguments: [TextStyle.plain, .markdown]) func aLineOfSeveral(style: TextStyle) throws {
    let events = (1...3).map { Self.raised("a\($0)", place: "hedong/yihe") }
    let text = Self.writer(.zh, style).digest(events, .quietHoursEnded, bytes: 4_096).message.text
    #expect(text.contains("×3"))
    #expect(try Self.links(in: text).map(\.alert) == ["a1", "a2", "a3"])
    for id in ["a1", "a2", "a3"] { #expect(text.contains(style == .markdown ? "[确认 \(id)](" : "一键确认 \(id)：")) }
  }

  /// The step that asked last is the one that is answered.
  @Test func ofTheNewestStep() throws {
    var again = AlertEvent(kind: .escalated, alert: Sample.alert("a"), at: Sample.start + 600_000)
    again.alert.step = 4
    again.to = [Responder(name: "李敏", channel: "c")]
    let events = [Sample.raised(Sample.alert("a")), again, Self.raised("b")]
    let links = try Self.links(in: Self.writer().digest(events, .tooMany, bytes: 4_096).message.text)
    let link = try #require(links.first { $0.alert == "a" })
    #expect(link.number == 4 && link.who == "李敏" && link.until == Sample.start + 600_000 + AnswerLink.lifetime)
  }

  /// Nobody answers in public, and without an address there is no link.
  @Test func whereNobodyAnswers() {
    let events = [Self.raised("a"), Self.raised("b")]
    let text = Self.writer(kind: .weibo).digest(events, .tooMany, bytes: 4_096).message.text
    #expect(!text.contains("/a/"))
    let plain = MessageWriter(channel: Channel(id: "c", kind: .wecom), style: .plain, settings: Sample.settings)
    #expect(!plain.digest(events, .tooMany, bytes: 4_096).message.text.contains("一键确认"))
  }

  /// Links take what the lines leave: the same lines, the same counts, never above the limit, each link whole; the most urgent first
  /// where there is not room for all.
  @Test func linesComeFirst() throws {
    var dice = SeededGenerator(seed: 7)
    for round in 0..<200 {
      let count = Int.random(in: 2...90, using: &dice)
      let events = (0..<count).map { index in
        let place = (0..<Int.random(in: 1...5, using: &dice)).map { _ in "p\(Int.random(in: 0...3, using: &dice))" }
        let alert = Sample.alert(
          "id\(index)", priority: Priority.allCases.randomElement(using: &dice)!, place: place.joined(separator: "/"),
          rule: "rule\(Int.random(in: 0...4, using: &dice))")
        return Int.random(in: 0...3, using: &dice) == 0 ? Sample.cleared(alert) : Sample.raised(alert)
      }
      let bytes = Int.random(in: 150...6_000, using: &dice)
      let style = [TextStyle.plain, .markdown, .tagged].randomElement(using: &dice)!
      let language = round % 2 == 0 ? Language.zh : .en
      let with = Self.writer(language, style).digest(events, .tooMany, bytes: bytes)
      let plain = MessageWriter(
        channel: Channel(id: "c", kind: .wecom, language: language), style: style, settings: Sample.settings
      ).digest(events, .tooMany, bytes: bytes)
      let text = with.message.text
      #expect(
        text.utf8.count <= bytes && (with.alerts, with.listed, with.more) == (plain.alerts, plain.listed, plain.more))
      for line in plain.message.text.split(separator: "\n") { #expect(text.contains(line), "\(line)") }
      let links = try Self.links(in: text)
      let open = Dictionary(events.filter(\.asks).map { ($0.alert.id, $0.alert.traits.priority) }) { first, _ in first }
      #expect(Set(links.map(\.alert)).count == links.count && links.count <= 40)
      let ranks = try links.map { try #require(open[$0.alert]).rank }
      #expect(ranks == ranks.sorted())
      // Where all are listed and there is much room, nobody is left out.
      if with.more == 0, bytes - text.utf8.count > 300, open.count <= 40 { #expect(links.count == open.count) }
    }
  }

  /// Also in what a robot sends, in its own limits.
  @Test(arguments: RobotChannelTests.makes) func robotsSendThem(make: FakeRobot.Make, kind: Channel.Kind) async throws {
    let robot = try FakeRobot(make, now: { Sample.start })
    defer { robot.stop() }
    var settings = Sample.settings
    settings.confirmLink = { event, channel in
      AnswerLink(for: event, on: channel).map { Self.prefix + $0.token(key: Self.key) } ?? ""
    }
    let entries = (0..<60).map { Sample.entry(Self.raised("id\($0)")) }
    let channel = Channel(id: "c", kind: kind, url: Secret(robot.url))
    let result = try await Sample.withNetwork { [settings] network in
      await RobotChannel(channel: channel, settings: settings, transport: network)
        .send(Bulletin(.digest(entries, .tooMany), key: "k"), now: Sample.start)
    }
    #expect(result == .delivered)
    #expect(try !Self.links(in: try #require(robot.texts.first)).isEmpty)
  }
}
