package import Pipeline
import Synchronization

/// What a core hands to the alert side, in order: changes, and checkpoints that may be written once every change before
/// them is in the store. Bounded: while it is full the core waits (counted), and so, in turn, the broker.
package final class ChangeQueue: Sendable {
  package enum Item: Sendable {
    case changes([ConditionChange])
    /// Active alerts whose rule is gone or another one after a reload.
    case orphans([LaneCore.RuleSubject], at: Timestamp)
    /// After a recovery: every condition that holds, and alerts whose rule is gone or another one. Nothing else may be active.
    case standing([ConditionChange], orphans: [LaneCore.RuleSubject], at: Timestamp)
    case checkpoint([UInt8], position: JournalPosition)
  }

  private struct State {
    var items: [Item] = []
    var waiter: CheckedContinuation<[Item], Never>?
    var isClosed = false
    var waits: UInt64 = 0
  }

  package static let defaultCapacity = 4_096
  package let capacity: Int
  private let state = Mutex(State())

  /// - Parameter capacity: items; 1 or more.
  package init(capacity: Int = ChangeQueue.defaultCapacity) { self.capacity = max(capacity, 1) }

  /// Puts an item in; false, and counted, when there is no room. What comes after the closing is dropped.
  package func offer(_ item: Item) -> Bool {
    state.withLock { state -> Bool in
      if state.isClosed { return true }
      if let waiter = state.waiter {
        state.waiter = nil
        waiter.resume(returning: [item])
        return true
      }
      if state.items.count >= capacity {
        state.waits += 1
        return false
      }
      state.items.append(item)
      return true
    }
  }

  /// Puts without waiting; for recovery, when nobody takes yet. What a journal can hold bounds it.
  package func putUnbounded(_ item: Item) { state.withLock { $0.items.append(item) } }

  /// The next items, all that wait; empty when the queue is closed and drained.
  package func next() async -> [Item] {
    await withCheckedContinuation { continuation in
      state.withLock { state in
        if !state.items.isEmpty {
          continuation.resume(returning: state.items)
          state.items.removeAll(keepingCapacity: true)
        } else if state.isClosed {
          continuation.resume(returning: [])
        } else {
          state.waiter = continuation
        }
      }
    }
  }

  /// The next items, empty when there are none: for who does not wait.
  package func take() -> [Item] {
    state.withLock { state in
      defer { state.items.removeAll(keepingCapacity: true) }
      return state.items
    }
  }

  package func close() {
    state.withLock { state in
      state.isClosed = true
      if let waiter = state.waiter {
        state.waiter = nil
        waiter.resume(returning: [])
      }
    }
  }

  package var count: Int { state.withLock { $0.items.count } }
  /// How often the core found it full.
  package var waits: UInt64 { state.withLock { $0.waits } }
}
