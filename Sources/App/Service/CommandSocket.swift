import Foundation

/// The Unix socket of the command line: room for it at the start, and at the end nobody else's file is removed.
enum CommandSocket {
  /// The path cannot be had; what is there was left alone.
  struct Refused: Error, CustomStringConvertible {
    var description: String
  }

  /// Which file a path leads to.
  struct Identity: Equatable, Sendable {
    private let device: UInt64
    private let number: UInt64

    /// Nil where there is none.
    init?(of path: String) {
      guard let facts = try? FileManager.default.attributesOfItem(atPath: path),
        let device = facts[.systemNumber] as? NSNumber, let number = facts[.systemFileNumber] as? NSNumber
      else { return nil }
      self.device = device.uint64Value
      self.number = number.uint64Value
    }
  }

  /// Removes the socket of an earlier life, on which nobody answers any more.
  static func makeRoom(at path: String) throws(Refused) {
    guard let facts = try? FileManager.default.attributesOfItem(atPath: path) else { return }
    let other = "give another path with --socket"
    guard facts[.type] as? FileAttributeType == .typeSocket else {
      throw Refused(description: "\(path) is no socket and stays as it is; move it away, or \(other)")
    }
    switch connectError(path) {
    case ECONNREFUSED, ENOENT: unlink(path)
    // EAGAIN: somebody listens and has enough to do.
    case 0, EAGAIN: throw Refused(description: "another linli serve answers at \(path); stop it, or \(other)")
    case let code:
      let reason = String(cString: strerror(code))
      throw Refused(description: "cannot tell whether \(path) is in use: \(reason); remove it, or \(other)")
    }
  }

  /// - Parameter identity: of the file that the service made; nil = it came to none.
  static func remove(_ path: String, ifStill identity: Identity?) {
    if let identity, Identity(of: path) == identity { unlink(path) }
  }

  /// 0 when somebody listens there; does not wait.
  private static func connectError(_ path: String) -> Int32 {
    let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
    let descriptor = socket(AF_UNIX, Int32(kind), 0)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { room in
      guard path.utf8.count < room.count else { return false }
      room.copyBytes(from: path.utf8)
      return true
    }
    guard fits else { return ENAMETOOLONG }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return result == 0 ? 0 : errno
  }
}
