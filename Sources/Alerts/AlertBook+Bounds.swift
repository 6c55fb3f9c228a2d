// What keeps the book finite, and its ids unique: limits on open alerts and on what is remembered of closed ones.
import Pipeline

extension AlertBook {
  /// Closes alerts while there are more open ones than allowed: cleared before active, less urgent first, oldest first.
  /// Cleared ones go in small batches, so that a flood does not sort the whole book for every raise.
  mutating func closeForRoom(at: Timestamp) -> [AlertEvent] {
    let excess = alerts.count - limits.openAlerts
    guard excess > 0 else { return [] }
    let least = alerts.values.sorted { $0.isLessNeeded(than: $1) }
    let batch = max(excess, limits.openAlerts / 64)
    let comment = Remark(
      zh: "未关闭报警过多，自动关闭", en: "closed to make room: more than \(limits.openAlerts) open alerts")
    var events: [AlertEvent] = []
    for (index, victim) in least.prefix(batch).enumerated() where index < excess || !victim.isActive {
      var alert = victim
      events.append(alert.close(at: at, comment: comment))
      keep(alert)
      counts.closedForRoom += 1
    }
    return events
  }

  /// The id of a new alert: derived, so that a replay finds the same one; never one that was given before.
  mutating func newID(_ key: Key, raisedAt: Timestamp) -> String {
    var count = occurrences[key].flatMap { $0.raisedAt == raisedAt ? $0.count : nil } ?? 0
    var id: String
    repeat {
      count += 1
      id = AlertIdentity.id(rule: key.rule, subject: key.subject, raisedAt: raisedAt, occurrence: count)
    } while alerts[id] != nil
    occurrences[key] = Occurrence(raisedAt: raisedAt, count: count)
    return id
  }

  mutating func remember(_ alert: Alert) {
    let known = occurrences[alert.key]
    let count = known?.raisedAt == alert.raisedAt ? (known?.count ?? 0) + 1 : 1
    occurrences[alert.key] = Occurrence(raisedAt: alert.raisedAt, count: count)
  }

  /// Forgets the older half of what is remembered of closed alerts, when it is too much.
  mutating func boundMemory() {
    if occurrences.count > limits.remembered + alerts.count {
      let old = occurrences.filter { activeIDs[$0.key] == nil }.sorted { $0.value.raisedAt < $1.value.raisedAt }
      for (key, _) in old.prefix(old.count / 2) { occurrences[key] = nil }
    }
    if forced.count > limits.remembered {
      let old = forced.sorted { ($0.value.raisedAt, $0.value.id) < ($1.value.raisedAt, $1.value.id) }
      for (key, _) in old.prefix(old.count / 2) { forced[key] = nil }
    }
    quiet.bound(limits.remembered + alerts.count)
  }
}

extension Alert {
  /// Which of two goes first when room is needed.
  fileprivate func isLessNeeded(than other: Alert) -> Bool {
    if isActive != other.isActive { return !isActive }
    if traits.priority != other.traits.priority { return traits.priority > other.traits.priority }
    return (raisedAt, id) < (other.raisedAt, other.id)
  }
}
