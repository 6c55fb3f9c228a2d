import Alerts
import Notify
import Pipeline
import Store

/// What the simulation itself knows of every notification: whether it is committed, sent, come, marked. The judge of what may be sent
/// when, and of whether anything was left behind.
final class PostLedger {
  struct Letter {
    let key: String
    let channel: String
    /// As it was committed; until then as memory last had it, before a death perhaps.
    fileprivate(set) var event: AlertEvent
    /// The database has it, or has had it.
    var isCommitted = false
    /// What the database says became of it; nil: it waits.
    var end: Settlement?
    /// How often it has come.
    var arrivals = 0
    /// Not to be tried before, and how often it has failed: as the database knows it.
    fileprivate var stored = Pause()
    fileprivate var now = Now()
  }

  fileprivate struct Pause {
    var until = Timestamp.distantPast
    var attempts = 0
  }

  /// What the running process knows of it.
  fileprivate struct Now {
    var life = -1
    var pause: Pause?
    var isUnderWay = false
    /// The channel has taken or refused it.
    var isOver = false
  }

  private(set) var letters: [String: Letter] = [:]
  /// Keys of each alert and channel in the order in which they were committed.
  private var lines: [String: [String]] = [:]
  private(set) var violations: [String] = []
  private var life = 0
  private var underWay: [String: Int] = [:]
  private var blocked: [String: (life: Int, until: Timestamp)] = [:]
  /// First tried in this life: of each alert and channel the newest step.
  private var newest: [String: Int] = [:]
  /// When messages left on each channel, in this life.
  private var sent: [String: [Timestamp]] = [:]
  private var gone: Set<String> = []
  private let policy: RetryPolicy

  init(policy: RetryPolicy) { self.policy = policy }

  func wrong(_ what: String) { violations.append(what) }

  // MARK: - The database

  func took(_ commit: AlertCommit) {
    for entry in commit.outbox where letters[entry.idempotencyKey]?.isCommitted != true {
      edit(entry) {
        $0.isCommitted = true
        $0.event = entry.event
      }
      lines[line(entry), default: []].append(entry.idempotencyKey)
    }
    for settlement in commit.settlements { edit(settlement.entry) { took(settlement, &$0) } }
  }

  private func took(_ settlement: Settlement, _ letter: inout Letter) {
    let entry = settlement.entry
    switch settlement {
    case .postponed:
      let hasFailed = entry.attempts > letter.stored.attempts
      letter.stored = Pause(until: entry.nextAttemptAt, attempts: entry.attempts)
      if hasFailed, let since = entry.failingSince, entry.nextAttemptAt - since > policy.giveUpAfter {
        wrong("\(letter.key) goes on after \(entry.nextAttemptAt - since) ms of failures")
      }
    case .delivered:
      if letter.arrivals == 0 { wrong("\(letter.key) is marked as delivered and never came") }
      letter.end = letter.end ?? settlement
    case .failed: letter.end = letter.end ?? settlement
    }
  }

  // MARK: - The process

  func died() {
    life += 1
    underWay = [:]
    newest = [:]
    sent = [:]
    gone = []
  }

  /// The process does not have that channel, or has it no more: what waits for it goes elsewhere.
  func lost(_ channel: String) { gone.insert(channel) }

  /// The worker begins to send this in one message.
  /// - Parameters:
  ///   - now: by the worker's clock.
  ///   - isFromMemory: the database refuses; what waits for it goes out all the same.
  func starts(_ entries: [OutboxEntry], on channel: String, at now: Timestamp, isFromMemory: Bool) {
    underWay[channel, default: 0] += 1
    checkBudget(of: channel, at: now)
    if let block = blocked[channel], block.life == life, now < block.until { wrong("\(channel) was to be left alone") }
    for entry in entries {
      let key = entry.idempotencyKey
      edit(entry) { letter in
        if letter.now.isUnderWay { wrong("\(key) is sent twice at once") }
        if letter.now.isOver { wrong("\(key) is sent again in the same life") }
        if let end = letter.end { wrong("\(key) is sent again, and the database says \(end)") }
        if !letter.isCommitted, !isFromMemory { wrong("\(key) is sent before it is committed") }
        let pause = letter.now.pause ?? letter.stored
        if now < pause.until { wrong("\(key) is sent \(pause.until - now) ms before its time") }
        if entry.attempts != pause.attempts {
          wrong("\(key) has failed \(pause.attempts) times, and the worker counts \(entry.attempts)")
        }
        letter.now.isUnderWay = true
      }
      checkOrder(entry, with: entries.map(\.idempotencyKey))
    }
  }

