import Synchronization

/// Raised once, seen by every thread.
final class AtomicFlag: Sendable {
  private let value = Atomic(false)
  var isRaised: Bool { value.load(ordering: .acquiring) }
  /// True for the caller that raised it.
  func raiseFirst() -> Bool { !value.exchange(true, ordering: .acquiringAndReleasing) }
  func raise() { value.store(true, ordering: .releasing) }
}
