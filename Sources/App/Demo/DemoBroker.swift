import Community
import Foundation
import Glibc

/// A mosquitto of the demo's own on a free loopback port. It ends when the demo ends, however that happens: a shell beside
/// it waits on a pipe from this process.
package final class DemoBroker {
  package let port: Int
  private let process = Process()
  private let lifeline = Pipe()

  /// Starts the broker; its files go to `directory`. Returns when it accepts connections.
  package init(directory: String) throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    port = try LoopbackPort.free()
    let configuration = """
      listener \(port) 127.0.0.1
      allow_anonymous true
      persistence true
      persistence_location \(directory)/
      max_queued_messages 100000
      log_dest file \(directory)/mosquitto.log
      user \(NSUserName())
      """
    let file = directory + "/mosquitto.conf"
    try Data((configuration + "\n").utf8).write(to: URL(fileURLWithPath: file))
    guard let executable = Self.executable else {
      throw StartFailure(
        zh: "这台机器上没有 mosquitto；请安装软件包 mosquitto",
        en: "there is no mosquitto on this machine; install the package mosquitto")
    }
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", "\"$0\" -c \"$1\" & broker=$!; read -r _; kill -KILL \"$broker\" 2>/dev/null", executable,
      file,
    ]
    process.standardInput = lifeline
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    // KILL, and no `wait`: a child of this process starts with signals blocked, as the threads of the runtime are, so neither
    // SIGTERM nor SIGCHLD would come through. The broker has nothing to save. The shell must not hold the end of the pipe
    // whose closing it waits for.
    _ = fcntl(lifeline.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
    try process.run()
    for _ in 0..<200 {
      if LoopbackPort.answers(port) { return }
      usleep(50_000)
    }
    stop()
    throw StartFailure(
      zh: "mosquitto 没有启动；见 \(directory)/mosquitto.log", en: "mosquitto did not start; see \(directory)/mosquitto.log")
  }

  /// Ends the broker and returns when it no longer answers. (`Process.waitUntilExit` needs a run loop that a task has not.)
  package func stop() {
    try? lifeline.fileHandleForWriting.close()
    for _ in 0..<100 where LoopbackPort.answers(port) { usleep(20_000) }
  }

  private static var executable: String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    return (folders + ["/usr/sbin", "/usr/local/sbin"]).map { $0 + "/mosquitto" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}

/// Ports on 127.0.0.1.
enum LoopbackPort {
  static func free() throws -> Int {
    try withSocket { socket, address in
      guard bind(socket, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 else { return 0 }
      var bound = sockaddr_in()
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutablePointer(to: &bound) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(socket, $0, &size) }
      }
      return Int(UInt16(bigEndian: bound.sin_port))
    }
  }

  static func answers(_ port: Int) -> Bool {
    let result = try? withSocket(port: port) { socket, address in
      Int(connect(socket, address, socklen_t(MemoryLayout<sockaddr_in>.size)))
    }
    return result == 0
  }

  private static func withSocket(port: Int = 0, _ body: (Int32, UnsafePointer<sockaddr>) -> Int) throws -> Int {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else {
      let reason = SystemReason.text(errno)
      throw StartFailure(zh: "无法建立套接字：\(reason.zh)", en: "no socket: \(reason.en)")
    }
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body(socket, $0) }
    }
  }
}
