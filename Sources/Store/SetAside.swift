// What the database can never take: kept in memory while the service runs, so that it is told and shown all the same, and counted and
// named for people, so that it is not lost silently.
import Alerts
package import Community
import Notify
import Orders
package import Pipeline

/// Something that was set aside, in words for logs and `status`.
package struct SetAside: Sendable, Equatable {
  /// Id of the alert that it is about; nil: of none.
  package var alert: String?
  /// What it is: `step 3 (escalated)`, `notification KEY` …
  package var what: LocalizedText
  /// Why the database does not take it.
  package var reason: LocalizedText
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
  fileprivate var words: (alert: String?, what: LocalizedText) {
    if let event = events.first?.event {
      let (number, kind) = (event.number, event.kind.rawValue)
      return (event.alert.id, LocalizedText(zh: "第 \(number) 步（\(kind)）", en: "step \(number) (\(kind))"))
    }
    if let entry = outbox.first {
      let key = entry.idempotencyKey
      return (entry.event.alert.id, LocalizedText(zh: "通知 \(key)", en: "notification \(key)"))
    }
    if let entry = settlements.first?.entry {
      let key = entry.idempotencyKey
      return (entry.event.alert.id, LocalizedText(zh: "通知 \(key) 的发送结果", en: "delivery of \(key)"))
    }
    return (nil, wordsWithoutAlert)
  }

  private var wordsWithoutAlert: LocalizedText {
    if let event = orders.events.first {
      let (number, kind, id) = (event.number, event.kind.rawValue, event.order.id)
      return LocalizedText(zh: "工单 \(id) 第 \(number) 步（\(kind)）", en: "step \(number) (\(kind)) of order \(id)")
    }
    if let plan = orders.plans.first {
      return LocalizedText(zh: "保养计划 \(plan.id)", en: "maintenance plan \(plan.id)")
    }
    if let entry = orders.credits.first {
      return LocalizedText(zh: "\(entry.volunteer) 的积分", en: "points of \(entry.volunteer)")
    }
    if let volunteer = orders.volunteers.first {
      return LocalizedText(zh: "志愿者 \(volunteer.id)", en: "volunteer \(volunteer.id)")
    }
    if let note = notes.first {
      return LocalizedText(zh: "渠道 \(note.channel) 的状态", en: "memory of channel \(note.channel)")
    }
    if let record = quiets.first {
      let (kind, id) = (record.quiet.kind.rawValue, record.quiet.id)
      return LocalizedText(zh: "静默计划 \(id)（\(kind)）", en: "\(kind) \(id)")
    }
    return LocalizedText(zh: "\(lane ?? "时钟") 的位置", en: "position of \(lane ?? "the clock")")
  }
}

extension StoreError {
  fileprivate var reason: LocalizedText {
    switch self {
    case .unwritable(let reason), .other(let reason): StorageReason.text(reason)
    default: text
    }
  }
}
