// What a replay says about escalation: nobody answers there.
import Alerts
import ConfigFile
import Foundation
import Pipeline
import Rules
import TestSupport
import Testing
import Words

@testable import App

@Suite struct ReplayEscalationTests {
  func configuration(_ folder: URL, duty: Bool) throws -> LoadedConfiguration {
    func write(_ name: String, _ text: String) throws {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data((text + "\n").utf8).write(to: file)
    }
    try write(
      "linli.yaml", "mqtt: [{url: \"mqtt://127.0.0.1:1\", client_id: x, subscribe: [\"t/#\"]}]\ntimezone: Asia/Shanghai"
    )
    let answer = duty ? "duty: {unit: 物业, answer_within: 10m}, " : ""
    let above = duty ? "duty: {unit: 社区, answer_within: 15m, finish_within: 2d}, " : ""
    try write(
      "places.yaml",
      "places: [{id: c, level: community, \(above)places: [{id: y, level: compound, \(answer)places: [{id: r, level: room}]}]}]"
    )
    try write("devices.yaml", "devices: [{id: d, profile: p, place: c/y/r, match: {device: d}}]")
    try write(
      "devices/p.yaml",
      """
      profile: p
      vendor: x
      model: y
      kind: z
      topic: t/{device}
      format: json
      points: {temperature: {from: /t, quantity: temperature, unit: Cel}}
      examples: [{topic: t/d, payload: {t: 1}, expect: {temperature: 1}}]
      """)
    try write("rules/r.yaml", "rules: [{id: cold, on: {quantity: temperature}, when: {below: 16}, priority: high}]")
    let loaded = LoadedConfiguration.load(directory: folder.path, environment: ["LINLI_PROFILES": ""])
    #expect(!loaded.hasErrors, "\(loaded.problems)")
    return loaded
  }

