import App
import Community
import Foundation
import TestSupport
import Testing

/// A reload says what of linli.yaml is taken at the next start only, and goes on with what runs.
@Suite(.timeLimit(.minutes(10))) struct ReloadAnswerTests {
  private static let brokers = LocalizedText(
    zh: "linli.yaml 的 mqtt 已更改：下次启动时才生效，在此之前仍用 mqtt://127.0.0.1:1883 和原来的设置",
    en: "mqtt in linli.yaml has changed: it is taken at the next start; until then mqtt://127.0.0.1:1883"
      + " and its settings stay as they are")

  private static func listener(_ text: String) -> LocalizedText {
    LocalizedText(
      zh: "linli.yaml 的 http.listen（\(text)）：下次启动时才生效，在此之前仍是 off",
      en: "http.listen in linli.yaml (\(text)) is taken at the next start; until then it is off")
  }

  private static let journal = LocalizedText(
    zh: "linli.yaml 的 journal.size 已更改：下次启动时才生效",
    en: "journal.size in linli.yaml has changed: it is taken at the next start")

  /// What is written in place of what stands in the file, and what a reload says of it.
  static let edits: [(old: String, new: String, later: [LocalizedText])] = [
    ("language: en", "language: zh", []), ("timezone: Asia/Shanghai", "timezone: Asia/Urumqi", []),
    ("16MiB}", "16MiB}\nhistory: {raw: 30d}\ntime: {max_late: 2h}\nalerts: {keep_closed: 30d}", []),
    ("listen: off", "listen: off, public_url: \"https://linli.example.org\"", []),
    ("qos: 1", "qos: 0", [brokers]), ("qos: 1", "qos: 1, user: u, password: p", [brokers]),
    ("qos: 1", "qos: 1, version: 3.1.1", [brokers]), ("\"test/#\"", "\"test/#\", \"linli/#\"", [brokers]),
    ("127.0.0.1:1883", "127.0.0.2:1883", [brokers]), ("127.0.0.1:1883", "127.0.0.1:1884", [brokers]),
    ("listen: off", "listen: \"127.0.0.1:9000\"", [listener("127.0.0.1:9000")]),
    ("listen: off", "listen: \"[::1]:9000\"", [listener("[::1]:9000")]),
    ("16MiB", "17MiB", [journal]),
  ]

  @Test(arguments: Self.edits.indices) func whatIsLeftToTheNextStart(index: Int) throws {
    let edit = Self.edits[index]
    let community = try SmallCommunity()
    let running = community.load().settings
    let text = try community.read("linli.yaml")
    let edited = text.replacing(edit.old, with: edit.new)
    #expect(edited != text)
    try community.write("linli.yaml", edited)
    let loaded = community.load()
    #expect(!loaded.hasErrors)
    var settings = loaded.settings
    #expect(settings.keep(running) == edit.later)
    #expect(settings.http == running.http && settings.journalBytes == running.journalBytes)
    #expect(settings.brokers.map(\.url) == running.brokers.map(\.url))
    // All of it is there now.
    #expect(settings.keep(running).isEmpty)
  }

  @Test func eachReloadSaysItUntilTheFileIsAsItWas() async throws {
    let broker = try MosquittoBroker()
    let community = try SmallCommunity(brokerPort: broker.port)
    let text = try community.read("linli.yaml")
    try await RunningService.with(community) { service in
      #expect(try await service.reload().isEmpty)
      try community.write("linli.yaml", text.replacing("listen: off", with: "listen: \"127.0.0.1:9000\""))
      for _ in 0..<2 { #expect(try await service.reload() == [Self.listener("127.0.0.1:9000")]) }
      try community.write("linli.yaml", text)
      #expect(try await service.reload().isEmpty)
    }
  }
}
