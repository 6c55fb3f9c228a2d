// Reading and writing orders, plans, volunteers and the bank.
import Alerts
import Community
import GRDB
package import Orders
package import Pipeline

extension Store: OrderStorage {
  package func openOrders() async throws(StoreError) -> [Order] {
    try await read { db in try db.orders("WHERE ended_at IS NULL ORDER BY ordered_at, id") }
  }

  package func planStates() async throws(StoreError) -> [PlanState] {
    try await read { db in
      let json = StoredJSON()
      return try String.fetchAll(db, sql: "SELECT value FROM maintenance_plans ORDER BY id").map {
        try json.value(PlanState.self, $0)
      }
    }
  }

  package func volunteers() async throws(StoreError) -> [Volunteer] {
    try await read { db in
      let json = StoredJSON()
      return try String.fetchAll(db, sql: "SELECT value FROM volunteers ORDER BY id").map {
        try json.value(Volunteer.self, $0)
      }
    }
  }

  package func order(_ id: String) async throws(StoreError) -> Order? {
    try await read { db in try db.orders("WHERE id = ?", [id]).first }
  }

  package func order(ticket: String) async throws(StoreError) -> Order? {
    try await read { db in try db.orders("WHERE ticket = ?", [ticket]).first }
  }

  package func orderStory(_ id: String) async throws(StoreError) -> OrderStory? {
    try await read { db in
      guard let order = try db.orders("WHERE id = ?", [id]).first else { return nil }
      let json = StoredJSON()
      let events = try String.fetchAll(
        db, sql: "SELECT event FROM order_events WHERE order_id = ? ORDER BY number", arguments: [id]
      ).map { try json.value(OrderEvent.self, $0) }
      return OrderStory(order: order, events: events, deliveries: try db.deliveries(of: id))
    }
  }

  package func orders(_ query: OrderQuery) async throws(StoreError) -> OrderPage {
    let (condition, arguments) = query.sql
    return try await read { db in OrderPage(try db.orders(condition, arguments), limit: query.limit) }
  }

  /// Every step of every order between two times, by time: what reports are made of. Before them, of each order that has one, the
  /// step before its first, which says how it stood when the time began.
  package func orderEvents(from: Timestamp, until: Timestamp) async throws(StoreError) -> [OrderEvent] {
    try await read { db in
      let json = StoredJSON()
      let before = try String.fetchAll(
        db,
        sql: """
          SELECT earlier.event FROM order_events AS earlier JOIN (
            SELECT order_id, MIN(number) AS number FROM order_events WHERE at >= ? AND at < ? GROUP BY order_id
          ) AS month ON earlier.order_id = month.order_id AND earlier.number = month.number - 1
          ORDER BY earlier.at, earlier.sequence
          """, arguments: [from.milliseconds, until.milliseconds])
      let within = try String.fetchAll(
        db, sql: "SELECT event FROM order_events WHERE at >= ? AND at < ? ORDER BY at, sequence",
        arguments: [from.milliseconds, until.milliseconds])
      return try (before + within).map { try json.value(OrderEvent.self, $0) }
    }
  }

  package func bankEntries(
    from: Timestamp, until: Timestamp, volunteer: String?
  ) async throws(StoreError) -> [BankEntry] {
    try await read { db in
      let who = volunteer == nil ? "" : "AND volunteer = ?"
      let arguments: StatementArguments = [from.milliseconds, until.milliseconds]
      return try Row.fetchAll(
        db, sql: "SELECT * FROM bank_entries WHERE at >= ? AND at < ? \(who) ORDER BY id",
        arguments: volunteer.map { arguments + [$0] } ?? arguments
      ).map(BankEntry.init(row:))
    }
  }

  package func bankEntry(_ id: Int64) async throws(StoreError) -> BankEntry? {
    try await read { db in
      try Row.fetchOne(db, sql: "SELECT * FROM bank_entries WHERE id = ?", arguments: [id]).map(BankEntry.init(row:))
    }
  }

  /// Removes orders that ended before a time, with their steps. The bank is never touched.
  @discardableResult
  package func pruneOrders(endedBefore time: Timestamp) async throws(StoreError) -> Int {
    var total = 0
    var removed: Int
    repeat {
      removed = try await write { db in
        let ids = try String.fetchAll(
          db, sql: "SELECT id FROM orders WHERE ended_at < ? LIMIT 100", arguments: [time.milliseconds])
        for id in ids {
          for (table, column) in [("order_events", "order_id"), ("order_alerts", "order_id"), ("orders", "id")] {
            try db.execute(sql: "DELETE FROM \(table) WHERE \(column) = ?", arguments: [id])
          }
        }
        return ids.count
      }
      total += removed
    } while removed == 100
    return total
  }
}

