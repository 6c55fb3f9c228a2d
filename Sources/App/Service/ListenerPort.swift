import Community
import Glibc

/// Whether the address of the HTTP listener can be had: asked before anything else starts.
enum ListenerPort {
  /// Port 0 is any free one. What cannot be asked here the listener itself finds out.
  static func check(host: String, port: Int) throws(StartFailure) {
    guard port != 0 else { return }
    var wanted = addrinfo()
    wanted.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, "\(port)", &wanted, &found) == 0, let address = found?.pointee else { return }
    defer { freeaddrinfo(found) }
    let descriptor = socket(address.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // As the listener does: connections that are just ending do not count.
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard bind(descriptor, address.ai_addr, address.ai_addrlen) != 0 else { return }
    let code = errno
    let place = "\(host):\(port)"
    if code == EADDRINUSE {
      throw StartFailure(
        zh: "\(place) 已被占用（linli.yaml 的 http.listen）；请停止占用它的程序，或换一个端口",
        en: "\(place) is in use (http.listen in linli.yaml); stop the other program or choose another port")
    }
    let reason = SystemReason.text(code)
    throw StartFailure(
      zh: "无法在 \(place) 上监听：\(reason.zh)；请在 linli.yaml 里换一个 http.listen",
      en: "cannot listen on \(place): \(reason.en); choose another http.listen in linli.yaml")
  }
}
