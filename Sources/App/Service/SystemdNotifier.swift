import Dispatch
import Foundation
import Glibc

/// Tells systemd how the service is (sd_notify(3)): a datagram to the socket that it named. Without systemd nothing happens.
package struct SystemdNotifier: Sendable {
  private let path: String?

  package init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    path = environment["NOTIFY_SOCKET"]
  }

  package func ready() { send("READY=1") }
  package func stopping() { send("STOPPING=1") }
  package func watchdog() { send("WATCHDOG=1") }
  package func status(_ text: String) { send("STATUS=\(text)") }

  package func reloading() {
    let microseconds = uptimeNanoseconds() / 1_000
    send("RELOADING=1\nMONOTONIC_USEC=\(microseconds)")
  }

  private func uptimeNanoseconds() -> UInt64 { DispatchTime.now().uptimeNanoseconds }

  private func send(_ message: String) {
    guard let path else { return }
    let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return }
    defer { close(socket) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(path.utf8)
    guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }  // abstract socket
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        _ = message.withCString { sendto(socket, $0, strlen($0), Int32(MSG_NOSIGNAL), pointer, length) }
      }
    }
  }
}
