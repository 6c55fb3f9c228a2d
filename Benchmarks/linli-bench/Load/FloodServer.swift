// A server that speaks just enough MQTT (3.1.1 and 5) to flood the one client that connects: no broker between, so what
// limits the rate is the client.
import ArgumentParser
import Glibc

/// `linli-bench flood-server`: prints a line when the warm-up is over and one at the end, so that the parent can read the
/// client's CPU time then.
struct FloodServerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flood-server", abstract: "Floods a client directly.", shouldDisplay: false)

  @Option var port: Int
  @Option var seconds: Double
  @Option var devices = 1_000

  func run() throws {
    let server = try FloodServer(port: port, messages: LoadMessages(devices: devices).all) {
      print("listening")
      fflush(nil)
    }
    try server.greet()
    // Each message of each device once: topics known, buffers grown.
    _ = try server.flood(untilSent: devices * 16, orSeconds: 30)
    print("warm")
    fflush(nil)
    let (count, took) = try server.flood(untilSent: .max, orSeconds: seconds)
    print("\(count) \(took)")
    fflush(nil)
    try server.answerUntilClosed()
  }
}

final class FloodServer {
  /// Unacknowledged at most; below every client's receive maximum.
  private static let window = 2_000

  private let client: CInt
  private let isVersion5: Bool
  private var packets: [UInt8] = []
  /// Where packet i starts and where its identifier stands.
  private var starts: [Int] = []
  private var identifiers: [Int] = []
  private var incoming: [UInt8] = []
  private var outgoing: [UInt8] = []
  private var next = 0
  private var nextID: UInt16 = 1
  private var sent = 0
  private var acknowledged = 0
  private var subscriptions = 0

  /// Listens, says so, and waits for the client.
  init(port: Int, messages: [LoadMessages.Message], listening: () -> Void) throws {
    let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var one: CInt = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<CInt>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0, listen(listener, 4) == 0 else { throw BenchmarkFailure("cannot listen on \(port)") }
    listening()
    client = accept(listener, nil, nil)
    guard client >= 0 else { throw BenchmarkFailure("nobody connected") }
    setsockopt(client, CInt(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<CInt>.size))
    // CONNECT: fixed header, two bytes of length, "MQTT", level.
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = recv(client, &bytes, bytes.count, 0)
    guard count > 10, bytes[0] == 0x10 else { throw BenchmarkFailure("the client does not speak MQTT") }
    let body = bytes[1] < 128 ? 2 : 3
    isVersion5 = bytes[body + 6] == 5
    var length = Int(bytes[1] & 127)
    if body == 3 { length += Int(bytes[2]) << 7 }
    incoming = Array(bytes[min(count, body + length)..<count])
    for message in messages { encode(message) }
    starts.append(packets.count)
  }

  deinit { close(client) }

  private func encode(_ message: LoadMessages.Message) {
    starts.append(packets.count)
    let length = 4 + message.topic.count + message.payload.count + (isVersion5 ? 1 : 0)
    packets.append(0x32)
    if length < 128 {
      packets.append(UInt8(length))
    } else {
      packets += [UInt8(length & 127) | 128, UInt8(length >> 7)]
    }
    packets += [UInt8(message.topic.count >> 8), UInt8(message.topic.count & 255)] + message.topic
    identifiers.append(packets.count)
    packets += [0, 0]
    if isVersion5 { packets.append(0) }
    packets += message.payload
  }

  /// Answers until the client has subscribed and then said nothing for a moment.
  func greet() throws {
    outgoing += isVersion5 ? [0x20, 3, 0, 0, 0] : [0x20, 2, 0, 0]
    try flush()
    while try receive(milliseconds: subscriptions > 0 ? 300 : 10_000) { try flush() }
    guard subscriptions > 0 else { throw BenchmarkFailure("the client did not subscribe") }
  }

  /// Sends as fast as the client acknowledges; returns when everything is acknowledged.
  func flood(untilSent limit: Int, orSeconds seconds: Double) throws -> (count: Int, seconds: Double) {
    let began = Clocks.wall()
    let (firstSent, firstAcknowledged) = (sent, acknowledged)
    while sent - firstSent < limit, Clocks.wall() - began < seconds {
      let room = min(Self.window - (sent - acknowledged), limit - (sent - firstSent), starts.count - 1 - next)
      // Small windows would make small writes: wait for a quarter of it.
      if room >= min(Self.window / 4, starts.count - 1 - next) { try send(room) }
      _ = try receive(milliseconds: sent - acknowledged > Self.window * 3 / 4 ? 10 : 0)
      try flush()
    }
    let deadline = Clocks.wall() + 30
    while acknowledged < sent {
      guard Clocks.wall() < deadline else { throw BenchmarkFailure("the client stopped acknowledging") }
      _ = try receive(milliseconds: 10)
      try flush()
    }
    return (acknowledged - firstAcknowledged, Clocks.wall() - began)
  }

