import Glibc
package import Pipeline
import Synchronization

/// What a core thread hands to the alert side, in order: changes, and checkpoints that may be written once every change
/// before them is in the store. Bounded: a full queue makes the core thread wait (counted), and so, in turn, the broker.
package final class ChangeQueue: Sendable {
  package enum Item: Sendable {
    case changes([ConditionChange])
    /// Active alerts whose rule is gone after a reload.
    case orphans([(rule: String, subject: String)], at: Timestamp)
    case checkpoint([UInt8], position: JournalPosition)
  }

  private struct State {
    var items: [Item] = []
    var waiter: CheckedContinuation<[Item], Never>?
    var isClosed = false
    var waits: UInt64 = 0
  }

  private static let capacity = 4_096
  private let state = Mutex(State())

  package init() {}

  /// Called by the core thread. Waits while the queue is full, unless it is closed.
  package func put(_ item: Item) {
    var pause: UInt32 = 50
    while true {
      let isPut = state.withLock { state -> Bool in
        if state.isClosed { return true }
        if let waiter = state.waiter {
          state.waiter = nil
          waiter.resume(returning: [item])
          return true
        }
        if state.items.count >= Self.capacity {
          state.waits += 1
          return false
        }
        state.items.append(item)
        return true
      }
      if isPut { return }
      usleep(pause)
      pause = min(pause * 2, 5_000)
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
  /// How often the core thread found it full.
  package var waits: UInt64 { state.withLock { $0.waits } }
}
