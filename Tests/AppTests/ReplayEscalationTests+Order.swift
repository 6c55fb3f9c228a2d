// The lines of a replay where changes become known later than they came true: the order, and that nothing else is another.
import Alerts
import Foundation
import Pipeline
import Rules
import TestSupport
import Testing

@testable import App

extension ReplayEscalationTests {
  private var start: Timestamp { Timestamp(rfc3339: "2026-01-05T03:00:00Z") ?? .distantPast }

  /// An open door explains the heat of its room.
  private func explaining(_ folder: URL, duty: Bool) throws -> LoadedConfiguration {
    _ = try configuration(folder, duty: duty)
    let rules = """
      rules:
      - {id: door, on: {quantity: temperature}, when: {below: 1}, priority: high}
      - {id: hot, on: {quantity: temperature}, when: {above: 30}, priority: medium}

      """
    try Data(rules.utf8).write(to: folder.appendingPathComponent("rules/r.yaml"))
    let alerts = "inhibit: [{id: i, source: {rule: door}, target: {rule: hot}, within: room}]\n"
    try Data(alerts.utf8).write(to: folder.appendingPathComponent("alerts.yaml"))
    let loaded = LoadedConfiguration.load(directory: folder.path, environment: ["LINLI_PROFILES": ""])
    #expect(!loaded.hasErrors, "\(loaded.problems)")
    return loaded
  }

  /// Times in minutes.
  private func change(
    _ kind: String, _ rule: String, _ device: Int, at: Int, known: Int, life: Int = 0
  ) -> ReplayChange {
    ReplayChange(
      at: start + Int64(at) * 60_000, noticedAt: start + Int64(known) * 60_000, change: kind,
      alert: "\(rule)\(device).\(life)", rule: rule, subject: "d\(device)/temperature", place: "c/y/r",
      priority: "high", value: 1, unit: "Cel")
  }

  private func known(_ change: ReplayChange) -> Timestamp { max(change.at, change.noticedAt) }

  private func minute(_ time: Timestamp) -> Int64 { (time - start) / 60_000 }

  /// - Returns: the lines, and how many changes and lines were held back at most.
  private func lived(
    _ changes: [ReplayChange], _ configuration: LoadedConfiguration
  ) -> (lines: [ReplayChange], held: Int) {
    var escalation = ReplayEscalation(configuration)
    var lines: [ReplayChange] = []
    var held = 0
    for change in changes {
      lines += escalation.take(change)
      held = max(held, escalation.heldCount)
    }
    lines += escalation.finish(at: changes.map(known).max() ?? start)
    return (lines, held)
  }

