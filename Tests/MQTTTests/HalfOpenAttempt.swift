// A client that connects to a session (MQTT 5) and is gone before it has acknowledged anything: what a broker sees of an attempt
// that fails late.
import Glibc

enum HalfOpenAttempt {
  struct Failure: Error {
    var what: String
  }

  /// Connects, reads until `text` has come, and closes without a word.
  static func fail(port: Int, clientID: String, whenItReads text: String) throws {
    let connection = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    guard connection >= 0 else { throw Failure(what: "socket: errno \(errno)") }
    defer { close(connection) }
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    // Protocol 5, the session stays, a keepalive of a minute; the session may outlive us by a day.
    let body: [UInt8] =
      [0, 4] + Array("MQTT".utf8) + [5, 0, 0, 60, 5, 0x11, 0, 1, 0x51, 0x80, 0, UInt8(clientID.utf8.count)]
      + Array(clientID.utf8)
    let packet = [0x10, UInt8(body.count)] + body
    guard isConnected, send(connection, packet, packet.count, CInt(MSG_NOSIGNAL)) == packet.count else {
      throw Failure(what: "connect: errno \(errno)")
    }
    var read: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while !String(decoding: read, as: UTF8.self).contains(text) {
      let count = recv(connection, &chunk, chunk.count, 0)
      guard count > 0 else { throw Failure(what: "the broker did not send '\(text)'") }
      read += chunk[..<count]
    }
  }
}
