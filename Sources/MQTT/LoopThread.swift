import CMosquitto
import Glibc

/// A named operating-system thread that can be joined once.
final class LoopThread: @unchecked Sendable {
  private final class Body {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
  }

  private let handle: pthread_t

  /// - Parameter name: 15 characters are kept.
  /// - Returns: nil when the system has no thread to give.
  init?(name: String, _ run: @escaping @Sendable () -> Void) {
    var handle = pthread_t()
    let body = Unmanaged.passRetained(
      Body {
        linli_name_thread(name)
        run()
      })
    let code = pthread_create(
      &handle, nil,
      { context in
        Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
        return nil
      }, body.toOpaque())
    guard code == 0 else {
      body.release()
      return nil
    }
    self.handle = handle
  }

  var isCurrent: Bool { pthread_equal(handle, pthread_self()) != 0 }
  func join() { pthread_join(handle, nil) }
  func detach() { pthread_detach(handle) }
}

/// Wakes a thread that waits in poll(2).
struct WakeUp: Sendable {
  let descriptor: CInt

  init() { descriptor = eventfd(0, CInt(EFD_CLOEXEC | EFD_NONBLOCK)) }

  func signal() {
    var one: UInt64 = 1
    _ = write(descriptor, &one, 8)
  }

  func clear() {
    var count: UInt64 = 0
    _ = read(descriptor, &count, 8)
  }

  func close() { _ = Glibc.close(descriptor) }
}

/// Monotonic time.
enum Monotonic {
  /// µs.
  static var microseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }

  static func sleep(microseconds: Int64) {
    var time = timespec(tv_sec: time_t(microseconds / 1_000_000), tv_nsec: Int(microseconds % 1_000_000) * 1000)
    nanosleep(&time, nil)
  }
}
