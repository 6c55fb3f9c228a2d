// The outbox without a disk: for tests, and the reference for what the protocol means.
import Alerts
package import Pipeline

package actor MemoryOutbox: Outbox {
  package private(set) var waiting: [OutboxEntry] = []
  package private(set) var deliveredEntries: [OutboxEntry] = []
  package private(set) var failedEntries: [OutboxEntry] = []
  private var keys: Set<String> = []
  private var lastID: Int64 = 0

  package init() {}

  package func due(at now: Timestamp, excluding busy: Set<String>, limit: Int) -> [OutboxEntry] {
    heads().filter { $0.nextAttemptAt <= now && !busy.contains($0.channel) }
      .sorted {
        ($0.event.alert.traits.priority.rank, $0.id) < ($1.event.alert.traits.priority.rank, $1.id)
      }
      .prefix(limit).map { $0 }
  }

  package func nextDue(after now: Timestamp) -> Timestamp? {
    waiting.map(\.nextAttemptAt).filter { $0 > now }.min()
  }

  package func delivered(_ entry: OutboxEntry, at: Timestamp) {
    waiting.removeAll { $0.id == entry.id }
    deliveredEntries.append(entry)
  }

  package func postpone(_ entry: OutboxEntry) {
    guard let index = waiting.firstIndex(where: { $0.id == entry.id }) else { return }
    waiting[index] = entry
  }

  package func failed(_ entry: OutboxEntry, at: Timestamp) {
    waiting.removeAll { $0.id == entry.id }
    failedEntries.append(entry)
  }

  package func add(_ entry: OutboxEntry) {
    guard keys.insert(entry.idempotencyKey).inserted else { return }
    lastID += 1
    var entry = entry
    entry.id = lastID
    waiting.append(entry)
  }

  /// The oldest waiting entry of each alert and channel.
  private func heads() -> [OutboxEntry] {
    var seen: Set<String> = []
    return waiting.sorted { $0.id < $1.id }.filter { seen.insert("\($0.channel)|\($0.event.alert.id)").inserted }
  }
}
