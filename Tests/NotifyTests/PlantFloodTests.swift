// Real floods: the raw alarm logs of a simulated plant (Manca 2020), a quarter of whose ten-minute bins hold more than ten alarms, go
// as alerts through the book, the routes and the worker to one operator.
import Alerts
import Community
import Foundation
import Logging
import Notify
import Pipeline
import TestSupport
import Testing

@Suite(.enabled(if: SharedData.isPresent, "../shared/data is not here")) struct PlantFloodTests {
  fileprivate struct Outcome {
    var bins = 0
    /// Of the alarms as they stand in the log.
    var rawFloods = 0
    /// Of the messages.
    var floods = 0
    var alarms = 0
    var messages = 0
    var critical = 0
    var criticalInTime = 0
    /// Raises that no message told, and those that more than one did; damped ones are listed, but told only as a number.
    var untold = 0
    var doubled = 0
    /// Ms from a raise to the first message about it: the longest.
    var latest: Int64 = 0
    /// Ms between the closest two digests of a flood; most of these within an hour, most messages of all kinds within a minute.
    var closestDigests = Int64.max
    var digestsAnHour = 0
    var messagesAMinute = 0
    /// Raises that kept quiet because their subject comes and goes.
    var damped = 0
  }

  /// Low-low and high-high limits are critical, the others medium.
  private static func live(_ log: [PlantLog.Line], quiet: QuietPolicy = .none) async throws -> Outcome {
    let clock = ManualClock()
    let outbox = MemoryOutbox()
    let person = RecordingSender(ScriptedRobot())
    let channel = Channel(id: "c", kind: .wecom)
    let worker = OutboxWorker(
      outbox: outbox, outlets: [.init(channel: channel, sender: person)], clock: clock,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let router = Router(NotifyConfiguration(channels: [channel], routes: [Route(to: ["c"])]))
    var book = AlertBook(quiet: quiet)
    var outcome = Outcome()
    var raised: [String: Timestamp] = [:]
    var told: [AlertEvent] = []
    let start = Sample.start
    func run(until end: Timestamp) async {
      while let next = await worker.runOnce(), next <= end { clock.set(next) }
      clock.set(end)
      _ = await worker.runOnce()
    }
    func send(_ events: [AlertEvent]) async {
      for event in events {
        if event.kind == .raised, !event.alert.isSuppressed { told.append(event) }
        if event.kind == .raised, event.alert.isSuppressed { outcome.damped += 1 }
        for entry in router.entries(for: event, at: event.at) { await outbox.add(entry) }
      }
    }
    for line in log {
      let at = start + line.after
      await send(book.advance(to: at))
      await run(until: at)
      let isCritical = line.limit == "LL" || line.limit == "HH"
      let traits = AlertTraits(
        priority: isCritical ? .critical : .medium, title: LocalizedText("\(line.tag) \(line.limit)"))
      let change = ConditionChange(
        kind: line.isRaise ? .raised : .cleared, rule: line.limit, subject: line.tag, place: "plant", at: at,
        noticedAt: at, value: nil, unit: "", point: nil, position: 0, ordinal: 0)
      let events = book.apply(change, lane: "plant", traits: traits)
      if line.isRaise {
        outcome.alarms += 1
        if isCritical, let id = events.first?.alert.id { raised[id] = at }
      }
      await send(events)
      // The operator has seen what is over.
      for event in events where event.kind == .cleared {
        _ = try? book.perform(.acknowledge, on: event.alert.id, by: "operator", at: at)
      }
      await run(until: at)
    }
    let end = start + (log.last?.after ?? 0) + 1
    await run(until: end + 3_600_000)
    outcome.judge(person.messages, log: log, raised: raised, told: told, from: start, to: end)
    return outcome
  }

  @Test func floodsReachNobodyAndNoCriticalAlertIsLost() async throws {
    var all = Outcome()
    let logs = try PlantLog.all("original")
    try await withThrowingTaskGroup(of: Outcome.self) { group in
      for log in logs { group.addTask { try await Self.live(log) } }
      for try await outcome in group {
        all.bins += outcome.bins
        all.rawFloods += outcome.rawFloods
        all.floods += outcome.floods
        all.alarms += outcome.alarms
        all.messages += outcome.messages
        all.critical += outcome.critical
        all.criticalInTime += outcome.criticalInTime
        all.untold += outcome.untold
        all.doubled += outcome.doubled
        all.latest = max(all.latest, outcome.latest)
        all.closestDigests = min(all.closestDigests, outcome.closestDigests)
        all.digestsAnHour = max(all.digestsAnHour, outcome.digestsAnHour)
        all.messagesAMinute = max(all.messagesAMinute, outcome.messagesAMinute)
      }
    }
    #expect(logs.count == 10 && all.alarms > 50_000)
    #expect(Double(all.rawFloods) > 0.2 * Double(all.bins), "\(all)")
    #expect(all.critical == 14 && all.criticalInTime == 14, "\(all)")
    #expect(all.untold == 0 && all.doubled == 0, "\(all)")
    // A digest every three minutes and no more often, the robot's twenty a minute, and nobody waits for longer than for a digest
    // and for the budget's minute.
    #expect(all.closestDigests >= Channel.defaultDigestEvery && all.digestsAnHour <= 20, "\(all)")
    #expect(all.messagesAMinute <= 20, "\(all)")
    #expect(all.latest <= Channel.defaultDigestEvery + 61_000, "\(all)")
    #expect(Double(all.floods) < 0.01 * Double(all.bins), "\(all)")
  }

  /// What alerts.yaml does by itself: chattering and fleeting alarms keep quiet, and no critical one does.
  @Test func dampingMakesLessOfThem() async throws {
    let logs = try PlantLog.all("original").prefix(4)
    for log in logs {
      let plain = try await Self.live(log)
      let damped = try await Self.live(log, quiet: QuietPolicy(settings: QuietSettings()))
      #expect(damped.damped * 4 > damped.alarms, "\(damped)")
      #expect(damped.messages < plain.messages, "\(damped) \(plain)")
      #expect(
        damped.critical == plain.critical && damped.criticalInTime == damped.critical && damped.untold == 0
          && damped.doubled == 0, "\(damped)"
      )
    }
  }
}

