import Glibc

/// Whether the address of the HTTP listener can be had: asked before anything else starts.
enum ListenerPort {
  struct Refused: Error, CustomStringConvertible {
    var description: String
  }

  /// Port 0 is any free one. What cannot be asked here the listener itself finds out.
  static func check(host: String, port: Int) throws(Refused) {
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
      throw Refused(
        description: "\(place) is in use (http.listen in linli.yaml); stop the other program or choose another port")
    }
    let reason = String(cString: strerror(code))
    throw Refused(description: "cannot listen on \(place): \(reason); choose another http.listen in linli.yaml")
  }
}
