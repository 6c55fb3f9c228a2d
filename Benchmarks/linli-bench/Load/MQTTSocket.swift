// Just enough MQTT 3.1.1 to load a broker from a process that costs next to nothing itself: the machine's cores are for
// what is measured.
import Glibc

final class MQTTSocket {
  private let descriptor: CInt
  private var out: [UInt8] = []
  private var nextID: UInt16 = 1
  /// Bytes of an answer that has not come whole yet.
  private var rest: [UInt8] = []
  private(set) var published = 0
  /// Published messages that the broker has taken.
  private(set) var acknowledged = 0
  /// Messages the broker has delivered to us.
  private(set) var received = 0
  /// When each of them came, seconds since 1970, where that is wanted.
  private(set) var deliveries: [Double] = []
  var notesDeliveries = false

  init(port: Int, clientID: String) throws {
    descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw BenchmarkFailure("no broker on port \(port)") }
    var one: CInt = 1
    setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<CInt>.size))
    let id = Array(clientID.utf8)
    out = [0x10, UInt8(12 + id.count), 0, 4] + Array("MQTT".utf8) + [4, 2, 0, 0, 0, UInt8(id.count)] + id
    try flush()
    try receive(milliseconds: 5_000)
  }

  deinit { close(descriptor) }

  func subscribe(_ filter: String) throws {
    let bytes = Array(filter.utf8)
    out = [0x82, UInt8(5 + bytes.count), 0xff, 0xff, 0, UInt8(bytes.count)] + bytes + [1]
    try flush()
  }

  /// Queues a QoS 1 PUBLISH; `flush` sends it.
  func publish(_ message: LoadMessages.Message) {
    let length = 4 + message.topic.count + message.payload.count
    out.append(0x32)
    if length < 128 {
      out.append(UInt8(length))
    } else {
      out.append(UInt8(length & 127) | 128)
      out.append(UInt8(length >> 7))
    }
    out.append(0)
    out.append(UInt8(message.topic.count))
    out.append(contentsOf: message.topic)
    out.append(UInt8(nextID >> 8))
    out.append(UInt8(nextID & 255))
    out.append(contentsOf: message.payload)
    nextID = nextID == 65_534 ? 1 : nextID + 1
    published += 1
  }

  /// Sends what is queued, taking answers in meanwhile so that neither side blocks the other.
  func flush() throws {
    var sent = 0
    while sent < out.count {
      let count = out.withUnsafeBytes {
        send(descriptor, $0.baseAddress! + sent, out.count - sent, CInt(MSG_NOSIGNAL | MSG_DONTWAIT))
      }
      if count > 0 {
        sent += count
      } else if errno == EAGAIN {
        try receive(milliseconds: 1)
      } else {
        throw BenchmarkFailure("the broker closed the connection")
      }
    }
    out.removeAll(keepingCapacity: true)
  }

  /// Takes in what has come, waiting at most so long for the first byte. Deliveries are acknowledged with the next flush.
  func receive(milliseconds: Int) throws {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, CInt(milliseconds)) > 0 else { return }
    let size = 1 << 18
    let start = rest.count
    rest.append(contentsOf: repeatElement(0, count: size))
    let count = rest.withUnsafeMutableBytes {
      recv(descriptor, $0.baseAddress! + start, size, CInt(MSG_DONTWAIT))
    }
    rest.removeLast(size - max(0, count))
    guard count > 0 else {
      if count < 0, errno == EAGAIN { return }
      throw BenchmarkFailure("the broker closed the connection")
    }
    var position = 0
    while let end = packetEnd(position) {
      take(rest[position], body: rest[position + 1] < 128 ? position + 2 : position + 3)
      position = end
    }
    rest.removeFirst(position)
  }

  /// Where the packet at `position` ends, nil when it has not come whole. Remaining lengths up to two bytes.
  private func packetEnd(_ position: Int) -> Int? {
    guard rest.count >= position + 2 else { return nil }
    var length = Int(rest[position + 1])
    var head = 2
    if length >= 128 {
      guard rest.count >= position + 3 else { return nil }
      length = (length & 127) + Int(rest[position + 2]) << 7
      head = 3
    }
    let end = position + head + length
    return end <= rest.count ? end : nil
  }

  private func take(_ kind: UInt8, body: Int) {
    switch kind & 0xf0 {
    case 0x40: acknowledged += 1
    case 0x30:
      received += 1
      if notesDeliveries { deliveries.append(Clocks.realTime()) }
      guard kind & 6 == 2 else { return }
      let id = body + 2 + Int(rest[body]) << 8 + Int(rest[body + 1])
      out.append(contentsOf: [0x40, 2, rest[id], rest[id + 1]])
    default: break
    }
  }
}
