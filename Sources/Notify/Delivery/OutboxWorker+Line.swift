// A channel with all that the worker knows of it: budget, flood, groups, proof of life, counts.
import Alerts
import Community
import Pipeline

extension OutboxWorker {
  struct Line {
    var outlet: Outlet
    var budget: Budget
    var flood = FloodMeter()
    var proof = ProofOfLife()
    var groups = GroupBook()
    var statistics = Statistics()
    /// Keys of entries that wait here and went to the fallback as well, and when to look for more of them at the earliest: reading
    /// many again at each new one would cost more than it is worth.
    var handedOver: Set<String> = []
    var nextHandOver = Timestamp.distantPast
    /// A message of the channel's own is under way.
    var isSpeaking = false

    init(_ outlet: Outlet, _ note: ChannelNote?) {
      self.outlet = outlet
      let kind = outlet.channel.kind
      budget = Budget(for: kind, remembering: note?.budget ?? Budget.Memory())
      flood = note?.flood ?? FloodMeter()
      proof = note?.proof ?? ProofOfLife()
      groups = note?.groups ?? GroupBook()
    }

    /// Robots and mail one at a time; a webhook takes a few, but events of one alert never overtake each other, because
    /// the outbox shows only the oldest.
    var capacity: Int { outlet.channel.kind == .webhook || outlet.channel.kind == .alertmanager ? 4 : 1 }
    /// A critical alert does not wait for the slow answer to another message.
    func hasRoom(critical: Bool) -> Bool { statistics.inFlight < capacity + (critical ? 1 : 0) }
    var bulletins: (any BulletinSender)? { outlet.sender as? any BulletinSender }

    /// What outlives a restart; nil where nothing does.
    var note: ChannelNote? {
      guard bulletins != nil else { return nil }
      var note = ChannelNote(channel: outlet.channel.id)
      note.budget = budget.memory
      note.flood = flood
      note.proof = proof
      note.groups = groups
      return note
    }
  }
}

extension OutboxWorker.Line {
  /// An attempt is over.
  mutating func hasEnded(_ job: OutboxWorker.Job) {
    statistics.inFlight = max(0, statistics.inFlight - 1)
    if job.entries.isEmpty { isSpeaking = false }
  }

  /// The channel was gone for a while: what had waited for it went elsewhere, and how it failed then says nothing.
  mutating func comesBack() {
    handedOver = []
    statistics.failingSince = nil
    statistics.lastError = nil
  }

  /// Notes what leaves in one message. For the flood a group counts once.
  mutating func note(_ entries: [OutboxEntry], at now: Timestamp) {
    var alone: [Timestamp] = []
    var together: [String: Timestamp] = [:]
    for entry in entries where entry.isFresh {
      let arrival = outlet.arrival(of: entry, at: now)
      if let group = outlet.group(of: entry) {
        together[group] = max(together[group] ?? arrival, arrival)
      } else {
        alone.append(arrival)
      }
    }
    flood.note(alone + together.values)
    guard let grouping = outlet.channel.grouping else { return }
    groups.told(Set(entries.compactMap(outlet.group(of:))), at: now, grouping)
  }

  /// What an answer means for the channel itself: the count of its flood, the end of one, the proof of life.
  mutating func hear(_ result: DeliveryResult, of job: OutboxWorker.Job, policy: RetryPolicy, at now: Timestamp) {
    let isDelivered = result == .delivered
    guard case .bulletin(let bulletin, _) = job.load else {
      if isDelivered { flood.told(job.entries.count(where: \.isFresh), announced: false) }
      return
    }
    switch bulletin.content {
    case .digest(let entries, let cause):
      guard isDelivered else { return }
      let announces = if case .floodBegins = cause { true } else { false }
      flood.told(entries.count(where: \.isFresh), announced: announces)
    case .floodEnded:
      if case .retry = result { flood.digested(at: now, every: outlet.channel.digestEvery) } else { flood.end() }
    case .proof:
      if isDelivered {
        proof = ProofOfLife()
        proof.day = outlet.zone.day(at: now).number
        statistics.lastError = nil
      } else {
        proof.attempts += 1
        proof.failingSince = proof.failingSince ?? now
        proof.nextAttempt = now + policy.pause(afterAttempt: proof.attempts + 4, key: bulletin.key)
        statistics.lastError = result.reason
      }
    }
  }
}

extension OutboxWorker.Outlet {
  /// The group that a notification belongs to; nil: it waits for no other.
  func group(of entry: OutboxEntry) -> String? { channel.grouping?.key(of: entry.event, ancestor: ancestor) }

  /// When a notification came, as far as floods are concerned: a group comes when it speaks.
  func arrival(of entry: OutboxEntry, at now: Timestamp) -> Timestamp {
    group(of: entry) == nil || isFromQuietHours(entry) ? min(entry.createdAt, now) : now
  }

  /// Quiet hours kept it until their end.
  func isFromQuietHours(_ entry: OutboxEntry) -> Bool {
    guard entry.attempts == 0, entry.wasPutOff, let quiet = channel.quietHours else { return false }
    return quiet.end(at: entry.nextAttemptAt - 1, in: zone) == entry.nextAttemptAt
  }
}

extension OutboxEntry {
  var isCritical: Bool { event.alert.traits.priority == .critical }
  /// Asks somebody, and was not tried yet.
  var isFresh: Bool { attempts == 0 && event.asks }
  /// It was tried, or waited for its group or for the end of quiet hours.
  var wasPutOff: Bool { attempts > 0 || nextAttemptAt > createdAt }

  /// Of one alert: an earlier step, or written earlier. Ids count up in the database; what only memory has counts down behind it.
  func isEarlier(than other: OutboxEntry) -> Bool {
    (event.number, id < 0 ? 1 : 0, abs(id)) < (other.event.number, other.id < 0 ? 1 : 0, abs(other.id))
  }

  func put(off time: Timestamp) -> OutboxEntry {
    var entry = self
    entry.nextAttemptAt = time
    return entry
  }
}
