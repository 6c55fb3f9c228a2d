import Foundation
import Glibc

/// A lane's checkpoint on disk: written to a new file, synced, renamed over the old one; the one before stays as a spare.
package struct CheckpointFile: Sendable {
  private let path: String

  package init(directory: String) { path = directory + "/checkpoint" }

  /// The newest first. Whether one is whole, its own checksum tells.
  package func candidates() -> [[UInt8]] {
    [path, path + ".old"].compactMap { FileManager.default.contents(atPath: $0).map(Array.init) }
  }

  package func write(_ bytes: [UInt8]) throws {
    let new = path + ".new"
    let file = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
    guard file >= 0 else { throw failure("create", new) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress! + written, bytes.count - written) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let error = failure("write", new)
        close(file)
        throw error
      }
      written += count
    }
    let synced = fsync(file)
    close(file)
    guard synced == 0 else { throw failure("sync", new) }
    if FileManager.default.fileExists(atPath: path) { rename(path, path + ".old") }
    guard rename(new, path) == 0 else { throw failure("rename", new) }
    let directory = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
  }

  private func failure(_ verb: String, _ file: String) -> CheckpointFailure {
    CheckpointFailure(message: "cannot \(verb) \(file): \(String(cString: strerror(errno)))")
  }
}

package struct CheckpointFailure: Error, CustomStringConvertible {
  package var message: String
  package var description: String { message }
}
