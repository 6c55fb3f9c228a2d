// Carries notifications from the outbox to the channels: most urgent first, within each channel's budget, again and again
// until they arrive. It keeps nothing that matters in memory; after a crash the outbox still knows everything.
import Alerts
package import Logging
package import Pipeline

package actor OutboxWorker {
  /// A channel and the way to it.
  package struct Outlet: Sendable {
    package var channel: Channel
    package var sender: any ChannelSender

    package init(channel: Channel, sender: any ChannelSender) {
      self.channel = channel
      self.sender = sender
    }
  }

  /// What has happened on a channel since the start.
  package struct Statistics: Sendable, Equatable {
    package var delivered = 0
    package var retried = 0
    package var failed = 0
    package var inFlight = 0
    package var lastError: String?
  }

  private struct Line {
    var outlet: Outlet
    var budget: Budget
    var statistics = Statistics()

    /// Robots and mail one at a time; a webhook takes a few, but events of one alert never overtake each other, because
    /// the outbox shows only the oldest.
    var capacity: Int { outlet.channel.kind == .webhook ? 4 : 1 }
    var hasRoom: Bool { statistics.inFlight < capacity }
  }

  private struct Job: Sendable {
    var entry: OutboxEntry
    var sender: any ChannelSender
    var fallback: String?
  }

  private let outbox: any Outbox
  private let clock: any DeliveryClock
  private let policy: RetryPolicy
  private let logger: Logger
  private let signal = WakeSignal()
  private var lines: [String: Line] = [:]
  /// Entries being delivered, and those settled while the outbox was being read (its answer may still show them).
  private var inFlight: Set<Int64> = []
  private var settledMeanwhile: Set<Int64> = []

  package init(
    outbox: any Outbox, outlets: [Outlet], clock: any DeliveryClock = SystemDeliveryClock(),
    policy: RetryPolicy = RetryPolicy(), logger: Logger = Logger(label: "linli.notify")
  ) {
    self.outbox = outbox
    self.clock = clock
    self.policy = policy
    self.logger = logger
    for outlet in outlets {
      lines[outlet.channel.id] = Line(outlet: outlet, budget: Budget(for: outlet.channel.kind))
    }
  }

  /// The channels of a new configuration. Budgets and counts of channels that stay are kept.
  package func replace(outlets: [Outlet]) {
    let old = lines
    lines = [:]
    for outlet in outlets {
      var line = Line(outlet: outlet, budget: Budget(for: outlet.channel.kind))
      if let before = old[outlet.channel.id], before.outlet.channel.kind == outlet.channel.kind {
        line = before
        line.outlet = outlet
      }
      lines[outlet.channel.id] = line
    }
    signal.notify()
  }

  package func statistics() -> [String: Statistics] { lines.mapValues(\.statistics) }

  /// Something new is in the outbox.
  package nonisolated func wake() { signal.notify() }

  /// Delivers until the task is cancelled; attempts under way are then cancelled and stay in the outbox.
  package func run() async {
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        let (jobs, next) = await look()
        for job in jobs { group.addTask { await self.attempt(job) } }
        await wait(until: next)
      }
    }
  }

  /// Delivers everything that is due now, and returns when to look again (nil: when something new comes). What `run` does,
  /// one round at a time, for tests and for emptying the outbox before a planned stop.
  @discardableResult
  package func runOnce() async -> Timestamp? {
    while true {
      let (jobs, next) = await look()
      if jobs.isEmpty { return next }
      await withDiscardingTaskGroup { group in
        for job in jobs { group.addTask { await self.attempt(job) } }
      }
    }
  }

  private func wait(until deadline: Timestamp?) async {
    let (signal, clock) = (signal, clock)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await signal.wait() }
      if let deadline { group.addTask { await clock.sleep(until: deadline) } }
      await group.next()
      group.cancelAll()
    }
  }

  // MARK: - What can start now

  private func look() async -> (jobs: [Job], next: Timestamp?) {
    let now = clock.now
    var jobs: [Job] = []
    var next: Timestamp?
    func lookAgain(at time: Timestamp) { next = next.map { min($0, time) } ?? time }

    var busy: Set<String> = []
    var room = 0
    for (id, line) in lines {
      let free = line.budget.next(at: now, critical: true)
      if line.hasRoom && free <= now {
        room += line.capacity
        continue
      }
      busy.insert(id)
      if free > now { lookAgain(at: free) }
    }
    do {
      while true {
        let limit = room + inFlight.count + 1
        settledMeanwhile.removeAll()
        let entries = try await outbox.due(at: now, excluding: busy, limit: limit)
        var moved = false
        for entry in entries where !inFlight.contains(entry.id) && !settledMeanwhile.contains(entry.id) {
          guard !busy.contains(entry.channel) else { continue }
          moved = true
          guard let line = lines[entry.channel] else {
            try await fail(entry, reason: "there is no channel \"\(entry.channel)\" any more", at: now)
            continue
          }
          let free = line.budget.next(at: now, critical: entry.event.alert.traits.priority == .critical)
          if line.hasRoom && free <= now {
            jobs.append(start(entry, on: line.outlet, at: now))
          } else {
            busy.insert(entry.channel)
            if free > now { lookAgain(at: free) }
          }
        }
        if entries.count < limit || !moved { break }
      }
      if let due = try await outbox.nextDue(after: now) { lookAgain(at: due) }
    } catch {
      logger.error("the outbox cannot be read; trying again in 5 s", metadata: ["error": "\(error)"])
      lookAgain(at: now + 5_000)
    }
    return (jobs, next)
  }

  private func start(_ entry: OutboxEntry, on outlet: Outlet, at now: Timestamp) -> Job {
    inFlight.insert(entry.id)
    lines[entry.channel]?.budget.spend(at: now)
    lines[entry.channel]?.statistics.inFlight += 1
    return Job(entry: entry, sender: outlet.sender, fallback: outlet.channel.fallback)
  }

  private func fail(_ entry: OutboxEntry, reason: String, at now: Timestamp) async throws {
    var entry = entry
    entry.lastError = reason
    logger.error(
      "a notification cannot be delivered", metadata: ["key": "\(entry.idempotencyKey)", "why": "\(reason)"])
    try await outbox.failed(entry, at: now)
  }

  // MARK: - One attempt

  private func attempt(_ job: Job) async {
    let result = await job.sender.send(job.entry, now: clock.now)
    // A stop is no failure of the channel: the entry stays as it is and is sent after the next start.
    if result == .delivered || !Task.isCancelled {
      await settle(policy.outcome(of: result, for: job.entry, at: clock.now), result, job)
    }
    inFlight.remove(job.entry.id)
    settledMeanwhile.insert(job.entry.id)
    if let running = lines[job.entry.channel]?.statistics.inFlight, running > 0 {
      lines[job.entry.channel]?.statistics.inFlight = running - 1
    }
    signal.notify()
  }

  /// Writes the outcome down, however long that takes: the channel stays busy until it is, because an entry that is
  /// delivered but not known to be would be sent again and again.
  private func settle(_ outcome: RetryPolicy.Outcome, _ result: DeliveryResult, _ job: Job) async {
    note(outcome, result, job)
    while true {
      do {
        return try await write(outcome, job)
      } catch {
        if Task.isCancelled { return }
        logger.error("the outbox cannot be written; trying again in 1 s", metadata: ["error": "\(error)"])
        await clock.sleep(until: clock.now + 1_000)
      }
    }
  }

  private func write(_ outcome: RetryPolicy.Outcome, _ job: Job) async throws {
    let now = clock.now
    // First the second way, then the end of the first: a crash in between repeats, and the key drops the double.
    if let channel = job.fallback, let kind = lines[channel]?.outlet.channel.kind, kind.takes(job.entry.event),
      let entry = policy.fallback(for: outcome, to: channel, at: now)
    {
      try await outbox.add(entry)
    }
    switch outcome {
    case .delivered: try await outbox.delivered(job.entry, at: now)
    case .postponed(let entry): try await outbox.postpone(entry)
    case .failed(let entry): try await outbox.failed(entry, at: now)
    }
  }

  private func note(_ outcome: RetryPolicy.Outcome, _ result: DeliveryResult, _ job: Job) {
    let id = job.entry.channel
    let metadata: Logger.Metadata = ["channel": "\(id)", "key": "\(job.entry.idempotencyKey)"]
    switch outcome {
    case .delivered:
      lines[id]?.statistics.delivered += 1
      lines[id]?.statistics.lastError = nil
      logger.debug("delivered", metadata: metadata)
    case .postponed(let entry):
      lines[id]?.statistics.retried += 1
      lines[id]?.statistics.lastError = entry.lastError
      logger.warning("not delivered, will try again: \(entry.lastError ?? "")", metadata: metadata)
    case .failed(let entry):
      lines[id]?.statistics.failed += 1
      lines[id]?.statistics.lastError = entry.lastError
      logger.error("not delivered, given up: \(entry.lastError ?? "")", metadata: metadata)
    }
    if case .retry(let after?, _) = result { lines[id]?.budget.block(until: clock.now + after) }
  }
}
