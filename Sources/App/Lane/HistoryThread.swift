import Foundation
import Glibc
package import Pipeline

/// The thread that gives a history writer its turns: once a second, at once while there is more to read, always behind the
/// lane's other threads.
package final class HistoryThread: @unchecked Sendable {
  // @unchecked: `writer` belongs to the thread once it runs; everything else is Sendable itself.

  package let mailbox: Mailbox<HistoryWriter>
  package let writer: HistoryWriter
  private let machine: any MachineClock
  private let gauge: LoadGauge
  private let bell: DispatchSemaphore
  private let ended = DispatchSemaphore(value: 0)
  private let stopping = AtomicFlag()

  /// Pause after each turn while the lane is overloaded, s: history then goes on slowly, so that the journal's ring does not
  /// overtake it where the overload lasts.
  private static let yielding = 0.1

  /// - Parameter gauge: the lane's load; history makes room while there is too much of it.
  package init(writer: HistoryWriter, machine: any MachineClock, gauge: LoadGauge = LoadGauge()) {
    self.writer = writer
    self.machine = machine
    self.gauge = gauge
    let bell = DispatchSemaphore(value: 0)
    self.bell = bell
    mailbox = Mailbox { bell.signal() }
  }

  package func start(name: String) {
    let thread = Thread { [self] in
      // On Linux this is the calling thread's own: history yields to alerts.
      setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
      run()
      ended.signal()
    }
    thread.name = "history-\(name)"
    thread.stackSize = 1 << 20
    thread.start()
  }

  /// Writes what is in memory and ends. A disk that does not answer is not waited for: the journal has everything.
  package func stop() {
    stopping.raise()
    bell.signal()
    _ = ended.wait(timeout: .now() + 10)
  }

  /// A point's readings that are not on disk yet, those committed a moment ago included, and the position up to which the
  /// disk has them; nil when the lane has ended.
  package func unwritten(point: String) async -> (written: JournalPosition, readings: [HistoryReading])? {
    let machine = machine
    return await mailbox.ask { writer in
      writer.catchUp(now: Timestamp(milliseconds: machine.wall()))
      return writer.unwritten(point: point)
    }
  }

  private var now: Timestamp { Timestamp(milliseconds: machine.wall()) }

  private func run() {
    while !stopping.isRaised {
      let rest = writer.turn(now: now)
      mailbox.answer(writer)
      if rest == .aSecond {
        _ = bell.wait(timeout: .now() + 1)
      } else if gauge.load == .overloaded {
        _ = bell.wait(timeout: .now() + Self.yielding)
      }
    }
    mailbox.close()
    writer.finish(now: now)
  }
}
