// Lets the worker wait until something happens; a signal given while nobody waits is not lost.
import Synchronization

final class WakeSignal: Sendable {
  private struct State {
    var pending = false
    var waiter: CheckedContinuation<Void, Never>?
  }
  private let state = Mutex(State())

  func notify() {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      let waiter = state.waiter
      state.waiter = nil
      state.pending = waiter == nil
      return waiter
    }
    waiter?.resume()
  }

  /// Returns when `notify` has been called since the last wait, or when the task is cancelled. One waiter at a time.
  func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let go = state.withLock { state -> Bool in
          if state.pending || Task.isCancelled {
            state.pending = false
            return true
          }
          state.waiter = continuation
          return false
        }
        if go { continuation.resume() }
      }
    } onCancel: {
      state.withLock { state -> CheckedContinuation<Void, Never>? in
        let waiter = state.waiter
        state.waiter = nil
        return waiter
      }?.resume()
    }
  }
}
