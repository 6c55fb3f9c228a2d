// Writing: alert states, audit, lane positions and outbox entries in one transaction.
package import Alerts
import GRDB
package import Notify
package import Pipeline

extension Store: AlertStorage {
  /// The last change of a lane whose consequences are stored; nil for a lane never heard of.
  package func applied(lane: String) async throws(StoreError) -> LaneStep? {
    try await appliedSteps()[lane]
  }

  package func appliedSteps() async throws(StoreError) -> [String: LaneStep] {
    try await read { db in
      let rows = try Row.fetchAll(db, sql: "SELECT lane, position, ordinal FROM lane_positions")
      return Dictionary(uniqueKeysWithValues: rows.map { row in (row["lane"] as String, LaneStep(row)) })
    }
  }

  package func appliedClocks() async throws(StoreError) -> [String: Timestamp] {
    try await read { db in
      let rows = try Row.fetchAll(db, sql: "SELECT lane, clock FROM lane_positions WHERE clock > 0")
      return Dictionary(
        uniqueKeysWithValues: rows.map { row in (row["lane"] as String, Timestamp(milliseconds: row["clock"])) })
    }
  }

  /// Everything that one change caused; `events` get their numbers here. Returns false, and changes nothing, when the
  /// position is applied already.
  @discardableResult
  package func commit(
    lane: String, position: JournalPosition, ordinal: UInt32, events: [AlertEvent], outbox: [OutboxEntry]
  ) async throws(StoreError) -> Bool {
    let step = LaneStep(position: position, ordinal: ordinal)
    let numbered = events.map { NumberedEvent(sequence: 0, event: $0) }
    return try await commit([AlertCommit(lane: lane, step: step, events: numbered, outbox: outbox)])[0]
  }

  /// The same for what no lane caused: actions of people, shelves that end.
  package func commit(events: [AlertEvent], outbox: [OutboxEntry]) async throws(StoreError) {
    let numbered = events.map { NumberedEvent(sequence: 0, event: $0) }
    _ = try await commit([AlertCommit(events: numbered, outbox: outbox)])
  }

  fileprivate static let deskClockKey = "desk clock"

  package func deskClock() async throws(StoreError) -> Timestamp? {
    try await meta(Self.deskClockKey).flatMap { Int64($0) }.map { Timestamp(milliseconds: $0) }
  }

  @discardableResult
  package func commit(_ commits: [AlertCommit]) async throws(StoreError) -> [Bool] {
    try await write { db in
      let json = StoredJSON()
      if let clock = commits.compactMap(\.deskClock).max() { try db.advanceDesk(to: clock) }
      return try commits.map { commit in
        if let lane = commit.lane, let step = commit.step, try !db.advance(lane, to: step, at: commit.clock) {
          return false
        }
        for numbered in commit.events { try db.insert(numbered, json) }
        for entry in commit.outbox { try db.insert(entry, json) }
        try db.insert(commit.orders, json)
        for settlement in commit.settlements { try db.settle(settlement) }
        for note in commit.notes { try db.remember(note, json) }
        for record in commit.quiets { try db.insert(record, json) }
        return true
      }
    }
  }
}

extension LaneStep {
  fileprivate init(_ row: Row) {
    let position: Int64 = row["position"]
    let ordinal: Int64 = row["ordinal"]
    self.init(position: JournalPosition(position), ordinal: UInt32(ordinal))
  }
}

extension Database {
  /// Never back.
  fileprivate func advanceDesk(to clock: Timestamp) throws {
    try execute(
      sql: """
        INSERT INTO meta (key, value) VALUES (?, ?)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value
        WHERE CAST(excluded.value AS INTEGER) > CAST(value AS INTEGER)
        """, arguments: [Store.deskClockKey, String(clock.milliseconds)])
  }

  /// False when the lane is there or further already.
  fileprivate func advance(_ lane: String, to step: LaneStep, at clock: Timestamp?) throws -> Bool {
    try execute(
      sql: """
        INSERT INTO lane_positions (lane, position, ordinal, clock) VALUES (?, ?, ?, ?)
        ON CONFLICT (lane) DO UPDATE SET position = excluded.position, ordinal = excluded.ordinal,
          clock = max(clock, excluded.clock)
        WHERE (excluded.position, excluded.ordinal) > (position, ordinal)
        """, arguments: [lane, Int64(step.position), Int64(step.ordinal), clock?.milliseconds ?? 0])
    return changesCount > 0
  }

  fileprivate func insert(_ numbered: NumberedEvent, _ json: StoredJSON) throws {
    let event = numbered.event
    try execute(
      sql: """
        INSERT INTO alert_events (sequence, alert_id, number, kind, at, by, comment, event) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (alert_id, number) DO NOTHING
        """,
      arguments: [
        numbered.sequence > 0 ? numbered.sequence : nil, event.alert.id, event.number, event.kind.rawValue,
        event.at.milliseconds, event.by, event.comment?.description, try json.text(event),
      ])
    try insert(event.alert, json)
  }

  /// An older state never overwrites a newer one.
  private func insert(_ alert: Alert, _ json: StoredJSON) throws {
    try execute(
      sql: """
        INSERT INTO alerts (id, step, rule, subject, place, rank, raised_at, cleared_at, closed_at, state)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET step = excluded.step, place = excluded.place, rank = excluded.rank,
          cleared_at = excluded.cleared_at, closed_at = excluded.closed_at, state = excluded.state
        WHERE excluded.step > step
        """,
      arguments: [
        alert.id, alert.step, alert.rule, alert.subject, alert.place, alert.traits.priority.rank,
        alert.raisedAt.milliseconds, alert.clearedAt?.milliseconds, alert.closedAt?.milliseconds, try json.text(alert),
      ])
  }
}
