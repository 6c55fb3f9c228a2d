import App
import Foundation
import Synchronization

/// The machine's clocks in the hand of a test.
final class TurnableClock: MachineClock {
  private struct Time {
    var wall: Int64
    var monotonic: Int64
  }
  private let time: Mutex<Time>

  init(wall: Int64 = 1_767_582_000_000, monotonic: Int64 = 5_000) {
    time = Mutex(Time(wall: wall, monotonic: monotonic))
  }

  func wall() -> Int64 { time.withLock { $0.wall } }
  func monotonic() -> Int64 { time.withLock { $0.monotonic } }

  /// Time goes by, ms.
  func pass(_ milliseconds: Int64) {
    time.withLock {
      $0.wall += milliseconds
      $0.monotonic += milliseconds
    }
  }

  /// Somebody sets the wall clock, forwards or backwards, ms.
  func set(by milliseconds: Int64) { time.withLock { $0.wall += milliseconds } }
}
