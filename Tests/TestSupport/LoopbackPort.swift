import Glibc

/// A TCP port of 127.0.0.1 that nobody listens on, below those that the system gives out by itself. A UDP socket on the same
/// number holds it: no other reservation, of this test process or another one, takes the port while the value lives, whether a
/// server listens there at the moment or not.
package final class LoopbackPort: Sendable {
  package let number: Int
  private let reservation: CInt

  /// - Throws: when 200 tries found none.
  package init() throws {
    for _ in 0..<200 {
      let number = Int.random(in: 20_000..<32_000)
      guard let reservation = Self.bound(number, SOCK_DGRAM) else { continue }
      // Free for TCP as well? The probe closes at once.
      if let probe = Self.bound(number, SOCK_STREAM) {
        close(probe)
        self.number = number
        self.reservation = reservation
        return
      }
      close(reservation)
    }
    throw ChildProcess.Failure(description: "no free port")
  }

  deinit { close(reservation) }

  /// Whether somebody takes connections there.
  package var accepts: Bool {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    return Self.with(number) { connect(descriptor, $0, $1) } == 0
  }

  private static func bound(_ number: Int, _ kind: __socket_type) -> CInt? {
    let descriptor = socket(AF_INET, CInt(kind.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard with(number, { bind(descriptor, $0, $1) }) != 0 else { return descriptor }
    close(descriptor)
    return nil
  }

  private static func with(_ number: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(number).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}
