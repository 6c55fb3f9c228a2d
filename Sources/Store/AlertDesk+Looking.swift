// What the desk shows: lists, stories and the live stream, also while the database lags behind.
package import Alerts
import Notify

extension AlertDesk {
  /// A page of alerts; open ones come from memory.
  package func list(_ query: AlertQuery) async throws(StoreError) -> AlertPage {
    if !query.includeClosed { return query.page(of: book.open) }
    let waiting = (setAside.events + queue.waiting.flatMap(\.commit.events)).map(\.event.alert)
    let stored = try await storage.alerts(query)
    if waiting.isEmpty { return stored }
    // What waits in memory is newer than what is stored.
    var newest = Dictionary(stored.alerts.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    for alert in waiting where alert.step >= newest[alert.id]?.step ?? 0 { newest[alert.id] = alert }
    var page = query.page(of: newest.values)
    if page.next == nil, stored.next != nil { page.next = page.alerts.last.map(AlertQuery.Cursor.init(after:)) }
    return page
  }

  /// An alert with everything that happened to it; nil when there is none of that id.
  package func story(_ id: String) async throws(StoreError) -> AlertStory? {
    let stored = try await storage.story(id)
    let known = stored?.events.last?.event.number ?? 0
    let waiting = queue.waiting.flatMap(\.commit.events).filter { $0.event.alert.id == id && $0.event.number > known }
    let entries = queue.waiting.flatMap(\.commit.outbox).filter { $0.event.alert.id == id && $0.event.number > known }
    let aside = setAside.events.filter { $0.event.alert.id == id }
    let events = ((stored?.events ?? []) + waiting + aside).sorted { $0.event.number < $1.event.number }
    let newest = ([stored?.alert] + events.map(\.event.alert)).compactMap(\.self).max { $0.step < $1.step }
    guard let newest else { return nil }
    let asideEntries = setAside.outbox.filter { $0.event.alert.id == id }
    return AlertStory(
      alert: newest, events: events,
      deliveries: (stored?.deliveries ?? []) + (entries + asideEntries).map(DeliveryRecord.init(waiting:)))
  }

  /// Every event from now on; with `after`, first what came above that number.
  package func events(after: Int64? = nil) -> AlertEventStream {
    let unseen = queue.waiting.lazy.filter { !$0.isPublished }.compactMap(\.commit.events.first)
    let newest = unseen.first.map { $0.sequence - 1 } ?? sequence
    // A number that was never given is one of another database.
    let last = min(after ?? newest, newest)
    return AlertEventStream(
      desk: self, last: last, isBehind: last < newest && !feed.covers(after: last), live: feed.subscribe(after: last))
  }

  /// Events above that number, in order: what is stored, and what live pages have seen although the database has not taken it.
  func happened(after last: Int64, atMost limit: Int) async throws(StoreError) -> [NumberedEvent] {
    // Looked at first: what leaves the queue meanwhile is then in the database, or aside.
    let waiting = queue.waiting.filter(\.isPublished).flatMap(\.commit.events)
    let stored = try await storage.events(after: last, limit: limit)
    let others = (waiting + setAside.events).filter { $0.sequence > last }
    guard !others.isEmpty else { return stored }
    let all = Dictionary((stored + others).map { ($0.sequence, $0) }, uniquingKeysWith: { first, _ in first })
    return Array(all.values.sorted { $0.sequence < $1.sequence }.prefix(limit))
  }
}
