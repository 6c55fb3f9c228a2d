// A broker (MQTT 3.1.1, one subscriber) that does not read while it sends, as one under load: it goes on sending until the
// subscriber says that nothing more will come, and only then reads what the subscriber had to say. Like mosquitto it gives a
// connection up at the first write that fails, whatever it has not read yet.
import Glibc
import Synchronization
import TestSupport

final class FloodingBroker: Sendable {
  struct Account: Sendable {
    /// Packet ids, in the order in which they came.
    var acknowledged: [UInt16] = []
    var saidFarewell = false
    /// A write failed.
    var isBroken = false
    var isOver = false
  }

  /// QoS 1 up to here, QoS 0 beyond: an acknowledgement takes room in a buffer that nobody reads.
  fileprivate static let acknowledgedMax: UInt16 = 4_000
  /// POLLRDHUP, which only GNU's own sources see: the other side will send nothing more.
  fileprivate static let farewell: Int16 = 0x2000

  fileprivate final class Core: Sendable {
    let account = Mutex(Account())
  }
  private let core = Core()
  private let server: LoopbackServer

  init() throws {
    server = try LoopbackServer { [core] in core.serve(&$0) }
  }

  var port: Int { server.port }
  var account: Account { core.account.withLock { $0 } }
  func stop() { server.stop() }
}

extension FloodingBroker.Core {
  fileprivate func serve(_ connection: inout LoopbackConnection) {
    defer { account.withLock { $0.isOver = true } }
    guard greet(&connection) else { return }
    guard flood(connection.socket) else {
      account.withLock { $0.isBroken = true }
      return
    }
    while let (type, body) = connection.packet() {
      switch type & 0xf0 {
      case 0x40: account.withLock { $0.acknowledged.append(UInt16(body[0]) << 8 | UInt16(body[1])) }
      case 0xe0: account.withLock { $0.saidFarewell = true }
      default: break
      }
    }
  }

  /// CONNECT, two SUBSCRIBEs (the lane's own and its status topic) and the sign-on.
  private func greet(_ connection: inout LoopbackConnection) -> Bool {
    for _ in 0..<4 {
      guard let (type, body) = connection.packet() else { return false }
      switch type & 0xf0 {
      case 0x10: connection.write([0x20, 2, 0, 0])
      case 0x80: connection.write([0x90, 3, body[0], body[1], 1])
      case 0x30:
        let id = 2 + Int(body[0]) << 8 + Int(body[1])
        connection.write([0x40, 2, body[id], body[id + 1]])
      default: return false
      }
    }
    return true
  }

  /// Sends until the subscriber has closed its side; false when a write fails before.
  private func flood(_ socket: CInt) -> Bool {
    let topic = Array("room/1".utf8)
    var id: UInt16 = 0
    while true {
      var packets: [UInt8] = []
      for _ in 0..<50 {
        let isAcknowledged = id < FloodingBroker.acknowledgedMax
        if isAcknowledged { id += 1 }
        packets +=
          [isAcknowledged ? 0x32 : 0x30, UInt8(topic.count + (isAcknowledged ? 5 : 3)), 0, UInt8(topic.count)] + topic
        if isAcknowledged { packets += [UInt8(id >> 8), UInt8(id & 255)] }
        packets.append(0x78)
      }
      let isWritten = packets.withUnsafeBytes { bytes in
        var sent = 0
        while sent < bytes.count {
          let count = send(socket, bytes.baseAddress! + sent, bytes.count - sent, CInt(MSG_NOSIGNAL))
          if count <= 0 { return false }
          sent += count
        }
        return true
      }
      var entry = pollfd(fd: socket, events: FloodingBroker.farewell, revents: 0)
      guard isWritten, poll(&entry, 1, 0) >= 0, CInt(entry.revents) & (POLLERR | POLLHUP) == 0 else { return false }
      if entry.revents != 0 { return true }
    }
  }
}

extension LoopbackConnection {
  /// First byte and body of the next MQTT packet; nil at the end of the stream.
  fileprivate mutating func packet() -> (type: UInt8, body: [UInt8])? {
    guard let type = bytes(1)?[0] else { return nil }
    var (length, shift) = (0, 0)
    while true {
      guard let byte = bytes(1)?[0] else { return nil }
      length |= Int(byte & 127) << shift
      if byte < 128 { break }
      shift += 7
    }
    return bytes(length).map { (type, $0) }
  }
}
