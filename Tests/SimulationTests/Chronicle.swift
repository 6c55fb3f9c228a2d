import Alerts
import Notify
import Orders
import Pipeline
import Store

/// What the databases have really taken in, transaction by transaction, over all lives. One that was written and whose answer was
/// lost stands here once.
final class Chronicle {
  /// Those that moved the desk's clock: everything but what became of notifications.
  private(set) var steps: [AlertCommit] = []
  /// The newest state of each order.
  private(set) var orders: [String: Order] = [:]
  let post: PostLedger

  init(post: PostLedger) { self.post = post }

  /// - Parameter isNew: false: its changes were known already.
  func took(_ commit: AlertCommit, isNew: Bool) {
    if !isNew {
      if commit.isStep { steps.append(AlertCommit()) }
      return
    }
    post.took(commit)
    for event in commit.orders.events { orders[event.order.id] = event.order }
    if commit.isStep { steps.append(commit) }
  }
}

extension AlertCommit {
  var isStep: Bool { deskClock != nil }

  /// When the desk took an event in, by the notification that every event has.
  func time(of event: AlertEvent) -> Timestamp? {
    outbox.first { $0.idempotencyKey == event.key(SimulatedPost.hook) }?.createdAt
  }
}
