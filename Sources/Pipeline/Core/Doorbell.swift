import Glibc
import Synchronization

/// Lets one thread sleep until another has done something, without losing a wake-up and without a system call while
/// nobody sleeps: a flag that says "I sleep", and a pipe with one byte for each time the flag was taken down.
final class Doorbell: @unchecked Sendable {
  private let readEnd: Int32
  private let writeEnd: Int32
  private let isAsleep = Atomic<Bool>(false)
  private let isRung = Atomic<Bool>(false)

  init() {
    var ends: [Int32] = [-1, -1]
    precondition(pipe(&ends) == 0, "no file descriptors left for a lane's queue (errno \(errno))")
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (readEnd, writeEnd) = (ends[0], ends[1])
  }

  deinit {
    close(readEnd)
    close(writeEnd)
  }

  /// After the event: wakes the sleeper, if there is one.
  func ring() {
    // The fences of both sides order "event, then look at the flag" against "flag, then look for the event".
    atomicMemoryFence(ordering: .sequentiallyConsistent)
    if isAsleep.load(ordering: .relaxed) && isAsleep.exchange(false, ordering: .acquiringAndReleasing) {
      post()
    }
  }

  /// Also ends a wait whose event has not come, the present or the next one.
  func ringAlways() {
    isRung.store(true, ordering: .releasing)
    ring()
  }

  /// Sleeps until `isReady`, or `ringAlways`, or so many ms are over (negative = for ever).
  /// - Returns: whether it is ready.
  func wait(milliseconds: Int, until isReady: () -> Bool) -> Bool {
    let deadline = milliseconds < 0 ? nil : Self.now() + Int64(milliseconds)
    while true {
      isAsleep.store(true, ordering: .relaxed)
      atomicMemoryFence(ordering: .sequentiallyConsistent)
      let ready = isReady()
      if ready || isRung.exchange(false, ordering: .acquiringAndReleasing) || !pause(until: deadline) {
        // Somebody who took the flag down has written or will write: take that byte, or the next wait would not sleep.
        if !isAsleep.exchange(false, ordering: .acquiringAndReleasing) { take() }
        return ready || isReady()
      }
    }
  }

  /// False when the time is over; true when woken (the flag is down then and the byte taken).
  private func pause(until deadline: Int64?) -> Bool {
    var request = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
    while true {
      let rest = deadline.map { Int32(clamping: max(0, $0 - Self.now())) } ?? -1
      let result = poll(&request, 1, rest)
      if result > 0 {
        take()
        return true
      }
      if result == 0 { return false }
    }
  }

  private func post() {
    var byte: UInt8 = 1
    while write(writeEnd, &byte, 1) < 0 && errno == EINTR {}
  }

  private func take() {
    var byte: UInt8 = 0
    while read(readEnd, &byte, 1) < 0 && errno == EINTR {}
  }

  /// Of the monotonic clock; it bounds sleeps and never reaches the rules.
  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