  private func replay(_ configuration: LoadedConfiguration, _ folder: URL) throws -> [String] {
    let tape = folder.appendingPathComponent("x.tape")
    let lines = [("03:00", 15), ("03:12", 14), ("03:20", 20), ("05:00", 15)].map {
      #"{"tst":"2026-01-05T\#($0.0):00Z","topic":"t/d","payload":{"t":\#($0.1)}}"#
    }
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: tape)
    var escalation = ReplayEscalation(configuration)
    var found: [ReplayChange] = []
    let until = Timestamp(rfc3339: "2026-01-05T05:15:00Z")
    let player = TapePlayer(configuration.ruleSet, until: until)
    _ = try player.play([tape.path]) { event in
      if case .change(let change) = event { found += escalation.take(change) }
    }
    if let span = player.span { found += escalation.finish(at: span.upperBound) }
    return found.map(\.json)
  }

  @Test func escalationsStandBetweenTheChanges() throws {
    let folder = try TemporaryDirectory()
    let loaded = try configuration(folder.url, duty: true)
    let lines = try replay(loaded, folder.url)
    let short = lines.map { line -> String in
      let object = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any] ?? [:]
      let time = (object["at"] as? String ?? "").dropFirst(11).prefix(5)
      return "\(time) \(object["change"] ?? "") \(object["to"] ?? "")"
    }
    #expect(
      short == [
        "03:00 raised ", "03:10 escalated c", "03:20 cleared ", "05:00 raised ", "05:10 escalated c",
      ])
    #expect(lines[1].hasSuffix(#""priority":"high","value":15,"to":"c","level":"community"}"#), "\(lines[1])")
    #expect(try replay(loaded, folder.url) == lines)
  }

  /// What time alone brings is known when it happens, though the tape is silent: its deadlines begin then.
  @Test func holdsAndSilenceBetweenMessages() throws {
    let folder = try TemporaryDirectory()
    _ = try configuration(folder.url, duty: true)
    let rules = "rules: [{id: cold, on: {quantity: temperature}, when: {below: 16, for: 5m}, priority: high}]"
    try Data(rules.utf8).write(to: folder.url.appendingPathComponent("rules/r.yaml"))
    let loaded = LoadedConfiguration.load(directory: folder.url.path, environment: ["LINLI_PROFILES": ""])
    let lines = try replay(loaded, folder.url).map { line in
      let object = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any] ?? [:]
      return "\((object["at"] as? String ?? "").dropFirst(11).prefix(5)) \(object["change"] ?? "")"
    }
    #expect(lines == ["03:05 raised", "03:15 escalated", "03:20 cleared", "05:05 raised", "05:15 escalated"])
  }

  /// At the top the last deadlines, which may be days, pass without a word. What can say nothing any more is not kept.
  @Test func memoryStaysFlat() throws {
    let folder = try TemporaryDirectory()
    var escalation = ReplayEscalation(try configuration(folder.url, duty: true))
    let start = try #require(Timestamp(rfc3339: "2026-01-05T00:00:00Z"))
    var (escalated, most) = (0, 0)
    for hour in 0..<2_000 {
      for (change, minute) in [("raised", 0), ("cleared", 20)] {
        let at = start + Int64(hour * 60 + minute) * 60_000
        let found = escalation.take(
          ReplayChange(
            at: at, noticedAt: at, change: change, alert: "a\(hour)", rule: "cold", subject: "d/temperature",
            place: "c/y/r", priority: "high", value: 15, unit: "Cel"))
        escalated += found.count { $0.change == "escalated" && $0.alert == "a\(hour)" }
      }
      most = max(most, escalation.count)
    }
    #expect(escalated == 2_000)
    #expect(most < 3)
  }

  /// What alerts.yaml keeps quiet shows, and climbs nowhere; without a word of it there is none.
  @Test func quietStandsBetweenTheChanges() throws {
    let folder = try TemporaryDirectory()
    _ = try configuration(folder.url, duty: true)
    func lines(_ alerts: String) throws -> [String] {
      try Data(alerts.utf8).write(to: folder.url.appendingPathComponent("alerts.yaml"))
      let loaded = LoadedConfiguration.load(directory: folder.url.path, environment: ["LINLI_PROFILES": ""])
      #expect(!loaded.hasErrors, "\(loaded.problems)")
      return try replay(loaded, folder.url).map { line in
        let object = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any] ?? [:]
        return
          "\((object["at"] as? String ?? "").dropFirst(11).prefix(5)) \(object["change"] ?? "") \(object["by"] ?? "")"
      }
    }
    // 03:00 UTC is 11:00 in Shanghai.
    let window = #"maintenance: [{id: w, place: c, from: "11:05", to: "13:02", reason: x}]"#
    #expect(
      try lines(window) == [
        "03:00 raised ", "03:05 suppressed w", "03:20 cleared ", "05:00 raised ", "05:00 suppressed w",
        "05:02 released ", "05:02 released ", "05:12 escalated ", "05:12 escalated ",
      ])
    #expect(try lines("repeat: {critical: 5m}").allSatisfy { !$0.contains("suppressed") })
  }

  @Test func withoutDutyNothingIsAdded() throws {
    let folder = try TemporaryDirectory()
    let lines = try replay(try configuration(folder.url, duty: false), folder.url)
    #expect(lines.count == 3 && !lines.contains { $0.contains("escalated") })
  }

  @Test func channelsThatDoNotExistAreErrors() throws {
    let folder = try TemporaryDirectory()
    _ = try configuration(folder.url, duty: true)
    try Data("people: [{id: w, name: W, channel: nope}]\n".utf8).write(
      to: folder.url.appendingPathComponent("duty.yaml"))
    let loaded = LoadedConfiguration.load(directory: folder.url.path, environment: ["LINLI_PROFILES": ""])
    #expect(loaded.problems.contains { $0.severity == .error && $0.message.en == "W: there is no channel \"nope\"" })
    #expect(loaded.problems.contains { $0.message.en.contains("duty of c: nobody there has a channel, and no route") })
  }
}
