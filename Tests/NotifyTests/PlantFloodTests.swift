// Real floods: the raw alarm logs of a simulated plant (Manca 2020), a quarter of whose ten-minute bins hold more than ten alarms, go
// as alerts through the book, the routes and the worker to one operator.
import Alerts
import Community
import Foundation
import Logging
import Notify
import Pipeline
import Synchronization
import TestSupport
import Testing

@Suite(.enabled(if: SharedData.isPresent, "../shared/data is not here")) struct PlantFloodTests {
  /// The operator's channel: what came, and when.
  private final class Operator: BulletinSender {
    struct Word: Sendable {
      var at: Timestamp
      /// Alerts whose raise it tells.
      var raises: [String]
      /// It announces something, as ISA-18.2 counts: a return to normal does not.
      var isAnnouncement: Bool
    }
    private let heard = Mutex<[Word]>([])
    var words: [Word] { heard.withLock { $0 } }

    func send(_ entry: OutboxEntry, now: Timestamp) async -> DeliveryResult {
      let isEnd = entry.event.kind == .cleared || entry.event.kind == .closed
      note(now, [entry], isAnnouncement: !isEnd)
      return .delivered
    }

    func send(_ bulletin: Bulletin, now: Timestamp) async -> DeliveryResult {
      if case .digest(let entries, _) = bulletin.content {
        note(now, entries, isAnnouncement: true)
      } else {
        note(now, [], isAnnouncement: true)
      }
      return .delivered
    }

    private func note(_ now: Timestamp, _ entries: [OutboxEntry], isAnnouncement: Bool) {
      let raises = entries.filter { $0.event.kind == .raised }.map(\.event.alert.id)
      heard.withLock { $0.append(Word(at: now, raises: raises, isAnnouncement: isAnnouncement)) }
    }
  }

  private struct Outcome {
    var bins = 0
    /// Of the alarms as they stand in the log.
    var rawFloods = 0
    /// Of the messages.
    var floods = 0
    var alarms = 0
    var messages = 0
    var critical = 0
    var criticalInTime = 0
    /// Raises that no message told; damped ones are listed, but told only as a number.
    var untold = 0
    /// Raises that kept quiet because their subject comes and goes.
    var damped = 0
  }

  private static func floods(_ times: [Timestamp], from: Timestamp, to: Timestamp) -> (bins: Int, floods: Int) {
    var counts = [Int](repeating: 0, count: Int((to - from + 599_999) / 600_000))
    for time in times where time >= from && time < to { counts[Int((time - from) / 600_000)] += 1 }
    return (counts.count, counts.count { $0 > 10 })
  }

  /// Low-low and high-high limits are critical, the others medium.
  private static func live(_ log: [PlantLog.Line], quiet: QuietPolicy = .none) async throws -> Outcome {
    let clock = ManualClock()
    let outbox = MemoryOutbox()
    let person = Operator()
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
    let words = person.words
    let raises = log.filter(\.isRaise).map { start + $0.after }
    (outcome.bins, outcome.rawFloods) = floods(raises, from: start, to: end)
    outcome.floods = floods(words.filter(\.isAnnouncement).map(\.at), from: start, to: end).floods
    outcome.messages = words.count
    let firstTold = Dictionary(words.flatMap { word in word.raises.map { ($0, word.at) } }, uniquingKeysWith: min)
    outcome.untold = told.count { firstTold[$0.alert.id] == nil }
    outcome.critical = raised.count
    outcome.criticalInTime = raised.count { id, at in firstTold[id].map { $0 - at <= 10_000 } ?? false }
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
      }
    }
    #expect(logs.count == 10 && all.alarms > 50_000)
    #expect(Double(all.rawFloods) > 0.2 * Double(all.bins), "\(all)")
    #expect(all.critical == 14 && all.criticalInTime == 14, "\(all)")
    #expect(all.untold == 0, "\(all)")
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
        damped.critical == plain.critical && damped.criticalInTime == damped.critical && damped.untold == 0, "\(damped)"
      )
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
