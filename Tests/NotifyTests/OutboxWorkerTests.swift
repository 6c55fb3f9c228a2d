// The worker against scripted channels, a memory outbox and a clock that the test moves.
import Alerts
import ConfigFile
import Logging
import Notify
import Pipeline
import TestSupport
import Testing
import Words

@Suite struct OutboxWorkerTests {
  let clock = ManualClock()
  let outbox = MemoryOutbox()

  func worker(_ senders: [(Channel, any ChannelSender)], outbox: (any Outbox)? = nil) -> OutboxWorker {
    OutboxWorker(
      outbox: outbox ?? self.outbox, outlets: senders.map { OutboxWorker.Outlet(channel: $0.0, sender: $0.1) },
      clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// Runs rounds, moving the clock to what is due next, until `end` or nothing is left.
  func run(_ worker: OutboxWorker, until end: Timestamp) async {
    while let next = await worker.runOnce(), next <= end { clock.set(next) }
  }

  func fill(_ channel: String, count: Int, priority: Priority = .medium, prefix: String = "A") async {
    for index in 0..<count {
      let alert = Sample.alert("\(prefix)\(index)", priority: priority)
      await outbox.add(Sample.entry(Sample.raised(alert), channel: channel, at: clock.now))
    }
  }

  @Test func mostUrgentFirst() async {
    let sender = ScriptedSender()
    await fill("c", count: 3, priority: .low, prefix: "L")
    await fill("c", count: 2, priority: .critical, prefix: "C")
    await fill("c", count: 1, priority: .high, prefix: "H")
    await worker([(Channel(id: "c", kind: .email), sender)]).runOnce()
    #expect(sender.keys == ["C0-1-c", "C1-1-c", "H0-1-c", "L0-1-c", "L1-1-c", "L2-1-c"])
    #expect(sender.mostRunning == 1)
    #expect(await outbox.waiting.isEmpty)
  }

  @Test func webhooksTakeFourButKeepAnAlertsOrder() async {
    let sender = ScriptedSender(pause: { await Task.yield() })
    let alert = Sample.alert("ONE", priority: .critical)
    for event in [Sample.raised(alert), Sample.acknowledged(alert), Sample.cleared(Sample.acknowledged(alert).alert)] {
      await outbox.add(Sample.entry(event, channel: "w"))
    }
    await fill("w", count: 20)
    await worker([(Channel(id: "w", kind: .webhook), sender)]).runOnce()
    #expect(sender.keys.filter { $0.hasPrefix("ONE") } == ["ONE-1-w", "ONE-2-w", "ONE-3-w"])
    #expect(sender.keys.count == 23 && Set(sender.keys).count == 23)
    #expect(sender.mostRunning > 1 && sender.mostRunning <= 4)
  }

  @Test func laterEventsWaitForAFailedRaise() async {
    let sender = ScriptedSender([.retry(after: nil, reason: "down")])
    await outbox.add(Sample.entry(Sample.raised(), channel: "w"))
    await outbox.add(Sample.entry(Sample.cleared(), channel: "w"))
    let worker = worker([(Channel(id: "w", kind: .webhook), sender)])
    let next = await worker.runOnce()
    #expect(sender.keys == ["7ZQ4M1X0AB-1-w"])
    await run(worker, until: (next ?? clock.now) + 10_000)
    #expect(sender.keys == ["7ZQ4M1X0AB-1-w", "7ZQ4M1X0AB-1-w", "7ZQ4M1X0AB-2-w"])
    #expect(await outbox.deliveredEntries.count == 2)
  }

  @Test func aRestartForgetsNothing() async {
    let down = ScriptedSender(then: .retry(after: nil, reason: "down"))
    await fill("c", count: 3)
    await run(worker([(Channel(id: "c", kind: .webhook), down)]), until: clock.now + 30_000)
    #expect(await outbox.waiting.count == 3)
    #expect(await outbox.waiting.allSatisfy { $0.attempts >= 4 && $0.lastError == "down" })
    let up = ScriptedSender()
    await run(worker([(Channel(id: "c", kind: .webhook), up)]), until: clock.now + 60_000)
    #expect(Set(up.keys) == ["A0-1-c", "A1-1-c", "A2-1-c"] && up.keys.count == 3)
    #expect(await outbox.waiting.isEmpty)
  }

  @Test func theBudgetHoldsAndCriticalGoesFirst() async {
    let sender = ScriptedSender()
    await fill("c", count: 30, priority: .low)
    let worker = worker([(Channel(id: "c", kind: .wecom), sender)])
    await worker.runOnce()
    #expect(sender.keys.count == 12)
    await fill("c", count: 1, priority: .critical, prefix: "C")
    await worker.runOnce()
    #expect(sender.keys.last == "C0-1-c")
    await run(worker, until: clock.now + 600_000)
    #expect(sender.keys.count == 31)
    let times = sender.times.sorted()
    for index in times.indices where index >= 20 { #expect(times[index] - times[index - 20] >= 60_000) }
  }

  @Test func aBanStopsTheWholeChannel() async {
    let sender = ScriptedSender([.retry(after: 600_000, reason: "ban")])
    await fill("d", count: 3)
    let worker = worker([(Channel(id: "d", kind: .dingtalk), sender)])
    let next = await worker.runOnce()
    #expect(sender.keys.count == 1)
    #expect(next == clock.now + 600_000)
    await run(worker, until: clock.now + 1_200_000)
    #expect(await outbox.deliveredEntries.count == 3)
    #expect(sender.times[1] - sender.times[0] >= 600_000)
  }

  @Test func fallbackAfterThreeFailuresAndTheFirstWayGoesOn() async {
    let down = ScriptedSender(then: .retry(after: nil, reason: "down"))
    let up = ScriptedSender()
    await outbox.add(Sample.entry(channel: "a"))
    let worker = worker([
      (Channel(id: "a", kind: .wecom, fallback: "b"), down), (Channel(id: "b", kind: .webhook), up),
    ])
    await run(worker, until: clock.now + 120_000)
    #expect(up.keys == ["7ZQ4M1X0AB-1-a-via-b"])
    #expect(down.keys.count > 4)
    await run(worker, until: clock.now + 90_000_000)
    #expect(await outbox.waiting.isEmpty)
    #expect(await outbox.failedEntries.map(\.channel) == ["a"])
    #expect(up.keys.count == 1)
  }

  @Test func refusalFallsBackAtOnce() async {
    let refusing = ScriptedSender(then: .refused(reason: "code 93000"))
    let up = ScriptedSender()
    await outbox.add(Sample.entry(channel: "a"))
    let worker = worker([
      (Channel(id: "a", kind: .wecom, fallback: "b"), refusing), (Channel(id: "b", kind: .dingtalk), up),
    ])
    await worker.runOnce()
    #expect(up.keys == ["7ZQ4M1X0AB-1-a-via-b"] && refusing.keys.count == 1)
    #expect(await outbox.failedEntries.first?.lastError == "code 93000")
    #expect(await worker.statistics()["a"]?.failed == 1)
  }

  @Test func unknownChannelsFailVisibly() async {
    await outbox.add(Sample.entry(channel: "gone"))
    await worker([]).runOnce()
    #expect(await outbox.failedEntries.first?.lastError?.en.contains("gone") == true)
  }

  @Test(.timeLimit(.minutes(10))) func aSlowChannelHoldsUpNoOther() async {
    let (gate, opener) = AsyncStream.makeStream(of: Void.self)
    let slow = ScriptedSender(pause: { for await _ in gate { break } })
    let quick = ScriptedSender()
    await fill("slow", count: 500, priority: .critical)
    await fill("quick", count: 100, priority: .low, prefix: "Q")
    let worker = worker([(Channel(id: "slow", kind: .email), slow), (Channel(id: "quick", kind: .webhook), quick)])
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await worker.run() }
      await comes(true: { quick.keys.count >= 100 })
      #expect(slow.keys.count == 2, "a critical alert does not wait for the slow answer to another one")
      group.cancelAll()
      opener.finish()
    }
    // What was under way when the worker stopped is either delivered or still there.
    let delivered = await outbox.deliveredEntries.count
    let waiting = await outbox.waiting.count
    #expect(delivered + waiting == 600)
  }

  @Test(.timeLimit(.minutes(10))) func runWakesForNewEntriesAndForTime() async {
    let sender = ScriptedSender([.delivered, .retry(after: nil, reason: "down")])
    let worker = worker([(Channel(id: "c", kind: .webhook), sender)])
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await worker.run() }
      await outbox.add(Sample.entry(key: "one"))
      worker.wake()
      await comes(true: { await !outbox.deliveredEntries.isEmpty })
      await outbox.add(Sample.entry(Sample.raised(Sample.alert("B")), key: "two"))
      worker.wake()
      await comes(true: { await outbox.waiting.first?.attempts == 1 })
      clock.advance(by: 2_000)
      await comes(true: { await outbox.deliveredEntries.count >= 2 })
      group.cancelAll()
    }
    #expect(sender.keys == ["one", "two", "two"])
  }

  /// An outbox whose disk is full for a while.
  actor Stubborn: Outbox {
    let inner: MemoryOutbox
    var failures: Int
    struct DiskFull: Error {}

    init(_ inner: MemoryOutbox, failures: Int) {
      self.inner = inner
      self.failures = failures
    }

    func due(at now: Timestamp, excluding busy: Set<String>, limit: Int) async throws -> [OutboxEntry] {
      await inner.due(at: now, excluding: busy, limit: limit)
    }
    func due(at now: Timestamp, of channel: String, limit: Int) async throws -> [OutboxEntry] {
      await inner.due(at: now, of: channel, limit: limit)
    }
    func nextDue(after now: Timestamp) async throws -> Timestamp? { await inner.nextDue(after: now) }
    func settle(_ settlements: [Settlement], adding: [OutboxEntry], note: ChannelNote?) async throws {
      failures -= 1
      if failures >= 0 { throw DiskFull() }
      await inner.settle(settlements, adding: adding, note: note)
    }
    func notes() async throws -> [ChannelNote] { await inner.notes() }
  }

  @Test(.timeLimit(.minutes(10))) func aFullDiskSendsNothingTwice() async {
    let sender = ScriptedSender()
    await outbox.add(Sample.entry(channel: "c"))
    let worker = worker([(Channel(id: "c", kind: .webhook), sender)], outbox: Stubborn(outbox, failures: 3))
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await worker.run() }
      await comes(true: {
        clock.advance(by: 100)
        return await !outbox.deliveredEntries.isEmpty
      })
      group.cancelAll()
    }
    #expect(sender.keys.count == 1)
  }
}