  /// A robot takes 20 messages a minute.
  private func checkBudget(of channel: String, at now: Timestamp) {
    guard SimulatedPost.robots.contains(channel) else { return }
    let times = (sent[channel] ?? []).suffix(20)
    if times.count == 20, now - times[times.startIndex] < 60_000 {
      wrong("\(channel) gets more than 20 messages a minute")
    }
    sent[channel] = times + [now]
  }

  /// Steps of an alert never overtake each other on a channel.
  private func checkOrder(_ entry: OutboxEntry, with: [String]) {
    if gone.contains(entry.channel) { return }
    let key = entry.idempotencyKey
    let line = line(entry)
    let before = (lines[line] ?? []).prefix { $0 != key }
    for other in before where !with.contains(other) {
      guard let letter = letters[other], letter.end == nil, !(letter.now.life == life && letter.now.isOver),
        !letter.event.isReminder, letter.event.number < entry.event.number
      else { continue }
      wrong("\(key) overtakes \(other)")
    }
    // What was meant for another channel comes late.
    guard entry.channel == SimulatedPost.hook else { return }
    if letters[key]?.now.pause == nil, !entry.event.isReminder, entry.event.number < newest[line] ?? 0 {
      wrong("\(key) comes behind step \(newest[line] ?? 0)")
    }
    newest[line] = max(newest[line] ?? 0, entry.event.number)
  }

  func came(_ entries: [OutboxEntry]) {
    for entry in entries { edit(entry) { $0.arrivals += 1 } }
  }

  /// The worker has got its answer; what it then writes down it knows.
  func answered(_ message: SimulatedSending.Message, on channel: String, _ result: DeliveryResult, at now: Timestamp) {
    let entries = message.entries
    underWay[channel, default: 1] -= 1
    if case .retry(let after?, _) = result {
      let before = blocked[channel].flatMap { $0.life == life ? $0.until : nil }
      blocked[channel] = (life, max(now + after, before ?? .distantPast))
    }
    let pausing = entries.max { $0.attempts < $1.attempts }
    for entry in entries {
      edit(entry) { letter in
        letter.now.isUnderWay = false
        switch result {
        case .unfit where message.isBulletin: letter.now.pause = Pause(until: now, attempts: entry.attempts)
        case .delivered, .refused, .unfit: letter.now.isOver = true
        case .retry(let after, _):
          let attempts = (pausing?.attempts ?? 0) + 1
          let pause = max(after ?? 0, policy.pause(afterAttempt: attempts, key: pausing?.idempotencyKey ?? ""))
          letter.now.pause = Pause(until: now + pause, attempts: entry.attempts + 1)
          letter.now.isOver = now + pause - (entry.failingSince ?? now) > policy.giveUpAfter
        }
      }
    }
  }

  func count(on channel: String) -> Int { underWay[channel] ?? 0 }

  // MARK: - At the end

  /// Everything committed has come, or is known to be given up.
  func checkEnd() {
    for letter in letters.values.sorted(by: { $0.key < $1.key }) where letter.isCommitted {
      switch letter.end {
      case .delivered: break
      case .failed(let entry, _):
        if entry.lastError == nil { wrong("\(letter.key) was given up for no reason") }
      case .postponed, nil:
        // A reminder right behind another one is not taken in.
        if !letter.event.isReminder { wrong("\(letter.key) is left behind") }
      }
    }
  }

  // MARK: -

  /// Alerts of which a channel for people was given something up.
  var refused: Set<String> {
    let given = letters.values.filter { letter in
      if case .failed = letter.end { letter.channel != SimulatedPost.hook } else { false }
    }
    return Set(given.map(\.event.alert.id))
  }

  private func line(_ entry: OutboxEntry) -> String { "\(entry.event.alert.id)|\(entry.channel)" }

  private func edit(_ entry: OutboxEntry, _ change: (inout Letter) -> Void) {
    let key = entry.idempotencyKey
    var letter = letters[key] ?? Letter(key: key, channel: entry.channel, event: entry.event)
    if letter.now.life != life { letter.now = Now(life: life) }
    change(&letter)
    letters[key] = letter
  }
}