  @Test func whatIsKnownLateStandsAtItsTime() throws {
    let folder = try TemporaryDirectory()
    let changes = [
      change("raised", "door", 1, at: 10, known: 10), change("raised", "hot", 2, at: 11, known: 15),
      change("raised", "hot", 1, at: 12, known: 16), change("cleared", "door", 1, at: 13, known: 17),
      change("cleared", "hot", 2, at: 14, known: 18),
    ]
    let lines = lived(changes, try explaining(folder.url, duty: false)).lines
    let brief = lines.map { "\(minute($0.at)) \($0.change) \($0.alert)" }
    #expect(
      brief.prefix(7) == [
        "10 raised door1.0", "11 raised hot2.0", "11 suppressed hot2.0", "12 raised hot1.0", "12 suppressed hot1.0",
        "13 cleared door1.0", "14 cleared hot2.0",
      ])
    // In the order of the book's ids. When the door was known to be shut, nobody knew yet that the heat was gone.
    #expect(brief.dropFirst(7).sorted() == ["17 released hot1.0", "17 released hot2.0"])
    #expect(lines.filter { $0.change == "raised" }.map(\.speaks) == [true, false, false])
    #expect(lines.filter { $0.change == "released" }.allSatisfy { $0.speaks })
  }

  /// Doors and heat come and go. Each change becomes known up to half an hour late, or a minute early where a device's clock runs
  /// ahead, those of one subject in their order.
  private func randomChanges(_ seed: UInt64) -> [ReplayChange] {
    var generator = SeededGenerator(seed: seed)
    var found: [ReplayChange] = []
    for (rule, device) in [("door", 1), ("door", 2), ("hot", 1), ("hot", 2), ("hot", 3)] {
      var (at, known) = (0, 0)
      for life in 0..<60 {
        for kind in ["raised", "cleared"] {
          at += Int.random(in: 1...40, using: &generator)
          known = max(known, at + Int.random(in: -1...30, using: &generator))
          found.append(change(kind, rule, device, at: at, known: known, life: life))
        }
      }
    }
    return found.sorted { ($0.at, $0.alert) < ($1.at, $1.alert) }
  }

  @Test(arguments: UInt64(1)...8, [false, true])
  func linesComeInTimeOrder(seed: UInt64, duty: Bool) throws {
    let folder = try TemporaryDirectory()
    let loaded = try explaining(folder.url, duty: duty)
    let changes = randomChanges(seed)
    let (lines, held) = lived(changes, loaded)
    #expect(zip(lines, lines.dropFirst()).allSatisfy { $0.at <= $1.at })
    #expect(lived(changes, loaded).lines == lines)
    #expect(held < 100, "of \(changes.count)")

    let own = lines.filter { $0.change == "raised" || $0.change == "cleared" }
    #expect(own.map(\.json).sorted() == changes.map(\.json).sorted())
    var begun: [String: Timestamp] = [:]
    for line in lines {
      if line.change == "raised" { begun[line.alert] = known(line) }
      let since = try #require(begun[line.alert], "\(line.json)")
      // Nobody could have answered before; a minute is not counted as late.
      if line.change == "escalated" { #expect(line.at >= since + 9 * 60_000, "\(line.json)") }
    }
    #expect(lines.contains { $0.change == "escalated" } == duty)
  }

  /// The steps of a book that hears of each change when it becomes known. Nobody answers: what has come back is over.
  private func steps(_ changes: [ReplayChange], _ configuration: LoadedConfiguration) -> [String] {
    var policy = configuration.response
    policy.speaksAgain = false
    var book = AlertBook(policy: policy, quiet: configuration.quiet)
    var events: [AlertEvent] = []
    func forget() {
      for alert in Array(book.open) where !alert.isActive && book.isSettled(alert.id) {
        _ = try? book.perform(.close(force: true), on: alert.id, by: AlertEvent.system, at: alert.raisedAt)
      }
    }
    let heard = changes.enumerated().sorted { (known($0.element), $0.offset) < (known($1.element), $1.offset) }
    for change in heard.map(\.element) {
      events += book.advance(to: known(change))
      forget()
      let bare = ConditionChange(
        kind: change.change == "raised" ? .raised : .cleared, rule: change.rule, subject: change.subject,
        place: change.place, at: change.at, noticedAt: change.noticedAt, value: change.value, unit: change.unit,
        point: nil, position: 0, ordinal: 0)
      events += book.apply(bare, lane: "", traits: configuration.traits(rule: change.rule, subject: change.subject))
      forget()
    }
    let told: Set<AlertEvent.Kind> = [.raised, .cleared, .suppressed, .released]
    return events.filter { told.contains($0.kind) }.map {
      "\(minute($0.at)) \($0.kind.rawValue) \($0.alert.rule) \($0.alert.subject)"
    }
  }

  @Test(arguments: UInt64(1)...8)
  func quietIsWhatTheServiceWouldHaveKept(seed: UInt64) throws {
    let folder = try TemporaryDirectory()
    let loaded = try explaining(folder.url, duty: false)
    let changes = randomChanges(seed)
    let lines = lived(changes, loaded).lines.map { "\(minute($0.at)) \($0.change) \($0.rule) \($0.subject)" }
    #expect(lines.contains { $0.contains("suppressed") } && lines.contains { $0.contains("released") })
    #expect(lines.sorted() == steps(changes, loaded).sorted())
  }
}
