// Carries notifications from the outbox to the channels: most urgent first, within each channel's budget, again and again
// until they arrive. It keeps nothing that matters in memory; after a crash the outbox still knows everything.
import Alerts
package import Community
package import Logging
package import Pipeline
package import Words

package actor OutboxWorker {
  /// A channel and the way to it.
  package struct Outlet: Sendable {
    package var channel: Channel
    package var sender: any ChannelSender
    /// Local time of quiet hours and of the proof of life.
    package var zone: LocalTimeTable
    /// The path of the place of a level that a place lies in, for groups.
    package var ancestor: @Sendable (_ level: Place.Level, _ path: String) -> String?

    package init(
      channel: Channel, sender: any ChannelSender, zone: LocalTimeTable = .utc,
      ancestor: @escaping @Sendable (_ level: Place.Level, _ path: String) -> String? = { _, _ in nil }
    ) {
      self.channel = channel
      self.sender = sender
      self.zone = zone
      self.ancestor = ancestor
    }
  }

  /// What has happened on a channel since the start.
  package struct Statistics: Sendable, Equatable {
    /// Notifications, however many messages they were.
    package var delivered = 0
    package var retried = 0
    package var failed = 0
    /// Attempts under way, and how many there may be, the one more for a critical alert included.
    package var inFlight = 0
    package var capacity = 0
    /// Digests that left, notifications that waited for the end of quiet hours, and that waited for their group.
    package var digests = 0
    package var held = 0
    package var grouped = 0
    package var lastError: LocalizedText?
    /// The first of the attempts that failed in a row; nil: the last one did not.
    package var failingSince: Timestamp?
    /// They have failed for so long that somebody must look after it.
    package var deliversNothing = false
    /// The flood that the channel is in.
    package var floodSince: Timestamp?
    /// The daily proof of life does not get through.
    package var lacksProof = false

    package init() {}

    /// Ms for which attempts may fail in a row: ten minutes, and half of one for the attempt that follows a ban of ten.
    package static let patience: Int64 = 630_000

    /// Something was given up and nothing has been delivered since, or nothing gets through for long.
    package var isInTrouble: Bool { deliversNothing || (failed > 0 && lastError != nil) }
  }

  struct Job: Sendable {
    enum Load: Sendable {
      case single(OutboxEntry, any ChannelSender)
      case bulletin(Bulletin, any BulletinSender)
    }
    var channel: String
    var load: Load
    var fallback: String?

    var entries: [OutboxEntry] {
      switch load {
      case .single(let entry, _): [entry]
      case .bulletin(let bulletin, _):
        if case .digest(let entries, _) = bulletin.content { entries } else { [] }
      }
    }
  }

  /// Notifications in one digest at most.
  static let digestMax = 2_000

  let outbox: any Outbox
  let clock: any DeliveryClock
  let policy: RetryPolicy
  let logger: Logger
  /// What the proof of life says about a local day: its begin and end, and the channel.
  let census: (@Sendable (Timestamp, Timestamp, String) async -> AlertCensus?)?
  private let signal = WakeSignal()
  var lines: [String: Line] = [:]
  /// Keys of entries being delivered, and of those settled while the outbox was being read (its answer may still show them).
  var inFlight: Set<String> = []
  var settledMeanwhile: Set<String> = []
  /// Keys of entries whose digest the receiver would not have: they go alone.
  var alone: Set<String> = []
  /// Where the present configuration sends what waits for a channel that it does not know; nil: nowhere.
  var router: Router?
  /// Channels that the last configuration knew and this one does not, until nothing waits for them.
  var gone: Set<String> = []
  /// All that configurations since the start knew and this one does not, should they come back.
  private var retired: [String: Line] = [:]
  /// What happened to notifications for channels that there are no more, by their ids, since the last configuration.
  var orphans: [String: Statistics] = [:]
  /// What the channels remembered; nil: not read yet.
  private var notes: [String: ChannelNote]?

  package init(
    outbox: any Outbox, outlets: [Outlet], clock: any DeliveryClock = SystemDeliveryClock(),
    policy: RetryPolicy = RetryPolicy(), logger: Logger = Logger(label: "linli.notify"),
    census: (@Sendable (_ from: Timestamp, _ to: Timestamp, _ channel: String) async -> AlertCensus?)? = nil
  ) {
    self.outbox = outbox
    self.clock = clock
    self.policy = policy
    self.logger = logger
    self.census = census
    for outlet in outlets { lines[outlet.channel.id] = Line(outlet, nil) }
  }

  /// The channels of a new configuration. Budgets and counts of channels that stay are kept.
  /// - Parameter router: where to send what waits for channels that are gone; nil: it fails.
  package func replace(outlets: [Outlet], router: Router? = nil) {
    self.router = router
    orphans = [:]
    gone.formUnion(lines.keys)
    // One that comes back is the same robot, with the same patience.
    let old = lines.merging(retired) { present, _ in present }
    lines = [:]
    for outlet in outlets {
      var line = Line(outlet, notes?[outlet.channel.id])
      if let before = old[outlet.channel.id], before.outlet.channel.kind == outlet.channel.kind {
        line = before
        line.outlet = outlet
        if before.outlet.channel.fallback != outlet.channel.fallback { line.handedOver = [] }
        if retired[outlet.channel.id] != nil { line.comesBack() }
      }
      lines[outlet.channel.id] = line
    }
    gone.subtract(lines.keys)
    retired = old.filter { lines[$0.key] == nil }
    signal.notify()
  }

  package func statistics() -> [String: Statistics] {
    let now = clock.now
    let present = lines.mapValues { line in
      var statistics = line.statistics
      statistics.capacity = line.capacity + 1
      statistics.deliversNothing = line.statistics.failingSince.map { now - $0 >= Statistics.patience } ?? false
      statistics.floodSince = line.flood.flood?.since
      statistics.lacksProof = line.outlet.channel.heartbeat != nil && line.proof.isMissing(at: now)
      return statistics
    }
    return present.merging(orphans) { present, _ in present }
  }

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

  /// Reads, once, what the channels remembered. A robot may have got one message that nobody could write down any more.
  func recall() async {
    // What cannot be read must hold nothing up; the next look tries again.
    guard notes == nil, let read = try? await outbox.notes() else { return }
    let now = clock.now
    notes = Dictionary(read.map { ($0.channel, $0) }, uniquingKeysWith: { _, last in last })
    for (id, line) in lines {
      guard let note = notes?[id] else { continue }
      var fresh = Line(line.outlet, note)
      if fresh.budget.isLimited { fresh.budget.spend(at: now) }
      fresh.statistics = line.statistics
      lines[id] = fresh
    }
  }

  // MARK: - One attempt

  func attempt(_ job: Job) async {
    let result =
      switch job.load {
      case .single(let entry, let sender): await sender.send(entry, now: clock.now)
      case .bulletin(let bulletin, let sender): await sender.send(bulletin, now: clock.now)
      }
    // A stop is no failure of the channel: the entries stay as they are and are sent after the next start.
    if result == .delivered || !Task.isCancelled { await settle(result, job) }
    for entry in job.entries {
      inFlight.remove(entry.idempotencyKey)
      settledMeanwhile.insert(entry.idempotencyKey)
    }
    lines[job.channel]?.hasEnded(job)
    retired[job.channel]?.hasEnded(job)
    signal.notify()
  }

  /// Writes the outcome down, however long that takes: the channel stays busy until it is, because an entry that is
  /// delivered but not known to be would be sent again and again.
  private func settle(_ result: DeliveryResult, _ job: Job) async {
    let outcomes = self.outcomes(of: result, for: job)
    note(outcomes, result, job)
    await write { now in
      var settlements: [Settlement] = []
      var adding: [OutboxEntry] = []
      for outcome in outcomes {
        settlements.append(outcome.settlement(at: now))
        if let channel = job.fallback, let kind = self.lines[channel]?.outlet.channel.kind,
          kind.takes(outcome.entry.event),
          let entry = self.policy.fallback(for: outcome, to: channel, at: now)
        {
          adding.append(entry)
          if case .postponed(let old) = outcome { self.lines[job.channel]?.handedOver.insert(old.idempotencyKey) }
        }
      }
      try await self.outbox.settle(settlements, adding: adding, note: self.lines[job.channel]?.note)
    }
  }

  private func write(_ body: (Timestamp) async throws -> Void) async {
    while true {
      do {
        return try await body(clock.now)
      } catch {
        if Task.isCancelled { return }
        logger.error("the outbox cannot be written; trying again in 1 s", metadata: ["error": "\(error)"])
        await clock.sleep(until: clock.now + 1_000)
      }
    }
  }

  private func outcomes(of result: DeliveryResult, for job: Job) -> [RetryPolicy.Outcome] {
    let now = clock.now
    if case .unfit(let reason) = result, case .bulletin = job.load {
      for entry in job.entries { alone.insert(entry.idempotencyKey) }
      return job.entries.map { entry in
        var entry = entry
        entry.lastError = reason
        entry.nextAttemptAt = now
        return .postponed(entry)
      }
    }
    return policy.outcomes(of: result, for: job.entries, at: now)
  }

  private func note(_ outcomes: [RetryPolicy.Outcome], _ result: DeliveryResult, _ job: Job) {
    guard var line = lines[job.channel] else { return }
    defer { lines[job.channel] = line }
    for outcome in outcomes {
      let metadata: Logger.Metadata = ["channel": "\(job.channel)", "key": "\(outcome.entry.idempotencyKey)"]
      switch outcome {
      case .delivered(let entry):
        line.statistics.delivered += 1
        line.statistics.lastError = nil
        line.handedOver.remove(entry.idempotencyKey)
        alone.remove(entry.idempotencyKey)
        logger.debug("delivered", metadata: metadata)
      case .postponed(let entry):
        line.statistics.retried += 1
        line.statistics.lastError = entry.lastError
        logger.warning("not delivered, will try again: \(entry.lastError?.en ?? "")", metadata: metadata)
      case .failed(let entry):
        line.statistics.failed += 1
        line.statistics.lastError = entry.lastError
        line.handedOver.remove(entry.idempotencyKey)
        alone.remove(entry.idempotencyKey)
        logger.error("not delivered, given up: \(entry.lastError?.en ?? "")", metadata: metadata)
      }
    }
    switch result {
    case .delivered: line.statistics.failingSince = nil
    // Whether the daily proof of life gets through is told apart (`lacksProof`).
    case .retry, .refused:
      if !job.entries.isEmpty { line.statistics.failingSince = line.statistics.failingSince ?? clock.now }
    // The channel takes messages.
    case .unfit: break
    }
    if case .retry(let after?, _) = result { line.budget.block(until: clock.now + after) }
    line.hear(result, of: job, policy: policy, at: clock.now)
  }
}
