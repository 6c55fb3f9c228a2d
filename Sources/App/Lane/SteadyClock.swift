import CDispatch  // `timespec` belongs to it or to Glibc, whichever the compiler has met first
import Glibc
package import Pipeline

/// The two clocks of the machine; tests put their own in their place.
package protocol MachineClock: Sendable {
  /// Wall clock, ms since 1970; may jump.
  func wall() -> Int64
  /// Monotonic clock, ms since some start; never jumps.
  func monotonic() -> Int64
}

package struct SystemClock: MachineClock {
  package init() {}
  package func wall() -> Int64 { read(CLOCK_REALTIME) }
  package func monotonic() -> Int64 { read(CLOCK_BOOTTIME) }

  private func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}

/// A lane's clock: the wall clock, but never backwards. When the wall clock is set back, time goes on at three quarters of its
/// speed until the wall has caught up, so that no timer stands still; when it is set forward, the clock follows.
/// Used by one thread at a time.
package struct SteadyClock {
  /// A difference between the clocks that counts as a jump, ms.
  package static let jumpMin: Int64 = 2_000

  private let machine: any MachineClock
  private var last: Int64
  private var lastMonotonic: Int64
  /// Wall minus monotonic when last looked at: changes only when somebody sets the clock.
  private var offset: Int64
  /// Quarters of a millisecond that the slowed clock still owes.
  private var remainder: Int64 = 0

  package enum Jump: Equatable, Sendable {
    case forward(milliseconds: Int64)
    case backward(milliseconds: Int64)
  }

  /// `floor`: the newest time that the lane has already seen.
  package init(machine: any MachineClock, floor: Timestamp = .distantPast) {
    self.machine = machine
    let wall = machine.wall()
    let monotonic = machine.monotonic()
    last = max(wall, floor.milliseconds)
    lastMonotonic = monotonic
    offset = wall - monotonic
  }

  /// From now on it is never before that.
  package mutating func reach(_ floor: Timestamp) { last = max(last, floor.milliseconds) }

  /// The time now; `jump` is set when the wall clock was found to have jumped since the last call.
  package mutating func now(jump: inout Jump?) -> Timestamp {
    let wall = machine.wall()
    let monotonic = machine.monotonic()
    let change = wall - monotonic - offset
    if change >= Self.jumpMin { jump = .forward(milliseconds: change) }
    if change <= -Self.jumpMin { jump = .backward(milliseconds: -change) }
    offset = wall - monotonic
    if wall >= last {
      last = wall
      remainder = 0
    } else {
      remainder += (monotonic - lastMonotonic) * 3
      last += remainder / 4
      remainder %= 4
    }
    lastMonotonic = monotonic
    return Timestamp(milliseconds: last)
  }
}
