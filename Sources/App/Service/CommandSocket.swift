import Community
import Foundation

/// The Unix socket of the command line: room for it at the start, and at the end nobody else's file is removed.
enum CommandSocket {
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

  /// Removes the socket of an earlier life, on which nobody answers any more. Where the path cannot be had, what is there is left alone.
  static func makeRoom(at path: String) throws(StartFailure) {
    guard let facts = try? FileManager.default.attributesOfItem(atPath: path) else { return }
    let other = LocalizedText(zh: "用 --socket 另给一个路径", en: "give another path with --socket")
    guard facts[.type] as? FileAttributeType == .typeSocket else {
      throw StartFailure(
        zh: "\(path) 不是套接字，保持原样；请把它移走，或\(other.zh)",
        en: "\(path) is no socket and stays as it is; move it away, or \(other.en)")
    }
    switch connectError(path) {
    case ECONNREFUSED, ENOENT: unlink(path)
    // EAGAIN: somebody listens and has enough to do.
    case 0, EAGAIN:
      throw StartFailure(
        zh: "另一个 linli serve 正在 \(path) 上应答；请停止它，或\(other.zh)",
        en: "another linli serve answers at \(path); stop it, or \(other.en)")
    case let code:
      let reason = SystemReason.text(code)
      throw StartFailure(
        zh: "无法判断 \(path) 是否在使用：\(reason.zh)；请删除它，或\(other.zh)",
        en: "cannot tell whether \(path) is in use: \(reason.en); remove it, or \(other.en)")
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