extension OrderQuery {
  /// The same selection and order as `page(of:)`, one row more than the limit.
  fileprivate var sql: (condition: String, arguments: StatementArguments) {
    var terms: [String] = includeEnded ? [] : ["ended_at IS NULL"]
    var arguments: StatementArguments = []
    if !states.isEmpty {
      terms.append("state IN (\(states.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")))")
    }
    if let place {
      terms.append("(place = ? OR (place >= ? AND place < ?))")
      arguments += [place, place + "/", place + "0"]
    }
    if let cursor {
      terms.append("(ordered_at < ? OR (ordered_at = ? AND id > ?))")
      arguments += [cursor.orderedAt.milliseconds, cursor.orderedAt.milliseconds, cursor.id]
    }
    arguments += [limit + 1]
    let condition = terms.isEmpty ? "" : "WHERE " + terms.joined(separator: " AND ")
    return ("\(condition) ORDER BY ordered_at DESC, id LIMIT ?", arguments)
  }
}

extension BankEntry {
  fileprivate init(row: Row) {
    let help: String? = row["help"]
    self.init(
      id: row["id"], key: row["key"], volunteer: row["volunteer"], name: row["name"], order: row["order_id"],
      help: help.flatMap(HelpKind.init(rawValue:)), points: row["points"], at: Timestamp(milliseconds: row["at"]),
      by: row["by"], reason: row["reason"], reverses: row["reverses"])
  }
}

extension Database {
  func insert(_ records: OrderRecords, _ json: StoredJSON) throws {
    for event in records.events { try insert(event, json) }
    for plan in records.plans {
      try execute(
        sql: """
          INSERT INTO maintenance_plans (id, made, value) VALUES (?, ?, ?)
          ON CONFLICT (id) DO UPDATE SET made = excluded.made, value = excluded.value WHERE excluded.made >= made
          """, arguments: [plan.id, plan.made, try json.text(plan)])
    }
    for entry in records.credits { try insert(entry) }
    for volunteer in records.volunteers {
      try execute(
        sql: """
          INSERT INTO volunteers (id, left_at, value) VALUES (?, ?, ?)
          ON CONFLICT (id) DO UPDATE SET left_at = excluded.left_at, value = excluded.value
          """, arguments: [volunteer.id, volunteer.leftAt?.milliseconds, try json.text(volunteer)])
    }
  }

  private func insert(_ event: OrderEvent, _ json: StoredJSON) throws {
    try execute(
      sql: """
        INSERT INTO order_events (order_id, number, kind, at, by, comment, event) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (order_id, number) DO NOTHING
        """,
      arguments: [
        event.order.id, event.number, event.kind.rawValue, event.at.milliseconds, event.by, event.comment?.description,
        try json.text(event),
      ])
    try insert(event.order, json)
  }

  /// An older state never overwrites a newer one.
  private func insert(_ order: Order, _ json: StoredJSON) throws {
    try execute(
      sql: """
        INSERT INTO orders (id, step, state, source, plan, place, rank, unit, person, climbed, ordered_at, deadline,
          missed_at, accepted_at, done_at, verified_at, ended_at, ticket, value)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET step = excluded.step, state = excluded.state, place = excluded.place,
          rank = excluded.rank, unit = excluded.unit, person = excluded.person, climbed = excluded.climbed,
          deadline = excluded.deadline, missed_at = excluded.missed_at, accepted_at = excluded.accepted_at,
          done_at = excluded.done_at, verified_at = excluded.verified_at, ended_at = excluded.ended_at,
          value = excluded.value
        WHERE excluded.step > step
        """,
      arguments: [
        order.id, order.step, order.state.rawValue, order.source.rawValue, order.plan, order.place,
        order.priority.rank, order.unit.zh, order.person?.name, order.climbed, order.orderedAt.milliseconds,
        order.deadline?.milliseconds, order.missedAt?.milliseconds, order.acceptedAt?.milliseconds,
        order.done?.at.milliseconds, order.verifiedAt?.milliseconds, order.endedAt?.milliseconds,
        order.report?.ticket, try json.text(order),
      ])
    for alert in order.alerts {
      try execute(
        sql: "INSERT INTO order_alerts (order_id, alert_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        arguments: [order.id, alert])
    }
  }

  private func insert(_ entry: BankEntry) throws {
    try execute(
      sql: """
        INSERT INTO bank_entries (key, volunteer, name, order_id, help, points, at, by, reason, reverses)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
        """,
      arguments: [
        entry.key, entry.volunteer, entry.name, entry.order, entry.help?.rawValue, entry.points,
        entry.at.milliseconds, entry.by, entry.reason, entry.reverses,
      ])
  }

  fileprivate func orders(_ condition: String, _ arguments: StatementArguments = []) throws -> [Order] {
    let json = StoredJSON()
    return try String.fetchAll(self, sql: "SELECT value FROM orders \(condition)", arguments: arguments)
      .map { try json.value(Order.self, $0) }
  }
}
