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

  /// Every event from now on; with `after`, first what came above that sequence (at most the newest 2,048 of it). Ends when
  /// the desk stops; a listener that falls more than 4,096 behind loses the oldest.
  package func events(after: Int64? = nil) async throws(StoreError) -> AsyncStream<NumberedEvent> {
    guard let after, !feed.covers(after: after) else { return feed.subscribe(after: after) }
    let last = try await storage.lastSequence()
    let from = max(after, last - Int64(EventFeed.capacity))
    let backlog = try await storage.events(after: from, limit: EventFeed.capacity)
    return feed.subscribe(after: from, backlog: backlog)
  }
}