extension PlantFloodTests.Outcome {
  /// What the operator's channel got, of what was raised.
  fileprivate mutating func judge(
    _ heard: [RecordingSender.Message], log: [PlantLog.Line], raised: [String: Timestamp], told: [AlertEvent],
    from start: Timestamp, to end: Timestamp
  ) {
    let raises = log.filter(\.isRaise).map { start + $0.after }
    (bins, rawFloods) = Self.floods(raises, from: start, to: end)
    floods = Self.floods(heard.filter(\.isAnnouncement).map(\.at), from: start, to: end).floods
    messages = heard.count
    messagesAMinute = Rhythm.most(heard.map(\.at), within: 60_000)
    let digests = heard.filter(\.isOfAFlood).map(\.at)
    digestsAnHour = Rhythm.most(digests, within: 3_600_000)
    closestDigests = Rhythm.closest(digests) ?? .max
    var tellings: [String: [Timestamp]] = [:]
    for message in heard {
      for entry in message.entries where entry.event.kind == .raised {
        tellings[entry.event.alert.id, default: []].append(message.at)
      }
    }
    doubled = tellings.values.count { $0.count > 1 }
    untold = told.count { tellings[$0.alert.id] == nil }
    latest = told.compactMap { event in tellings[event.alert.id]?.min().map { $0 - event.at } }.max() ?? 0
    critical = raised.count
    criticalInTime = raised.count { id, at in tellings[id]?.min().map { $0 - at <= 10_000 } ?? false }
  }

  private static func floods(_ times: [Timestamp], from: Timestamp, to: Timestamp) -> (bins: Int, floods: Int) {
    var counts = [Int](repeating: 0, count: Int((to - from + 599_999) / 600_000))
    for time in times where time >= from && time < to { counts[Int((time - from) / 600_000)] += 1 }
    return (counts.count, counts.count { $0 > 10 })
  }
}

extension RecordingSender.Message {
  /// It announces something, as ISA-18.2 counts: a return to normal does not.
  fileprivate var isAnnouncement: Bool {
    guard cause == nil, let kind = entries.first?.event.kind else { return true }
    return kind != .cleared && kind != .closed
  }

  fileprivate var isOfAFlood: Bool {
    switch cause {
    case .floodBegins, .flood: true
    case .quietHoursEnded, .group, .tooMany, .critical, nil: false
    }
  }
}

/// One alarm log: raises and returns in order of time.
enum PlantLog {
  struct Line: Sendable {
    /// Ms after the log's first line.
    var after: Int64
    var tag: String
    /// L, LL, H, HH.
    var limit: String
    var isRaise: Bool
  }

  static func all(_ kind: String) throws -> [[Line]] {
    guard let folder = SharedData.folder?.appendingPathComponent("tep_alarm_flood/\(kind)") else { return [] }
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    return try files.sorted { $0.path < $1.path }.map { file in
      var first: Timestamp?
      return try SharedData.lines(ofGzipped: file).dropFirst().compactMap { text in
        // `0,2024-05-01 00:00:20.000000000,FIR123,L NR,text`
        let fields = text.split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count >= 4, fields[1].count >= 19,
          let at = Timestamp(rfc3339: fields[1].prefix(10) + "T" + fields[1].dropFirst(11).prefix(8) + "Z")
        else { return nil }
        first = first ?? at
        let words = fields[3].split(separator: " ")
        return Line(
          after: at - (first ?? at), tag: String(fields[2]), limit: String(words[0]), isRaise: words.count == 1)
      }
    }
  }
}
