import Synchronization

/// Questions to a thread that owns something: other threads put closures in, the owner runs them between two pieces of its
/// work. Once closed, every question is answered with nil.
package final class Mailbox<Owner>: Sendable {
  private struct State {
    var letters: [@Sendable (Owner?) -> Void] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let wake: @Sendable () -> Void

  /// `wake` makes the owner look soon.
  package init(wake: @escaping @Sendable () -> Void = {}) { self.wake = wake }

  /// Runs `body` on the owner's thread; nil when the owner has ended.
  package func ask<Answer: Sendable>(_ body: @escaping @Sendable (Owner) -> Answer) async -> Answer? {
    await withCheckedContinuation { (continuation: CheckedContinuation<Answer?, Never>) in
      put { owner in continuation.resume(returning: owner.map(body)) }
    }
  }

  /// Leaves `body` for the owner; it gets nil when the owner has ended.
  package func put(_ body: @escaping @Sendable (Owner?) -> Void) {
    let isClosed = state.withLock { state in
      if !state.isClosed { state.letters.append(body) }
      return state.isClosed
    }
    if isClosed { body(nil) } else { wake() }
  }

  /// Called by the owner.
  package func answer(_ owner: Owner) {
    for letter in take(closing: false) { letter(owner) }
  }

  /// Called by the owner at its end.
  package func close() {
    for letter in take(closing: true) { letter(nil) }
  }

  private func take(closing: Bool) -> [@Sendable (Owner?) -> Void] {
    state.withLock { state in
      if closing { state.isClosed = true }
      defer { state.letters = [] }
      return state.letters
    }
  }
}
