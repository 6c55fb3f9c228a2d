// The desk's way to the database: transactions wait in a queue and are written in order, many at a time when many wait, and again and
// again when the database refuses. What can never be written is set aside (`CommitQueue`), and the rest goes on.
import Alerts
import Notify
import Orders
import Pipeline

extension AlertDesk {
  /// Does what is due by then in strides, each on its way to disk before the next begins: no transaction grows with the time that
  /// nobody was there, and others get their turn in between. In `events` the last stride, which usually is all.
  ///
  /// While it waits others may act, so a caller looks at the book only afterwards.
  @discardableResult
  func catchUp(to time: Timestamp) async -> [AlertEvent] {
    clock = max(clock, time)
    while true {
      let stride = book.stride(to: time, atMost: policy.stepsAtOnce)
      enqueue(stride.events.map { ($0, time) }, orders: OrderOutcome(), at: clock, lane: nil, step: nil)
      if stride.isLast { return stride.events }
      // While the database refuses only `advance` knocks.
      if trouble == nil { await writeAll() } else { await Task.yield() }
    }
  }

  @discardableResult
  func finish(_ events: [AlertEvent], at: Timestamp, quiets: [QuietRecord] = []) async -> Bool {
    enqueue(events.map { ($0, at) }, lane: nil, step: nil, quiets: quiets)
    return await writeAll()
  }

  func enqueue(_ events: [TimedEvent], lane: String?, step: LaneStep?, quiets: [QuietRecord] = []) {
    enqueue(events, orders: OrderOutcome(), at: clock, lane: lane, step: step, quiets: quiets)
  }

  func enqueue(
    _ events: [TimedEvent], orders outcome: OrderOutcome, at time: Timestamp, lane: String?, step: LaneStep?,
    quiets: [QuietRecord] = []
  ) {
    guard !events.isEmpty || !outcome.isEmpty || !quiets.isEmpty else { return }
    let (events, caused) = settle(events, outcome, at: time)
    var commit = AlertCommit(lane: lane, step: step)
    commit.quiets = quiets
    let notices: [OutboxEntry]
    (commit.orders, notices) = records(of: caused, at: time)
    commit.clock = step == nil ? nil : lane.flatMap { clocks[$0] }
    commit.deskClock = book.clock
    let newest = Dictionary(events.map { ($0.event.alert.id, $0.event.number) }, uniquingKeysWith: max)
    for (event, now) in events {
      commit.events.append(NumberedEvent(sequence: nextSequence(), event: event))
      if event.kind == .repeated, isOvertaken(event, newest[event.alert.id], by: now) { continue }
      commit.outbox += policy.channels(event).map { channel in
        OutboxEntry(event: event, channel: channel, at: now, id: memoryID())
      }
      if event.alert.isClosed { keepClosed(event.alert) }
    }
    commit.outbox += notices
    enqueue(commit)
  }

  /// After a long absence nobody needs each of the repetitions that were missed, but for the last: what follows in the same
  /// transaction, or comes with a later stride of the same way, has overtaken it.
  private func isOvertaken(_ event: AlertEvent, _ newest: Int?, by now: Timestamp) -> Bool {
    event.number != newest || book.hasStep(event.alert.id, by: now)
  }

  func enqueue(_ commit: AlertCommit) {
    queue.append(commit)
    if trouble != nil { publishWaiting() }
  }

  /// Writes everything that waits. False while the database refuses.
  @discardableResult
  func writeAll(retrying: Bool = false) async -> Bool { await write(through: queue.enqueued, retrying: retrying) }

  /// Writes the queue up to and including that transaction. False: not all of it is on disk. While the database refuses, it is
  /// kept for later, and only `retrying` knocks again.
  private func write(through number: UInt64, retrying: Bool) async -> Bool {
    var mayTry = retrying || trouble == nil
    let setAsideBefore = setAside.count
    while queue.written < number {
      if isWriting {
        await withCheckedContinuation { waiters.append($0) }
        mayTry = trouble == nil
        continue
      }
      guard mayTry else { return false }
      isWriting = true
      let batch = queue.next(steps: policy.stepsAtOnce)
      do throws(StoreError) {
        try await storage.commit(batch.map(\.commit))
        trouble = nil
        accept(batch.count)
      } catch {
        mayTry = refused(batch.count, error)
      }
      isWriting = false
      let resumed = waiters
      waiters = []
      for waiter in resumed { waiter.resume() }
    }
    return setAside.count == setAsideBefore
  }

  private func accept(_ count: Int) {
    let done = queue.accept(count)
    for entry in done {
      if !entry.isPublished { feed.publish(entry.commit.events) }
      for settlement in entry.commit.settlements where unwritten[settlement.entry.idempotencyKey] == settlement {
        unwritten[settlement.entry.idempotencyKey] = nil
      }
    }
    if done.contains(where: { !$0.commit.outbox.isEmpty }) { policy.wakeOutbox() }
  }

  /// True: there is something to try at once.
  private func refused(_ count: Int, _ error: StoreError) -> Bool {
    switch queue.refuse(count, error) {
    case .again: return true
    case .later:
      if trouble == nil { trouble = (error, clock) } else { trouble?.error = error }
      publishWaiting()
      return false
    case .setAside(let culprit):
      if !culprit.isPublished { feed.publish(culprit.commit.events) }
      if let found = setAside.take(culprit.commit, error, at: clock) { policy.noteSetAside(found) }
      if !culprit.commit.outbox.isEmpty { policy.wakeOutbox() }
      // Nothing is left that the database refuses.
      if queue.waiting.isEmpty { trouble = nil }
      return true
    }
  }

  /// Live pages and notifications go on while the database does not.
  private func publishWaiting() {
    let commits = queue.takeUnpublished()
    for commit in commits { feed.publish(commit.events) }
    if commits.contains(where: { !$0.outbox.isEmpty }) { policy.wakeOutbox() }
  }
}
