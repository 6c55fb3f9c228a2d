// A channel through which nothing gets: the worker remembers since when, and a success ends it.
import Alerts
import Logging
import Notify
import Pipeline
import TestSupport
import Testing

@Suite struct FailingChannelTests {
  let clock = ManualClock()
  let outbox = MemoryOutbox()

  func worker(_ sender: any ChannelSender, _ kind: Channel.Kind = .webhook) -> OutboxWorker {
    OutboxWorker(
      outbox: outbox, outlets: [.init(channel: Channel(id: "c", kind: kind), sender: sender)], clock: clock,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  func run(_ worker: OutboxWorker, until end: Timestamp) async {
    while let next = await worker.runOnce(), next <= end { clock.set(next) }
    clock.set(end)
    await worker.runOnce()
  }

  @Test func tenMinutesOfFailureAreTroubleUntilTheNextSuccess() async throws {
    // Attempts at 0, 1, 3, 7 … seconds: the twelfth comes after about half an hour.
    let sender = ScriptedSender(Array(repeating: .retry(after: nil, reason: "down"), count: 11))
    await outbox.add(Sample.entry())
    let worker = worker(sender)
    await run(worker, until: Sample.start + 600_000)
    var statistics = try #require(await worker.statistics()["c"])
    #expect(statistics.failed == 0 && statistics.failingSince == Sample.start)
    #expect(!statistics.deliversNothing && !statistics.isInTrouble)
    await run(worker, until: Sample.start + 660_000)
    statistics = try #require(await worker.statistics()["c"])
    #expect(statistics.failingSince == Sample.start && statistics.deliversNothing && statistics.isInTrouble)
    #expect(statistics.lastError == "down")
    await run(worker, until: Sample.start + 7_200_000)
    statistics = try #require(await worker.statistics()["c"])
    #expect(statistics.delivered == 1)
    #expect(statistics.failingSince == nil && !statistics.deliversNothing && !statistics.isInTrouble)
  }

  @Test func oneSuccessBetweenIsEnough() async throws {
    let sender = ScriptedSender(then: .retry(after: nil, reason: "down"))
    let worker = worker(sender)
    await outbox.add(Sample.entry())
    await run(worker, until: Sample.start + 300_000)
    let other = ScriptedSender([.delivered], then: .retry(after: nil, reason: "down"))
    await worker.replace(outlets: [.init(channel: Channel(id: "c", kind: .webhook), sender: other)])
    await outbox.add(Sample.entry(Sample.raised(Sample.alert("B")), at: clock.now))
    await run(worker, until: Sample.start + 640_000)
    #expect(await worker.statistics()["c"]?.deliversNothing == false)
  }

  /// A ban of ten minutes, and then it works: nobody needs to come.
  @Test func aBanOfTenMinutesIsNoTrouble() async throws {
    let robot = ScriptedRobot([.retry(after: 600_000, reason: "code 130101")])
    let worker = worker(robot, .dingtalk)
    await outbox.add(Sample.entry())
    await run(worker, until: Sample.start + 599_999)
    #expect(await worker.statistics()["c"]?.failingSince == Sample.start)
    #expect(await worker.statistics()["c"]?.deliversNothing == false)
    await run(worker, until: Sample.start + 600_000)
    #expect(await worker.statistics()["c"]?.failingSince == nil)
    #expect(await outbox.waiting.isEmpty)
  }

  /// An hour's block: no further attempt, and still somebody hears of it after ten minutes.
  @Test func aLongBlockIsTrouble() async throws {
    let worker = worker(ScriptedSender([.retry(after: 3_600_000, reason: "HTTP 429")]))
    await outbox.add(Sample.entry())
    await run(worker, until: Sample.start + 660_000)
    #expect(await worker.statistics()["c"]?.isInTrouble == true)
    await run(worker, until: Sample.start + 3_600_000)
    #expect(await worker.statistics()["c"]?.isInTrouble == false)
  }
}
