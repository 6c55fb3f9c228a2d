import Alerts
import Pipeline
import TestSupport

@testable import App
@testable import Notify
@testable import Store

extension World {

  /// The outbox worker's loop, one turn: it looks when it would look, begins what it would begin.
  func deliver(_ process: LaneProcess) async throws {
    let now = process.clock.now
    guard process.isAwake || (process.nextLook.map { $0 <= now } ?? false) else { return }
    process.isAwake = false
    let (jobs, next) = await process.worker.look()
    process.nextLook = next
    let isFromMemory = await process.desk.storageTrouble != nil
    let worker = process.worker
    // All at once, whatever the first of them is answered.
    for job in jobs {
      note("sends", job.entries.count, job.entries.first?.event.number ?? 0)
      chronicle.post.starts(job.entries, on: job.channel, at: now, isFromMemory: isFromMemory)
      noteStart(of: job, isFromMemory: isFromMemory)
    }
    for job in jobs where process.fate.isAlive {
      await process.sending.start(job.channel) { await worker.attempt(job) }
      // An end of an attempt is a reason to look again.
      process.isAwake = true
    }
    try await checkWorker(process)
  }

  private func noteStart(of job: OutboxWorker.Job, isFromMemory: Bool) {
    if isFromMemory, job.entries.contains(where: { $0.id < 0 }) { chance.saw(.deliveredFromMemory) }
    if job.entries.count > 1 { chance.saw(.digestSent) }
    if job.channel == SimulatedPost.spare { chance.saw(.secondWay) }
    if job.entries.isEmpty { chance.saw(.spokeForItself) }
  }

  /// An answer comes.
  func answer(_ process: LaneProcess) async {
    guard !process.sending.waiting.isEmpty else { return }
    let index = chance.dice.pick(0...process.sending.waiting.count - 1)
    let attempt = process.sending.waiting[index]
    chance.saw(.slowAnswer)
    let result = arrive(attempt.message, on: attempt.channel, process)
    await process.sending.end(index, result)
    process.isAwake = true
  }

  /// A message reaches the channel, or does not, and its answer comes back, or the process dies before.
  func arrive(
    _ message: SimulatedSending.Message, on channel: String, _ process: LaneProcess
  ) -> DeliveryResult {
    guard process.fate.effect() else { return .retry(after: nil, reason: "dead") }
    let answer = post.answer(on: channel)
    if answer.hasArrived { come(message.entries, on: channel) }
    _ = process.fate.effect()
    note("answered", message.entries.count, answer.hasArrived ? 1 : 0)
    chronicle.post.answered(message, on: channel, answer.result, at: process.clock.now)
    return answer.result
  }

  private func come(_ entries: [OutboxEntry], on channel: String) {
    chronicle.post.came(entries)
    for entry in entries {
      let key = entry.idempotencyKey
      if chronicle.post.letters[key]?.arrivals ?? 0 > 1 { chance.saw(.deliveredTwice) }
      if channel != SimulatedPost.hook, !key.contains("-\(SimulatedPost.hook)-via-") {
        told[entry.event.key(SimulatedPost.robots[0])] = entry.event
      }
    }
  }

  /// The process is gone: what was under way may have come all the same.
  func cutOff(_ process: LaneProcess) async {
    while let attempt = process.sending.waiting.last {
      let hasArrived = chance.dice.chance(50)
      if hasArrived { come(attempt.message.entries, on: attempt.channel) }
      chance.saw(.diedWhileSending)
      let result: DeliveryResult = hasArrived ? .delivered : .retry(after: nil, reason: "dead")
      await process.sending.end(process.sending.waiting.count - 1, result, isCancelled: true)
    }
    chronicle.post.died()
  }

  private func checkWorker(_ process: LaneProcess) async throws {
    guard process.fate.isAlive else { return }
    if let violation = chronicle.post.violations.first { throw Violation(description: violation) }
    for (channel, statistics) in await process.worker.statistics() {
      let count = chronicle.post.count(on: channel)
      if count > statistics.capacity && statistics.capacity > 0 {
        throw Violation(description: "\(count) attempts on \(channel) at once")
      }
      if count != process.sending.waiting.count(where: { $0.channel == channel }) {
        throw Violation(description: "attempts on \(channel) are not counted right")
      }
    }
  }

  /// At rest the worker remembers nothing of what is over.
  func checkWorkerAtRest(_ process: LaneProcess) async throws {
    // A reminder that was tried from memory is not taken in behind another one: of it nothing is heard again.
    let left = await process.worker.leftovers.filter { chronicle.post.letters[$0]?.event.isReminder != true }
    if !left.isEmpty { throw Violation(description: "the worker still holds what is over: \(left)") }
    chronicle.post.checkEnd()
    if let violation = chronicle.post.violations.first { throw Violation(description: violation) }
  }

  /// Time until something that waits may go out; nil: nothing waits for time.
  func waitForPost(_ process: LaneProcess) async throws -> Int64? {
    guard !process.isAwake, process.sending.waiting.isEmpty else { return nil }
    if try await store.nextDue(after: .distantPast) == nil { return nil }
    guard let next = process.nextLook else {
      throw Violation(description: "a notification waits and nobody will look")
    }
    return max(0, next - process.clock.now)
  }
}

extension OutboxWorker {
  fileprivate var leftovers: [String] {
    Array(inFlight) + Array(alone) + lines.values.flatMap(\.handedOver)
  }
}
