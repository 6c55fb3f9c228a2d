// What the worker starts now. Critical alerts first and alone; of the others one message a round and channel: a single alert, a
// group, or a digest in a flood, after quiet hours and when the budget would not do for one message each.
import Alerts
import Community
import Logging
import Pipeline

extension OutboxWorker {
  /// Ms within which critical alerts leave one by one, else together.
  private static let criticalPatience: Int64 = 5_000

  /// What a look finds: what to start, which channels can take nothing more, when to look again.
  struct Round {
    let now: Timestamp
    var jobs: [Job] = []
    var next: Timestamp?
    var busy: Set<String> = []

    mutating func lookAgain(at time: Timestamp) { next = next.map { min($0, time) } ?? time }
  }

  func look() async -> (jobs: [Job], next: Timestamp?) {
    var round = Round(now: clock.now)
    await recall()
    do {
      for id in lines.keys.sorted() { try await speak(id, &round) }
      for id in gone.sorted() { try await clear(id, &round) }
      try await handOver(&round)
      var room = 0
      for (id, line) in lines {
        let free = line.budget.next(at: round.now, critical: true)
        if line.hasRoom(critical: true) && free <= round.now {
          room += line.capacity
          continue
        }
        round.busy.insert(id)
        if free > round.now { round.lookAgain(at: free) }
      }
      while true {
        let limit = room + inFlight.count + 1
        settledMeanwhile.removeAll()
        let entries = try await outbox.due(at: round.now, excluding: round.busy, limit: limit)
        var moved = false
        for entry in entries where isFree(entry) && !round.busy.contains(entry.channel) {
          moved = true
          try await decide(entry, &round)
        }
        if entries.count < limit || !moved { break }
      }
      if let due = try await outbox.nextDue(after: round.now) { round.lookAgain(at: due) }
    } catch {
      logger.error("the outbox cannot be read; trying again in 5 s", metadata: ["error": "\(error)"])
      round.lookAgain(at: round.now + 5_000)
    }
    return (round.jobs, round.next)
  }

  func isFree(_ entry: OutboxEntry) -> Bool {
    !inFlight.contains(entry.idempotencyKey) && !settledMeanwhile.contains(entry.idempotencyKey)
  }

  /// What may be sent of all that is due on a channel: nothing twice, and no step of an alert before an earlier one that is under way,
  /// or that stands behind it because another clock gave it its time or because it was meant for a channel that is gone.
  private func inTurn(_ entries: [OutboxEntry]) -> [OutboxEntry] {
    if Set(entries.lazy.map(\.event.alert.id)).count == entries.count { return entries.filter(isFree) }
    var steps = Dictionary(grouping: entries) { $0.event.alert.id }
    for id in steps.keys { steps[id]?.sort { $1.isEarlier(than: $0) } }
    var held: Set<String> = []
    return entries.compactMap { place in
      let id = place.event.alert.id
      guard let entry = steps[id]?.popLast(), !held.contains(id) else { return nil }
      if isFree(entry) { return entry }
      held.insert(id)
      return nil
    }
  }

  private func decide(_ entry: OutboxEntry, _ round: inout Round) async throws {
    guard let line = lines[entry.channel] else {
      return try await sendElsewhere(entry, &round)
    }
    let bulletins = line.bulletins
    if entry.isCritical || bulletins == nil {
      let free = line.budget.next(at: round.now, critical: entry.isCritical)
      guard line.hasRoom(critical: entry.isCritical), free <= round.now else {
        round.busy.insert(entry.channel)
        if free > round.now { round.lookAgain(at: free) }
        return
      }
      guard let bulletins, line.budget.isLimited else { return start(entry, &round) }
      try await startCritical(entry, bulletins, &round)
    } else if let bulletins {
      // Critical ones stand before the others, so this channel is done with for this round.
      round.busy.insert(entry.channel)
      if line.hasRoom(critical: false) { try await startOrdinary(entry.channel, bulletins, &round) }
    }
  }

  // MARK: - Critical

  /// Alone while that brings all of them out soon enough; else everything critical that waits, in one message.
  private func startCritical(_ entry: OutboxEntry, _ sender: any BulletinSender, _ round: inout Round) async throws {
    let id = entry.channel
    let capacity =
      lines[id]?.budget.capacity(within: Self.criticalPatience, at: round.now, critical: true) ?? 0
    if try await critical(id, limit: capacity + 1, round.now).count <= capacity || alone.contains(entry.idempotencyKey)
    {
      if isFree(entry) { start(entry, &round) }
      return
    }
    let due = try await outbox.due(at: round.now, of: id, limit: Self.digestMax + inFlight.count)
    let all = inTurn(due).filter(\.isCritical)
    if all.count == 1 { return start(all[0], &round) }
    if !all.isEmpty { start(all, .critical, id, sender, &round) }
  }

