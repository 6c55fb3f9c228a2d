import Glibc

/// A file call of the journal that failed: which call, on which file, and why.
package struct JournalError: Error, Equatable, CustomStringConvertible {
  /// The system call, e.g. `pwrite`.
  package var call: String
  package var path: String
  /// `errno`; 0 where the file itself is wrong and `reason` says how.
  package var code: CInt
  package var reason: String

  package init(call: String, path: String, code: CInt) {
    self.call = call
    self.path = path
    self.code = code
    self.reason = String(cString: strerror(code))
  }

  package init(path: String, reason: String) {
    self.call = "open"
    self.path = path
    self.code = 0
    self.reason = reason
  }

  /// The disk or the quota is full: goes away when somebody makes space.
  package var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT || code == EFBIG }
  package var isReadOnly: Bool { code == EROFS }
  /// The file itself is wrong.
  package var isDamaged: Bool { code == 0 }

  package var description: String { "journal: \(call) \(path): \(reason)" }
}

/// Makes a system call, again when a signal interrupts it, and turns `errno` into a `JournalError`.
@discardableResult
func syscall<Result: SignedInteger>(
  _ call: String, _ path: String, _ body: () -> Result
) throws(JournalError) -> Result {
  while true {
    let result = body()
    if result != -1 { return result }
    let code = errno
    if code != EINTR { throw JournalError(call: call, path: path, code: code) }
  }
}
