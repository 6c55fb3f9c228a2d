package import Logging
import Synchronization

/// A connection to one broker with its own thread and loop. What arrives goes to the handler; an acknowledgement leaves
/// only after the handler has committed. Reconnects by itself until stopped.
///
/// All members may be used from any thread. The handler is held until the connection has stopped.
package final class Connection: Sendable {
  package let settings: ConnectionSettings
  private let shared: Shared
  private let thread = Mutex<LoopThread?>(nil)
  private let loop: ConnectionLoop

  /// - Parameter jitter: random numbers in 0..<1 for the pauses between attempts; called on the connection's thread.
  /// - Throws: settings that cannot work, e.g. a certificate that cannot be read.
  package init(
    settings: ConnectionSettings, handler: any ConnectionHandler, logger: Logger,
    jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
  ) throws(ConnectionSettings.Problem) {
    self.settings = settings
    shared = Shared()
    loop = ConnectionLoop(
      settings: settings, handler: handler, shared: shared, logger: logger, client: try MosquittoClient(settings),
      jitter: jitter)
  }

  deinit { shared.requestStop() }

  /// Starts the thread. Once.
  package func start() {
    thread.withLock { thread in
      guard thread == nil, !shared.isStopping else { return }
      let loop = loop
      thread = LoopThread(name: "mqtt-" + settings.id) { loop.run() }
    }
  }

  /// Commits, acknowledges, says "offline", disconnects, and waits until the thread has ended: a few seconds at most, unless
  /// the handler blocks. Not to be called by the handler.
  package func stop() {
    shared.requestStop()
    let running = thread.withLock { thread in
      defer { thread = nil }
      return thread
    }
    running?.join()
    for publication in shared.takeQueue() { publication.completed(.failure(.stopped)) }
  }

  /// Tells the thread to stop as `stop()` does and does not wait.
  package func requestStop() { shared.requestStop() }

  package var state: ConnectionState { shared.status.state }
  package var counters: ConnectionCounters { shared.status.counters }
  /// Outgoing messages that wait or are not acknowledged; `ConnectionSettings.publishQueueMessages` bounds them.
  package var publicationsWaiting: Int { shared.publicationsWaiting }

  /// Queues a message; it waits there while the connection is down.
  /// - Parameters:
  ///   - qos: 0 or 1.
  ///   - completed: called once, on the connection's thread: written (QoS 0), acknowledged by the broker (QoS 1), or why
  ///     not. Must not block.
  /// - Throws: `queueFull`, `stopped`, `refused`; then `completed` is not called.
  package func publish(
    topic: String, payload: [UInt8], qos: UInt8 = 0, retain: Bool = false,
    completed: @escaping @Sendable (Result<Void, PublishFailure>) -> Void = { _ in }
  ) throws(PublishFailure) {
    guard qos <= 1 else { throw .refused("qos must be 0 or 1") }
    let publication = Publication(topic: topic, payload: payload, qos: qos, retain: retain, completed: completed)
    try shared.enqueue(publication, settings)
  }

  /// The same, waiting for the end. A task that is cancelled waits no longer; its message may leave all the same.
  package func published(topic: String, payload: [UInt8], qos: UInt8 = 1, retain: Bool = false) async throws {
    let outcome = FirstOutcome()
    try publish(topic: topic, payload: payload, qos: qos, retain: retain) { result in
      outcome.settle(result.mapError { $0 as any Error })
    }
    try await outcome.wait()
  }
}

/// What the loop's thread and all others share.
final class Shared: Sendable {
  struct Status: Sendable {
    var state = ConnectionState.idle
    var counters = ConnectionCounters()
  }

  private struct State {
    var stopping = false
    var status = Status()
    var queue: [Publication] = []
    /// Queued or with the library, not completed.
    var outstanding = 0
    var outstandingBytes = 0
    var refused: UInt64 = 0
    var outcome: ConnectOutcome?
  }

  private let state = Mutex(State())
  let wakeUp = WakeUp()

  deinit { wakeUp.close() }

  var isStopping: Bool { state.withLock { $0.stopping } }

  func requestStop() {
    state.withLock { $0.stopping = true }
    wakeUp.signal()
  }

  var status: Status {
    state.withLock {
      var status = $0.status
      status.counters.publishRefused = $0.refused
      return status
    }
  }

  func set(_ new: ConnectionState) { state.withLock { $0.status.state = new } }
  func set(_ new: ConnectionCounters) { state.withLock { $0.status.counters = new } }

  func enqueue(_ publication: Publication, _ settings: ConnectionSettings) throws(PublishFailure) {
    let refusal: PublishFailure? = state.withLock { state in
      if state.stopping { return .stopped }
      let bytes = state.outstandingBytes + publication.payload.count
      if state.outstanding >= settings.publishQueueMessages || bytes > settings.publishQueueBytes {
        state.refused += 1
        return .queueFull
      }
      state.outstanding += 1
      state.outstandingBytes = bytes
      state.queue.append(publication)
      return nil
    }
    if let refusal { throw refusal }
    wakeUp.signal()
  }

  var publicationsWaiting: Int { state.withLock { $0.outstanding } }

  /// Takes everything queued.
  func takeQueue() -> [Publication] {
    state.withLock { state in
      if state.queue.isEmpty { return [] }
      defer { state.queue = [] }
      return state.queue
    }
  }

  /// A publication has come to its end: its place in the queue is free.
  func finished(_ publication: Publication) {
    state.withLock {
      $0.outstanding -= 1
      $0.outstandingBytes -= publication.payload.count
    }
  }

  /// The connecting thread is done.
  func set(_ outcome: ConnectOutcome) {
    state.withLock { $0.outcome = outcome }
    wakeUp.signal()
  }

  func takeOutcome() -> ConnectOutcome? {
    state.withLock { state in
      defer { state.outcome = nil }
      return state.outcome
    }
  }
}
