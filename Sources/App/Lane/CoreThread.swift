import CDispatch  // `timespec` belongs to it or to Glibc, whichever the compiler has met first
import Dispatch
import Foundation
import Glibc
package import Pipeline

/// The thread of a lane's core: turns its `CoreDriver` and sleeps in between.
package final class CoreThread: @unchecked Sendable {
  // @unchecked: `driver` belongs to the thread once it runs; everything else is Sendable itself.

  package let mailbox: Mailbox<LaneCore>
  let orders: Mailbox<CoreDriver>
  private let driver: CoreDriver
  private let ring: EntryRing
  private let changes: ChangeQueue
  private let ended = DispatchSemaphore(value: 0)
  private let stopping = AtomicFlag()

  package init(
    core: LaneCore, ring: EntryRing, changes: ChangeQueue, timing: CoreDriver.Timing = CoreDriver.Timing()
  ) {
    driver = CoreDriver(core: core, ring: ring, changes: changes, timing: timing)
    mailbox = driver.mailbox
    orders = driver.orders
    self.ring = ring
    self.changes = changes
  }

  package func start(name: String) {
    let thread = Thread { [self] in
      run()
      ended.signal()
    }
    thread.name = "core-\(name)"
    thread.stackSize = 4 << 20
    thread.start()
  }

  /// Takes in what is left in the ring, hands over a last checkpoint, ends. The ingest thread must have ended before.
  package func stop() {
    stopping.raise()
    ring.wake()
    ended.wait()
  }

  private func run() {
    var pause: UInt32 = 50
    var pace = BatchPace()
    while true {
      let isLast = stopping.isRaised
      let began = Self.microseconds()
      switch driver.turn(limit: pace.entries) {
      case .took(0):
        if isLast, driver.finish() { return close() }
        if !isLast { _ = ring.sleep(milliseconds: 250) }
        pause = 50
      case .took(let count):
        pace.took(count, microseconds: Self.microseconds() - began)
        pause = 50
      case .blocked:
        usleep(pause)
        pause = min(pause * 2, 5_000)
      }
    }
  }

  private func close() {
    mailbox.close()
    orders.close()
    changes.close()
  }

  private static func microseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }
}

/// How many entries a core takes before it hands its changes on and answers questions: as many as it does in a few
/// milliseconds, so that alerts are early and questions answered also where many rules make every entry expensive.
struct BatchPace {
  static let most = 8_192
  static let least = 64
  /// µs that a batch should take at most.
  static let target: Int64 = 8_000

  private(set) var entries = BatchPace.most

  mutating func took(_ count: Int, microseconds: Int64) {
    if microseconds > Self.target {
      entries = max(Self.least, entries / 2)
    } else if count == entries, microseconds < Self.target / 4 {
      entries = min(Self.most, entries * 2)
    }
  }
}
