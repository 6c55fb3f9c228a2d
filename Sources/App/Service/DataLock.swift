import Foundation
import Glibc

/// One service a data directory: a lock that the kernel gives back when the process dies, however it dies.
final class DataLock: Sendable {
  struct Taken: Error, CustomStringConvertible {
    var description: String
  }

  private let descriptor: Int32

  init(directory: String) throws {
    let path = directory + "/lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else {
      throw Taken(
        description:
          "cannot open \(path): \(String(cString: strerror(errno))); the service needs to write to \(directory)")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw Taken(description: "another linli serve uses \(directory); stop it or give another --data")
    }
  }

  /// Gives the directory back while the lock is still referred to. A child that another thread has forked and that has not become
  /// its program yet holds a copy of the descriptor; closing ours alone would leave the lock to it.
  func release() { flock(descriptor, LOCK_UN) }

  deinit {
    release()
    close(descriptor)
  }
}