  func answerUntilClosed() throws {
    while true {
      do {
        _ = try receive(milliseconds: 1_000)
        try flush()
      } catch is BenchmarkFailure { return }
    }
  }

  private func send(_ count: Int) throws {
    guard count > 0 else { return }
    for index in next..<next + count {
      packets[identifiers[index]] = UInt8(nextID >> 8)
      packets[identifiers[index] + 1] = UInt8(nextID & 255)
      nextID = nextID == 65_534 ? 1 : nextID + 1
    }
    let (start, end) = (starts[next], starts[next + count])
    try write(packets, start, end)
    sent += count
    next = next + count == starts.count - 1 ? 0 : next + count
  }

  private func flush() throws {
    guard !outgoing.isEmpty else { return }
    let bytes = outgoing
    outgoing.removeAll(keepingCapacity: true)
    try write(bytes, 0, bytes.count)
  }

  private func write(_ bytes: [UInt8], _ start: Int, _ end: Int) throws {
    var position = start
    while position < end {
      let count = bytes.withUnsafeBytes {
        Glibc.send(client, $0.baseAddress! + position, end - position, CInt(MSG_NOSIGNAL | MSG_DONTWAIT))
      }
      if count > 0 {
        position += count
      } else if errno == EAGAIN {
        _ = try receive(milliseconds: 1)
      } else {
        throw BenchmarkFailure("the client closed the connection")
      }
    }
  }

  /// - Returns: whether anything came within the time.
  private func receive(milliseconds: Int) throws -> Bool {
    var entry = pollfd(fd: client, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, CInt(milliseconds)) > 0 else { return false }
    let size = 1 << 16
    let start = incoming.count
    incoming.append(contentsOf: repeatElement(0, count: size))
    let count = incoming.withUnsafeMutableBytes { recv(client, $0.baseAddress! + start, size, CInt(MSG_DONTWAIT)) }
    incoming.removeLast(size - max(0, count))
    guard count > 0 else {
      if count < 0, errno == EAGAIN { return false }
      throw BenchmarkFailure("the client closed the connection")
    }
    var position = 0
    while let (body, end) = packet(at: position) {
      take(incoming[position], body, end)
      position = end
    }
    incoming.removeFirst(position)
    return true
  }

  /// Body and end of the packet at `position`; nil when it has not come whole. Remaining lengths up to two bytes.
  private func packet(at position: Int) -> (body: Int, end: Int)? {
    guard incoming.count >= position + 2 else { return nil }
    var length = Int(incoming[position + 1] & 127)
    var body = position + 2
    if incoming[position + 1] >= 128 {
      guard incoming.count >= position + 3 else { return nil }
      length += Int(incoming[position + 2]) << 7
      body += 1
    }
    return body + length <= incoming.count ? (body, body + length) : nil
  }

  private func take(_ kind: UInt8, _ body: Int, _ end: Int) {
    switch kind & 0xf0 {
    case 0x40: acknowledged += 1
    case 0x30: taken(kind, body, end)
    case 0x80: granted(body, end)
    case 0xc0: outgoing += [0xd0, 0]
    default: break
    }
  }

  /// A publication of the client is acknowledged and sent back as a broker would: Linli waits for its own sign-on.
  private func taken(_ kind: UInt8, _ body: Int, _ end: Int) {
    let topic = Int(incoming[body]) << 8 + Int(incoming[body + 1])
    var rest = body + 2 + topic
    if kind & 6 != 0 {
      outgoing += [0x40, 2, incoming[rest], incoming[rest + 1]]
      rest += 2
    }
    let packet = incoming[body..<body + 2 + topic] + incoming[rest..<end]
    outgoing.append(0x30)
    outgoing +=
      packet.count < 128 ? [UInt8(packet.count)] : [UInt8(packet.count & 127) | 128, UInt8(packet.count >> 7)]
    outgoing += packet
  }

  /// QoS 1 for every filter.
  private func granted(_ body: Int, _ end: Int) {
    subscriptions += 1
    var rest = body + 2
    // No client here uses subscription properties of more than 127 bytes.
    if isVersion5 { rest += 1 + Int(incoming[rest]) }
    var filters = 0
    while rest + 2 < end {
      rest += 3 + Int(incoming[rest]) << 8 + Int(incoming[rest + 1])
      filters += 1
    }
    let answer = [incoming[body], incoming[body + 1]] + (isVersion5 ? [0] : []) + Array(repeating: 1, count: filters)
    outgoing += [0x90, UInt8(answer.count)] + answer
  }
}