  private func critical(_ id: String, limit: Int, _ now: Timestamp) async throws -> [OutboxEntry] {
    try await outbox.due(at: now, of: id, limit: limit + inFlight.count).filter { $0.isCritical && isFree($0) }
  }

  // MARK: - The others

  private func startOrdinary(_ id: String, _ sender: any BulletinSender, _ round: inout Round) async throws {
    // While nothing may leave nothing needs to be read.
    var free = lines[id]?.budget.next(at: round.now, critical: false) ?? round.now
    if let flood = lines[id]?.flood.flood { free = max(free, flood.nextDigest) }
    guard free <= round.now else { return round.lookAgain(at: free) }
    let due = try await outbox.due(at: round.now, of: id, limit: Self.digestMax + inFlight.count)
    let awake = try await hold(inTurn(due).filter { !$0.isCritical }, id, &round)
    let waiting = try await gather(awake, id, &round)
    guard var line = lines[id], !waiting.isEmpty else { return }
    let messages = messages(waiting, id)
    // What quiet hours or a ban kept came long ago: its number at their end is no flood.
    let fresh = messages.count { message in
      message.contains { $0.isFresh && round.now - line.outlet.arrival(of: $0, at: round.now) < FloodMeter.window }
    }
    _ = line.flood.isFlooded(with: fresh, at: round.now)
    lines[id] = line
    if let single = waiting.first(where: { alone.contains($0.idempotencyKey) }) { return start(single, &round) }
    if let flood = line.flood.flood {
      let period = line.outlet.channel.digestEvery
      let cause = flood.isAnnounced ? Bulletin.Cause.flood(since: flood.since) : .floodBegins(every: period)
      start(waiting, cause, id, sender, &round)
      return
    }
    if messages.count > 1 {
      if waiting.contains(where: line.outlet.isFromQuietHours) {
        return start(waiting, .quietHoursEnded, id, sender, &round)
      }
      let capacity = line.budget.capacity(within: 0, at: round.now, critical: false)
      if messages.count > capacity || waiting.contains(where: { $0.attempts > 0 }) {
        return start(waiting, .tooMany, id, sender, &round)
      }
    }
    if messages[0].count == 1 { start(waiting[0], &round) } else { start(messages[0], .group, id, sender, &round) }
  }

  /// Puts off what quiet hours keep, and returns the rest.
  private func hold(_ entries: [OutboxEntry], _ id: String, _ round: inout Round) async throws -> [OutboxEntry] {
    guard let outlet = lines[id]?.outlet, let quiet = outlet.channel.quietHours,
      let end = quiet.end(at: round.now, in: outlet.zone)
    else { return entries }
    let kept = entries.filter { quiet.priorities.contains($0.event.alert.traits.priority) }
    try await putOff(kept.map { $0.put(off: end) }, id, entries.count, &round)
    lines[id]?.statistics.held += kept.count
    return entries.filter { !quiet.priorities.contains($0.event.alert.traits.priority) }
  }

  /// Writes down until when notifications wait.
  /// - Parameter looked: how many were looked at; there may be more.
  func putOff(_ entries: [OutboxEntry], _ id: String, _ looked: Int, _ round: inout Round) async throws {
    if entries.isEmpty { return }
    try await outbox.settle(entries.map { .postponed($0) }, adding: [], note: lines[id]?.note)
    for entry in entries { settledMeanwhile.insert(entry.idempotencyKey) }
    if looked >= Self.digestMax { round.lookAgain(at: round.now) }
  }

  // MARK: - Starting

  private func start(_ entry: OutboxEntry, _ round: inout Round) {
    guard let outlet = lines[entry.channel]?.outlet else { return }
    launch([entry], outlet, .single(entry, outlet.sender), &round)
  }

  private func start(
    _ entries: [OutboxEntry], _ cause: Bulletin.Cause, _ id: String, _ sender: any BulletinSender, _ round: inout Round
  ) {
    guard let outlet = lines[id]?.outlet else { return }
    let covered = Array(entries.prefix(Self.digestMax))
    let bulletin = Bulletin(.digest(covered, cause), key: covered[0].idempotencyKey + "-digest")
    // Critical ones have their own way: however many digests they need, the others keep their time.
    if cause != .critical { lines[id]?.flood.digested(at: round.now, every: outlet.channel.digestEvery) }
    lines[id]?.statistics.digests += 1
    launch(covered, outlet, .bulletin(bulletin, sender), &round)
  }

  func launch(_ entries: [OutboxEntry], _ outlet: Outlet, _ load: Job.Load, _ round: inout Round) {
    let id = outlet.channel.id
    for entry in entries { inFlight.insert(entry.idempotencyKey) }
    lines[id]?.budget.spend(at: round.now)
    lines[id]?.statistics.inFlight += 1
    if outlet.sender is any BulletinSender { lines[id]?.note(entries, at: round.now) }
    round.jobs.append(Job(channel: id, load: load, fallback: outlet.channel.fallback))
  }
}
