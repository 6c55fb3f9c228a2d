// Hands every alert event to the live pages: a short memory for pages that come back, and a bounded queue for each listener.
import Synchronization

final class EventFeed: Sendable {
  /// Events remembered for listeners that resume, and queued for a slow one before it loses the oldest.
  static let capacity = 2_048

  private struct Listener {
    let queue: AsyncStream<NumberedEvent>.Continuation
    /// Events that its queue may hold, and held when the last one was put in.
    let bound: Int
    var waiting = 0
    /// What it has got already: an event may be in the database before it is published.
    var last: Int64
  }

  private struct State {
    var recent: [NumberedEvent] = []
    var listeners: [Int: Listener] = [:]
    var nextListener = 0
    var dropped = 0
  }

  private let state = Mutex(State())

  /// Events that slow listeners missed.
  var dropped: Int { state.withLock { $0.dropped } }

  /// What waits for the listener that is furthest behind, as of the last event, and what may.
  var load: (waiting: Int, bound: Int) {
    let fullest = state.withLock { state in
      state.listeners.values.max { $0.waiting * $1.bound < $1.waiting * $0.bound }
    }
    return (fullest?.waiting ?? 0, fullest?.bound ?? 2 * Self.capacity)
  }

  func publish(_ events: [NumberedEvent]) {
    guard !events.isEmpty else { return }
    state.withLock { state in
      state.recent += events
      if state.recent.count > 2 * Self.capacity { state.recent.removeFirst(state.recent.count - Self.capacity) }
      for (number, listener) in state.listeners {
        for event in events where event.sequence > listener.last {
          switch listener.queue.yield(event) {
          case .enqueued(let room): state.listeners[number]?.waiting = listener.bound - room
          case .dropped:
            state.dropped += 1
            state.listeners[number]?.waiting = listener.bound
          default: break
          }
        }
        state.listeners[number]?.last = max(listener.last, events.last?.sequence ?? 0)
      }
    }
  }

  /// Whether everything above `sequence` is still remembered.
  func covers(after sequence: Int64) -> Bool {
    state.withLock { state in state.recent.first.map { $0.sequence <= sequence + 1 } ?? false }
  }

  /// `backlog` first, then what is remembered above it (with `after`) and everything that comes.
  func subscribe(after: Int64?, backlog: [NumberedEvent] = []) -> AsyncStream<NumberedEvent> {
    let bound = 2 * Self.capacity + backlog.count
    let (stream, continuation) = AsyncStream.makeStream(
      of: NumberedEvent.self, bufferingPolicy: .bufferingNewest(bound))
    let number = state.withLock { state in
      for event in backlog { continuation.yield(event) }
      var last = backlog.last?.sequence ?? after ?? 0
      if after != nil {
        for event in state.recent where event.sequence > last { continuation.yield(event) }
        last = max(last, state.recent.last?.sequence ?? 0)
      }
      state.nextListener += 1
      state.listeners[state.nextListener] = Listener(
        queue: continuation, bound: bound, last: after == nil ? 0 : last)
      return state.nextListener
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { $0.listeners[number] = nil }
    }
    return stream
  }

  func finish() {
    let listeners = state.withLock { state in
      defer { state.listeners = [:] }
      return state.listeners
    }
    for listener in listeners.values { listener.queue.finish() }
  }
}
