// The outbox without a disk: for tests, and the reference for what the protocol means.
import Alerts
package import Pipeline

package actor MemoryOutbox: Outbox {
  package private(set) var waiting: [OutboxEntry] = []
  package private(set) var deliveredEntries: [OutboxEntry] = []
  package private(set) var failedEntries: [OutboxEntry] = []
  private var remembered: [String: ChannelNote] = [:]
  private var keys: Set<String> = []
  private var lastID: Int64 = 0

  package init() {}

  package func due(at now: Timestamp, excluding busy: Set<String>, limit: Int) -> [OutboxEntry] {
    var seen: Set<Line> = []
    // `waiting` stands in the order of ids.
    let heads = waiting.filter { !busy.contains($0.channel) && seen.insert(Line($0)).inserted }
    return first(limit, of: heads.filter { $0.nextAttemptAt <= now })
  }

  package func due(at now: Timestamp, of channel: String, limit: Int) -> [OutboxEntry] {
    var held: Set<Line> = []
    let due = waiting.filter { entry in
      guard entry.channel == channel, !held.contains(Line(entry)) else { return false }
      if entry.nextAttemptAt > now { held.insert(Line(entry)) }
      return entry.nextAttemptAt <= now
    }
    return first(limit, of: due)
  }

  package func nextDue(after now: Timestamp) -> Timestamp? {
    waiting.lazy.map(\.nextAttemptAt).filter { $0 > now }.min()
  }

  package func settle(_ settlements: [Settlement], adding: [OutboxEntry], note: ChannelNote?) {
    for entry in adding where !keys.contains(entry.idempotencyKey) {
      let last = waiting.last { Line($0) == Line(entry) }
      if entry.event.isReminder, last?.event.isReminder ?? false { continue }
      keys.insert(entry.idempotencyKey)
      lastID += 1
      var entry = entry
      entry.id = lastID
      waiting.append(entry)
    }
    var gone: Set<String> = []
    for settlement in settlements {
      let key = settlement.entry.idempotencyKey
      switch settlement {
      case .postponed(let entry):
        if let index = waiting.firstIndex(where: { $0.idempotencyKey == key }) { waiting[index] = entry }
        continue
      case .delivered(let entry, _): deliveredEntries.append(entry)
      case .failed(let entry, _): failedEntries.append(entry)
      }
      gone.insert(key)
    }
    if !gone.isEmpty { waiting.removeAll { gone.contains($0.idempotencyKey) } }
    if let note { remembered[note.channel] = note }
  }

  package func add(_ entry: OutboxEntry) async { settle([], adding: [entry], note: nil) }

  package func notes() -> [ChannelNote] { remembered.values.sorted { $0.channel < $1.channel } }

  private func first(_ limit: Int, of entries: [OutboxEntry]) -> [OutboxEntry] {
    let sorted = entries.sorted {
      ($0.event.alert.traits.priority.rank, $0.createdAt, $0.id) < (
        $1.event.alert.traits.priority.rank, $1.createdAt, $1.id
      )
    }
    return Array(sorted.prefix(limit))
  }

  private struct Line: Hashable {
    var channel: String
    var alert: String

    init(_ entry: OutboxEntry) {
      channel = entry.channel
      alert = entry.event.alert.id
    }
  }
}
