import Community
import Foundation
import Glibc

/// Where everything lies that a service keeps.
enum DataDirectory {
  /// Makes it with the folders that lead there, unless it exists.
  static func make(_ path: String) throws(StartFailure) {
    let manager = FileManager.default
    var isDirectory: ObjCBool = false
    if manager.fileExists(atPath: path, isDirectory: &isDirectory) {
      guard !isDirectory.boolValue else { return }
      throw StartFailure(
        zh: "\(path) 不是目录；请用 --data 另选一个", en: "\(path) is no directory; choose another with --data")
    }
    do {
      try manager.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
    } catch {
      // Foundation's error names no reason that people understand; the system's does.
      guard mkdir(path, 0o750) != 0 else { return }
      let reason = SystemReason.text(errno)
      throw StartFailure(
        zh: "无法建立目录 \(path)：\(reason.zh)；请用 --data 另选一个",
        en: "cannot make the directory \(path): \(reason.en); choose another with --data")
    }
  }

  /// How the names begin of what a service keeps there; whatever else somebody has in the directory is none of ours.
  private static let ours = ["linli.db", "history.sqlite", "lanes", "photos", "lock", "access-key", "answer-key"]

  /// Takes away what others on this machine may do with the files and folders of earlier versions, which left that to the umask.
  static func closeToOthers(_ path: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    where ours.contains(where: name.hasPrefix) {
      let file = path + "/" + name
      // What a link leads to is somebody else's.
      guard let facts = try? FileManager.default.attributesOfItem(atPath: file),
        facts[.type] as? FileAttributeType != .typeSymbolicLink, let mode = facts[.posixPermissions] as? Int,
        mode & 0o007 != 0
      else { continue }
      chmod(file, mode_t(mode & ~0o007))
    }
  }
}

/// One service a data directory: a lock that the kernel gives back when the process dies, however it dies.
final class DataLock: Sendable {
  private let descriptor: Int32

  init(directory: String) throws {
    let path = directory + "/lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
    guard descriptor >= 0 else {
      let reason = SystemReason.text(errno)
      throw StartFailure(
        zh: "无法打开 \(path)：\(reason.zh)；服务需要能写入 \(directory)",
        en: "cannot open \(path): \(reason.en); the service needs to write to \(directory)")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw StartFailure(
        zh: "另一个 linli serve 正在使用 \(directory)；请先停止它，或用 --data 另选目录",
        en: "another linli serve uses \(directory); stop it or give another --data")
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
