/// Distinct messages of a site's sensors, in turn, with values that wander as those of real rooms do.
struct LoadMessages {
  struct Message {
    var topic: [UInt8]
    var payload: [UInt8]
  }

  /// Rounds over all devices before the values repeat.
  private static let rounds = 16

  let all: [Message]
  /// One for each device.
  let topics: [[UInt8]]

  init(devices: Int) {
    var random = SystemRandomNumberGenerator()
    var all: [Message] = []
    all.reserveCapacity(devices * Self.rounds)
    var temperatures = (0..<devices).map { _ in Double.random(in: 18...24, using: &random) }
    for round in 0..<Self.rounds {
      for device in 0..<devices {
        temperatures[device] += Double.random(in: -0.1...0.1, using: &random)
        let values = [
          ("temperature", Self.text(temperatures[device], 2)),
          ("humidity", Self.text(Double.random(in: 40...60, using: &random), 1)),
          ("co2", String(Int.random(in: 450...900, using: &random))),
          ("illuminance", Self.text(Double.random(in: 100...400, using: &random), 1)),
          ("battery", String(99 - round)),
        ]
        let payload = "{" + values.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
        all.append(Message(topic: Array("bench/s\(device)/up".utf8), payload: Array(payload.utf8)))
      }
    }
    self.all = all
    topics = all.prefix(devices).map(\.topic)
  }

  private static func text(_ value: Double, _ digits: Int) -> String {
    let power = digits == 1 ? 10 : 100
    let whole = Int((value * Double(power)).rounded())
    let fraction = String(whole % power)
    return "\(whole / power)." + String(repeating: "0", count: digits - fraction.count) + fraction
  }
}
