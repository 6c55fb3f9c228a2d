// Quiet hours, the flood's beginning and end, and the daily proof of life, on a clock that the test moves.
import Alerts
import Community
import Logging
import Notify
import Pipeline
import Synchronization
import TestSupport
import Testing

/// A channel for people that remembers what it was given.
final class ScriptedRobot: BulletinSender {
  private struct State {
    var script: [DeliveryResult]
    var singles: [(key: String, at: Timestamp)] = []
    var bulletins: [(bulletin: Bulletin, at: Timestamp)] = []
  }
  private let state: Mutex<State>

  init(_ script: [DeliveryResult] = []) { state = Mutex(State(script: script)) }

  func send(_ entry: OutboxEntry, now: Timestamp) async -> DeliveryResult {
    state.withLock { state in
      state.singles.append((entry.idempotencyKey, now))
      return state.script.isEmpty ? .delivered : state.script.removeFirst()
    }
  }
  func send(_ bulletin: Bulletin, now: Timestamp) async -> DeliveryResult {
    state.withLock { state in
      state.bulletins.append((bulletin, now))
      return state.script.isEmpty ? .delivered : state.script.removeFirst()
    }
  }
  var singles: [(key: String, at: Timestamp)] { state.withLock { $0.singles } }
  var bulletins: [(bulletin: Bulletin, at: Timestamp)] { state.withLock { $0.bulletins } }
  /// Sizes of the digests.
  var digests: [Int] {
    bulletins.compactMap { if case .digest(let entries, _) = $0.bulletin.content { entries.count } else { nil } }
  }
}

@Suite struct ChannelRhythmTests {
  let clock = ManualClock()
  let outbox = MemoryOutbox()
  /// 2026-01-05T11:00 in Shanghai.
  let zone = LocalTimeTable(named: "Asia/Shanghai")!

  func worker(_ channel: Channel, _ sender: ScriptedRobot) -> OutboxWorker {
    OutboxWorker(
      outbox: outbox, outlets: [OutboxWorker.Outlet(channel: channel, sender: sender, zone: zone)], clock: clock,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      census: { _, _, _ in AlertCensus(open: 1, raised: 2, closed: 3, delivered: 4) })
  }

  func run(_ worker: OutboxWorker, until end: Timestamp) async {
    while let next = await worker.runOnce(), next <= end { clock.set(next) }
    clock.set(end)
    await worker.runOnce()
  }

  func raise(_ id: String, _ priority: Priority) async {
    await outbox.add(Sample.entry(Sample.raised(Sample.alert(id, priority: priority)), at: clock.now))
  }

  func hour(_ hour: Int, _ minute: Int = 0, day: Int = 0) -> Timestamp {
    zone.instant(zone.day(at: Sample.start) + day, milliseconds: Int64(hour * 60 + minute) * 60_000)
  }

  @Test func quietHoursAcrossMidnight() {
    let quiet = QuietHours(from: 22 * 60, to: 7 * 60)
    #expect(quiet.end(at: hour(21, 59), in: zone) == nil)
    #expect(quiet.end(at: hour(22), in: zone) == hour(7, day: 1))
    #expect(quiet.end(at: hour(3), in: zone) == hour(7))
    #expect(quiet.end(at: hour(7), in: zone) == nil)
    let noon = QuietHours(from: 12 * 60, to: 14 * 60)
    #expect(noon.end(at: hour(13), in: zone) == hour(14) && noon.end(at: hour(14), in: zone) == nil)
    #expect(!QuietHours(from: 0, to: 1, priorities: [.critical, .low]).priorities.contains(.critical))
  }

  @Test(arguments: [(1_320, 420), (540, 510), (720, 780), (0, 1_440), (1_440, 360), (1_440, 0), (600, 0)])
  func theRestOfQuietHoursLeadsToTheirEnd(from: Int, to: Int) {
    let quiet = QuietHours(from: from, to: to)
    for minute in 0..<1_440 {
      let now = hour(0, minute)
      #expect(now + Int64(quiet.rest(atMinute: minute)) * 60_000 == quiet.end(at: now, in: zone) ?? now, "\(minute)")
    }
  }

  @Test func quietHoursOverAClockChange() {
    let berlin = LocalTimeTable(named: "Europe/Berlin")!
    let night = berlin.instant(LocalDay("2026-03-28")!, milliseconds: 23 * 3_600_000)
    let quiet = QuietHours(from: 22 * 60, to: 7 * 60)
    #expect(quiet.end(at: night, in: berlin) == night + 7 * 3_600_000)
  }

  @Test func whatWaitsIsToldOnceAtTheEndAlsoAfterARestart() async {
    var channel = Channel(id: "c", kind: .wecom)
    channel.quietHours = QuietHours(from: 22 * 60, to: 7 * 60)
    let robot = ScriptedRobot()
    clock.set(hour(23))
    await raise("low", .low)
    await raise("medium", .medium)
    await raise("high", .high)
    await raise("critical", .critical)
    await outbox.add(Sample.entry(Sample.cleared(Sample.alert("low", priority: .low)), at: clock.now))
    let first = worker(channel, robot)
    await first.runOnce()
    #expect(robot.singles.map(\.key) == ["critical-1-c", "high-1-c"])
    #expect(await first.statistics()["c"]?.held == 3)
    // A new process; it knows from the outbox.
    let second = worker(channel, robot)
    await run(second, until: hour(6, 59, day: 1))
    #expect(robot.singles.count == 2 && robot.bulletins.isEmpty)
    await run(second, until: hour(8, day: 1))
    #expect(robot.singles.count == 2 && robot.digests == [3])
    #expect(robot.bulletins.first?.at == hour(7, day: 1))
    #expect(await outbox.waiting.isEmpty)
  }

