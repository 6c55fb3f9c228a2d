// A channel that may send nothing for a while: what it keeps goes to its fallback, once, and waits for the end of the block as well.
import Alerts
import Community
import Logging
import Notify
import Pipeline
import TestSupport
import Testing

@Suite struct BlockedChannelTests {
  let clock = ManualClock()
  let outbox = MemoryOutbox()
  /// Says once that it bans us.
  static let ban = DeliveryResult.retry(after: 600_000, reason: "code 130101")

  func channel(_ kind: Channel.Kind = .dingtalk) -> Channel { Channel(id: "d", kind: kind, fallback: "sms") }

  func worker(_ channel: Channel, _ robot: any ChannelSender, _ sms: ScriptedRobot) -> OutboxWorker {
    OutboxWorker(
      outbox: outbox,
      outlets: [
        OutboxWorker.Outlet(channel: channel, sender: robot),
        OutboxWorker.Outlet(channel: Channel(id: "sms", kind: .http), sender: sms),
      ], clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  func run(_ worker: OutboxWorker, for milliseconds: Int64) async {
    let end = clock.now + milliseconds
    while let next = await worker.runOnce(), next <= end { clock.set(next) }
    clock.set(end)
    await worker.runOnce()
  }

  func raise(_ id: String, _ priority: Priority) async {
    await outbox.add(Sample.entry(Sample.raised(Sample.alert(id, priority: priority)), channel: "d", at: clock.now))
  }

  @Test func twoPressesReachTheFallbackAtOnceAndTheRobotAfterItsBan() async {
    let (robot, sms) = (ScriptedRobot([Self.ban]), ScriptedRobot())
    let worker = worker(channel(), robot, sms)
    await raise("one", .critical)
    await run(worker, for: 5_000)
    await raise("two", .critical)
    await run(worker, for: 5_000)
    #expect(sms.singles.map(\.key) == ["one-1-d-via-sms", "two-1-d-via-sms"])
    // A blocked channel with one that waits is looked at each millisecond.
    #expect(sms.singles.map(\.at) == [Sample.start, Sample.start + 5_001])
    #expect(robot.singles.map(\.key) == ["one-1-d"], "nothing is sent to who has banned us")
    #expect(await outbox.waiting.map(\.idempotencyKey) == ["one-1-d", "two-1-d"])
    await run(worker, for: 1_200_000)
    #expect(sms.singles.count == 2)
    #expect(Set(robot.singles.dropFirst().map(\.key)) == ["one-1-d", "two-1-d"])
    #expect(await outbox.waiting.isEmpty)
    #expect(await outbox.failedEntries.isEmpty)
  }

  @Test func laterStepsOfAnAlertGoTheSameWayInTheirOrder() async {
    let (robot, sms) = (ScriptedRobot([Self.ban]), ScriptedRobot())
    let worker = worker(channel(), robot, sms)
    let alert = Sample.alert("one", priority: .critical)
    await outbox.add(Sample.entry(Sample.raised(alert), channel: "d"))
    await run(worker, for: 5_000)
    await outbox.add(Sample.entry(Sample.cleared(alert), channel: "d", at: clock.now))
    await run(worker, for: 5_000)
    #expect(sms.singles.map(\.key) == ["one-1-d-via-sms", "one-2-d-via-sms"])
  }

  @Test func aRestartDoublesNothing() async {
    let (robot, sms) = (ScriptedRobot([Self.ban, Self.ban]), ScriptedRobot())
    await raise("one", .critical)
    await run(worker(channel(), robot, sms), for: 5_000)
    await raise("two", .high)
    for _ in 0..<3 { await run(worker(channel(), robot, sms), for: 5_000) }
    #expect(sms.singles.map(\.key) == ["one-1-d-via-sms", "two-1-d-via-sms"])
    // Banned again: who was told is not told again.
    await run(worker(channel(), robot, sms), for: 3_600_000)
    #expect(sms.singles.count == 2)
    #expect(await outbox.waiting.isEmpty)
  }

  @Test func aShortBlockIsWaitedFor() async {
    let (robot, sms) = (ScriptedRobot([.retry(after: 20_000, reason: "busy")]), ScriptedRobot())
    let worker = worker(channel(), robot, sms)
    await raise("one", .critical)
    await raise("two", .critical)
    await run(worker, for: 120_000)
    #expect(sms.singles.isEmpty)
    #expect(await outbox.deliveredEntries.count == 2)
  }

  @Test func ordinaryOnesWaitForAMinuteButNotForTen() async {
    let (patient, sms) = (ScriptedRobot([.retry(after: 60_000, reason: "busy")]), ScriptedRobot())
    let first = worker(channel(.wecom), patient, sms)
    await raise("one", .medium)
    await raise("two", .low)
    await raise("three", .high)
    await run(first, for: 120_000)
    #expect(sms.singles.map(\.key) == ["three-1-d-via-sms"])
    let second = worker(channel(.wecom), ScriptedRobot([Self.ban]), sms)
    await raise("four", .medium)
    await raise("five", .low)
    await run(second, for: 30_000)
    #expect(Set(sms.singles.map(\.key)) == ["three-1-d-via-sms", "four-1-d-via-sms", "five-1-d-via-sms"])
    // At the end of the ban the rest is waited for.
    clock.set(Sample.start + 120_000 + 600_000 - 100_000)
    await raise("six", .low)
    await run(second, for: 300_000)
    #expect(sms.singles.count == 3)
    #expect(await outbox.waiting.isEmpty)
  }

  @Test func whatQuietHoursKeepIsKeptFromTheFallbackToo() async {
    var channel = channel()
    // The clock stands at 03:00 UTC.
    channel.quietHours = QuietHours(from: 2 * 60, to: 7 * 60, priorities: [.high, .low])
    let (robot, sms) = (ScriptedRobot([Self.ban]), ScriptedRobot())
    let worker = worker(channel, robot, sms)
    await raise("one", .critical)
    await run(worker, for: 1_000)
    await raise("two", .high)
    await raise("three", .medium)
    await run(worker, for: 1_000)
    #expect(sms.singles.map(\.key) == ["one-1-d-via-sms", "three-1-d-via-sms"])
  }

  @Test func aFallbackThatIsBlockedHandsOn() async {
    let (sms, mail) = (ScriptedRobot([.retry(after: 3_600_000, reason: "Retry-After")]), ScriptedRobot())
    let robot = ScriptedRobot([Self.ban])
    // The names stand in the other order than the way.
    let worker = OutboxWorker(
      outbox: outbox,
      outlets: [
        OutboxWorker.Outlet(channel: Channel(id: "d", kind: .dingtalk, fallback: "c"), sender: robot),
        OutboxWorker.Outlet(channel: Channel(id: "c", kind: .http, fallback: "b"), sender: sms),
        OutboxWorker.Outlet(channel: Channel(id: "b", kind: .email), sender: mail),
      ], clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    await raise("one", .critical)
    await run(worker, for: 1_000)
    await raise("two", .critical)
    await run(worker, for: 1_000)
    #expect(mail.singles.map(\.key) == ["one-1-d-via-c-via-b", "two-1-d-via-c-via-b"])
  }

  @Test func programsHaveFallbacksToo() async {
    let hook = ScriptedSender([.retry(after: 3_600_000, reason: "HTTP 429")])
    let sms = ScriptedRobot()
    let worker = worker(channel(.webhook), hook, sms)
    let alert = Sample.alert("one", priority: .critical)
    await outbox.add(Sample.entry(Sample.raised(alert), channel: "d"))
    await run(worker, for: 1_000)
    // People are told nothing that they are never told.
    await outbox.add(Sample.entry(Sample.acknowledged(alert), channel: "d", at: clock.now))
    await run(worker, for: 1_000)
    #expect(sms.singles.map(\.key) == ["one-1-d-via-sms"])
  }

  /// More than one look reads.
  @Test func thousandsAreAllHandedOver() async {
    let (robot, sms) = (ScriptedRobot([Self.ban]), ScriptedRobot())
    let worker = worker(channel(), robot, sms)
    await raise("first", .critical)
    await run(worker, for: 1_000)
    for index in 0..<2_100 { await raise("a\(index)", .high) }
    await run(worker, for: 400_000)
    #expect(await outbox.deliveredEntries.count(where: { $0.channel == "sms" }) == 2_101)
    #expect(await outbox.waiting.count == 2_101)
  }
}
