import Glibc

/// Reads a whole file into memory, with a bound and with the reason when it cannot.
package enum FileBytes {
  package struct Failure: Error, Equatable {
    /// In words: `no such file`, `permission denied`, …
    package var reason: String
    package var isMissing: Bool
  }

  /// The bytes of a regular file of at most `limit` bytes.
  package static func read(_ path: String, limit: Int) -> Result<[UInt8], Failure> {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      let code = errno
      return .failure(Failure(reason: code == ENOENT ? "no such file" : words(code), isMissing: code == ENOENT))
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { return .failure(Failure(reason: words(errno), isMissing: false)) }
    let format = status.st_mode & S_IFMT
    if format == S_IFDIR { return .failure(Failure(reason: "it is a directory", isMissing: false)) }
    guard format == S_IFREG else { return .failure(Failure(reason: "it is not a regular file", isMissing: false)) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0 {
        if errno == EINTR { continue }
        return .failure(Failure(reason: words(errno), isMissing: false))
      }
      if count == 0 { return .success(bytes) }
      bytes.append(contentsOf: chunk[..<count])
      if bytes.count > limit {
        return .failure(Failure(reason: "larger than \(ByteSize.text(Int64(limit)))", isMissing: false))
      }
    }
  }

  private static func words(_ code: Int32) -> String {
    String(cString: strerror(code)).lowercased()
  }
}
