// Alerts of one place and cause in one message: what is new waits in the outbox until its group speaks.
import Alerts
import Pipeline

extension OutboxWorker {
  /// Puts off what waits for its group, and returns the rest. In a flood nothing waits: digests come anyway.
  func gather(_ entries: [OutboxEntry], _ id: String, _ round: inout Round) async throws -> [OutboxEntry] {
    guard let outlet = lines[id]?.outlet, let grouping = outlet.channel.grouping, lines[id]?.flood.flood == nil else {
      return entries
    }
    var ready: [OutboxEntry] = []
    var waiting: [OutboxEntry] = []
    // Later steps of an alert stay behind its earlier ones, whatever time each bears.
    var kept: [String: Timestamp] = [:]
    for entry in entries {
      let alert = entry.event.alert.id
      if let due = kept[alert] {
        waiting.append(entry.put(off: max(due, entry.nextAttemptAt)))
      } else if !entry.wasPutOff, let key = outlet.group(of: entry),
        let due = lines[id]?.groups.due(of: key, arrival: entry.createdAt, at: round.now, grouping), due > round.now
      {
        waiting.append(entry.put(off: due))
        kept[alert] = due
      } else {
        ready.append(entry)
      }
    }
    try await putOff(waiting, id, entries.count, &round)
    lines[id]?.statistics.grouped += waiting.count
    return ready
  }

  /// What would leave together if nothing else were in the way: a group, or a notification of no group alone.
  func messages(_ entries: [OutboxEntry], _ id: String) -> [[OutboxEntry]] {
    guard let outlet = lines[id]?.outlet else { return [] }
    var messages: [[OutboxEntry]] = []
    var positions: [String: Int] = [:]
    for entry in entries {
      guard let key = outlet.group(of: entry) else {
        messages.append([entry])
        continue
      }
      if let position = positions[key] {
        messages[position].append(entry)
      } else {
        positions[key] = messages.count
        messages.append([entry])
      }
    }
    return messages
  }
}
