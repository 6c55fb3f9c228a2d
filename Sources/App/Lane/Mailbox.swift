import Synchronization

/// Questions to a thread that owns something: other threads put closures in, the owner runs them between two pieces of its
/// work. Once closed, every question is answered with nil. Bounded: a question that finds too many others waiting is answered
/// with nil, too, and counted.
package final class Mailbox<Owner>: Sendable {
  private struct State {
    var letters: [@Sendable (Owner?) -> Void] = []
    var isClosed = false
    var refused: UInt64 = 0
  }

  /// Questions that may wait. Requests ask a few each and wait for the answers, which come within milliseconds: so many
  /// wait only when somebody floods the API or the owner hangs.
  package static var capacity: Int { 1_024 }

  private let state = Mutex(State())
  private let wake: @Sendable () -> Void

  /// `wake` makes the owner look soon.
  package init(wake: @escaping @Sendable () -> Void = {}) { self.wake = wake }

  /// Runs `body` on the owner's thread; nil when the owner has ended or the box is full.
  package func ask<Answer: Sendable>(_ body: @escaping @Sendable (Owner) -> Answer) async -> Answer? {
    await withCheckedContinuation { (continuation: CheckedContinuation<Answer?, Never>) in
      leave(refusable: true) { owner in continuation.resume(returning: owner.map(body)) }
    }
  }

  /// Leaves `body` for the owner; it gets nil when the owner has ended. Never refused: only for the service's own orders, of
  /// which one waits at a time (a new plan), or one a checkpoint.
  package func put(_ body: @escaping @Sendable (Owner?) -> Void) { leave(refusable: false, body) }

  private func leave(refusable: Bool, _ body: @escaping @Sendable (Owner?) -> Void) {
    let isTaken = state.withLock { state in
      if state.isClosed { return false }
      if refusable, state.letters.count >= Self.capacity {
        state.refused += 1
        return false
      }
      state.letters.append(body)
      return true
    }
    if isTaken { wake() } else { body(nil) }
  }

  /// Questions that wait now, and those refused since the start.
  package var count: Int { state.withLock { $0.letters.count } }
  package var refused: UInt64 { state.withLock { $0.refused } }

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
