// Transactions that wait to be written, in order. Pure: it says what the database is to take next, and what becomes of that when the
// database has taken or refused it. What can never be written must not hold up what is behind it: where the fault may lie in the
// transaction itself, each is written alone, the one at fault is divided until only what is at fault is left, and that is set aside.
import Alerts
import Notify

struct CommitQueue: Sendable {
  struct Waiting: Sendable {
    /// Counts the transactions. Of the parts of one only the last bears its number: with that the whole of it is through.
    var number: UInt64
    var commit: AlertCommit
    /// Live pages have seen it.
    var isPublished = false
    /// How often it was refused for what may be its own fault; once it has been, it is written alone.
    var failures = 0
  }

  /// What is to be done after a refusal.
  enum Verdict {
    /// The fault is the database's, or may pass: try again later.
    case later
    /// It is being looked for: try again at once.
    case again
    /// This can never be written, and is in the queue no more.
    case setAside(Waiting)
  }

  /// Transactions written at once.
  static let batch = 256
  /// How often one is tried alone when the reason does not say whether it is at fault; so many seconds.
  static let patience = 10

  private(set) var waiting: [Waiting] = []
  /// Steps of alerts and orders that wait.
  private(set) var steps = 0
  /// The first ones of `waiting` are being written.
  private var underway = 0
  /// Number of the newest transaction, and of the last one that is through.
  private(set) var enqueued: UInt64 = 0
  private(set) var written: UInt64 = 0

  mutating func append(_ commit: AlertCommit) {
    enqueued += 1
    steps += commit.steps
    waiting.append(Waiting(number: enqueued, commit: commit))
    if commit.isSettlement { forgetOvertaken(by: commit) }
  }

  /// While the database refuses for days each notification is tried again and again, and only how it stands in the end is worth
  /// keeping: earlier transactions that say only what became of notifications no longer speak of these. One of which nothing is left
  /// goes; whoever waits for it waits for the next.
  private mutating func forgetOvertaken(by commit: AlertCommit) {
    let keys = Set(commit.settlements.map(\.entry.idempotencyKey))
    let channels = Set(commit.notes.map(\.channel))
    for index in (underway..<waiting.count - 1).reversed()
    where waiting[index].failures == 0 && waiting[index].commit.isSettlement {
      waiting[index].commit.settlements.removeAll { keys.contains($0.entry.idempotencyKey) }
      waiting[index].commit.notes.removeAll { channels.contains($0.channel) }
      if waiting[index].commit.settlements.isEmpty, waiting[index].commit.notes.isEmpty { waiting.remove(at: index) }
    }
  }

  /// What is written at once: one transaction, or several with so many steps together.
  mutating func next(steps limit: Int) -> ArraySlice<Waiting> {
    var (count, steps) = (0, 0)
    for entry in waiting.prefix(Self.batch) {
      steps += entry.commit.steps
      if count > 0, entry.failures > 0 || steps > limit { break }
      count += 1
      if entry.failures > 0 { break }
    }
    underway = count
    return waiting.prefix(count)
  }

  /// The first ones are on disk.
  mutating func accept(_ count: Int) -> ArraySlice<Waiting> {
    underway = 0
    let done = waiting.prefix(count)
    waiting.removeFirst(count)
    for entry in done { leave(entry) }
    return done
  }

  /// The first ones were refused, and nothing of them is on disk.
  mutating func refuse(_ count: Int, _ error: StoreError) -> Verdict {
    underway = 0
    guard error.blame != .database, count > 0 else { return .later }
    let isCertain = error.blame == .data
    if count > 1 {
      for index in 0..<count { waiting[index].failures = 1 }
      return isCertain ? .again : .later
    }
    waiting[0].failures += 1
    guard isCertain || waiting[0].failures > Self.patience else { return .later }
    if let (first, second) = waiting[0].commit.halves {
      var head = waiting[0]
      (head.commit, head.number) = (first, written)
      waiting[0].commit = second
      waiting.insert(head, at: 0)
      return .again
    }
    let culprit = waiting.removeFirst()
    leave(culprit)
    return .setAside(culprit)
  }

  /// Those that live pages have not seen, in order; they have now. They are the newest ones.
  mutating func takeUnpublished() -> [AlertCommit] {
    let first = waiting.lastIndex(where: \.isPublished).map { $0 + 1 } ?? 0
    for index in first..<waiting.count { waiting[index].isPublished = true }
    return waiting[first...].map(\.commit)
  }

  private mutating func leave(_ entry: Waiting) {
    written = max(written, entry.number)
    steps -= entry.commit.steps
  }
}

extension AlertCommit {
  var steps: Int { events.count + orders.events.count }

  /// Says only what became of notifications.
  fileprivate var isSettlement: Bool {
    lane == nil && deskClock == nil && steps == 0 && outbox.isEmpty && quiets.isEmpty && orders.parts.isEmpty
  }

  /// Two transactions that together are this one; nil: it cannot be divided. The position comes last: killed in between, what the
  /// lane found comes again. Notifications come first: an alert must not be there without them.
  var halves: (AlertCommit, AlertCommit)? {
    let parts = parts
    guard parts.count > 1 else { return nil }
    let middle = parts.count / 2
    return (AlertCommit(joining: parts[..<middle]), AlertCommit(joining: parts[middle...]))
  }

  private var parts: [AlertCommit] {
    var parts = outbox.map { AlertCommit(outbox: [$0]) }
    parts += events.map { AlertCommit(events: [$0]) }
    parts += orders.parts.map { orders in
      var part = AlertCommit()
      part.orders = orders
      return part
    }
    parts += settlements.map { AlertCommit(settlements: [$0]) }
    parts += notes.map { note in
      var part = AlertCommit()
      part.notes = [note]
      return part
    }
    parts += quiets.map { quiet in
      var part = AlertCommit()
      part.quiets = [quiet]
      return part
    }
    guard lane != nil || deskClock != nil else { return parts }
    var position = AlertCommit(lane: lane, step: step)
    position.clock = clock
    position.deskClock = deskClock
    return parts + [position]
  }

  private init(joining parts: ArraySlice<AlertCommit>) {
    self.init(lane: parts.last?.lane, step: parts.last?.step)
    clock = parts.last?.clock
    deskClock = parts.last?.deskClock
    for part in parts {
      outbox += part.outbox
      events += part.events
      orders.append(part.orders)
      settlements += part.settlements
      notes += part.notes
      quiets += part.quiets
    }
  }
}

extension OrderRecords {
  fileprivate var parts: [OrderRecords] {
    func part(_ change: (inout OrderRecords) -> Void) -> OrderRecords {
      var part = OrderRecords()
      change(&part)
      return part
    }
    return events.map { event in part { $0.events = [event] } } + plans.map { plan in part { $0.plans = [plan] } }
      + credits.map { credit in part { $0.credits = [credit] } }
      + volunteers.map { volunteer in part { $0.volunteers = [volunteer] } }
  }

  fileprivate mutating func append(_ more: OrderRecords) {
    events += more.events
    plans += more.plans
    credits += more.credits
    volunteers += more.volunteers
  }
}
