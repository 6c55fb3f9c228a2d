// What the disk takes for a plain sync while something else is measured: as many bytes as a small batch, appended and synced
// some times a second.
import Foundation
import Synchronization
import TestSupport

final class SyncProbe: Sendable {
  private static let bytes = 8_192
  private static let pause: UInt32 = 100_000

  private struct State {
    var isStopping = false
    var delays = LatencyHistogram()
  }
  private let state = Mutex(State())
  private let ended = DispatchSemaphore(value: 0)
  private let folder: TemporaryDirectory

  init() throws {
    folder = try TemporaryDirectory("linli-bench-sync")
    let file = open(folder.file("plain"), O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw BenchmarkFailure("cannot write to \(folder.path)") }
    Thread { [self] in
      run(file)
      close(file)
      ended.signal()
    }.start()
  }

  private func run(_ file: CInt) {
    let page = [UInt8](repeating: 0x55, count: Self.bytes)
    while !state.withLock({ $0.isStopping }) {
      let start = Clocks.wall()
      guard write(file, page, page.count) == page.count, fdatasync(file) == 0 else { return }
      let delay = Clocks.wall() - start
      state.withLock { $0.delays.add(delay) }
      usleep(Self.pause)
    }
  }

  /// Ends it; how long each took.
  func stop() -> LatencyHistogram {
    state.withLock { $0.isStopping = true }
    ended.wait()
    return state.withLock { $0.delays }
  }
}
