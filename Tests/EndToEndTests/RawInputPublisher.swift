import Foundation
import Glibc

/// The least of an MQTT 3.1.1 client: publishes any bytes under any topic, many of them over one connection. A payload may
/// be longer than memory should hold: it is made of zeros while it is sent.
final class RawInputPublisher {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  private let socket: Int32
  private var packet: UInt16 = 0
  private var unconfirmed = 0

  init(port: Int, clientID: String = "raw-\(UUID().uuidString)") throws {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else { throw Failure(description: "no connection to port \(port)") }
    let body = Self.text("MQTT") + [4, 0x02, 0, 60] + Self.text(clientID)
    try send([0x10] + Self.length(body.count) + body)
    guard try read(4) == [0x20, 2, 0, 0] else { throw Failure(description: "the broker refuses the connection") }
  }

  deinit { close(socket) }

  /// QoS 1.
  func publish(_ topic: String, _ payload: [UInt8], retain: Bool = false) throws {
    try head(topic, payload.count, retain: retain)
    try send(payload)
    unconfirmed += 1
    if unconfirmed >= 1_000 { try settle() }
  }

  /// QoS 0, `count` times the same.
  func flood(_ topic: String, _ payload: [UInt8], count: Int) throws {
    let variable = Self.text(topic)
    let one = [0x30] + Self.length(variable.count + payload.count) + variable + payload
    try send([UInt8](repeatElement(one, count: count).joined()))
  }

  /// QoS 1, `count` zeros.
  func publishZeros(_ topic: String, count: Int) throws {
    try head(topic, count, retain: false)
    let chunk = [UInt8](repeating: 0, count: 1 << 20)
    var left = count
    while left > 0 {
      try send(left >= chunk.count ? chunk : Array(chunk[..<left]))
      left -= min(left, chunk.count)
    }
    unconfirmed += 1
    try settle()
  }

  /// Returns when the broker has acknowledged everything.
  func settle() throws {
    while unconfirmed > 0 {
      let ack = try read(4)
      guard ack[0] == 0x40 else { throw Failure(description: "expected PUBACK, found \(ack)") }
      unconfirmed -= 1
    }
  }

  private func head(_ topic: String, _ payload: Int, retain: Bool) throws {
    packet = packet == .max ? 1 : packet + 1
    let variable = Self.text(topic) + [UInt8(packet >> 8), UInt8(packet & 0xFF)]
    try send([0x32 | (retain ? 1 : 0)] + Self.length(variable.count + payload) + variable)
  }

  private static func text(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    return [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes
  }

  /// Variable byte integer (MQTT 3.1.1, section 2.2.3).
  private static func length(_ value: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    repeat {
      bytes.append(UInt8(rest % 128) | (rest >= 128 ? 0x80 : 0))
      rest /= 128
    } while rest > 0
    return bytes
  }

  private func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(socket, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure(description: "the broker hung up: \(String(cString: strerror(errno)))") }
      sent += count
    }
  }

  private func read(_ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var have = 0
    while have < count {
      let got = bytes.withUnsafeMutableBytes { recv(socket, $0.baseAddress! + have, count - have, 0) }
      guard got > 0 else { throw Failure(description: "the broker hung up: \(String(cString: strerror(errno)))") }
      have += got
    }
    return bytes
  }
}
