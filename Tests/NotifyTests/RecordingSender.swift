import Notify
import Pipeline
import Synchronization

/// Stands before a channel's sender and remembers what each message that arrived was about, and when.
final class RecordingSender: BulletinSender {
  struct Message: Sendable {
    var at: Timestamp
    /// Empty where it is about no alert.
    var entries: [OutboxEntry]
    /// nil: about one event alone, or the channel's own.
    var cause: Bulletin.Cause?

    /// Told in the rhythm of digests: critical ones have their own way.
    var isOrdinaryDigest: Bool { cause.map { $0 != .critical } ?? false }
  }

  private let sender: any BulletinSender
  private let arrived = Mutex<[Message]>([])

  init(_ sender: any BulletinSender) { self.sender = sender }

  var messages: [Message] { arrived.withLock { $0 } }

  func send(_ entry: OutboxEntry, now: Timestamp) async -> DeliveryResult {
    note(Message(at: now, entries: [entry]), await sender.send(entry, now: now))
  }

  func send(_ bulletin: Bulletin, now: Timestamp) async -> DeliveryResult {
    var message = Message(at: now, entries: [])
    if case .digest(let entries, let cause) = bulletin.content { (message.entries, message.cause) = (entries, cause) }
    return note(message, await sender.send(bulletin, now: now))
  }

  private func note(_ message: Message, _ result: DeliveryResult) -> DeliveryResult {
    if result == .delivered { arrived.withLock { $0.append(message) } }
    return result
  }
}

/// How dense times are.
enum Rhythm {
  /// Most times within any stretch of so many ms.
  static func most(_ times: [Timestamp], within span: Int64) -> Int {
    let times = times.sorted()
    var (first, most) = (0, 0)
    for (index, time) in times.enumerated() {
      while time - times[first] >= span { first += 1 }
      most = max(most, index - first + 1)
    }
    return most
  }

  /// Ms between the closest two; nil where there are no two.
  static func closest(_ times: [Timestamp]) -> Int64? {
    let times = times.sorted()
    return zip(times, times.dropFirst()).map { $1 - $0 }.min()
  }
}
