// The other ends of a load, each a process of its own so that their CPU time is not counted with anybody else's.
import ArgumentParser
import Foundation

/// `linli-bench publish`: QoS 1 messages at a steady rate.
struct Publish: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Publishes a load.", shouldDisplay: false)

  @Option var port: Int
  @Option(help: "Messages a second; 0 = as fast as the broker takes them.")
  var rate: Int
  @Option var seconds: Double
  @Option(help: "Sensors that publish in turn.")
  var devices = 1_000

  /// Unacknowledged messages at most without a rate.
  private static let window = 2_000

  func run() throws {
    let messages = LoadMessages(devices: devices).all
    let socket = try MQTTSocket(port: port, clientID: "bench-publisher-\(getpid())")
    let began = Clocks.wall()
    while true {
      let passed = Clocks.wall() - began
      if passed >= seconds { break }
      let due = rate > 0 ? Int(passed * Double(rate)) : socket.acknowledged + Self.window
      while socket.published < due { socket.publish(messages[socket.published % messages.count]) }
      try socket.flush()
      try socket.receive(milliseconds: 0)
      // A tick of a millisecond: many small devices, not one that sends in bursts.
      if rate > 0 { usleep(1_000) } else { try socket.receive(milliseconds: 1) }
    }
    let took = Clocks.wall() - began
    let deadline = Clocks.wall() + 30
    while socket.acknowledged < socket.published, Clocks.wall() < deadline { try socket.receive(milliseconds: 10) }
    print("\(socket.published) \(socket.acknowledged) \(took)")
  }
}

/// `linli-bench count`: a client that only counts and acknowledges: the most that a broker can deliver to anyone.
struct Count: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Counts what a broker delivers.", shouldDisplay: false)

  @Option var port: Int
  @Option(help: "Ends when nothing has come for so many seconds after the first message.")
  var quiet = 1.0

  func run() throws {
    let socket = try MQTTSocket(port: port, clientID: "bench-counter-\(getpid())")
    try socket.subscribe("bench/#")
    var first = 0.0
    var last = Clocks.wall()
    while socket.received == 0 || Clocks.wall() - last < quiet {
      let before = socket.received
      try socket.receive(milliseconds: 100)
      try socket.flush()
      if socket.received > before {
        last = Clocks.wall()
        if first == 0 { first = last }
      }
    }
    print("\(socket.received) \(last - first)")
  }
}

/// A load that runs beside the measurement.
final class Load {
  struct Outcome {
    var published: Int
    var acknowledged: Int
    var seconds: Double
  }

  private let child: Child

  init(port: Int, rate: Int, seconds: Double, devices: Int = 1_000) throws {
    child = try Child(
      Executables.own.path,
      ["publish", "--port", "\(port)", "--rate", "\(rate)", "--seconds", "\(seconds)", "--devices", "\(devices)"])
  }

  /// Waits for its end.
  func outcome() throws -> Outcome {
    let words = try child.finish().split(separator: " ").compactMap { Double($0.trimmingCharacters(in: .newlines)) }
    guard words.count == 3 else { throw BenchmarkFailure("the publisher failed") }
    return Outcome(published: Int(words[0]), acknowledged: Int(words[1]), seconds: words[2])
  }

  deinit { child.kill() }
}
