// A small TCP server on 127.0.0.1 with a free port: one thread for each connection, blocking calls, nothing to configure.
// The receivers of the tests stand on it.
import Foundation
import Glibc
import Synchronization

/// One accepted connection. Used by its own thread only.
package struct LoopbackConnection {
  package let socket: Int32
  private var buffer: [UInt8] = []

  fileprivate init(socket: Int32) { self.socket = socket }

  /// The next line without its end (LF or CR LF); nil at the end of the stream.
  package mutating func line() -> String? {
    while true {
      if let end = buffer.firstIndex(of: 10) {
        var line = Array(buffer[..<end])
        buffer.removeSubrange(...end)
        if line.last == 13 { line.removeLast() }
        return String(decoding: line, as: UTF8.self)
      }
      guard buffer.count < 1 << 20, fill() else { return nil }
    }
  }

  /// Exactly `count` bytes; nil when the stream ends before.
  package mutating func bytes(_ count: Int) -> [UInt8]? {
    while buffer.count < count {
      guard fill() else { return nil }
    }
    let result = Array(buffer[..<count])
    buffer.removeSubrange(..<count)
    return result
  }

  package func write(_ text: String) { write(Array(text.utf8)) }

  package func write(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(socket, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      sent += count
    }
  }

  private mutating func fill() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 16_384)
    let count = recv(socket, &chunk, chunk.count, 0)
    guard count > 0 else { return false }
    buffer += chunk[..<count]
    return true
  }
}

/// Listens from `init` to `stop()`.
package final class LoopbackServer: Sendable {
  package struct Failure: Error { package var what: String }

  package let port: Int
  private let listener: Int32
  private struct State {
    var isStopped = false
    var sockets: Set<Int32> = []
  }
  private let state = Mutex(State())

  /// `serve` runs on a thread of its own for every connection; when it returns, the connection is closed.
  package init(serve: @escaping @Sendable (inout LoopbackConnection) -> Void) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard listener >= 0 else { throw Failure(what: "socket: errno \(errno)") }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    guard isBound else {
      close(listener)
      throw Failure(what: "bind: errno \(errno)")
    }
    self.listener = listener
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread { [self] in accept(serve) }.start()
  }

  private func accept(_ serve: @escaping @Sendable (inout LoopbackConnection) -> Void) {
    // Closed by who uses it: the number would soon be another server's, whose connections this thread would take.
    defer { close(listener) }
    while true {
      let client = Glibc.accept(listener, nil, nil)
      if client < 0 {
        if errno == EINTR || errno == ECONNABORTED { continue }
        return
      }
      var yes: Int32 = 1
      setsockopt(client, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
      let isWelcome = state.withLock { state in
        if !state.isStopped { state.sockets.insert(client) }
        return !state.isStopped
      }
      guard isWelcome else {
        close(client)
        return
      }
      Thread { [self] in
        var connection = LoopbackConnection(socket: client)
        serve(&connection)
        state.withLock { _ = $0.sockets.remove(client) }
        close(client)
      }.start()
    }
  }

  /// Takes no more connections and breaks those there are.
  package func stop() {
    state.withLock { state in
      if state.isStopped { return }
      state.isStopped = true
      shutdown(listener, Int32(SHUT_RDWR))
      // A socket that is in the set has not been closed.
      for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
    }
  }
}
