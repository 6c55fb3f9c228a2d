import Glibc
package import Words

/// Reads a whole file into memory, with a bound and with the reason when it cannot.
package enum FileBytes {
  package struct Failure: Error, Equatable {
    /// In words: `no such file`, `permission denied`, …
    package var reason: LocalizedText
    package var isMissing = false
  }

  /// The bytes of a regular file of at most `limit` bytes.
  package static func read(_ path: String, limit: Int) -> Result<[UInt8], Failure> {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      let code = errno
      return .failure(Failure(reason: words(code), isMissing: code == ENOENT))
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { return .failure(Failure(reason: words(errno))) }
    let format = status.st_mode & S_IFMT
    if format == S_IFDIR { return .failure(Failure(reason: .init(zh: "这是一个目录", en: "it is a directory"))) }
    guard format == S_IFREG else {
      return .failure(Failure(reason: .init(zh: "不是普通文件", en: "it is not a regular file")))
    }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(file, &chunk, chunk.count)
      if count < 0 {
        if errno == EINTR { continue }
        return .failure(Failure(reason: words(errno)))
      }
      if count == 0 { return .success(bytes) }
      bytes.append(contentsOf: chunk[..<count])
      if bytes.count > limit {
        let size = ByteSize.text(Int64(limit))
        return .failure(Failure(reason: .init(zh: "大于 \(size)", en: "larger than \(size)")))
      }
    }
  }

  private static func words(_ code: Int32) -> LocalizedText {
    if code == ENOENT { return LocalizedText(zh: "没有这个文件", en: "no such file") }
    let reason = SystemReason.text(code)
    return LocalizedText(zh: reason.zh, en: reason.en.lowercased())
  }
}
