// What the database can never take: kept in memory while the service runs, so that it is told and shown all the same, and counted and
// named for people, so that it is not lost silently.
import Alerts
import Community
import Notify
import Orders
package import Pipeline

/// Something that was set aside, in words for logs and `status`.
package struct SetAside: Sendable, Equatable {
  /// Id of the alert that it is about; nil: of none.
  package var alert: String?
  /// What it is: `step 3 (escalated)`, `notification KEY` …
  package var what: String
  /// Why the database does not take it.
  package var reason: String
  package var at: Timestamp
}

struct SetAsideBox: Sendable {
  /// The most that is kept of each kind; the oldest go first.
  static let kept = 1_000

  /// Records since the start.
  private(set) var count = 0
  private(set) var newest: SetAside?
  /// Steps of alerts, for whoever asks for their story.
  private(set) var events: [NumberedEvent] = []
  /// Notifications that go out from memory, in the order of their making.
  private(set) var outbox: [OutboxEntry] = []
  /// Alerts that were named already.
  private var named: Set<String> = []

  /// Returns what is to be said about it; nil: of that alert it was said already.
  mutating func take(_ commit: AlertCommit, _ error: StoreError, at time: Timestamp) -> SetAside? {
    count += 1
    events = Array((events + commit.events).suffix(Self.kept))
    outbox = Array((outbox + commit.outbox).suffix(Self.kept))
    let (alert, what) = commit.words
    let found = SetAside(alert: alert, what: what, reason: error.reason, at: time)
    newest = found
    guard let alert else { return found }
    if named.count >= Self.kept { named.removeAll() }
    return named.insert(alert).inserted ? found : nil
  }

  /// What became of a notification, if it is one of these.
  mutating func settle(_ settlement: Settlement) {
    guard let index = outbox.firstIndex(where: { $0.idempotencyKey == settlement.entry.idempotencyKey }) else { return }
    switch settlement {
    case .delivered, .failed: outbox.remove(at: index)
    case .postponed(let entry): outbox[index] = entry
    }
  }
}

extension AlertCommit {
  /// Of one that cannot be divided: the alert that it is about, and what it is.
  fileprivate var words: (alert: String?, what: String) {
    if let event = events.first?.event { return (event.alert.id, "step \(event.number) (\(event.kind.rawValue))") }
    if let entry = outbox.first { return (entry.event.alert.id, "notification \(entry.idempotencyKey)") }
    if let entry = settlements.first?.entry {
      return (entry.event.alert.id, "delivery of \(entry.idempotencyKey)")
    }
    if let event = orders.events.first {
      return (nil, "step \(event.number) (\(event.kind.rawValue)) of order \(event.order.id)")
    }
    if let plan = orders.plans.first { return (nil, "maintenance plan \(plan.id)") }
    if let entry = orders.credits.first { return (nil, "points of \(entry.volunteer)") }
    if let volunteer = orders.volunteers.first { return (nil, "volunteer \(volunteer.id)") }
    if let note = notes.first { return (nil, "memory of channel \(note.channel)") }
    if let record = quiets.first { return (nil, "\(record.quiet.kind.rawValue) \(record.quiet.id)") }
    return (nil, "position of \(lane ?? "the clock")")
  }
}

extension StoreError {
  fileprivate var reason: String {
    switch self {
    case .unwritable(let reason), .other(let reason): reason
    default: text.en
    }
  }
}