  @Test func aNightFullOfAlertsIsOneDigestAndNoFlood() async {
    var channel = Channel(id: "c", kind: .feishu)
    channel.quietHours = QuietHours(from: 22 * 60, to: 7 * 60)
    let robot = ScriptedRobot()
    let worker = worker(channel, robot)
    clock.set(hour(23))
    for index in 0..<40 {
      await raise("n\(index)", .medium)
      await run(worker, until: clock.now + 60_000)
    }
    await run(worker, until: hour(9, day: 1))
    #expect(robot.singles.isEmpty && robot.digests == [40])
    guard case .digest(_, .quietHoursEnded) = robot.bulletins.first?.bulletin.content else {
      Issue.record("not the digest of quiet hours")
      return
    }
    #expect(await worker.statistics()["c"]?.floodSince == nil)
  }

  @Test func aFewAtOnceComeOneByOne() async {
    let robot = ScriptedRobot()
    for index in 0..<8 { await raise("a\(index)", .medium) }
    await worker(Channel(id: "c", kind: .dingtalk), robot).runOnce()
    #expect(robot.singles.count == 8 && robot.bulletins.isEmpty)
  }

  @Test func aLowBudgetMakesADigest() async {
    let robot = ScriptedRobot()
    let worker = worker(Channel(id: "c", kind: .dingtalk), robot)
    for index in 0..<9 { await raise("a\(index)", .medium) }
    await worker.runOnce()
    // Ends are no alerts, so there is no flood; but one by one they would not fit.
    for index in 0..<9 { await outbox.add(Sample.entry(Sample.cleared(Sample.alert("a\(index)", priority: .medium)))) }
    await worker.runOnce()
    #expect(robot.singles.count == 9 && robot.digests == [9])
  }

  @Test func aFloodBeginsAndEndsInWords() async {
    let robot = ScriptedRobot()
    let worker = worker(Channel(id: "c", kind: .email), robot)
    for index in 0..<30 {
      await raise("a\(index)", .medium)
      await run(worker, until: clock.now + 10_000)
    }
    #expect(robot.singles.count == 10)
    #expect(await worker.statistics()["c"]?.floodSince != nil)
    guard case .digest(let entries, .floodBegins(every: 180_000)) = robot.bulletins.first?.bulletin.content else {
      Issue.record("the first digest does not say that the flood begins")
      return
    }
    #expect(entries.count == 1)
    await run(worker, until: clock.now + 3_600_000)
    #expect(robot.digests.reduce(0, +) == 20)
    let times = robot.bulletins.map(\.at)
    for (before, after) in zip(times, times.dropFirst()) { #expect(after - before >= 180_000) }
    guard case .floodEnded(_, let alerts, _) = robot.bulletins.last?.bulletin.content else {
      Issue.record("nobody says that the flood is over")
      return
    }
    #expect(alerts == 20)
    #expect(await worker.statistics()["c"]?.floodSince == nil)
    await raise("later", .low)
    await worker.runOnce()
    #expect(robot.singles.last?.key == "later-1-c")
  }

  @Test func criticalDigestsDoNotPutOffTheOthers() async {
    let robot = ScriptedRobot()
    let worker = worker(Channel(id: "c", kind: .wecom), robot)
    for index in 0..<12 { await raise("a\(index)", .medium) }
    await run(worker, until: Sample.start + 1_000)
    for minute in 1...10 {
      for index in 0..<30 { await raise("c\(minute)-\(index)", .critical) }
      await raise("m\(minute)", .medium)
      await run(worker, until: Sample.start + Int64(minute) * 60_000)
    }
    var critical = 0
    var ordinary: [Timestamp] = []
    for (bulletin, time) in robot.bulletins {
      guard case .digest(_, let cause) = bulletin.content else { continue }
      if cause == .critical { critical += 1 } else { ordinary.append(time) }
    }
    #expect(critical >= 10)
    #expect(ordinary == [0, 180_000, 360_000, 540_000].map { Sample.start + $0 })
  }

  @Test func machinesGetEverythingOneByOne() async {
    let sender = ScriptedSender()
    for index in 0..<50 { await raise("a\(index)", .low) }
    let worker = OutboxWorker(
      outbox: outbox, outlets: [.init(channel: Channel(id: "c", kind: .webhook), sender: sender)], clock: clock,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    await worker.runOnce()
    #expect(sender.keys.count == 50)
  }

  @Test func proofOfLifeEveryDayAndAgainWhenItFails() async {
    var channel = Channel(id: "c", kind: .wecom)
    channel.heartbeat = 9 * 60
    let robot = ScriptedRobot()
    let first = worker(channel, robot)
    await run(first, until: hour(8, 59, day: 1))
    #expect(robot.bulletins.isEmpty, "asked for at eleven, the first one comes the next morning")
    await run(first, until: hour(10, day: 3))
    #expect(robot.bulletins.map(\.at) == [hour(9, day: 1), hour(9, day: 2), hour(9, day: 3)])
    // A restart does not say it twice.
    await run(worker(channel, robot), until: hour(8, day: 4))
    #expect(robot.bulletins.count == 3)
    let down = ScriptedRobot(Array(repeating: .refused(reason: "code 93000"), count: 40))
    let third = worker(channel, down)
    await run(third, until: hour(9, 5, day: 4))
    #expect(await third.statistics()["c"]?.lacksProof == false)
    await run(third, until: hour(9, 15, day: 4))
    #expect(await third.statistics()["c"]?.lacksProof == true)
    await run(third, until: hour(23, day: 4))
    #expect(await third.statistics()["c"]?.lacksProof == false, "it got through in the end")
  }
}
