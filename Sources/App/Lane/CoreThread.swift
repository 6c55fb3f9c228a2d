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
    while true {
      let isLast = stopping.isRaised
      switch driver.turn() {
      case .took(0):
        if isLast, driver.finish() { return close() }
        if !isLast { _ = ring.sleep(milliseconds: 250) }
        pause = 50
      case .took: pause = 50
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
}
