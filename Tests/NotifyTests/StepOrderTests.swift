// Steps of one alert reach a channel in the order in which they happened, whatever clock gave each its time.
import Alerts
import Logging
import Pipeline
import TestSupport
import Testing

@testable import Notify

@Suite struct StepOrderTests {
  let clock = ManualClock()
  let outbox = MemoryOutbox()

  private func worker(
    _ sender: any ChannelSender, _ channel: Channel = Channel(id: "c", kind: .wecom)
  ) -> OutboxWorker {
    OutboxWorker(
      outbox: outbox, outlets: [OutboxWorker.Outlet(channel: channel, sender: sender)],
      clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// What a lane found bears the lane's time, what a person did the service's.
  @Test func anEarlierTimeDoesNotOvertake() async {
    let robot = ScriptedRobot()
    await outbox.add(Sample.entry(Sample.raised(), at: clock.now - 1_000))
    await outbox.add(Sample.entry(Sample.cleared(), at: clock.now - 3_000))
    await worker(robot).runOnce()
    #expect(robot.singles.map(\.key) == ["7ZQ4M1X0AB-1-c", "7ZQ4M1X0AB-2-c"])
  }

  /// Meant for a channel that is gone, the first step was written here behind the second.
  @Test func whatWasMeantForAnotherChannelComesFirst() async {
    let robot = ScriptedRobot()
    await outbox.add(Sample.entry(Sample.cleared(), at: clock.now))
    await outbox.add(Sample.entry(Sample.raised(), at: clock.now))
    await worker(robot).runOnce()
    #expect(robot.singles.map(\.key) == ["7ZQ4M1X0AB-1-c", "7ZQ4M1X0AB-2-c"])
  }

  /// The first step came later than the second by its clock: it waits for its group, and the second with it.
  @Test func aGroupDoesNotTearSteps() async {
    let robot = ScriptedRobot()
    var channel = Channel(id: "c", kind: .wecom)
    channel.grouping = Grouping(by: [.place], wait: 30_000, interval: 60_000)
    let worker = worker(robot, channel)
    await outbox.add(Sample.entry(Sample.raised(), at: clock.now))
    await outbox.add(Sample.entry(Sample.cleared(), at: clock.now - 40_000))
    await worker.runOnce()
    #expect(robot.singles.isEmpty && robot.bulletins.isEmpty)
    clock.advance(by: 30_000)
    await worker.runOnce()
    #expect(robot.digests == [2])
  }

  @Test func aDigestDoesNotOvertakeWhatIsUnderWay() async {
    let worker = worker(ScriptedRobot())
    let alert = Sample.alert("SLOW", priority: .critical)
    await outbox.add(Sample.entry(Sample.raised(alert)))
    #expect(await worker.look().jobs.map { $0.entries.map(\.idempotencyKey) } == [["SLOW-1-c"]])
    await outbox.add(Sample.entry(Sample.cleared(alert)))
    for index in 0..<30 {
      await outbox.add(Sample.entry(Sample.raised(Sample.alert("B\(index)", priority: .critical))))
    }
    let jobs = await worker.look().jobs
    #expect(jobs.flatMap { $0.entries.map(\.idempotencyKey) }.sorted() == (0..<30).map { "B\($0)-1-c" }.sorted())
  }

  /// A reload without the channel and one with it again: the robot that wanted nothing for a while still wants nothing.
  @Test func aChannelThatComesBackIsStillBlocked() async {
    let robot = ScriptedRobot([.retry(after: 600_000, reason: "banned")])
    let worker = worker(robot)
    await outbox.add(Sample.entry())
    await worker.runOnce()
    await worker.replace(outlets: [])
    await worker.replace(outlets: [OutboxWorker.Outlet(channel: Channel(id: "c", kind: .wecom), sender: robot)])
    await outbox.add(Sample.entry(Sample.raised(Sample.alert("NEXT", priority: .critical))))
    await worker.runOnce()
    #expect(robot.singles.count == 1)
    clock.advance(by: 600_000)
    await worker.runOnce()
    #expect(robot.singles.map(\.key).contains("NEXT-1-c"))
  }
}
