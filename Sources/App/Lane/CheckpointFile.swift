import CDispatch  // `stat` belongs to it or to Glibc, whichever the compiler has met first
import Foundation
import Glibc
package import Pipeline

/// A lane's checkpoint on disk: written to a new file, synced, renamed over the old one; the one before stays as a spare.
package struct CheckpointFile: @unchecked Sendable {
  // @unchecked: the machine's calls are; a simulated disk has one thread anyway.

  private let path: String
  private let files: JournalFiles

  package init(directory: String, files: JournalFiles = JournalFiles()) {
    path = directory + "/checkpoint"
    self.files = files
  }

  /// The newest first. Whether one is whole, its own checksum tells.
  package func candidates() -> [[UInt8]] { [path, path + ".old"].compactMap(Self.read) }

  /// What `use` makes of the newest of which it makes something. The spare is read only when it is needed: large sites have
  /// tens of megabytes here.
  package func first<Value>(_ use: ([UInt8]) -> Value?) -> Value? {
    for path in [path, path + ".old"] {
      if let bytes = Self.read(path), let value = use(bytes) { return value }
    }
    return nil
  }

  /// Nil when there is none, or it cannot be read.
  private static func read(_ path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { return nil }
    let size = Int(status.st_size)
    return [UInt8](unsafeUninitializedCapacity: size) { memory, count in
      while count < size {
        let got = Glibc.read(file, memory.baseAddress.unsafelyUnwrapped + count, size - count)
        if got < 0, errno == EINTR { continue }
        // What is missing its checksum tells.
        guard got > 0 else { return }
        count += got
      }
    }
  }

  package func write(_ bytes: [UInt8]) throws {
    let new = path + ".new"
    let file = files.create(new)
    guard file >= 0 else { throw failure("create", new) }
    do {
      defer { close(file) }
      guard files.truncate(file, 0) == 0 else { throw failure("empty", new) }
      var written = 0
      while written < bytes.count {
        let count = bytes.withUnsafeBytes {
          files.write(file, $0.baseAddress! + written, bytes.count - written, written)
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw failure("write", new) }
        written += count
      }
      guard files.sync(file) == 0 else { throw failure("sync", new) }
    }
    if FileManager.default.fileExists(atPath: path) { _ = files.rename(path, path + ".old") }
    guard files.rename(new, path) == 0 else { throw failure("rename", new) }
    let directory = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if directory >= 0 {
      _ = files.sync(directory)
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
