// A reload removes or renames the channel of what waits.
import Alerts
import Logging
import Notify
import Pipeline
import TestSupport
import Testing
import Words

@Suite struct ReroutingTests {
  let clock = ManualClock()
  let outbox = MemoryOutbox()

  func run(_ worker: OutboxWorker, for milliseconds: Int64) async {
    let end = clock.now + milliseconds
    while let next = await worker.runOnce(), next <= end { clock.set(next) }
    clock.set(end)
    await worker.runOnce()
  }

  func worker(_ outlets: [(Channel, any ChannelSender)]) -> OutboxWorker {
    OutboxWorker(
      outbox: outbox, outlets: Self.outlets(outlets), clock: clock,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  static func outlets(_ outlets: [(Channel, any ChannelSender)]) -> [OutboxWorker.Outlet] {
    outlets.map { OutboxWorker.Outlet(channel: $0.0, sender: $0.1) }
  }

  static func router(_ channels: [Channel], to: [String]) -> Router {
    Router(NotifyConfiguration(channels: channels, routes: [Route(to: to)]))
  }

  @Test func whatWaitsGoesWhereTheNewRoutesLead() async {
    let (down, up) = (ScriptedRobot(Array(repeating: .retry(after: nil, reason: "down"), count: 9)), ScriptedRobot())
    let worker = worker([(Channel(id: "old", kind: .wecom), down)])
    let alert = Sample.alert("one", priority: .critical)
    await outbox.add(Sample.entry(Sample.raised(alert), channel: "old"))
    await outbox.add(Sample.entry(Sample.cleared(alert), channel: "old"))
    await run(worker, for: 10_000)
    let new = Channel(id: "new", kind: .wecom)
    await worker.replace(outlets: Self.outlets([(new, up)]), router: Self.router([new], to: ["new"]))
    await run(worker, for: 0)
    #expect(up.singles.map(\.key) == ["one-1-new", "one-2-new"])
    #expect(await outbox.waiting.isEmpty)
    #expect(await outbox.failedEntries.map(\.idempotencyKey) == ["one-1-old", "one-2-old"], "as a refusal is settled")
    #expect(
      await outbox.failedEntries.first?.lastError
        == LocalizedText(zh: "渠道“old”已不存在；改由 new 发送", en: "there is no channel \"old\" any more; now for new"))
    #expect(await worker.statistics()["old"] == nil, "nothing is lost")
  }

  @Test func whoWasToldIsNotToldAgain() async {
    let (down, up) = (ScriptedRobot(Array(repeating: .retry(after: nil, reason: "down"), count: 9)), ScriptedRobot())
    let old = Channel(id: "old", kind: .wecom)
    let other = Channel(id: "other", kind: .email)
    let worker = worker([(old, down), (other, up)])
    for channel in ["old", "other"] { await outbox.add(Sample.entry(channel: channel)) }
    await run(worker, for: 10_000)
    #expect(up.singles.count == 1)
    await worker.replace(outlets: Self.outlets([(other, up)]), router: Self.router([other], to: ["other"]))
    await run(worker, for: 10_000)
    #expect(up.singles.count == 1)
    #expect(await outbox.waiting.isEmpty)
  }

  @Test func anotherFallbackTakesOverFromTheOneThatIsGone() async {
    let down = ScriptedRobot(Array(repeating: .retry(after: nil, reason: "down"), count: 99))
    let sms = ScriptedRobot(Array(repeating: .retry(after: nil, reason: "down"), count: 99))
    let mail = ScriptedRobot()
    let worker = worker([
      (Channel(id: "robot", kind: .wecom, fallback: "sms"), down), (Channel(id: "sms", kind: .http), sms),
    ])
    await outbox.add(Sample.entry(channel: "robot"))
    await run(worker, for: 30_000)
    let channels = [Channel(id: "robot", kind: .wecom, fallback: "mail"), Channel(id: "mail", kind: .email)]
    await worker.replace(
      outlets: Self.outlets([(channels[0], down), (channels[1], mail)]), router: Self.router(channels, to: ["robot"]))
    await run(worker, for: 30_000)
    #expect(mail.singles.map(\.key) == ["7ZQ4M1X0AB-1-robot-via-mail"])
    #expect(await outbox.waiting.map(\.idempotencyKey) == ["7ZQ4M1X0AB-1-robot"])
  }

  @Test func whatHasNoOtherWayIsTroubleUntilTheNextConfiguration() async throws {
    await outbox.add(Sample.entry(channel: "gone"))
    let worker = worker([])
    await worker.replace(outlets: [], router: Self.router([], to: ["elsewhere"]))
    await worker.runOnce()
    let statistics = try #require(await worker.statistics()["gone"])
    #expect(statistics.failed == 1 && statistics.isInTrouble)
    #expect(
      await outbox.failedEntries.first?.lastError
        == LocalizedText(zh: "渠道“gone”已不存在", en: "there is no channel \"gone\" any more"))
    await worker.replace(outlets: [])
    #expect(await worker.statistics()["gone"] == nil)
  }
}
