// Hands every alert event to the live pages: a short memory for pages that come back, and a bounded queue for each listener.
import Synchronization

final class EventFeed: Sendable {
  /// Events remembered for listeners that resume: so many and up to twice that.
  static let capacity = 2_048
  /// Events that wait for a slow listener before its queue loses the oldest.
  static let queueMax = 2 * capacity

  private struct Listener {
    let queue: AsyncStream<NumberedEvent>.Continuation
    /// Events that its queue held when the last one was put in.
    var waiting = 0
    /// What it has got already: an event may be in the database before it is published.
    var last: Int64

    mutating func reach(_ sequence: Int64) { last = max(last, sequence) }
  }

  private struct State {
    var recent: [NumberedEvent] = []
    var listeners: [Int: Listener] = [:]
    var nextListener = 0
    var dropped = 0
    var isFinished = false
  }

  /// Only ever held for a moment: a listener's end, which needs it, comes from under the lock of a task that is being cancelled, and
  /// an event that is handed over wants that lock. So nothing is handed over while it is held.
  private let state = Mutex(State())
  /// Events are handed over one after the other.
  private let turn = Mutex(())

  /// Events that slow listeners' queues lost; the listeners read them from the database (`AlertEventStream`).
  var dropped: Int { state.withLock { $0.dropped } }

  /// What waits for the listener that is furthest behind, as of the last event, and what may.
  var load: (waiting: Int, bound: Int) {
    (state.withLock { $0.listeners.values.map(\.waiting).max() } ?? 0, Self.queueMax)
  }

  func publish(_ events: [NumberedEvent]) {
    guard let newest = events.last?.sequence else { return }
    turn.withLock { _ in
      let listeners = state.withLock { state in
        state.recent += events
        if state.recent.count > 2 * Self.capacity { state.recent.removeFirst(state.recent.count - Self.capacity) }
        defer { for number in state.listeners.keys { state.listeners[number]?.reach(newest) } }
        return state.listeners
      }
      for (number, listener) in listeners {
        var (waiting, dropped) = (listener.waiting, 0)
        for event in events where event.sequence > listener.last {
          switch listener.queue.yield(event) {
          case .enqueued(let room): waiting = Self.queueMax - room
          case .dropped:
            dropped += 1
            waiting = Self.queueMax
          default: break
          }
        }
        state.withLock { state in
          state.listeners[number]?.waiting = waiting
          state.dropped += dropped
        }
      }
    }
  }

  /// Whether everything above `sequence` is still remembered.
  func covers(after sequence: Int64) -> Bool {
    state.withLock { state in state.recent.first.map { $0.sequence <= sequence + 1 } ?? false }
  }

  /// With `after`, first what is remembered above it; then everything that comes.
  func subscribe(after: Int64?) -> AsyncStream<NumberedEvent> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: NumberedEvent.self, bufferingPolicy: .bufferingNewest(Self.queueMax))
    return turn.withLock { _ in
      let recent = after == nil ? [] : state.withLock { $0.recent }
      var last = after ?? 0
      for event in recent where event.sequence > last { continuation.yield(event) }
      last = max(last, recent.last?.sequence ?? 0)
      let number: Int? = state.withLock { state in
        if state.isFinished { return nil }
        state.nextListener += 1
        state.listeners[state.nextListener] = Listener(queue: continuation, last: after == nil ? 0 : last)
        return state.nextListener
      }
      guard let number else {
        continuation.finish()
        return stream
      }
      continuation.onTermination = { [weak self] _ in
        self?.state.withLock { $0.listeners[number] = nil }
      }
      return stream
    }
  }

  /// Ends the streams of all listeners, and at once those of whoever comes later.
  func finish() {
    let listeners = state.withLock { state in
      state.isFinished = true
      defer { state.listeners = [:] }
      return state.listeners
    }
    for listener in listeners.values { listener.queue.finish() }
  }
}
